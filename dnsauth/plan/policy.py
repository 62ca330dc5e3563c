"""What DMARC records ask of receivers for a domain, its subdomains and names that do not exist.

Two kinds of receivers are about: RFC 9989's know ``np`` and ``t``; RFC 7489's know ``pct`` in their place.
A policy is as strong as it is for either, so each level is a pair.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from dnsauth import names
from dnsauth.dmarc import PREFIX, selected
from dnsauth.records import BadRecord, dmarc
from dnsauth.rrset import RRset, RRsetId

_LEVEL = {dmarc.Policy.NONE: 0.0, dmarc.Policy.QUARANTINE: 1.0, dmarc.Policy.REJECT: 2.0}
REJECT = 2.0
NOTHING = -1.0  # no record: nothing is asked, and nothing reported


class Level(NamedTuple):
    """From -1 (no record) over 0 (none) and 1 (quarantine) to 2 (reject), for either kind of receiver."""

    rfc9989: float
    rfc7489: float

    def below(self, other: Level) -> bool:
        """True where some receiver would ask less than by *other*."""
        return self.rfc9989 < other.rfc9989 or self.rfc7489 < other.rfc7489


class Effective(NamedTuple):
    """The levels a domain gets; *owner* is where the record stands, empty where there is none."""

    owner: str
    domain: Level
    subdomains: Level
    nonexistent: Level


_NONE = Effective("", *(Level(NOTHING, NOTHING),) * 3)


def _record(values: Iterable[str]) -> dmarc.Record | None:
    """The record receivers take from TXT *values*, or None. Raises `BadRecord` where it is refused."""
    text = selected(values)
    return dmarc.Record.parse(text) if text else None


def _levels(record: dmarc.Record) -> tuple[Level, Level, Level]:
    percent = dict(record.legacy).get("pct", "100")
    share = min(int(percent), 100) / 100 if percent.isdecimal() else 1.0

    def level(policy: dmarc.Policy, old: dmarc.Policy) -> Level:
        lowered = max(_LEVEL[policy] - record.t, 0.0)  # section 4.7, tag t
        sampled = max(_LEVEL[old] - 1 + share, 0.0)  # RFC 7489 section 6.6.4
        return Level(lowered, sampled if _LEVEL[old] else 0.0)

    p, sp, np = record.policy, record.subdomain_policy, record.nonexistent_policy
    return level(p, p), level(sp, sp), level(np, sp)


def effective(domain: str, zone: str, rrsets: Mapping[RRsetId, RRset], unknown: float) -> Effective:
    """What is asked for *domain* by its own record, else by the topmost above it within *zone*.

    A policy that stands elsewhere behind a CNAME, and a record that can't be read, count as *unknown*.
    """
    for name in (domain, *reversed(_above(domain, zone))):
        owner = PREFIX + name
        if RRsetId(owner, "CNAME") in rrsets:
            return Effective(owner, *(Level(unknown, unknown),) * 3)
        rrset = rrsets.get(RRsetId(owner, "TXT"))
        try:
            record = _record(rrset.values) if rrset else None
        except BadRecord:
            return Effective(owner, *(Level(unknown, unknown),) * 3)
        if record is not None:
            p, sp, np = _levels(record)
            return Effective(owner, p, sp, np) if name == domain else Effective(owner, sp, sp, np)
    return _NONE


def _above(domain: str, zone: str) -> list[str]:
    found = []
    while domain != zone and names.within(domain, zone):
        _, _, domain = domain.partition(".")
        found.append(domain)
    return found


def strength(values: Iterable[str]) -> float:
    """The level TXT *values* at a ``_dmarc`` name ask for the domain itself, for RFC 9989's receivers."""
    try:
        record = _record(values)
    except BadRecord:
        return NOTHING
    return _levels(record)[0].rfc9989 if record else NOTHING


def asks_reject(level: Level) -> bool:
    """True where some receiver is asked to reject all of the domain's failing mail, or a share of it."""
    return level.rfc9989 >= REJECT or level.rfc7489 > REJECT - 1
