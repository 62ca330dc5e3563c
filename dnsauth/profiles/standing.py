"""What a mail domain publishes, as far as profiles ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dnsauth import dmarc
from dnsauth.checks import mta_sts
from dnsauth.checks.senders import key_domain, works
from dnsauth.desired.model import Desired
from dnsauth.inventory.model import All, MailDomain, NullMX, Zone
from dnsauth.plan.kind import Kind, selects
from dnsauth.profiles.model import Applies, Part
from dnsauth.records import BadRecord, spf
from dnsauth.records.dmarc import Policy
from dnsauth.rrset import RRsetId
from dnsauth.spf.lookup import Lookup

_NAMED = {
    Part.SPF: (Kind.SPF, ""),
    Part.MTA_STS: (Kind.MTASTS, mta_sts.PREFIX),
    Part.TLS_RPT: (Kind.TLSRPT, "_smtp._tls."),
    Part.BIMI: (Kind.BIMI, "default._bimi."),
}
_CLOSING = {
    spf.Qualifier.NEUTRAL: All.NEUTRAL,
    spf.Qualifier.SOFTFAIL: All.SOFTFAIL,
    spf.Qualifier.FAIL: All.FAIL,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What *domain* is, and what it publishes: its parts, how its SPF closes, the DMARC policy that holds."""

    domain: str
    applies: frozenset[Applies]
    parts: frozenset[Part]
    closing: All | None = None
    policy: Policy | None = None
    rua: tuple[str, ...] = ()


def known(desired: Mapping[str, Sequence[Desired]]) -> Lookup:
    """DNS as it would be if nothing but what is *desired*, by zone, were published."""
    texts = {(rrset.owner, rrset.type): rrset.texts for rrsets in desired.values() for rrset in rrsets}

    def lookup(name: str, type: str) -> tuple[str, ...]:
        return texts.get((name, type), ())

    return lookup


def everywhere(
    zones: Iterable[Zone], desired: Mapping[str, Sequence[Desired]]
) -> Iterator[tuple[MailDomain, Standing]]:
    """Every mail domain of *zones*, and how it stands by what is *desired*, by zone."""
    lookup = known(desired)
    for zone in zones:
        yield from zip(zone.domains, standings(zone.domains, desired[zone.name], lookup), strict=True)


def standings(
    domains: Sequence[MailDomain], desired: Sequence[Desired], lookup: Lookup
) -> Iterator[Standing]:
    """How each of *domains*, those of one zone, stands by what is *desired* there; *lookup* has all zones."""
    rrsets = {rrset.id: rrset.texts for rrset in desired}
    signing = {
        at
        for rrset in desired
        if (at := key_domain(rrset.owner)) and any(works(rrset.type, text) for text in rrset.texts)
    }
    for domain in domains:
        named = _NAMED.items()
        parts = {part for part, (kind, prefix) in named if _stands(rrsets, prefix + domain.name, kind)}
        if domain.name in signing:
            parts.add(Part.DKIM)
        if any(text != "0 ." for text in rrsets.get(RRsetId(domain.name, "MX"), ())):
            parts.add(Part.MX)
        found = dmarc.by_tree_walk(domain.name, lookup)
        if found.record:
            parts.add(Part.DMARC)
        yield Standing(
            domain.name,
            frozenset(_applies(domain)),
            frozenset(parts),
            _closing(rrsets.get(RRsetId(domain.name, "TXT"), ())),
            found.policy,
            tuple(map(str, found.record.rua)) if found.record else (),
        )


def _stands(rrsets: Mapping[RRsetId, Sequence[str]], owner: str, kind: Kind) -> bool:
    texts = rrsets.get(RRsetId(owner, "TXT"), ())
    return any(selects(kind, text) for text in texts) or RRsetId(owner, "CNAME") in rrsets


def _closing(texts: Sequence[str]) -> All | None:
    for text in filter(spf.selects, texts):
        try:
            record = spf.Record.parse(text)
        except BadRecord:
            return None
        return _CLOSING.get(record.closing) if record.closing else None
    return None


def _applies(domain: MailDomain) -> Iterator[Applies]:
    yield Applies.ANY
    if domain.sends is False:
        yield Applies.PARKED
    if domain.senders:
        yield Applies.SENDS
    if domain.receives is not None and domain.receives is not NullMX.NULL:
        yield Applies.RECEIVES
    if domain.phi:
        yield Applies.PHI
