"""What changed at others between two looks, and who of ours it concerns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from dnsauth.lock import terms
from dnsauth.lock.observed import Key, Looked, Observed, Published, Seen, Values
from dnsauth.spf.addresses import Addresses


class User(NamedTuple):
    """The owner of a record of ours, and the senders that bring what it uses; none where it is kept."""

    owner: str
    senders: tuple[str, ...] = ()


class Use(NamedTuple):
    """A term of ours: the names that decide what it matches, and what it matched *before* and *after*."""

    term: str
    asked: frozenset[tuple[str, str]]
    users: tuple[User, ...]
    before: Addresses
    after: Addresses


class Kind(StrEnum):
    """What became of a name."""

    NEW = "new"
    """It was not asked before."""
    GONE = "gone"
    """Nothing of ours leads there any more."""
    CHANGED = "changed"
    LOST = "lost"
    """It has no such record any more."""
    REPLACED = "replaced"
    """Nothing is left of its SPF record, or of its name servers: another organisation may have the name."""


class Change(NamedTuple):
    """A name and type whose values are others; () and None are absence, as in `Values`."""

    looked: Looked
    kind: Kind
    before: Values
    after: Values
    users: tuple[User, ...]


class Shift(NamedTuple):
    """A term of ours that matches other addresses."""

    term: str
    gained: Addresses
    lost: Addresses
    users: tuple[User, ...]


class KeyChange(NamedTuple):
    """A vendor's key that is another; None where the target is new, or nothing of ours leads there now.

    *in_place*: no other selector kept its key for the same mail domain and sender, so that mail signed
    before verifies no more (RFC 6376 section 3.1 speaks against it).
    """

    target: str
    before: Seen | None
    after: Seen | None
    users: tuple[User, ...]
    in_place: bool = False

    @property
    def lasted(self) -> timedelta | None:
        """How long the one before was seen, where another followed."""
        return self.after.since - self.before.since if self.before and self.after else None


@dataclass(frozen=True, slots=True)
class Changes:
    """What is new between two observations."""

    names: tuple[Change, ...] = ()
    shifts: tuple[Shift, ...] = ()
    keys: tuple[KeyChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.names or self.shifts or self.keys)


def changes(
    before: Observed, after: Observed, uses: Sequence[Use], selectors: Mapping[str, tuple[User, ...]]
) -> Changes:
    """What differs from *before* to *after*.

    *uses* are our terms, *selectors* has the owners of our CNAMEs by target.
    """
    return Changes(
        tuple(_names(before, after, _users(uses))),
        tuple(
            Shift(use.term, use.after - use.before, use.before - use.after, use.users)
            for use in uses
            if use.before != use.after
        ),
        tuple(_keys(before.keys, after.keys, selectors)),
    )


def _keys(
    before: Mapping[str, Seen], after: Mapping[str, Seen], selectors: Mapping[str, tuple[User, ...]]
) -> Iterator[KeyChange]:
    together: dict[tuple[str, tuple[str, ...]], set[str]] = defaultdict(set)
    for target, users in selectors.items():
        for user in users:
            together[_signer(user)].add(target)
    kept_by = {target for target in after if (key := _key(after, target)) and key == _key(before, target)}
    for target in sorted(before.keys() | after.keys()):
        old, new, users = before.get(target), after.get(target), selectors.get(target, ())
        if old is None or new is None or old.key != new.key:
            kept = (not kept_by.isdisjoint(together[_signer(user)]) for user in users)
            replaced = _key(before, target) is not None and _key(after, target) is not None
            yield KeyChange(target, old, new, users, in_place=replaced and not all(kept))


def _signer(user: User) -> tuple[str, tuple[str, ...]]:
    """The mail domain of a selector and the senders that sign with it; the selector where it is kept."""
    return user.owner.partition("._domainkey.")[2] if user.senders else user.owner, user.senders


def _key(keys: Mapping[str, Seen], target: str) -> Key | None:
    seen = keys.get(target)
    return seen.key if seen is not None and isinstance(seen.key, Key) else None


def _users(uses: Sequence[Use]) -> Mapping[tuple[str, str], tuple[User, ...]]:
    found: dict[tuple[str, str], dict[User, None]] = {}
    for use in uses:
        for asked in use.asked:
            found.setdefault(asked, {}).update(dict.fromkeys(use.users))
    return {asked: tuple(users) for asked, users in found.items()}


def _names(
    before: Observed, after: Observed, users: Mapping[tuple[str, str], tuple[User, ...]]
) -> Iterator[Change]:
    for looked in sorted(before.answers.keys() | after.answers.keys()):
        old, new = before.answers.get(looked), after.answers.get(looked)
        if looked.type == "NS" and not (old and new):
            continue  # what is in the domain is told of
        if looked not in before.answers:
            kind = Kind.NEW
        elif looked not in after.answers:
            kind = Kind.GONE
        elif old == new:
            continue
        elif old and not new:
            kind = Kind.LOST
        elif _replaced(looked, before, after):
            kind = Kind.REPLACED
        else:
            kind = Kind.CHANGED
        yield Change(looked, kind, old, new, users.get(looked, ()))


def _replaced(looked: Looked, before: Observed, after: Observed) -> bool:
    """True where nothing is left: no name server, or of two that let somebody pass no address and no term."""
    if looked.type == "NS":
        return set(before.hosts[looked] or ()).isdisjoint(after.hosts[looked] or ())
    if looked.type != "TXT":
        return False
    old, new = before.spf[looked.name], after.spf[looked.name]
    apart = old.addresses and new.addresses and not old.addresses & new.addresses
    return bool(apart) and not _terms(old) & _terms(new)


def _terms(published: Published) -> set[str]:
    return {str(term) for text in published.records or () for term in terms.of(text)}
