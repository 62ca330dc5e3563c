"""Which addresses pass a record: terms in their order, each for the addresses no earlier one has matched.

Within the limits of RFC 7208 section 4.6.4 it does not matter what a term costs (`unlimited`). Beyond them
an address passes or not by what its own evaluation has cost so far, and an include that fails early costs
less than one that is read to its end (`limited`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from dnsauth.records.spf import MAX_LOOKUPS
from dnsauth.spf.addresses import ALL, EMPTY, Addresses
from dnsauth.spf.asking import MAX_VOIDS
from dnsauth.spf.reading import Part, Reach

Spent: TypeAlias = tuple[int, int]
"""Lookups and void lookups."""


_Sets: TypeAlias = dict[Spent, list[Addresses]]


class Passing(NamedTuple):
    """The addresses that pass, those that end in an error, and what each term adds to the former.

    *shadowed* says of each term whether earlier ones match all that it does.
    """

    passes: Addresses
    errors: Addresses
    gains: tuple[Addresses, ...]
    shadowed: tuple[bool, ...]


class Ends(NamedTuple):
    """The addresses that pass, and the others for which there is no error, by what their evaluation costs."""

    passes: dict[Spent, Addresses]
    others: dict[Spent, Addresses]


NO_RECORD = Ends({}, {})
NOT_LOOKED = Ends({}, {(0, 0): ALL})

Below: TypeAlias = Callable[[str, int], Ends]
"""The ends of the record at a domain, as far as that many lookups lead."""


def unlimited(parts: Sequence[Part], matched: Sequence[Addresses], failing: Sequence[Addresses]) -> Passing:
    """Who passes where no limit is exceeded.

    Each of *parts*, or the record it brings in, matches *matched* and ends in an error for *failing*.
    """
    seen = errors = passes = EMPTY
    gains: list[Addresses] = []
    shadowed: list[bool] = []
    for part, matches, fails in zip(parts, matched, failing, strict=True):
        fresh = matches - seen
        shadowed.append(not fresh and bool(matches))
        gained = fresh - errors if fresh and part.passes else EMPTY
        gains.append(gained)
        if fails:
            errors |= fails - matches - seen
        if fresh:
            before, seen = seen, seen | matches
            if gained:
                passes = seen if passes is before and gained is fresh else passes | gained
    return Passing(passes, errors, tuple(gains), tuple(shadowed))


def limited(
    parts: Sequence[Part], below: Below, budget: int = MAX_LOOKUPS
) -> tuple[Ends, tuple[Addresses, ...]]:
    """The ends of a record as far as *budget* lookups lead, and what each of *parts* adds to its passes."""
    passes: _Sets = defaultdict(list)
    others: _Sets = defaultdict(list)
    left = {(0, 0): ALL}
    gains: list[Addresses] = []
    for part in parts:
        gained: list[Addresses] = []
        after: _Sets = defaultdict(list)
        for (lookups, voids), addresses in left.items():
            for cost, found, matched in _outcomes(part, below, budget - lookups):
                spent = lookups + cost[0], voids + cost[1]
                hit = addresses & found
                if not hit or spent[0] > budget or spent[1] > MAX_VOIDS:
                    continue
                if not matched:
                    after[spent].append(hit)
                elif part.passes:
                    passes[spent].append(hit)
                    gained.append(hit)
                else:
                    others[spent].append(hit)
        gains.append(Addresses.union(gained))
        left = _joined(after)
    for spent, addresses in left.items():
        others[spent].append(addresses)
    return Ends(_joined(passes), _joined(others)), tuple(gains)


def _outcomes(part: Part, below: Below, budget: int) -> Iterator[tuple[Spent, Addresses, bool]]:
    """What *part* costs for which addresses, and whether it matches them; it is an error for the rest."""
    if part.reach is not Reach.REACHED:
        yield (0, 0), ALL, False
    elif part.brings:
        if budget > 0:
            ends = below(part.brings, budget - 1)
            for matched, side in ((True, ends.passes), (False, ends.others)):
                for (lookups, voids), found in side.items():
                    yield (lookups + 1, voids), found, matched
    else:
        lookups, void = int(part.queries), EMPTY if part.opaque else part.void
        rest = ALL - part.matches - part.errors
        yield (lookups, 0), part.matches - part.late, True
        yield (lookups, 1), part.late, True
        yield (lookups, 0), rest - void, False
        yield (lookups, 1), rest & void, False


def _joined(sets: _Sets) -> dict[Spent, Addresses]:
    return {spent: Addresses.union(each) for spent, each in sets.items()}
