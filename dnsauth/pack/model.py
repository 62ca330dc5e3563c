"""The report as frozen values; texts are as they stand in files and DNS, and escaped where they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from dnsauth.findings import Where


@dataclass(frozen=True, slots=True)
class Grade:
    """How many of the requirements *of* a profile that apply a domain has *met*."""

    met: int
    of: int
    waived: int = 0
    unknown: int = 0

    @property
    def unmet(self) -> int:
        """Those that nothing excuses."""
        return self.of - self.met - self.waived - self.unknown


@dataclass(frozen=True, slots=True)
class Domain:
    """A mail domain: what it does, its DMARC policy, its grade by profile, and how many errors stand."""

    name: str
    where: Where
    does: str
    policy: str
    grades: Mapping[str, Grade]
    errors: int
    warnings: int


@dataclass(frozen=True, slots=True)
class Contract:
    """A business associate agreement; *ends* is its end or, if sooner, the day of its review."""

    name: str
    partner: str
    covers: tuple[str, ...]
    signed: date
    review: date | None
    expires: date | None
    ref: str
    state: str


@dataclass(frozen=True, slots=True)
class Sender:
    """A sender in all mail domains that name it; *offered* is whether its service offers an agreement."""

    name: str
    service: str
    title: str
    domains: tuple[str, ...]
    where: Where
    owner: str
    purpose: str
    data: str
    agreement: str
    offered: bool | None
    review: date | None


@dataclass(frozen=True, slots=True)
class Key:
    """A DKIM key of our own; *days* since it came to its state, *every* how many days a new one is due."""

    domain: str
    sender: str
    selector: str
    algorithm: str
    state: str
    since: datetime
    days: int
    every: int


@dataclass(frozen=True, slots=True)
class Open:
    """A finding that stands."""

    code: str
    severity: str
    outcome: str
    owner: str
    message: str
    next: str
    where: Where


@dataclass(frozen=True, slots=True)
class Waived:
    """A waiver, and how many findings it keeps quiet today."""

    rule: str
    domain: str
    until: date
    owner: str
    why: str
    where: Where
    quiet: int
    days: int


@dataclass(frozen=True, slots=True)
class Event:
    """What the trail says was done: *what* in one line, *proof* the digest or the servers that agree."""

    at: datetime
    kind: str
    who: str
    what: str
    proof: str
    line: str


@dataclass(frozen=True, slots=True)
class Trail:
    """How many *entries* the trail has, the digest of the last, and what is wrong with it."""

    entries: int
    head: str
    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remedy:
    """A rule that fired more often at one check than at the next: what was put right in between."""

    code: str
    before: int
    after: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Counted:
    """How many findings a check found."""

    at: datetime
    errors: int
    warnings: int


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the pack says, from *since* to *until*."""

    organisation: str
    since: date
    until: datetime
    version: str
    inventory: str
    profiles: Mapping[str, str]
    domains: tuple[Domain, ...]
    senders: tuple[Sender, ...]
    contracts: tuple[Contract, ...]
    keys: tuple[Key, ...]
    findings: tuple[Open, ...]
    waivers: tuple[Waived, ...]
    trail: Trail | None = None
    changes: tuple[Event, ...] = ()
    rotations: tuple[Event, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    checks: tuple[Counted, ...] = field(default=())
