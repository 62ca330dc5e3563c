"""What the inventory asks of DNS: one `Desired` per RRset we have a say in, each value with its origin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from dnsauth.lock.model import Claim
from dnsauth.rrset import RRset, RRsetId


class Origin(NamedTuple):
    """Why a value is desired: file and line, sender and service (both empty where policy asks)."""

    file: str
    line: int
    sender: str = ""
    service: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """One desired value, the claim it stands under, who asks for it, and the digest a lock records of it.

    *terms* are those of a mail domain's SPF record, each with the names of the senders that bring it.
    """

    text: str
    claim: Claim
    origin: tuple[Origin, ...]
    digest: str
    terms: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Desired:
    """The values the inventory asks of one RRset; *ttl* in seconds, for an RRset that is ours alone.

    With *keeps_ttl* it is only for one that is new.
    """

    zone: str
    owner: str
    type: str
    ttl: int
    values: tuple[Value, ...]
    keeps_ttl: bool = False

    @property
    def id(self) -> RRsetId:
        """Owner name and type."""
        return RRsetId(self.owner, self.type)

    @property
    def rrset(self) -> RRset:
        """The RRset where nobody else has a value in it."""
        return RRset(self.owner, self.type, self.ttl, self.texts)

    @property
    def terms(self) -> Mapping[str, tuple[str, ...]]:
        """The senders that bring each term of the SPF record here, by its text."""
        return {text: senders for value in self.values for text, senders in value.terms}

    @property
    def texts(self) -> tuple[str, ...]:
        """The values' texts, sorted."""
        if len(self.values) == 1:  # as nearly always
            return (self.values[0].text,)
        return tuple(sorted(value.text for value in self.values))
