"""Which recorded values nobody serves any more, so that a lock may forget them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from dnsauth.live.servers import Authority
from dnsauth.live.standing import Verified
from dnsauth.lock.model import Claim, Lock
from dnsauth.rrset import RRsetId
from dnsauth.verify import Expected, Gone


class Pruned(NamedTuple):
    """A lock without what is gone everywhere, and the RRsets that had to stay, each with the reason."""

    lock: Lock
    stays: Mapping[RRsetId, str]


def candidates(expected: Sequence[Expected]) -> tuple[Expected, ...]:
    """What of *expected* is recorded and no longer desired, to be asked for by itself."""
    return tuple(replace(each, wanted=()) for each in expected if each.gone)


def pruned(lock: Lock, gone: Sequence[Expected], verified: Verified, authority: Authority) -> Pruned:
    """*lock* without the values of *gone* that every authoritative server of the zone shows gone.

    An RRset of which one server still serves such a value, or could not be asked, keeps them all.
    """
    stays: dict[RRsetId, str] = {}
    forgotten: set[tuple[RRsetId, Gone]] = set()
    for each in gone:
        standings = tuple(
            replace(s, behind=tuple(b for b in s.behind if RRsetId(b.owner, b.type) == each.id))
            for s in verified.standings
        )
        if Verified(lock.zone, standings, authority.missing).agrees and not authority.ignored:
            forgotten.update((each.id, value) for value in each.gone)
        else:
            reasons = [f"{s.server.address} {s.why}" for s in standings if s.behind]
            reasons += [f"{missing.name}: {missing.why}" for missing in authority.missing]
            reasons += [f"dnsauth.yaml ignores {name}" for name in authority.ignored]
            stays[each.id] = "; ".join(reasons)
    claims = {
        claim: tuple(
            entry for entry in entries if (_id(claim), Gone(claim.grammar, entry.digest)) not in forgotten
        )
        for claim, entries in lock.claims.items()
    }
    return Pruned(replace(lock, claims={claim: kept for claim, kept in claims.items() if kept}), stays)


def _id(claim: Claim) -> RRsetId:
    return RRsetId(claim.owner, claim.type)
