"""What a DKIM key record says by itself (RFC 6376 section 3.6.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dnsauth.checks.rules.dkim import (
    DKIM_CLOSE,
    DKIM_DIVISIBLE,
    DKIM_EXPONENT,
    DKIM_FLAG,
    DKIM_FORGEABLE,
    DKIM_GRANULARITY,
    DKIM_HASHES,
    DKIM_HUGE,
    DKIM_NOTES,
    DKIM_OLD_HASH,
    DKIM_ROCA,
    DKIM_SERVICES,
    DKIM_SHORT,
    DKIM_TESTING,
    DKIM_TINY,
    DKIM_UNKNOWN,
)
from dnsauth.checks.texts.dkim_syntax import refused
from dnsauth.checks.texts.text import Text, Verdict
from dnsauth.checks.weak_rsa import are_close, is_roca, small_factor
from dnsauth.findings import Rule
from dnsauth.records import BadRecord, der, dkim, tags
from dnsauth.records.text import characters, shown

RSA_BITS = 2048  # what signers should use, RFC 8301 section 3.2
LEAST_BITS = 1024  # what receivers take, RFC 8301 section 3.2
MOST_BITS = 4096  # what they have to take, RFC 8301 section 3.2
_EXPONENTS = range(1 << 16, 1 << 31)  # FIPS 186-5 appendix A.1.1; more does not fit what much software has
_NOTES = 64  # characters
_TAGS = frozenset("vhknpst")
_FLAGS = frozenset("ys")
_MAIL = frozenset({"email", "tlsrpt"})  # the second is for those who send TLS reports, RFC 8460 section 3
_SHA256 = "sha256"


def judged(text: Text) -> Iterator[Verdict]:
    """What is doubtful in *text*."""
    match text.record:
        case BadRecord() as error:
            yield from refused(text.text, error)
        case dkim.Record() as record:
            yield from _key(record)
            yield from _said(record)
            yield from _unknown(text.text)


def length(algorithm: str) -> Rule | None:
    """The rule on a key of *algorithm*, ``rsa-`` and its bits or another, where it is too short."""
    kind, _, bits = algorithm.partition("-")
    if kind != dkim.KeyType.RSA or int(bits) >= RSA_BITS:
        return None
    return DKIM_SHORT if int(bits) >= LEAST_BITS else DKIM_TINY


def _key(record: dkim.Record) -> Iterator[Verdict]:
    if record.key_type is not dkim.KeyType.RSA or record.revoked:
        return
    algorithm = dkim.algorithm(record)
    if short := length(algorithm):
        longer = "ask the sender for a longer key"
        yield Verdict(short, {"algorithm": algorithm, "seen": "", "longer": longer})
    if record.bits > MOST_BITS:
        yield Verdict(DKIM_HUGE, {"algorithm": algorithm})
    yield from _numbers(*der.rsa_public_key(record.key))


def _numbers(modulus: int, exponent: int) -> Iterator[Verdict]:
    if exponent == 1 or exponent % 2 == 0:
        yield Verdict(DKIM_FORGEABLE, {"exponent": _number(exponent)})
    elif exponent not in _EXPONENTS:
        small = "receivers that check carelessly take forged signatures"
        harm = small if exponent < _EXPONENTS.start else "much software takes none of more than 31 bits"
        yield Verdict(DKIM_EXPONENT, {"exponent": _number(exponent), "harm": harm})
    if factor := small_factor(modulus):
        yield Verdict(DKIM_DIVISIBLE, {"factor": factor})
    elif is_roca(modulus):
        yield Verdict(DKIM_ROCA, {})
    elif are_close(modulus):
        yield Verdict(DKIM_CLOSE, {})


def _number(number: int) -> str:
    return str(number) if number.bit_length() <= 64 else f"one of {number.bit_length()} bits"


def _said(record: dkim.Record) -> Iterator[Verdict]:
    if others := [name for name in record.hashes if name != _SHA256]:
        rule = DKIM_OLD_HASH if _SHA256 in record.hashes else DKIM_HASHES
        yield Verdict(rule, {"hashes": _listed(others)})
    if "y" in record.flags:
        yield Verdict(DKIM_TESTING, {})
    if unknown := [flag for flag in record.flags if flag not in _FLAGS]:
        yield Verdict(DKIM_FLAG, {"flags": _listed(unknown)})
    if record.services and _MAIL.isdisjoint(record.services):
        yield Verdict(DKIM_SERVICES, {"services": _listed(record.services)})
    if len(record.notes) > _NOTES:
        yield Verdict(DKIM_NOTES, {"count": len(record.notes)})


def _listed(words: Iterable[str]) -> str:
    return shown(", ".join(words))


def _unknown(text: str) -> Iterator[Verdict]:
    found = {tag.name: tag.value for tag in tags.split(characters(text))}
    if found.get("g", "*") != "*":
        yield Verdict(DKIM_GRANULARITY, {})
    if unknown := [name for name in found if name not in _TAGS and name != "g"]:
        yield Verdict(DKIM_UNKNOWN, {"tags": _listed(unknown)})
