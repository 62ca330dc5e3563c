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
    """The `diff` of every zone of *locks*, `ZONES` of them asked together; *progress* gets (done, total)."""
    zones = tuple(locks)
    for start in range(0, len(zones), ZONES):
        chunk = zones[start : start + ZONES]
        servers = authorities(chunk)
        replies = look(
            question
            for zone in chunk
            for question in questions(servers[zone], compared(desired[zone], locks[zone]))
        )
        for zone in chunk:
            yield diff(desired[zone], locks[zone], servers[zone], replies)
        progress(start + len(chunk), len(zones))


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
    unrouted = {view.server.family for view in views if any(map(_unrouted, view.replies.values()))}
    return ZoneDiff(
        lock.zone,
        tuple(Seen(view.server, view.serial, _state(view)) for view in views),
        _grouped(views),
        tuple(unheard(authority, ids, {view.server: view.replies for view in views})),
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


def unheard(
    authority: Authority, ids: Sequence[RRsetId], heard: Mapping[Server, Mapping[RRsetId, Reply]]
) -> Iterator[NotAssessed]:
    """What no address of a server told of *ids*, by what each server was *heard* to say."""
    for server, replies in heard.items():
        siblings = [told for other, told in heard.items() if other.name == server.name]
        for id in ids:
            reply = replies[id]
            if _answers(reply) or any(_stands_in(other[id], reply) for other in siblings):
                continue
            yield NotAssessed(*id, f"{label(server)} {said(reply)}")
    for missing in authority.missing:
        yield from (NotAssessed(*id, f"{readable(missing.name)}: {missing.why}") for id in ids)


def _stands_in(other: Reply, silent: Reply) -> bool:
    """True where *other*, of another address, says what is to be said in place of *silent*."""
    if not isinstance(silent, Unreachable):
        return False
    return _answers(other) or (not silent.routed and not _unrouted(other))


def label(server: Server) -> str:
    """*server* for people: its name, where it has one, and its address."""
    return f"{readable(server.name)} ({server.address})" if server.name.endswith(".") else server.address
