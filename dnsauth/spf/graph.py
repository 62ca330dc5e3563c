"""The records that lead to one another: which are read, and in which order their trees can be built."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from heapq import heappop, heappush
from math import inf
from typing import NamedTuple

from dnsauth.records.spf import MAX_LOOKUPS
from dnsauth.spf.reading import Reading

MAX_DEPTH = MAX_LOOKUPS  # terms that lead to a name one after the other; no evaluation gets further
MAX_SIZE = 20_000  # terms of all records of one tree, each record counting as ten more


def size(reading: Reading) -> int:
    """How much of `MAX_SIZE` it takes."""
    return 10 + len(reading.parts)


def explored(domain: str, read: Callable[[str], Reading], known: Container[str]) -> dict[str, Reading]:
    """The record of *domain* and of all it leads to, but for what is *known*; as much as is sensible.

    What an evaluation can come to after the fewest lookups is read first.
    """
    readings: dict[str, Reading] = {}
    left = MAX_SIZE
    ahead = [(0, 0, domain)]
    while ahead and left > 0:
        lookups, depth, name = heappop(ahead)
        if name in readings or name in known or depth > MAX_DEPTH:
            continue
        reading = readings[name] = read(name)
        left -= size(reading)
        for part in reading.parts:
            lookups += part.queries
            if part.brings:
                heappush(ahead, (lookups, depth + 1, part.brings))
    return readings


class Placed(NamedTuple):
    """A domain, which stands behind all those its record brings in, but for where a loop closes.

    *loops* has each domain that is brought in once more, with the way from there to here, or its first part.
    *settled* are the domains that are complete now: itself, and those from which only loops lead back to it;
    none where a loop leads back above it.
    """

    domain: str
    loops: Mapping[str, tuple[str, ...]]
    settled: tuple[str, ...]


def ordered(domain: str, readings: Mapping[str, Reading]) -> Iterator[Placed]:
    """The domains of *readings* that *domain* leads to, each once, itself last.

    Tarjan's algorithm for strongly connected components, without recursion.
    """
    if len(readings) == 1 and not any(part.brings == domain for part in readings[domain].parts):
        yield Placed(domain, {}, (domain,))
        return
    brings = {
        name: [part.brings for part in read.parts if part.brings in readings]
        for name, read in readings.items()
    }
    index: dict[str, int] = {}
    low: dict[str, float] = {}
    path: list[str] = []
    place: dict[str, int] = {}
    ahead: list[Iterator[str]] = []
    unsettled: list[str] = []
    entered: str | None = domain
    while entered or path:
        if entered:
            index[entered] = low[entered] = len(index)
            place[entered] = len(path)
            path.append(entered)
            ahead.append(iter(brings[entered]))
            unsettled.append(entered)
        else:
            name = path[-1]
            loops = {to: tuple(path[place[to] : place[to] + MAX_DEPTH]) for to in brings[name] if to in place}
            low[name] = min(index[to] if to in place else low[to] for to in (name, *brings[name]))
            settled: list[str] = []
            while low[name] == index[name]:
                settled.append(unsettled.pop())
                low[settled[-1]] = inf
            yield Placed(name, loops, tuple(settled))
            ahead.pop()
            place.pop(path.pop())
        entered = next((to for to in ahead[-1] if to not in index), None) if ahead else None
