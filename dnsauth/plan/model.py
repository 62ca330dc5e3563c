"""A plan as data: what a provider holds, what would change, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from dnsauth.desired.model import Origin
from dnsauth.findings import Finding
from dnsauth.rrset import RRset, RRsetId


@dataclass(frozen=True, slots=True)
class Held:
    """What a provider stores of one zone.

    *exact* holds the RDATA octets of RRsets whose provider tells them (cuts of foreign TXT included);
    where it is silent, octets follow from the values. *faithful* is True where a write leaves the other
    values of a shared RRset untouched (value-level targets). *observed*: no provider told it, but public DNS.
    """

    zone: str
    provider: str
    exists: bool
    rrsets: Mapping[RRsetId, RRset]
    exact: Mapping[RRsetId, tuple[bytes, ...]] = field(default_factory=dict)
    faithful: bool = False
    observed: bool = False


class Action(StrEnum):
    """What a change does to its RRset."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Change:
    """Create, update or delete of one RRset; *before* and *after* are whole, foreign values included.

    *adopts*: it takes away a value that was adopted. *drift*: it would take away a value nobody recorded.
    """

    before: RRset | None
    after: RRset | None
    adopts: bool = False
    drift: bool = False
    origin: tuple[Origin, ...] = ()
    meaning: tuple[str, ...] = ()

    @property
    def rrset(self) -> RRset:
        """The RRset after the change, or the one that goes."""
        found = self.after or self.before
        assert found is not None  # noqa: S101  a change has at least one side
        return found

    @property
    def owner(self) -> str:
        """Absolute owner name."""
        return self.rrset.owner

    @property
    def type(self) -> str:
        """Type of the RRset."""
        return self.rrset.type

    @property
    def action(self) -> Action:
        """Create, update or delete, as the two sides say."""
        if self.before is None:
            return Action.CREATE
        return Action.DELETE if self.after is None else Action.UPDATE


@dataclass(frozen=True, slots=True)
class ZonePlan:
    """The changes of one zone at one provider, in the order they are written.

    *held*: digest of wire RDATA and TTL at the touched owner names. *digest*: over (zone, provider, held,
    changes without origin, meaning, adopts, drift). *observed*: it was made from what public DNS answers, is
    to be read and never to be applied; *provider* names all the zone has.
    """

    zone: str
    provider: str
    held: str
    digest: str
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    observed: bool = False

    @property
    def concerned(self) -> bool:
        """True where something would change, or was found."""
        return bool(self.changes or self.findings)

    @property
    def stopped(self) -> bool:
        """True where a guard stops this zone."""
        return any(finding.stops for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of a repository: *created* is RFC 3339 UTC, *inventory* the digest of its files."""

    created: str
    inventory: str
    zones: tuple[ZonePlan, ...]

    @property
    def observed(self) -> bool:
        """True where a zone was compared with public DNS, so that the plan can't be applied."""
        return any(zone.observed for zone in self.zones)


class Provider(Protocol):
    """One provider as planning and applying see it; octoDNS's are adapted in `dnsauth.octodns`.

    *local*: reading waits for nobody, so that threads would only stand in each other's way.
    """

    name: str
    local: bool

    def read(self, zone: str) -> Held:
        """What the provider stores now; raises `dnsauth.errors.DnsauthError` where it can't be read."""

    def write(self, held: Held, changes: tuple[Change, ...]) -> None:
        """Write *changes*, made against *held*, as one transaction where the provider has them.

        Raises `dnsauth.plan.errors.Moved` where something else is held by now, else `DnsauthError`.
        """
