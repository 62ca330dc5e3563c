"""What the MX records of one name say by themselves, RFC 5321 section 5.1 and RFC 7505."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from ipaddress import ip_address

from dnsauth.checks.rules.dns import MX_LEFTOVER, MX_LITERAL, MX_NULL_BESIDE, MX_NULL_PREFERENCE, MX_TWICE
from dnsauth.checks.texts.text import Verdict
from dnsauth.names import readable, within
from dnsauth.records import BadRecord, mx

_NULL = mx.NULL.exchange
_LEFTOVER = "msv1.invalid."  # Microsoft 365 had it published to prove the domain


def judged(values: Iterable[str]) -> Iterator[Verdict]:
    """What is doubtful in *values*, all MX records of one name."""
    pairs = [_pair(text) for text in values]
    exchanges = [exchange for _, exchange in pairs]
    if _NULL in exchanges and len(exchanges) > 1:
        others = ", ".join(readable(each) for each in exchanges if each != _NULL)
        yield Verdict(MX_NULL_BESIDE, {"others": others})
    elif exchanges == [_NULL] and pairs[0][0] != str(mx.NULL.preference):
        yield Verdict(MX_NULL_PREFERENCE, {"preference": pairs[0][0]})
    for exchange, count in Counter(exchanges).items():
        if is_literal(exchange):
            yield Verdict(MX_LITERAL, {"host": exchange.removesuffix(".")})
        if count > 1 and exchange != _NULL:
            yield Verdict(MX_TWICE, {"host": readable(exchange), "count": count})
        if within(exchange, _LEFTOVER):
            yield Verdict(MX_LEFTOVER, {"host": readable(exchange)})


def hosts(values: Iterable[str]) -> tuple[str, ...]:
    """The hosts that *values*, MX records of one name, send mail to; none for the null MX."""
    exchanges = dict.fromkeys(exchange for _, exchange in map(_pair, values))
    return tuple(each for each in exchanges if each != _NULL)


def is_literal(exchange: str) -> bool:
    """True for an address that stands in the place of a host's name."""
    if not (exchange[:1].isdigit() or ":" in exchange):
        return False  # as nearly all are
    try:
        return bool(ip_address(exchange.removesuffix(".")))
    except ValueError:
        return False


def _pair(text: str) -> tuple[str, str]:
    """Preference and exchange; as they are written where the grammar refuses them."""
    try:
        read = mx.MX.parse(text)
    except BadRecord:
        preference, _, exchange = text.strip().partition(" ")
        return preference, exchange.strip()
    return str(read.preference), read.exchange
