"""What others published when they were last asked, by the name looked up.

Commands that ask nobody count lookups, tell addresses and flatten from it; ``dnsauth lock --refresh`` writes
it (`dnsauth.lock.observed_file`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import NamedTuple, TypeAlias

from dnsauth.records import BadRecord, dkim
from dnsauth.spf.addresses import EMPTY, Addresses
from dnsauth.spf.lookup import NoSuchName, NotLooked


class Looked(NamedTuple):
    """An absolute name and a type somebody looked up."""

    name: str
    type: str


Values: TypeAlias = tuple[str, ...] | None
"""What a look-up found, sorted; () for NODATA, None for NXDOMAIN."""


@dataclass(frozen=True, slots=True)
class Published:
    """What one name published of SPF: the *records* among its TXT values, and whom they let pass.

    *addresses* are those of the whole tree, as far as they do not depend on the message. *since* is when
    this was first seen so.
    """

    since: datetime
    records: Values
    addresses: Addresses = EMPTY

    @property
    def digest(self) -> str:
        """SHA-256 of records and addresses, 64 hex digits."""
        content = [self.records, [str(network) for network in self.addresses.networks()]]
        return sha256(json.dumps(content).encode()).hexdigest()


class Key(NamedTuple):
    """A vendor's public key: its algorithm with its bits, and the SHA-256 of its octets in hex."""

    algorithm: str
    fingerprint: str


class NoKey(StrEnum):
    """Why there is no key behind a CNAME of ours."""

    NXDOMAIN = "NXDOMAIN"
    NODATA = "NODATA"
    REVOKED = "revoked"
    UNREADABLE = "unreadable"
    """No key record, or more than one (RFC 6376 section 3.6.2.2)."""


class Seen(NamedTuple):
    """What was behind a CNAME of ours, and since when it was seen so, with nothing else in between."""

    key: Key | NoKey
    since: datetime


def vendor_key(values: Values) -> Key | NoKey:
    """The vendor's key among the TXT *values* of a CNAME's target (RFC 6376 section 3.6.2.2)."""
    if not values:
        return NoKey.NXDOMAIN if values is None else NoKey.NODATA
    if len(values) > 1:
        return NoKey.UNREADABLE
    try:
        record = dkim.Record.parse(values[0])
    except BadRecord:
        return NoKey.UNREADABLE
    return NoKey.REVOKED if record.revoked else Key(dkim.algorithm(record), dkim.fingerprint(record))


class Retired(NamedTuple):
    """A chunk of flattened addresses that no record includes since *since*, and caches may still ask for."""

    since: datetime
    text: str


@dataclass(frozen=True)
class Observed:
    """What was found when everything was last asked, at *refreshed*, by *resolver*.

    *spf* is by absolute name. *hosts* holds what ``a`` and ``mx`` terms looked up (A, AAAA, MX), and NS of
    the registered domains that everything is in. *keys* are by the CNAME's target. *stale* says when what
    could not be asked at *refreshed* last was. *retired* holds chunks by owner name.
    """

    refreshed: datetime | None = None
    resolver: str = ""
    spf: Mapping[str, Published] = field(default_factory=dict)
    hosts: Mapping[Looked, Values] = field(default_factory=dict)
    keys: Mapping[str, Seen] = field(default_factory=dict)
    stale: Mapping[Looked, datetime] = field(default_factory=dict)
    retired: Mapping[str, Retired] = field(default_factory=dict)

    @cached_property
    def answers(self) -> Mapping[Looked, Values]:
        """Every answer SPF needed, by name and type."""
        records = {Looked(name, "TXT"): published.records for name, published in self.spf.items()}
        return {**records, **self.hosts}

    def lookup(self, name: str, type: str) -> tuple[str, ...]:
        """A `dnsauth.spf.Lookup` over what was found; raises `NotLooked` for what it does not hold."""
        try:
            values = self.answers[Looked(name, type)]
        except KeyError:
            raise NotLooked(f"{name} {type} was never looked up") from None
        if values is None:
            raise NoSuchName(f"{name} does not exist")
        return values

    def unchanged(self, target: str) -> timedelta:
        """How long what *target* holds was seen so, from the first look to the last."""
        last = self.stale.get(Looked(target, "TXT"), self.refreshed)
        return last - self.keys[target].since if last else timedelta(0)

    def age(self, now: datetime, names: Collection[tuple[str, str]] = ()) -> timedelta | None:
        """How long ago all of it was asked, or the one of *names* it is longest for; None for never."""
        if self.refreshed is None:
            return None
        asked = [self.stale.get(Looked(*name), self.refreshed) for name in names]
        return now - min(asked, default=self.refreshed)
