"""Which names of a zone are mail domains, and which records stand for each."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from dnsauth.names import BadName, absolute, deepest, relative, within
from dnsauth.records import spf
from dnsauth.rrset import RRset, RRsetId

_BELOW = ("_dmarc.", "_smtp._tls.", "_mta-sts.")
_KINDS = ("._domainkey.", "._bimi.")
_OF_MAIL = re.compile(r"(?:.*\.)?(?:_dmarc|_domainkey|_mta-sts|mta-sts|_tls|_bimi|_spf)(?:\.|\Z)")


def domain_of(rrset: RRset) -> str | None:
    """The mail domain that *rrset* speaks of by its place, or None where it is no record of mail."""
    owner = rrset.owner
    for label in _BELOW:
        if owner.startswith(label):
            return owner.removeprefix(label)
    for kind in _KINDS:
        if kind in owner and not owner.startswith("_"):  # _adsp and _domainkey itself hold no key
            return owner.rpartition(kind)[2]
    if rrset.type == "MX" or (rrset.type == "TXT" and any(spf.selects(value) for value in rrset.values)):
        return owner
    return None


def mail_domains(zone: str, rrsets: Mapping[RRsetId, RRset]) -> tuple[str, ...]:
    """The mail domains of *zone*, those above first."""
    found = {name for rrset in rrsets.values() for name in [domain_of(rrset)] if name and sound(name, zone)}
    return tuple(sorted(found, key=lambda name: (name.count("."), name)))


def sound(name: str, zone: str) -> bool:
    """True where the zone file can have *name* as a mail domain (RFC 5321 section 2.3.5)."""
    try:
        return (
            within(name, zone)
            and absolute(name) == name
            and not any("_" in label for label in relative(name, zone).split("."))
        )
    except BadName:
        return False


def cut(name: str, delegations: Collection[str]) -> str:
    """The one of *delegations* that *name* is at or below, else empty (RFC 9499 section 7)."""
    return deepest(name, delegations) or ""


def delegated(zone: str, rrsets: Mapping[RRsetId, RRset]) -> tuple[str, ...]:
    """The names of mail authentication below *zone* that other servers answer for, and any that was asked."""
    cuts = {id.owner: rrset.values for id, rrset in rrsets.items() if id.type == "NS" and id.owner != zone}
    return tuple(sorted(name for name, of in cuts.items() if not of or _OF_MAIL.match(relative(name, zone))))
