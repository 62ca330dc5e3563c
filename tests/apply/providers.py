"""Providers in memory: an honest one, and those that go wrong in one way each."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping

from dnsauth.errors import DnsauthError
from dnsauth.plan.digest import held_digest, zone_digest
from dnsauth.plan.errors import Moved
from dnsauth.plan.model import Change, Held, ZonePlan
from dnsauth.rrset import RRset, RRsetId


class Stored:
    """A provider that compares before it swaps, a zone at a time, and remembers which zones it wrote."""

    local = True

    def __init__(self, name: str, zones: Mapping[str, Iterable[RRset]]) -> None:
        self.name = name
        self.zones = {zone: {rrset.id: rrset for rrset in rrsets} for zone, rrsets in zones.items()}
        self.writes: list[str] = []
        self.lock = threading.Lock()

    def read(self, zone: str) -> Held:
        with self.lock:
            return Held(zone, self.name, zone in self.zones, dict(self.zones.get(zone, {})))

    def write(self, held: Held, changes: tuple[Change, ...]) -> None:
        with self.lock:
            rrsets = self.zones[held.zone]
            if any(rrsets.get(change.rrset.id) != held.rrsets.get(change.rrset.id) for change in changes):
                raise Moved(f"{held.zone} changed in between", "make a new plan")
            self.writes.append(held.zone)
            for change in changes:
                self.put(rrsets, change)

    def put(self, rrsets: dict[RRsetId, RRset], change: Change) -> None:
        if change.after is None:
            del rrsets[change.rrset.id]
        else:
            rrsets[change.rrset.id] = change.after


class Liar(Stored):
    """Says it wrote, and did not: what named does to data beside a CNAME."""

    def put(self, rrsets: dict[RRsetId, RRset], change: Change) -> None:
        pass


class Mangling(Stored):
    """Stores texts without their quotation marks."""

    def put(self, rrsets: dict[RRsetId, RRset], change: Change) -> None:
        super().put(rrsets, change)
        if found := rrsets.get(change.rrset.id):
            values = tuple(value.replace('"', "") for value in found.values)
            rrsets[found.id] = RRset(found.owner, found.type, found.ttl, values)


class Refusing(Stored):
    """Refuses every write."""

    def write(self, held: Held, changes: tuple[Change, ...]) -> None:
        raise DnsauthError(f"{self.name} refused {len(changes)} changes of {held.zone}", "look into its log")


class Breaking(Stored):
    """Breaks after *after* changes with an error of its library's own, a secret in its text."""

    def __init__(self, name: str, zones: Mapping[str, Iterable[RRset]], after: int = 0) -> None:
        super().__init__(name, zones)
        self.after = after

    def write(self, held: Held, changes: tuple[Change, ...]) -> None:
        for change in changes[: self.after]:
            self.put(self.zones[held.zone], change)
        raise ConnectionError("https://api.example.net/?token=hunter2 reset the connection")


class Vanishing(Stored):
    """Writes, and can't be read any more."""

    def read(self, zone: str) -> Held:
        if zone in self.writes:
            raise DnsauthError(f"{self.name} does not answer", "try again")
        return super().read(zone)


def txt(owner: str, *values: str) -> RRset:
    return RRset(owner, "TXT", 300, tuple(sorted(values)))


def planned(held: Held, *changes: Change, findings: tuple[object, ...] = ()) -> ZonePlan:
    """The plan that makes *changes* of *held*."""
    digest = held_digest(held, {change.owner for change in changes})
    zone = zone_digest(held.zone, held.provider, digest, changes)
    return ZonePlan(held.zone, held.provider, digest, zone, changes, findings)


def adding(provider: Stored, zone: str, value: str = "v=spf1 -all") -> ZonePlan:
    """The plan that adds a TXT *value* at the apex of *zone* beside what is there."""
    held = provider.read(zone)
    before = held.rrsets.get(RRsetId(zone, "TXT"))
    return planned(held, Change(before, txt(zone, value, *(before.values if before else ()))))
