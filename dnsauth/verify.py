"""Asking every authoritative server until all of them serve what they should, or the time is up.

Only what we published or took away is looked at: a foreign value may come and go as its owner likes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dnsauth.desired.model import Desired
from dnsauth.live.look import Look, Question
from dnsauth.live.reply import Absent, Alias, Answer, Reply, serial
from dnsauth.live.servers import Authority, Server
from dnsauth.live.standing import Behind, Standing, Verified
from dnsauth.lock import claims
from dnsauth.lock.model import Grammar, Lock
from dnsauth.plan.model import Change
from dnsauth.rrset import RRsetId

FIRST_PAUSE = 0.2  # seconds; a secondary that is notified follows in less than a second
LONGEST_PAUSE = 5.0  # seconds


class Wanted(NamedTuple):
    """A value that should be served, or one that parses equal under *grammar*."""

    grammar: Grammar
    text: str


class Gone(NamedTuple):
    """A value that should be served no more, by the digest of its canonical form under *grammar*."""

    grammar: Grammar
    digest: str


@dataclass(frozen=True, slots=True)
class Expected:
    """What every authoritative server of *zone* should say of one RRset; other values are not looked at."""

    zone: str
    owner: str
    type: str
    wanted: tuple[Wanted, ...] = ()
    gone: tuple[Gone, ...] = ()

    @property
    def id(self) -> RRsetId:
        """Owner name and type."""
        return RRsetId(self.owner, self.type)


def of_changes(zone: str, changes: Iterable[Change]) -> tuple[Expected, ...]:
    """What *changes* brought and took, value by value, from one provider of *zone* or from several."""
    added: defaultdict[RRsetId, set[str]] = defaultdict(set)
    taken: defaultdict[RRsetId, set[str]] = defaultdict(set)
    for change in changes:
        before, after = (set(side.values) if side else set() for side in (change.before, change.after))
        added[change.rrset.id] |= after - before
        taken[change.rrset.id] |= before - after
    return tuple(
        Expected(
            zone,
            *id,
            tuple(Wanted(_exact(id.type), text) for text in sorted(texts)),
            tuple(Gone(_exact(id.type), _digest(id.type, text)) for text in sorted(taken[id] - texts)),
        )
        for id, texts in added.items()
        if texts or taken[id]
    )


def _exact(type: str) -> Grammar:
    """The grammar whose canonical form is the text itself, but for the case of names (RFC 4343)."""
    return Grammar.TOKEN if type == "TXT" else Grammar.RRSET


def _digest(type: str, text: str) -> str:
    return claims.digest(_exact(type), type, text)


def of_desired(desired: Sequence[Desired], lock: Lock) -> tuple[Expected, ...]:
    """Every desired value of *lock*'s zone, and the absence of recorded ones that are desired no more."""
    wanted: defaultdict[RRsetId, list[Wanted]] = defaultdict(list)
    gone: defaultdict[RRsetId, list[Gone]] = defaultdict(list)
    stays: set[tuple[RRsetId, Gone]] = set()
    for rrset in desired:
        for value in rrset.values:
            grammar = value.claim.grammar
            wanted[rrset.id].append(Wanted(grammar, value.text))
            stays.add((rrset.id, Gone(grammar, claims.digest(grammar, rrset.type, value.text))))
    for claim, recorded in lock.claims.items():
        id = RRsetId(claim.owner, claim.type)
        each = (Gone(claim.grammar, entry.digest) for entry in recorded)
        gone[id] += (entry for entry in each if (id, entry) not in stays)
    return tuple(
        Expected(lock.zone, *id, tuple(wanted[id]), tuple(gone[id]))
        for id in dict.fromkeys((*wanted, *gone))
        if wanted[id] or gone[id]
    )


def met(expected: Expected, reply: Reply) -> bool:
    """True where *reply* has every wanted value and none that should be gone."""
    match reply:
        case Answer(rrset):
            values = rrset.values
        case Alias() | Absent():
            values = ()
        case _:
            return False
    return all(
        any(claims.equal(want.grammar, expected.type, want.text, value) for value in values)
        for want in expected.wanted
    ) and not any(
        gone.digest == claims.digest(gone.grammar, expected.type, value)
        for gone in expected.gone
        for value in values
    )


def verify(
    expected: Sequence[Expected],
    authorities: Mapping[str, Authority],
    *,
    look: Look,
    deadline: float,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
    progress: Callable[[tuple[Verified, ...]], None] = lambda _: None,
) -> tuple[Verified, ...]:
    """How every server of each zone stands to *expected*, once all agree or *clock* has passed *deadline*.

    Both are in seconds. *authorities* holds every zone of *expected*. Each server is asked at least once, and
    not again for an RRset it served as wanted; pauses double up to `LONGEST_PAUSE`. *progress* gets each
    look's outcome.
    """
    zones = _by_zone(expected)
    pending = {(zone, server): each for zone, each in zones.items() for server in authorities[zone].servers}
    standings: dict[tuple[str, Server], Standing] = {}
    for pause in _pauses():
        standings |= _round(pending, look)
        verified = tuple(
            Verified(zone, tuple(standings[zone, server] for server in a.servers), a.missing)
            for zone, a in ((zone, authorities[zone]) for zone in zones)
        )
        progress(verified)
        pending = _still(pending, standings, frozenset(v.zone for v in verified if not v.agrees))
        left = deadline - clock()
        if not pending or left <= 0:
            return verified
        sleep(min(pause, left))
    raise AssertionError  # pauses do not end


def _by_zone(expected: Sequence[Expected]) -> dict[str, tuple[Expected, ...]]:
    zones: defaultdict[str, list[Expected]] = defaultdict(list)
    for each in expected:
        zones[each.zone].append(each)
    return {zone: tuple(each) for zone, each in zones.items()}


def _pauses() -> Iterator[float]:
    pause = FIRST_PAUSE
    while True:
        yield pause
        pause = min(2 * pause, LONGEST_PAUSE)


def _round(
    pending: Mapping[tuple[str, Server], tuple[Expected, ...]], look: Look
) -> dict[tuple[str, Server], Standing]:
    replies = look(
        question
        for (zone, server), each in pending.items()
        for question in (Question(server, zone, "SOA"), *(Question(server, *e.id) for e in each))
    )
    return {
        (zone, server): Standing(
            server,
            serial(replies[Question(server, zone, "SOA")]),
            tuple(
                Behind(*e.id, reply) for e in each if not met(e, reply := replies[Question(server, *e.id)])
            ),
        )
        for (zone, server), each in pending.items()
    }


def _still(
    pending: Mapping[tuple[str, Server], tuple[Expected, ...]],
    standings: Mapping[tuple[str, Server], Standing],
    zones: frozenset[str],
) -> dict[tuple[str, Server], tuple[Expected, ...]]:
    """What is still to be asked: what was behind, in zones that do not agree yet."""
    behind = {
        at: {RRsetId(b.owner, b.type) for b in standings[at].behind} for at in pending if at[0] in zones
    }
    return {at: tuple(e for e in pending[at] if e.id in ids) for at, ids in behind.items() if ids}
