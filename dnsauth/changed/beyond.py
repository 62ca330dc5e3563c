"""What a change of some zones makes of others: where they publish, and whose SPF leads to them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from dnsauth.changed.observation import Difference, Question
from dnsauth.desired.derive import Derived
from dnsauth.desired.flatten import answers
from dnsauth.desired.fleet import Fleet
from dnsauth.desired.load import Repository, lock_files
from dnsauth.desired.model import Desired
from dnsauth.inventory.model import Zone
from dnsauth.inventory.part import telling
from dnsauth.lock.observed import Observed
from dnsauth.records import spf
from dnsauth.rrset import RRsetId
from dnsauth.spf.flatten import asked
from dnsauth.spf.tree import Tree, tree

_MX = re.compile(rb" [+?~-]?mx[ :/]")  # as a lock writes a term
_NOTHING: frozenset[str] = frozenset()


class _Side(NamedTuple):
    """What zones ask of DNS at one time, and what they would with nothing flattened."""

    final: Derived
    plain: Derived

    @property
    def answers(self) -> Mapping[tuple[int, Question], tuple[str, ...]]:
        """What SPF finds at its names, and what is flattened from."""
        return {
            (flat, (name, type)): texts
            for flat, side in enumerate((self.plain, self.final))
            for (name, type), texts in answers(side.desired).items()
            if type != "TXT" or any(map(spf.selects, texts))
        }


class _Sides(NamedTuple):
    """The same zones *before* and *now*."""

    before: _Side
    now: _Side


class Change:
    """What a change of some zones makes of others, *before* and *now*."""

    def __init__(self, before: Fleet, now: Fleet) -> None:
        self._before, self._now = before, now
        self._whole: Repository | None = None
        self._trees: dict[str, Tree] = {}
        self._sides = lru_cache(maxsize=4)(self._derived)

    def _derived(self, zones: frozenset[str]) -> _Sides:
        while True:
            (then, before), (since, now) = self._before.derived(zones), self._now.derived(zones)
            read = zones | then | since
            if read == zones:
                return _Sides(_Side(*before), _Side(*now))
            zones = read  # what one side alone read would look like a difference

    def unsure(self, zones: frozenset[str]) -> bool:
        """True where what *zones* were before can't be told."""
        return any(found.stops for found in self._sides(zones).before.final.findings)

    def observed(self) -> frozenset[str]:
        """The zones that use what others publish otherwise, as the observed lock says; reads every zone."""
        whole = self._whole = self._now.load(self._now.part.zones)
        use = Difference.between(self._before.observed, self._now.observed)
        return frozenset(
            name
            for name, zone in whole.inventory.zones.items()
            if use.used(zone, whole.desired[name]) or not use.asked.isdisjoint(self._asked(whole, zone))
        )

    def looking(self, zones: frozenset[str]) -> frozenset[str]:
        """The zones beside *zones* whose SPF leads to what these publish otherwise."""
        sides = self._sides(zones)
        then, since = (side.answers for side in sides)
        differing = {key[1] for key in then.keys() | since.keys() if then.get(key) != since.get(key)}
        found: frozenset[str] = _NOTHING
        words = {name for _, (name, _) in (*then, *since)} if differing else set()
        hosts = any(type != "TXT" for _, type in differing)
        while words:
            words |= _leading(words, self._now.observed)
            left = self._speaking(words, hosts=hosts) - zones - found
            read = self._whole or self._now.load(left, reports=False)
            more = {
                name
                for name in left
                if not differing.isdisjoint(self._asked(read, read.inventory.zones[name]))
            }
            words = {rrset.owner for name in more for rrset in read.desired[name]}
            found |= more
            if self._whole:
                break  # all were looked at
        return found

    def _speaking(self, words: Collection[str], *, hosts: bool) -> frozenset[str]:
        """The zones whose SPF may lead to names of *words*: these name them, or what is flattened hides it.

        A lock has the terms of each SPF record, whichever sender and service they come from. With *hosts*, of
        which some are exchanges, ``mx`` may lead there.
        """
        part = self._now.part
        if self._whole is not None:
            return frozenset(part.zones)
        flattened = {
            name
            for name, shared in (part.config.shared.items() if part.config else ())
            if shared.form.flatten
        }
        bare = {word.removesuffix(".") for word in words}
        files = part.named(part.texts.speaking_of({"flatten", *flattened, *bare}))
        locks, _ = lock_files(part.texts.directory, part.zones)
        told = telling(bare)
        return files | {
            zone
            for zone in part.zones
            if (lock := locks.get(zone)) is None or told(lock.text) or (hosts and _MX.search(lock.text))
        }

    def _asked(self, read: Repository, zone: Zone) -> set[Question]:
        """What the SPF records of *zone* lead to."""
        found: set[Question] = set()
        for rrset in read.desired[zone.name]:
            if rrset.type == "TXT" and any(map(spf.selects, rrset.texts)):
                found.add((rrset.owner, "TXT"))
                for branch in tree(rrset.owner, read.lookup, self._trees).branches:
                    found |= asked(branch, read.lookup)
        flats = (read.flattened.get(domain.name) for domain in zone.domains)
        return found.union(*(questions for flat in flats if flat for questions in flat.asked))

    def publishing(self, zones: frozenset[str]) -> frozenset[str]:
        """The zones beside *zones* in which these want something else to stand."""
        homes = _differing(self._sides(zones)) - zones
        # whether a home asks for the same by itself is seen only beside it
        return _differing(self._sides(zones | homes)) - zones if homes else _NOTHING


def _leading(words: Collection[str], observed: Observed) -> set[str]:
    """The names of others whose SPF records name one of *words*, or one another."""
    found: set[str] = set()
    ahead = {word.removesuffix(".") for word in words}
    while ahead:
        told = telling(ahead)
        more = {
            name
            for (name, _), values in observed.answers.items()
            if name not in found and any(told(value.encode()) for value in values or ())
        }
        found |= more
        ahead = {name.removesuffix(".") for name in more}
    return found


def _differing(sides: _Sides) -> frozenset[str]:
    """The zones in which something else is asked for, whoever asks."""
    then, since = ({zone: _wanted(rrsets) for zone, rrsets in side.final.desired.items()} for side in sides)
    return frozenset(zone for zone in then.keys() | since.keys() if then.get(zone, {}) != since.get(zone, {}))


def _wanted(rrsets: Iterable[Desired]) -> Mapping[RRsetId, object]:
    return {
        rrset.id: (rrset.ttl, [(value.text, value.claim, value.terms) for value in rrset.values])
        for rrset in rrsets
    }
