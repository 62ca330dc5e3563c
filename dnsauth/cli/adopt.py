"""Consent to replace what somebody else put where we look: a line in the lock, with the value's text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dnsauth.desired.model import Desired
from dnsauth.lock import claims
from dnsauth.lock.model import Lock, Recorded
from dnsauth.plan.model import Change
from dnsauth.plan.sides import gone


def adopted(lock: Lock, desired: Sequence[Desired], changes: Iterable[Change]) -> Lock:
    """*lock* with every value that *changes* would take and nobody recorded; itself where there is none.

    *changes* lead from what is held to *desired*, in the zone of *lock*.
    """
    by_id = {rrset.id: rrset for rrset in desired}
    new = [
        (claim, Recorded(claims.digest(claim.grammar, claim.type, text), text))
        for change in changes
        if change.drift
        for claim in sorted({value.claim for value in by_id[change.rrset.id].values})
        for text in gone(change)
        if claims.covers(claim, text) and claims.recorded(lock, claim, text) is None
    ]
    return claims.with_values(lock, tuple(new)) if new else lock
