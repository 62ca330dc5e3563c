"""Desired × lock × what each authoritative server answers → differences, and the servers they hold for.

Each server is compared by itself, as a provider is in a plan: what others have at our names is merged before
anything is compared. What could not be asked is not assessed, and never taken for absent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from dnsauth.desired.locks import updated
from dnsauth.desired.model import Desired
from dnsauth.diff.model import Difference, NotAssessed, Seen, ZoneDiff
from dnsauth.live.look import Look, Question
from dnsauth.live.reply import Absent, Alias, Answer, Reply, Unreachable, said, serial
from dnsauth.live.servers import Authority, Server
from dnsauth.live.standing import State, state
from dnsauth.lock.model import Lock
from dnsauth.names import readable
from dnsauth.plan import merge
from dnsauth.plan.model import Change, Held
from dnsauth.plan.order import ordered
from dnsauth.rrset import RRsetId

ZONES = 500  # looked at together: enough questions under way, and few replies in memory


def compared(desired: Sequence[Desired], lock: Lock) -> tuple[RRsetId, ...]:
    """Every RRset *desired* or recorded in *lock*; where there is none the SOA, so that a server is asked."""
    recorded = (RRsetId(claim.owner, claim.type) for claim in lock.claims)
    ids = dict.fromkeys((*(one.id for one in desired), *recorded))
    return tuple(ids) or (RRsetId(lock.zone, "SOA"),)


def questions(authority: Authority, ids: Iterable[RRsetId]) -> Iterator[Question]:
    """What every server of *authority* is asked: the zone's SOA, and each of *ids*."""
    each = dict.fromkeys((RRsetId(authority.zone, "SOA"), *ids))
    return (Question(server, *id) for server in authority.servers for id in each)


def diffs(
    desired: Mapping[str, Sequence[Desired]],
    locks: Mapping[str, Lock],
    *,
    authorities: Callable[[Collection[str]], Mapping[str, Authority]],
    look: Look,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Iterator[ZoneDiff]:
    """The `diff` of every zone of *locks*, `ZONES` of them asked together; *progress* gets (done, total).

    An address that left all of one look unanswered is asked no further, or it would cost seconds a look.
    """
    zones = tuple(locks)
    silent: dict[str, Unreachable] = {}
    for start in range(0, len(zones), ZONES):
        chunk = zones[start : start + ZONES]
        servers = authorities(chunk)
        asked = tuple(
            question
            for zone in chunk
            for question in questions(servers[zone], compared(desired[zone], locks[zone]))
        )
        replies = dict(look(question for question in asked if question.server.address not in silent))
        silent |= _silent(replies)
        replies |= {
            question: silent[question.server.address] for question in asked if question not in replies
        }
        for zone in chunk:
            yield diff(desired[zone], locks[zone], servers[zone], replies)
        progress(start + len(chunk), len(zones))


def _silent(replies: Mapping[Question, Reply]) -> dict[str, Unreachable]:
    """The addresses that answered nothing, and why."""
    answered = {q.server.address for q, reply in replies.items() if not isinstance(reply, Unreachable)}
    return {
        q.server.address: reply
        for q, reply in replies.items()
        if isinstance(reply, Unreachable) and q.server.address not in answered
    }


class _View(NamedTuple):
    """What one server answers to each RRset compared, and the changes it would need."""

    server: Server
    serial: int | None
    replies: Mapping[RRsetId, Reply]
    changes: tuple[Change, ...]


def diff(
    desired: Sequence[Desired], lock: Lock, authority: Authority, replies: Mapping[Question, Reply]
) -> ZoneDiff:
    """How the servers of *authority* differ from *desired*; *replies* holds each of its `questions`."""
    lock = updated(lock, desired)
    ids = compared(desired, lock)

    def view(server: Server) -> _View:
        heard = {id: replies[Question(server, *id)] for id in ids}
        told = serial(replies[Question(server, lock.zone, "SOA")])
        return _View(server, told, heard, _changes(desired, lock, heard))

    views = tuple(map(view, authority.servers))
    missing = (NotAssessed(*id, f"{readable(m.name)}: {m.why}") for m in authority.missing for id in ids)
    unrouted = {view.server.family for view in views if any(map(_unrouted, view.replies.values()))}
    return ZoneDiff(
        lock.zone,
        tuple(Seen(view.server, view.serial, _state(view)) for view in views),
        _grouped(views),
        (*_not_assessed(views), *missing),
        tuple(sorted(unrouted)),
        authority.ignored,
    )


def _changes(desired: Sequence[Desired], lock: Lock, replies: Mapping[RRsetId, Reply]) -> tuple[Change, ...]:
    """What a plan would do, were *replies* what a provider holds; RRsets that nobody told of are left out."""
    rrsets = {id: reply.rrset for id, reply in replies.items() if isinstance(reply, Answer)}
    heard = [one for one in desired if _answers(replies[one.id])]
    found = merge.changes(heard, lock, Held(lock.zone, "", exists=True, rrsets=rrsets))
    return tuple(_beside(change, replies[change.rrset.id]) for change in found)


def _beside(change: Change, reply: Reply) -> Change:
    if not isinstance(reply, Alias):
        return change
    return replace(change, meaning=(*change.meaning, f"a CNAME stands there, to {reply.rrset.values[0]}"))


def _answers(reply: Reply) -> bool:
    return isinstance(reply, Answer | Alias | Absent)


def _unrouted(reply: Reply) -> bool:
    return isinstance(reply, Unreachable) and not reply.routed


def _state(view: _View) -> State:
    if view.changes:
        return State.DIFFERS
    return next((state(reply) for reply in view.replies.values() if not _answers(reply)), State.AGREES)


def _grouped(views: Sequence[_View]) -> tuple[Difference, ...]:
    servers: dict[Change, list[Server]] = {}
    differing: dict[RRsetId, set[Server]] = {}
    for view in views:
        for change in view.changes:
            servers.setdefault(change, []).append(view.server)
            differing.setdefault(change.rrset.id, set()).add(view.server)
    if not servers:
        return ()
    first = {change.rrset.id: change for change in reversed(servers)}
    place = {change.rrset.id: place for place, change in enumerate(ordered(first.values()))}
    agreeing = {
        id: tuple(v.server for v in views if v.server not in servers and _answers(v.replies[id]))
        for id, servers in differing.items()
    }
    return tuple(
        Difference(change, tuple(servers[change]), agreeing[change.rrset.id])
        for change in sorted(servers, key=lambda change: place[change.rrset.id])
    )


def _not_assessed(views: Sequence[_View]) -> Iterator[NotAssessed]:
    """What no address of a server told."""
    for view in views:
        siblings = [other for other in views if other.server.name == view.server.name]
        for id, reply in view.replies.items():
            if _answers(reply) or any(_stands_in(other.replies[id], reply) for other in siblings):
                continue
            yield NotAssessed(*id, f"{_label(view.server)} {said(reply)}")


def _stands_in(other: Reply, silent: Reply) -> bool:
    """True where *other*, of another address, says what is to be said in place of *silent*."""
    if not isinstance(silent, Unreachable):
        return False
    return _answers(other) or (not silent.routed and not _unrouted(other))


def _label(server: Server) -> str:
    return f"{readable(server.name)} ({server.address})" if server.name.endswith(".") else server.address
