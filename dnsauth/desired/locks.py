"""Bringing a lock up to date with what is desired: it gains claims and values, and loses nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dnsauth.desired.model import Desired
from dnsauth.lock.claims import with_values
from dnsauth.lock.model import Lock, Recorded


def updated(lock: Lock, desired: Sequence[Desired]) -> Lock:
    """*lock* with a claim and a digest for every desired value, and who brings each SPF term.

    *lock* itself where nothing is new.
    """
    new = [
        (value.claim, Recorded(value.digest))
        for rrset in desired
        for value in rrset.values
        if all(value.digest != entry.digest for entry in lock.claims.get(value.claim, ()))
    ]
    terms = {
        rrset.owner: {**lock.terms.get(rrset.owner, {}), **rrset.terms} for rrset in desired if rrset.terms
    }
    if any(lock.terms.get(owner) != brought for owner, brought in terms.items()):
        lock = replace(lock, terms={**lock.terms, **terms})
    return with_values(lock, tuple(new)) if new else lock
