"""What a refresh needs to ask, and the observed lock that follows from the answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple, TypeAlias, TypeVar

from dnsauth import names
from dnsauth.desired.flatten import Flat, answers
from dnsauth.desired.model import Desired
from dnsauth.dmarc import suffix_list
from dnsauth.inventory.model import Inventory
from dnsauth.lock import terms
from dnsauth.lock.model import Lock
from dnsauth.lock.observed import Key, Looked, NoKey, Observed, Published, Retired, Seen, Values
from dnsauth.lock.observed_changes import Use, User
from dnsauth.records import spf
from dnsauth.spf.flatten import asked
from dnsauth.spf.lookup import Lookup, overlaid
from dnsauth.spf.tree import Branch, Tree, tree

_K = TypeVar("_K")
_V = TypeVar("_V")

Answers: TypeAlias = Mapping[tuple[str, str], tuple[str, ...]]
"""Values by name and type."""

RETAINED = timedelta(days=7)  # a chunk nobody includes any more: longer than caches, and a merge, take


class Records(NamedTuple):
    """SPF records of ours: *own* is what SPF finds at our names, *terms* who brings each term, by owner."""

    own: Answers
    terms: Mapping[str, Mapping[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What leads to others.

    *left* are records of what is not *desired* any more and may still stand, as a plan finds it held.
    *selectors* has the owners of our CNAMEs by the target that holds a vendor's key.
    """

    desired: Records
    left: Records
    selectors: Mapping[str, tuple[User, ...]]


def wanted(
    inventory: Inventory, desired: Mapping[str, Sequence[Desired]], locks: Mapping[str, Lock]
) -> Wanted:
    """What leads to others from the zones of *locks*; none of the records *desired* is flattened."""
    selectors: dict[str, list[User]] = defaultdict(list)
    brought: dict[str, Mapping[str, tuple[str, ...]]] = {}
    for rrset in (rrset for zone in locks for rrset in desired[zone]):
        if rrset.type == "CNAME" and "._domainkey." in rrset.owner:
            for value in rrset.values:
                if names.deepest(value.text, inventory.zones) is None:
                    senders = tuple(dict.fromkeys(origin.sender for origin in value.origin if origin.sender))
                    selectors[value.text].append(User(rrset.owner, senders))
        elif rrset.type == "TXT" and any(map(spf.selects, rrset.texts)):
            brought[rrset.owner] = rrset.terms
    own = answers(desired)
    left = {owner: found for lock in locks.values() for owner, found in terms.left(lock, own).items()}
    texts = {(owner, "TXT"): (str(spf.Record(tuple(found))),) for owner, found in left.items()}
    return Wanted(
        Records(own, brought),
        Records(
            {**own, **texts},
            {owner: {str(term): by for term, by in found.items()} for owner, found in left.items()},
        ),
        {at: tuple(users) for at, users in selectors.items()},
    )


def registrations(
    answers: Iterable[tuple[str, str]], targets: Iterable[str], zones: Collection[str]
) -> frozenset[tuple[str, str]]:
    """The NS of each domain of others that names of *answers*, or *targets*, are in, as names and types."""
    found = {*(name for name, _ in answers), *targets}
    domains = {suffix_list()(name) for name in found if names.deepest(name, zones) is None}
    return frozenset((domain, "NS") for domain in domains if domain)


class Found(NamedTuple):
    """What one refresh found: answers, keys by target, and why some names could not be asked."""

    answers: Mapping[Looked, Values]
    keys: Mapping[str, Key | NoKey]
    unanswered: Mapping[Looked, str]


def observed(before: Observed, found: Found, own: Answers, now: datetime, *, whole: bool) -> Observed:
    """What is known after a refresh of all zones or, where it is not *whole*, of some.

    What could not be asked stays as it was, and is stale. Where it is not whole everything else stays too,
    and so does the time it counts from. *own* is what SPF finds at names of ours.
    """
    then = now if before.refreshed is None else before.refreshed
    answers = _over(before.answers, found.answers, lambda asked: not whole or asked in found.unanswered)
    rough = Observed(
        now if whole else then,
        before.resolver,
        {asked.name: Published(now, values) for asked, values in answers.items() if asked.type == "TXT"},
        {asked: values for asked, values in answers.items() if asked.type != "TXT"},
        _over(
            before.keys,
            {target: _seen(key, before.keys.get(target), now) for target, key in found.keys.items()},
            lambda name: not whole or (name, "TXT") in found.unanswered,
        ),
        _over(
            before.stale,
            {
                asked: before.stale.get(asked, then)
                for asked in found.unanswered
                if asked in before.answers or asked.name in before.keys
            },
            lambda asked: not (whole or asked in found.answers or asked.name in found.keys),
        ),
        before.retired,
    )
    lookup, known = overlaid(rough.lookup, own), dict[str, Tree]()
    policies = {
        name: replace(one, addresses=tree(name, lookup, known).passes) for name, one in rough.spf.items()
    }
    same = {name: before.spf[name] for name, one in policies.items() if _same(one, before.spf.get(name))}
    return replace(rough, spf={**policies, **same})


def _over(before: Mapping[_K, _V], found: Mapping[_K, _V], stays: Callable[[_K], bool]) -> dict[_K, _V]:
    return {**{key: value for key, value in before.items() if stays(key)}, **found}


def _seen(key: Key | NoKey, before: Seen | None, now: datetime) -> Seen:
    return before if before is not None and before.key == key else Seen(key, now)


def _same(one: Published, before: Published | None) -> bool:
    return before is not None and replace(one, since=before.since) == before


def uses(records: Iterable[Records], after: Lookup, before: Lookup) -> tuple[Use, ...]:
    """The terms of *records* that query DNS, by what they lead to, as they match *after* and did *before*."""
    found: dict[tuple[str, str], Use] = {}
    users: dict[tuple[str, str], list[User]] = defaultdict(list)
    for own, brought in records:
        now, then = overlaid(after, own), overlaid(before, own)
        known: tuple[dict[str, Tree], dict[str, Tree]] = ({}, {})
        for owner, senders in brought.items():
            for text, branch in _querying(tree(owner, now, known[0])).items():
                key = text, branch.target
                users[key].append(User(owner, senders.get(text, ())))
                if key not in found:
                    old = _querying(tree(owner, then, known[1]))[text]
                    names = asked(branch, now) | asked(old, then)
                    found[key] = Use(text, names, (), old.matches, branch.matches)
    return tuple(use._replace(users=tuple(users[key])) for key, use in found.items())


def _querying(tree: Tree) -> Mapping[str, Branch]:
    return {str(branch.term): branch for branch in tree.branches if branch.part.queries}


def retired(
    before: Observed,
    old: Mapping[str, Flat],
    new: Mapping[str, Flat],
    now: datetime,
    domains: Collection[str],
) -> Mapping[str, Retired]:
    """The chunks that *old* records include, flattened from *before*, and *new* ones do not; each since when.

    Their time is over after `RETAINED`; those of other mail domains than *domains* stay.
    """
    included = _chunks(new)
    gone = {
        owner: before.retired.get(owner, Retired(now, text))
        for owner, text in _chunks(old).items()
        if owner not in included
    }
    return {
        owner: one
        for owner, one in gone.items()
        if now - one.since < RETAINED or owner.partition(".")[2] not in domains
    }


def _chunks(flattened: Mapping[str, Flat]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for flat in flattened.values():
        found |= flat.retired
        found |= {piece.chunk.owner: piece.chunk.text for piece in flat.pieces}
    return found
