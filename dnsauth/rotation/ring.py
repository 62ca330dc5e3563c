"""The keys of one sender: which sign, which are replaced, and where one is lacking."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from dnsauth.lock.keys import Key, State
from dnsauth.rotation.states import EFFECTS
from dnsauth.rotation.timing import Timing

_COMING = frozenset({State.GENERATED, State.PUBLISHED, State.VISIBLE})
_USED = frozenset({State.VISIBLE, State.ACTIVE, State.RETIRING, State.REVOKED})


@dataclass(frozen=True, slots=True)
class Policy:
    """What a sender of a mail domain asks of its keys; *selector* is the pattern they are named by."""

    domain: str
    sender: str
    algorithms: tuple[str, ...]
    timing: Timing
    store: str
    signer: str
    selector: str
    formerly: str = ""


class Ring(NamedTuple):
    """Whose keys replace one another."""

    domain: str
    sender: str
    algorithm: str


def ring(key: Key) -> Ring:
    """The ring *key* is of."""
    return Ring(key.domain, key.sender, key.algorithm)


def by_sender(keys: Iterable[Key]) -> Mapping[tuple[str, str], tuple[Key, ...]]:
    """The keys of each (mail domain, sender)."""
    found: defaultdict[tuple[str, str], list[Key]] = defaultdict(list)
    for key in keys:
        found[key.domain, key.sender].append(key)
    return {at: tuple(each) for at, each in found.items()}


def renamed(keys: Iterable[Key], policies: Iterable[Policy]) -> tuple[Key, ...]:
    """*keys*, those of a sender that was *formerly* named otherwise under its name of today."""
    names = {(each.domain, each.formerly): each.sender for each in policies if each.formerly}
    return tuple(
        replace(key, sender=names[key.domain, key.sender]) if (key.domain, key.sender) in names else key
        for key in keys
    )


def signing(keys: Sequence[Key], algorithms: Collection[str]) -> frozenset[str]:
    """The selectors a host signs with: of each of *algorithms* the newest key that may sign.

    *keys* are those of one sender, *algorithms* those it asks for, none where the sender went. A key of an
    algorithm that is asked for no more signs on until each that is asked for has a key that may.
    """
    newest: dict[str, Key] = {}
    for key in sorted(keys, key=_age):
        if EFFECTS[key.state].signs and (key.revocation is None or key.algorithm not in newest):
            newest[key.algorithm] = key
    wanted = {algorithm: newest[algorithm] for algorithm in algorithms if algorithm in newest}
    chosen = wanted if len(wanted) == len(set(algorithms)) else newest
    return frozenset(key.selector for key in chosen.values()) if algorithms else frozenset()


def replaced(key: Key, keys: Sequence[Key], algorithms: Collection[str]) -> bool:
    """True where hosts should sign without *key*: its sender went, or what replaces it is active."""
    if not algorithms:
        return True
    if key.selector in signing(keys, algorithms):
        return False
    if key.state is State.VISIBLE:
        return True
    active = {other.algorithm for other in keys if other.state is State.ACTIVE and other != key}
    return key.algorithm in active or (key.algorithm not in algorithms and active.issuperset(algorithms))


def succeeded(key: Key, keys: Sequence[Key]) -> bool:
    """True where a newer key of its algorithm is active: each host said so, and none goes back to *key*."""
    return any(
        other.algorithm == key.algorithm and _sound(other) and _age(other) > _age(key) for other in keys
    )


def lacking(keys: Sequence[Key], policy: Policy, now: datetime) -> Iterator[str]:
    """The algorithms of *policy* that need a new key: none is coming, and none is active and young enough."""
    for algorithm in policy.algorithms:
        mine = [key for key in keys if key.algorithm == algorithm and key.revocation is None]
        if any(key.state in _COMING for key in mine):
            continue
        active = [key for key in mine if key.state is State.ACTIVE]
        if all(now >= key.since + timedelta(seconds=policy.timing.every) for key in active):
            yield algorithm


def rushed(key: Key, keys: Sequence[Key]) -> bool:
    """True where mail waits for *key*: a person revoked what hosts signed with last, and nothing signs."""
    used = [each for each in keys if each.algorithm == key.algorithm and each.state in _USED]
    revoked = [each.revocation.at for each in used if each.revocation]
    others = [each.since for each in used if each.revocation is None]
    return bool(revoked) and not any(map(_sound, used)) and all(since <= max(revoked) for since in others)


def _sound(key: Key) -> bool:
    return key.state is State.ACTIVE and key.revocation is None


def _age(key: Key) -> tuple[datetime, str]:
    return key.made, key.selector
