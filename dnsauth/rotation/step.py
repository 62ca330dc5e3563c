"""One step: every key that may move moves by one state, and what is lacking is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from dnsauth.lock.keys import Key, State
from dnsauth.rotation.due import Due, Facts, Step, Wait, behind, due, moved, observed
from dnsauth.rotation.ring import Policy, by_sender, lacking, renamed, replaced, rushed, signing, succeeded
from dnsauth.rotation.states import Event
from dnsauth.rotation.timing import Timing


class Moved(NamedTuple):
    """What a step did to a key: the state it came from, and what is due of it next."""

    before: Key
    key: Key
    due: Due


class Lack(NamedTuple):
    """A key to be made."""

    policy: Policy
    algorithm: str


class Stepped(NamedTuple):
    """The keys of one lock after a step, each with what was due of it, and what is lacking."""

    keys: tuple[Moved, ...]
    lacking: tuple[Lack, ...]


FactsOf = Callable[[Key], Facts]
"""What servers answer and hosts there are for a key; what its siblings make of it is told here."""


def step(
    keys: Sequence[Key],
    policies: Mapping[tuple[str, str], Policy],
    rest: Timing,
    facts: FactsOf,
    now: datetime,
    *,
    only: Callable[[Key], bool] = lambda _: True,
) -> Stepped:
    """What one step makes of *keys*, all of one lock.

    *policies* are those of the lock's senders, *rest* the waits of keys whose sender went.
    Active keys move last, so that one and the same step makes the new one active and the old one retiring.
    Nothing skips a state. Keys for which *only* is False stay as they are, and all do where the clock is
    behind any evidence in the lock: what it would add would count from a time that was not.
    """
    latest = max((key.latest for key in keys), default=now)
    if now < latest:
        return Stepped(tuple(Moved(key, key, behind(latest, now)) for key in keys), ())
    found: list[Moved] = []
    groups: dict[tuple[str, str], tuple[Key, ...]] = dict.fromkeys(policies, ())
    groups |= by_sender(renamed(keys, policies.values()))
    lacks: list[Lack] = []
    for at, mine in groups.items():
        policy = policies.get(at)
        moves = _moves(mine, policy, policy.timing if policy else rest, facts, now, only=only)
        found.extend(moves)
        if policy:
            lacks += (Lack(policy, each) for each in lacking([move.key for move in moves], policy, now))
    return Stepped(tuple(found), tuple(lacks))


def _moves(
    keys: Iterable[Key],
    policy: Policy | None,
    timing: Timing,
    facts: FactsOf,
    now: datetime,
    *,
    only: Callable[[Key], bool],
) -> list[Moved]:
    current = {key.selector: key for key in sorted(keys, key=_turn, reverse=True)}
    found = []
    for before in tuple(current.values()):
        if not only(before):
            found.append(Moved(before, before, Wait(None, "it was left out")))
            continue
        here = told(before, tuple(current.values()), policy, facts(before))
        after = observed(before, here, now)
        what = due(after, here, timing, now)
        if isinstance(what, Step):
            after = moved(after, what.event, now, succeeded=here.succeeded)
        current[before.selector] = after
        found.append(Moved(before, after, what))
    return found


def _turn(key: Key) -> tuple[bool, datetime, str]:
    return key.state is not State.ACTIVE, key.made, key.selector


def told(key: Key, siblings: Sequence[Key], policy: Policy | None, facts: Facts) -> Facts:
    """*facts* with what the keys of the same sender and its *policy*, None where it went, make of *key*."""
    algorithms = policy.algorithms if policy else ()
    coming = key.algorithm in algorithms
    return facts._replace(
        wanted=coming,
        replaced=replaced(key, siblings, algorithms),
        succeeded=succeeded(key, siblings),
        rushed=rushed(key, siblings),
    )


def signs(keys: Iterable[Key], policies: Mapping[tuple[str, str], Policy]) -> frozenset[tuple[str, str]]:
    """(domain, selector) of every key hosts should sign with."""
    return frozenset(
        (domain, selector)
        for (domain, sender), mine in by_sender(renamed(keys, policies.values())).items()
        for selector in signing(
            mine, policies[domain, sender].algorithms if (domain, sender) in policies else ()
        )
    )


def back(keys: Sequence[Key], selector: str, now: datetime) -> tuple[Key, ...]:
    """*keys* of one sender with the switch to *selector*, or away from it, taken back.

    Hosts sign again with the key that is active still, or else with the one that retired last and that nobody
    revoked. Raises `NoWayBack` where there is none, or where *selector* is neither of the two.
    """
    named = next(key for key in keys if key.selector == selector)
    mine = [key for key in keys if key.algorithm == named.algorithm]
    bad = next((key for key in mine if key.selector in signing(mine, {named.algorithm})), None)
    others = [key for key in mine if key is not bad and _may_return(key)]
    good = max(others, key=lambda key: (key.state is State.ACTIVE, key.since), default=None)
    if bad is None or good is None or named not in (bad, good):
        raise NoWayBack(selector)
    changed = {bad.selector: moved(bad, Event.RETIRE, now)}
    if good.state is State.RETIRING:
        changed[good.selector] = moved(good, Event.RETURN, now)
    return tuple(changed.get(key.selector, key) for key in keys)


def _may_return(key: Key) -> bool:
    return key.state is State.ACTIVE or (key.state is State.RETIRING and key.revocation is None)


class NoWayBack(ValueError):
    """The key has none of its algorithm beside it that could sign again."""
