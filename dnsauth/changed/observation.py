"""What differs between two observations of what others publish."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias, TypeVar

from dnsauth.checks.vendor_keys import OLD
from dnsauth.desired.model import Desired
from dnsauth.inventory.model import Zone
from dnsauth.lock.observed import Observed

Question: TypeAlias = tuple[str, str]
"""A name and a type."""

_K = TypeVar("_K")
_V = TypeVar("_V")


class Difference(NamedTuple):
    """Answers to SPF, keys by target, and chunks by mail domain that are not the same.

    *aged*: everything was asked at another time.
    """

    asked: frozenset[Question]
    keys: frozenset[str]
    retired: frozenset[str]
    aged: bool

    @classmethod
    def between(cls, before: Observed, now: Observed) -> Difference:
        """What differs between *before* and *now*."""
        aged = (before.refreshed, before.stale) != (now.refreshed, now.stale)
        old = {
            target
            for side in (before, now)
            for target in (side.keys if aged else ())
            if side.unchanged(target) >= OLD
        }
        chunks = _unlike(before.retired, now.retired)
        return cls(
            frozenset((name, type) for name, type in _unlike(before.answers, now.answers)),
            frozenset(_unlike(before.keys, now.keys) | old),
            frozenset(owner.partition(".")[2] for owner in chunks),
            aged,
        )

    def used(self, zone: Zone, desired: Iterable[Desired]) -> bool:
        """True where *zone*, of which this is *desired*, uses some of it otherwise than through SPF."""
        return any(
            domain.name in self.retired
            or (self.aged and any(sender.flatten is not None for sender in domain.senders))
            for domain in zone.domains
        ) or any(not self.keys.isdisjoint(rrset.texts) for rrset in desired if rrset.type == "CNAME")


def _unlike(one: Mapping[_K, _V], other: Mapping[_K, _V]) -> set[_K]:
    missing = object()
    return {key for key in one.keys() | other.keys() if one.get(key, missing) != other.get(key, missing)}
