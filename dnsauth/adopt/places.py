"""Which names of a zone are mail domains, and which records stand for each."""

from __future__ import annotations

from collections.abc import Mapping

from dnsauth.names import BadName, absolute, relative, within
from dnsauth.records import spf
from dnsauth.rrset import RRset, RRsetId

_BELOW = ("_dmarc.", "_smtp._tls.", "_mta-sts.")
_KINDS = ("._domainkey.", "._bimi.")


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
