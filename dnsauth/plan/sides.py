"""The two sides of a change, value by value."""

from __future__ import annotations

from dnsauth.plan.model import Change
from dnsauth.rrset import RRset


def values(rrset: RRset | None) -> tuple[str, ...]:
    """The values of one side of a change; () where there is none."""
    return rrset.values if rrset else ()


def added(change: Change) -> tuple[str, ...]:
    """The values that come."""
    before = frozenset(values(change.before))
    return tuple(text for text in values(change.after) if text not in before)


def gone(change: Change) -> tuple[str, ...]:
    """The values that go."""
    after = frozenset(values(change.after))
    return tuple(text for text in values(change.before) if text not in after)


def kept(change: Change) -> tuple[str, ...]:
    """The values that stay."""
    before = frozenset(values(change.before))
    return tuple(text for text in values(change.after) if text in before)
