"""Zones of a few records, and what importing makes of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from dnsauth.adopt.adopt import Adopted, Around, adopted
from dnsauth.adopt.evidence import Recogniser
from dnsauth.adopt.merge import Standing
from dnsauth.catalogue.read import read
from dnsauth.desired.derive import derive
from dnsauth.inventory.config import Config
from dnsauth.inventory.read import assembled
from dnsauth.inventory.zones import zones
from dnsauth.lock.model import Lock
from dnsauth.rrset import RRset, RRsetId

ZONE = "example.com."
FILE = "zones/example.com.yaml"


@cache
def recogniser() -> Recogniser:
    return Recogniser(read(Path("/nonexistent"))[0])


def rrsets(*records: str, zone: str = ZONE, ttl: int = 300) -> dict[RRsetId, RRset]:
    """Records as ``OWNER TYPE VALUE``, the owner relative to *zone*."""
    found: dict[RRsetId, list[str]] = {}
    for record in records:
        owner, type, value = record.split(" ", 2)
        found.setdefault(RRsetId(zone if owner == "@" else f"{owner}.{zone}", type), []).append(value)
    return {id: RRset(*id, ttl, tuple(sorted(values))) for id, values in found.items()}


def standing(text: str, lock: Lock | None = None) -> Standing:
    """The zone file *text*, which has no error."""
    (zone,), wrong = zones(text.encode(), FILE, None, Config())
    assert not wrong, wrong
    derived = derive(assembled(Path(), {ZONE: zone}, Config(), ""), recogniser().catalogue)
    assert not derived.findings, derived.findings
    return Standing(FILE, text.encode(), zone, derived.desired[ZONE], lock or Lock(ZONE))


def imported(records, text: str = "", lock: Lock | None = None, *, repair: bool = False) -> Adopted:
    """What becomes of the zone of *records*, with the zone file *text* there before unless that is empty."""
    around = Around(standing={ZONE: standing(text, lock)}) if text else Around()
    (one,) = adopted({ZONE: records}, recogniser(), around, repair=repair)
    assert isinstance(one, Adopted), one
    return one
