"""A profile: the requirements of one authority, each with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from dnsauth.findings import Where
from dnsauth.inventory.model import All
from dnsauth.records.dmarc import Policy


class Applies(StrEnum):
    """The mail domains a requirement speaks of."""

    ANY = "any"
    SENDS = "sends"
    PARKED = "parked"
    RECEIVES = "receives"
    PHI = "phi"
    """Domains with a sender of patient data."""


class Level(StrEnum):
    """Whether a source demands or advises; RFC 2119's words."""

    MUST = "must"
    SHOULD = "should"


class Part(StrEnum):
    """What a mail domain may publish."""

    SPF = "spf"
    DKIM = "dkim"
    DMARC = "dmarc"
    MTA_STS = "mta_sts"
    TLS_RPT = "tls_rpt"
    BIMI = "bimi"
    MX = "mx"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One demand of a source, and what would show that a domain does not answer it.

    It is unmet where one of *publishes* is not there, where DMARC's policy is none of *policy*, SPF closes
    with none of *closing*, no report goes to *reports_to*, or a rule of *broken_by* fires. *supports* names
    the clause it supports evidence for, where *source* has clauses.
    """

    id: str
    says: str
    where: Where
    source: str
    url: str
    seen: date
    applies: Applies = Applies.ANY
    level: Level = Level.MUST
    publishes: tuple[Part, ...] = ()
    policy: tuple[Policy, ...] = ()
    closing: tuple[All, ...] = ()
    reports_to: str = ""
    broken_by: tuple[str, ...] = ()
    supports: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """The requirements of one authority, by *name*; *shipped* is False for a user's own."""

    name: str
    title: str
    about: str
    requirements: tuple[Requirement, ...]
    shipped: bool = True


Profiles: TypeAlias = Mapping[str, Profile]
"""Profiles by name."""
