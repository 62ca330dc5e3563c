"""Desired × lock × held → changes: what others have at our names is merged before anything is compared.

A held value goes only where the lock records it. Where nothing is desired of a claim, a value nobody
recorded stays and is reported; where something is desired, taking it away is drift, which a guard stops
(docs/ownership.md).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dnsauth.desired.model import Desired, Origin, Value
from dnsauth.lock.claims import covers, equal, recorded
from dnsauth.lock.model import Claim, Lock
from dnsauth.plan.meaning import meaning
from dnsauth.plan.model import Change, Held
from dnsauth.rrset import RRset, RRsetId


class Intruder(NamedTuple):
    """A value nobody recorded, held where a claim of ours looks and nothing is desired: it stays."""

    id: RRsetId
    value: str


class Merge(NamedTuple):
    """The changes that lead from held to desired, by owner and type, and the intruders that stay."""

    changes: tuple[Change, ...]
    intruders: tuple[Intruder, ...]


def changes(desired: Sequence[Desired], lock: Lock, held: Held) -> tuple[Change, ...]:
    """The changes that lead from *held* to *desired*, sorted by owner and type; () where they agree.

    *lock* records every desired value already (`dnsauth.desired.locks.updated`).
    """
    return merge(desired, lock, held).changes


def merge(desired: Sequence[Desired], lock: Lock, held: Held) -> Merge:
    """The changes of one zone and what stays in its claims; looks at claimed RRsets only."""
    by_id = {rrset.id: rrset for rrset in desired}
    differing = {id for id, rrset in by_id.items() if not _agrees(rrset, held.rrsets.get(id))}
    for claim in lock.claims:
        id = RRsetId(claim.owner, claim.type)
        if id in held.rrsets and id not in by_id:
            differing.add(id)
    if not differing:
        return Merge((), ())
    claims: dict[RRsetId, list[Claim]] = defaultdict(list)
    for claim in lock.claims:
        claims[RRsetId(claim.owner, claim.type)].append(claim)
    found: list[Change] = []
    intruders: list[Intruder] = []
    for id in sorted(differing):
        rrset, before = by_id.get(id), held.rrsets.get(id)
        if before is None:
            if rrset is not None:
                found.append(_create(rrset))
            continue
        sorting = _sort(before, rrset.values if rrset else (), claims[id], lock)
        intruders.extend(Intruder(id, value) for value in sorting.intruders)
        change = _change(before, rrset, sorting)
        if change is not None:
            found.append(change)
    return Merge(tuple(found), tuple(intruders))


def _agrees(desired: Desired, held: RRset | None) -> bool:
    """True where there is nothing to merge, as in nearly all RRsets of nearly all runs."""
    return (
        held is not None and (held.ttl == desired.ttl or desired.keeps_ttl) and held.values == desired.texts
    )


class _Sorting(NamedTuple):
    """The held values of one RRset by what becomes of them, and the desired values still to be written."""

    satisfying: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    intruders: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    missing: tuple[Value, ...] = ()
    adopts: bool = False
    drift: bool = False


def _sort(held: RRset, values: tuple[Value, ...], claims: Iterable[Claim], lock: Lock) -> _Sorting:
    texts = {value.text for value in values}
    wanted = {value.claim for value in values}
    looking = wanted.union(claims)
    missing = [value for value in values if value.text not in held.values]
    satisfying = [value for value in held.values if value in texts]
    foreign, intruders, gone = [], [], []
    adopts = drift = False
    for text in held.values:
        if text in texts:
            continue
        entries = [(claim, recorded(lock, claim, text)) for claim in looking]
        here = [claim for claim, entry in entries if entry or covers(claim, text)]
        same = next((v for v in missing if v.claim in here and _equal(v, held.type, text)), None)
        if same is not None:
            missing.remove(same)
            satisfying.append(text)
        elif any(entry for _, entry in entries):
            gone.append(text)
            adopts = adopts or any(entry.adopted for _, entry in entries if entry)
        elif not here:
            foreign.append(text)
        elif wanted.isdisjoint(here):
            intruders.append(text)
        else:
            gone.append(text)
            drift = True
    return _Sorting(
        tuple(satisfying), tuple(foreign), tuple(intruders), tuple(gone), tuple(missing), adopts, drift
    )


def _equal(value: Value, type: str, text: str) -> bool:
    return equal(value.claim.grammar, type, text, value.text)


def _change(before: RRset, desired: Desired | None, sorting: _Sorting) -> Change | None:
    staying = (*sorting.satisfying, *sorting.foreign, *sorting.intruders)
    added = tuple(value.text for value in sorting.missing)
    texts = desired.texts if desired else ()
    # what others share, or wrote in their own words, keeps its TTL
    ours_alone = desired is not None and all(text in texts for text in staying)
    ttl = desired.ttl if desired and ours_alone and not desired.keeps_ttl else before.ttl
    after = (
        RRset(before.owner, before.type, ttl, tuple(sorted({*staying, *added}))) if staying or added else None
    )
    if after == before:
        return None
    others = len(sorting.foreign) + len(sorting.intruders)
    return Change(
        before,
        after,
        sorting.adopts,
        sorting.drift,
        _origin(desired),
        meaning(before.owner, before.type, sorting.gone, added, others),
    )


def _create(desired: Desired) -> Change:
    after = RRset(desired.owner, desired.type, desired.ttl, tuple(dict.fromkeys(desired.texts)))
    return Change(
        None, after, origin=_origin(desired), meaning=meaning(after.owner, after.type, (), after.values, 0)
    )


def _origin(desired: Desired | None) -> tuple[Origin, ...]:
    values = desired.values if desired else ()
    return tuple(dict.fromkeys(origin for value in values for origin in value.origin))
