"""What ``dnsauth.yaml`` says of running dnsauth: how it looks at DNS, whom it tells, what it records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from dnsauth.findings import Where


@dataclass(frozen=True, slots=True)
class Ignore:
    """A lame server left out of a look until a date."""

    server: str
    until: date
    owner: str
    why: str


@dataclass(frozen=True, slots=True)
class Live:
    """How to look at live DNS; servers are ``ADDRESS:PORT``, zones absolute names.

    *rate* is in queries a second, to each server that is not on loopback. *ca* is a PEM file of
    certification authorities that https hosts may have besides the public ones; with *private* documents
    are fetched from addresses that the world does not reach, too.
    """

    resolver: str = ""
    servers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ignore: tuple[Ignore, ...] = ()
    roots: tuple[str, ...] = ()
    rate: int = 500
    ca: str = ""
    private: bool = False


@dataclass(frozen=True, slots=True)
class Reputation:
    """DNS block lists, absolute names, that are asked of addresses we send from, and of domains that send."""

    addresses: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


class Event(StrEnum):
    """What somebody is told of."""

    APPLIED = "applied"
    """Zones were written, and read back as written."""
    FAILED = "failed"
    """A zone was not written or is not served as asked, or something could not be looked at."""
    DRIFT = "drift"
    """Servers answer otherwise than the inventory asks, or `check --live` finds errors."""
    KEY_DUE = "key-due"
    """A key moved or was made, or waits too long for a host."""
    ENDING = "ending"
    """An agreement or a waiver ends soon, or has ended."""


@dataclass(frozen=True, slots=True)
class Notify:
    """Who is told of what: *to* holds ``env/NAME``; of *zones* only, where there are any."""

    to: tuple[str, ...]
    on: frozenset[Event]
    where: Where
    zones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Audit:
    """Where the audit trail is kept, below dnsauth.yaml, and for how many *years*."""

    directory: str = "audit"
    years: int = 6
