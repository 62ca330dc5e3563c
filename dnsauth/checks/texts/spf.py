"""What an SPF record says by itself (RFC 7208)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_address

from dnsauth.checks.rules.spf import SPF_EVERYBODY, SPF_NEUTRAL, SPF_OPEN, SPF_PTR
from dnsauth.checks.rules.spf_text import (
    AFTER_ALL,
    ALL_TWICE,
    BESIDE_ALL,
    BROAD,
    HOST_BITS,
    JOINED,
    MODIFIERS_FIRST,
    ODD_MODIFIER,
    OVERLAP,
    PRIVATE,
    REPEATED,
    VERSION_TWICE,
)
from dnsauth.checks.special import SPECIAL
from dnsauth.checks.texts.spf_syntax import faults
from dnsauth.checks.texts.text import Text, Verdict
from dnsauth.findings import nearest
from dnsauth.records import BadRecord, mechanisms, spf
from dnsauth.records.text import shown
from dnsauth.spf.model import WIDE4, WIDE6

_HALF = 1  # a prefix length; what is as wide lets nearly anybody pass, which is said of the whole record
_KNOWN = frozenset({"ra", "rp", "rr"})  # modifiers, RFC 6652 section 3
_Network = IPv4Network | IPv6Network


def judged(text: Text) -> Iterator[Verdict]:
    """What is doubtful in *text*."""
    match text.record:
        case spf.Record() as record:
            yield from _closing(record)
            yield from _order(record)
            yield from _modifiers(text.text, record)
            yield from _networks(text.text, record)
        case BadRecord():
            yield from faults(text.text)
        case _:
            pass


def _closing(record: spf.Record) -> Iterator[Verdict]:
    match record.closing:
        case spf.Qualifier.PASS:
            yield Verdict(SPF_EVERYBODY, {})
        case spf.Qualifier.NEUTRAL:
            yield Verdict(SPF_NEUTRAL, {})
        case None if not any(isinstance(term, spf.Redirect) for term in record.terms):
            yield Verdict(SPF_OPEN, {})
        case _:
            pass
    if any(isinstance(term, spf.Directive) and isinstance(term.mechanism, spf.Ptr) for term in record.terms):
        yield Verdict(SPF_PTR, {})


def _order(record: spf.Record) -> Iterator[Verdict]:
    """Terms that stand where they count for nothing, or twice."""
    directives = [term for term in record.terms if isinstance(term, spf.Directive)]
    alls = [place for place, term in enumerate(directives) if isinstance(term.mechanism, spf.All)]
    if len(alls) > 1:
        yield Verdict(ALL_TWICE, {"count": len(alls), "first": shown(str(directives[alls[0]]))})
    late = [term for term in directives[alls[0] :] if not isinstance(term.mechanism, spf.All)] if alls else []
    if late:
        yield Verdict(AFTER_ALL, {"terms": _some(late)})
    if alls and (redirect := next((t for t in record.terms if isinstance(t, spf.Redirect)), None)):
        yield Verdict(BESIDE_ALL, {"term": shown(str(redirect))})
    early = directives[: alls[0]] if alls else directives
    asking = [term for term in early if not isinstance(term.mechanism, spf.IP4 | spf.IP6)]
    if repeated := [term for term, times in Counter(asking).items() if times > 1]:
        yield Verdict(REPEATED, {"terms": _some(repeated)})


def _modifiers(text: str, record: spf.Record) -> Iterator[Verdict]:
    seen: spf.Term | None = None
    for term in record.terms:
        if isinstance(term, spf.Directive):
            if seen is not None:
                yield Verdict(MODIFIERS_FIRST, {"term": shown(str(seen))})
                return
        elif isinstance(term, spf.UnknownModifier):
            yield from _unknown(text, term)
        else:
            seen = seen or term


def _unknown(text: str, term: spf.UnknownModifier) -> Iterator[Verdict]:
    if term.name == "v":
        column = text.lower().find(" v=", 1) + 2
        yield Verdict(VERSION_TWICE, {"column": column})
    elif term.name not in _KNOWN and (near := nearest(term.name, _NAMES, alike=0.8)):
        meant = f"{near}{'=' if near in ('redirect', 'exp') else ':'}{term.text}"
        yield Verdict(ODD_MODIFIER, {"term": shown(str(term)), "fix": f"write {shown(meant)}"})


_NAMES = (*mechanisms.NAMES, "redirect", "exp")


def _networks(text: str, record: spf.Record) -> Iterator[Verdict]:
    for word in text.split(" ") if "/" in text else ():
        yield from _host_bits(word)
    found: list[tuple[spf.Directive, _Network]] = []
    for term in record.terms:
        match term:
            case spf.Directive(spf.IP4(network) | spf.IP6(network)):
                found.append((term, network))
                yield from _network(term, network)
            case spf.Directive(spf.Include(domain) | spf.A(domain) | spf.MX(domain) | spf.Exists(domain)):
                if domain.endswith("-all"):  # a top-level label may have a hyphen, and none does
                    parts = f"{str(term)[:-4]} {domain[-4:]}"
                    facts = {"term": shown(str(term)), "column": text.lower().find(str(term).lower()) + 1}
                    yield Verdict(JOINED, {**facts, "fix": f"write {shown(parts)}"})
            case _:
                pass
    if inner := list(_within(found)):
        yield Verdict(OVERLAP, {"terms": _some(inner)})


def _network(term: spf.Directive, network: _Network) -> Iterator[Verdict]:
    if term.qualifier is not spf.Qualifier.PASS:
        return
    if any(network.version == each.version and network.subnet_of(each) for each in SPECIAL):  # type: ignore[arg-type]
        yield Verdict(PRIVATE, {"term": shown(str(term))})
    elif _HALF < network.prefixlen < (WIDE4 if network.version == 4 else WIDE6):
        yield Verdict(BROAD, {"term": shown(str(term)), "size": f"{network.num_addresses:,}"})


def _host_bits(word: str) -> Iterator[Verdict]:
    name, colon, value = word.lstrip("+?~-").partition(":")
    address, slash, _ = value.partition("/")
    if not (colon and slash and name.lower() in ("ip4", "ip6")):
        return
    match spf.term(word):
        case spf.Directive(spf.IP4(network) | spf.IP6(network)):
            if ip_address(address) != network.network_address:
                facts = {"term": shown(word), "network": str(network), "size": f"{network.num_addresses:,}"}
                yield Verdict(HOST_BITS, facts)


def _within(found: list[tuple[spf.Directive, _Network]]) -> Iterator[spf.Directive]:
    """Terms whose network lies in another of them, where all have the same qualifier."""
    if len({term.qualifier for term, _ in found}) != 1:
        return
    end, version = -1, 0
    for term, network in sorted(found, key=lambda each: (each[1].version, *_extent(each[1]))):
        if network.version != version:
            end, version = -1, network.version
        if (last := int(network.broadcast_address)) <= end:
            yield term
        end = max(end, last)


def _extent(network: _Network) -> tuple[int, int]:
    return int(network.network_address), network.prefixlen


def _some(terms: list[spf.Directive]) -> str:
    """The first of *terms*, and how many more there are."""
    more = f" and {len(terms) - 3:,} more" if len(terms) > 3 else ""
    return ", ".join(shown(str(term)) for term in terms[:3]) + more
