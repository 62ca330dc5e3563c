"""Claims and recorded values: where we look, and what we published or adopted there.

A claim says where we look; only a recorded value may be taken away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from dnsauth.lock.keys import Key


class Grammar(StrEnum):
    """Which values at (owner, type) a claim looks at.

    ``RRSET`` is every value, ``TOKEN`` only the very values the lock records, each other every value that
    receivers would select as such a record.
    """

    RRSET = "rrset"
    TOKEN = "token"  # noqa: S105  a verification token is published, not secret
    SPF = "spf"
    DMARC = "dmarc"
    TLSRPT = "tlsrpt"
    MTASTS = "mtasts"
    BIMI = "bimi"


class Claim(NamedTuple):
    """Where we look: absolute owner name, type, and which values there."""

    owner: str
    type: str
    grammar: Grammar


class Recorded(NamedTuple):
    """One value of ours: SHA-256 of its canonical form (64 hex digits), and its text where it was adopted."""

    digest: str
    adopted: str = ""


@dataclass(frozen=True, slots=True)
class Lock:
    """The lock of one zone: recorded values by claim, DKIM keys, and who brought each SPF term.

    *keys* are those of its mail domains. *terms* maps, by mail domain, the text of a term to the senders that
    brought it; a term that went stays until the record that had it is forgotten, so that what it let pass can
    be told by the name of its sender.
    """

    zone: str
    claims: Mapping[Claim, tuple[Recorded, ...]] = field(default_factory=dict)
    terms: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    keys: tuple[Key, ...] = ()
