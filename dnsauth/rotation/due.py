"""What a key's evidence and the facts of this moment allow: one step, or a wait with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, TypeAlias, assert_never

from dnsauth.lock.keys import Key, Seen, State
from dnsauth.rotation.states import EFFECTS, TRANSITIONS, Event, Published
from dnsauth.rotation.timing import Timing


class Answer(StrEnum):
    """What one authoritative server answers at a key's owner name."""

    NOTHING = "nothing"
    KEY = "the key"
    EMPTY = "p= without a key"
    OTHER = "something else"
    UNKNOWN = "unknown"  # it could not be asked, or did not answer for the zone


class Served(NamedTuple):
    """What a server answers, and how it said so."""

    answer: Answer
    said: str = ""


class Facts(NamedTuple):
    """What the world says of one key.

    *served* is by server; *ttl* the seconds for which caches may hold what stands there, or that nothing does
    (RFC 2308 section 5). *hosts* are those of the key's signer. *wanted*: the sender still asks for a key of
    this algorithm. *replaced*: hosts should sign without it, since they have another or the sender went.
    *succeeded*: a newer key of the algorithm is active, which each host said. *rushed*: mail waits for this
    key, since its predecessor is not to be trusted.
    """

    served: Mapping[str, Served]
    ttl: int
    hosts: tuple[str, ...]
    wanted: bool = True
    replaced: bool = False
    succeeded: bool = False
    rushed: bool = False


class Step(NamedTuple):
    """The key may move by *event*."""

    event: Event


class Wait(NamedTuple):
    """Until when, or None where a fact has to change first, and why."""

    until: datetime | None
    why: str


Due: TypeAlias = Step | Wait


def observed(key: Key, facts: Facts, now: datetime) -> Key:
    """*key* with the evidence *facts* give on *now*, or without what they contradict.

    That every server answers as the state asks is kept from the first time on; a server that answers anything
    else takes it away, one that could not be asked does not.
    """
    wanted = EFFECTS[key.state].published.value
    answers = {served.answer for served in facts.served.values()}
    if key.state not in _WATCHED or not answers or now < key.latest:
        return key
    if answers - {wanted, Answer.UNKNOWN}:
        return replace(key, seen=None) if key.seen and key.state in _COUNTED else key
    if key.seen is None and answers == {wanted}:
        return replace(key, seen=Seen(now, tuple(sorted(facts.served)), facts.ttl))
    return key


_COUNTED = frozenset({State.PUBLISHED, State.REVOKED})
"""States in which time counts from what servers answer."""

_WATCHED = frozenset({*_COUNTED, State.VISIBLE, State.ACTIVE, State.RETIRING})


def moved(key: Key, event: Event, now: datetime, *, succeeded: bool = False) -> Key:
    """*key* after *event*; raises KeyError where the table has no such way.

    What hosts said ends with the permission it was said under: one that stopped may have begun again since,
    and its report be lost. Not so where they are known to sign with what *succeeded* the key.
    """
    state = TRANSITIONS[key.state, event]
    fresh = replace(key, state=state, since=now)
    if event in (Event.DRAIN, Event.REVOKE, Event.PUBLISH):
        return replace(fresh, seen=None)  # it told of what stands there no more
    if event is Event.RETURN or (event is Event.RETIRE and not succeeded):
        return replace(fresh, words=())
    return fresh


def due(key: Key, facts: Facts, timing: Timing, now: datetime) -> Due:
    """What may happen to *key* on *now*."""
    if now < key.latest:
        return behind(key.latest, now)
    match key.state:
        case State.GENERATED:
            return _generated(key, facts)
        case State.PUBLISHED:
            return _published(key, facts, now)
        case State.VISIBLE:
            return _visible(key, facts)
        case State.ACTIVE:
            return _active(key, facts, timing, now)
        case State.RETIRING:
            return _retiring(key, facts, timing, now)
        case State.REVOKED:
            return _revoked(key, facts, timing, now)
        case State.REMOVED:
            return Wait(None, "its selector is never used again")
        case _ as never:
            assert_never(never)


def behind(latest: datetime, now: datetime) -> Wait:
    """The wait for a clock that says *now* where there is evidence of *latest*."""
    return Wait(None, f"the clock says {minute(now)}, and the lock knows of {minute(latest)}")


def _unwanted(key: Key, facts: Facts) -> bool:
    return not facts.wanted or key.revocation is not None


def _generated(key: Key, facts: Facts) -> Due:
    if _unwanted(key, facts):
        return Step(Event.ABANDON)
    return _otherwise(Published.NOTHING, facts) or Step(Event.PUBLISH)


def _published(key: Key, facts: Facts, now: datetime) -> Due:
    if _unwanted(key, facts):
        return Step(Event.ABANDON)
    if wait := _otherwise(Published.KEY, facts):
        return wait
    if key.seen is None:
        return Wait(None, "every authoritative server has to answer the key")
    until = key.seen.at + timedelta(seconds=max(key.seen.ttl, facts.ttl))
    if now < until and not facts.rushed:
        return Wait(until, "caches may hold that nothing is there (RFC 2308 section 5)")
    return Step(Event.SEE)


_SIGNS = Wait(None, "its successor has to sign before it is revoked")


def _visible(key: Key, facts: Facts) -> Due:
    if facts.replaced:
        return Step(Event.RETIRE)
    if key.revocation:
        return _SIGNS
    silent = list(_lacking(key, facts.hosts, signs=True))
    return _otherwise(Published.KEY, facts) or _unreported(silent, "with") or Step(Event.ACTIVATE)


def _active(key: Key, facts: Facts, timing: Timing, now: datetime) -> Due:
    if not facts.replaced:
        if key.revocation:
            return _SIGNS
        until = key.since + timedelta(seconds=timing.every)
        return (
            Wait(until, "its successor is made then")
            if now < until
            else Wait(None, "its successor is on its way")
        )
    if facts.succeeded:
        return Step(Event.RETIRE)
    silent = list(_lacking(key, facts.hosts, signs=False))
    return _unreported(silent, "without") or Step(Event.RETIRE)


def _retiring(key: Key, facts: Facts, timing: Timing, now: datetime) -> Due:
    silent = list(_lacking(key, facts.hosts, signs=False))
    if wait := _unreported(silent, "without"):
        return wait
    if key.revocation:
        return Step(Event.REVOKE)
    if wait := _otherwise(Published.KEY, facts):
        return wait
    ttl = max(facts.ttl, key.seen.ttl if key.seen else 0)
    until = drained(key, facts.hosts, timing, ttl)
    if now < until:
        return Wait(until, "mail it signed may still lie in queues (RFC 5321 section 4.5.4.1)")
    return _reported(key, timing, ttl, now) or Step(Event.DRAIN)


def _reported(key: Key, timing: Timing, ttl: int, now: datetime) -> Wait | None:
    """The wait for mail like that of which reports tell, or None where there is none.

    A report is not to be trusted: whoever knows where reports go can send one, and write into it what they
    like (RFC 9989 section 11.2). It is heard all the same, since it alone tells of mail that lay about for
    longer than anybody reckoned, or of a host that was forgotten. So it may say one thing only: wait. It
    comes after every other wait and ends none. It is asked in no state but this, where a key that stays
    longer costs nothing but its age; and after revocations, so that nobody can save a stolen key with it.
    Who forges reports day by day keeps a key from draining, and one `dnsauth rotate revoke` ends that.
    A report of the time before the key retired adds nothing: the drain is no shorter than what it asks for.
    """
    if key.reported is None:
        return None
    end = min(key.reported.end, now)  # nobody saw what is not yet
    until = end + timedelta(seconds=timing.in_flight(ttl))
    why = f"reports of {key.reported.by} saw mail signed with it until {minute(end)}"
    return Wait(until, why) if now < until else None


def drained(key: Key, hosts: tuple[str, ...], timing: Timing, ttl: int) -> datetime:
    """When no mail *key* signed can be in flight any more.

    Counted from the last host that switched, and never from before it retired: only then was it known of all.
    """
    stopped = (word.at for word in key.words if word.host in hosts and not word.signs)
    return max((key.since, *stopped)) + timedelta(seconds=timing.drain(ttl))


def _revoked(key: Key, facts: Facts, timing: Timing, now: datetime) -> Due:
    if wait := _otherwise(Published.EMPTY, facts):
        return wait
    if key.seen is None:
        return Wait(None, "every authoritative server has to answer that it is revoked")
    until = key.seen.at + timedelta(seconds=timing.kept)
    return (
        Wait(until, "the empty p= says so for a while (RFC 6376 section 3.6.1)")
        if now < until
        else Step(Event.REMOVE)
    )


def _otherwise(wanted: Published, facts: Facts) -> Wait | None:
    """The wait for servers that do not answer as *wanted*, or None where all do."""
    wrong = sorted(name for name, served in facts.served.items() if served.answer != wanted.value)
    if not wrong:
        return None
    first = facts.served[wrong[0]]
    match len(wrong) - 1:
        case 0:
            others = ""
        case 1:
            others = ", nor does one other as it should"
        case count:
            others = f", nor do {count} others as they should"
    return Wait(None, f"{wrong[0]} {first.said or f'answers {first.answer}'}{others}")


def _lacking(key: Key, hosts: tuple[str, ...], *, signs: bool) -> Iterator[str]:
    """The *hosts* that have not said that they sign with *key*, or without it."""
    said = {word.host for word in key.words if word.signs is signs}
    return (host for host in hosts if host not in said)


def _unreported(hosts: list[str], how: str) -> Wait | None:
    match hosts:
        case []:
            return None
        case [only]:
            return Wait(None, f"{only} has to report that it signs {how} it")
        case [*others, last]:
            named = f"{', '.join(others)} and {last}"
            return Wait(None, f"{named} have to report that they sign {how} it")
    raise AssertionError  # a list is one of these


def minute(time: datetime) -> str:
    """*time* as people read it, to the minute, UTC."""
    return f"{time:%Y-%m-%d %H:%M}Z"
