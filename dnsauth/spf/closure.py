"""The trees of many domains, over answers that are fetched as it turns out what is needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator
from heapq import heapify, heappop, heappush
from typing import NamedTuple, TypeAlias

from dnsauth.spf.graph import MAX_DEPTH, MAX_SIZE, size
from dnsauth.spf.lookup import Lookup
from dnsauth.spf.reading import Names, Reading, filled, read
from dnsauth.spf.tree import Tree, grown

Fetch: TypeAlias = Callable[[Names], None]
"""Sees to it that the lookup holds these names and types."""


def closure(
    domains: Iterable[str], lookup: Lookup, fetch: Fetch, known: dict[str, Tree] | None = None
) -> dict[str, Tree]:
    """The trees of *domains*, absolute names, each by its domain.

    *lookup* raises `NotLooked` for what *fetch* has not brought yet. All that is missing is asked for at
    once, then what that leads to: in thirteen waves at most, and each name and type once. What *fetch* does
    not bring is missing from the trees, as is what lies beyond `MAX_SIZE`. *known* holds whole trees of other
    domains, for which nothing is asked, and is added to.
    """
    domains = tuple(dict.fromkeys(domains))
    known = {} if known is None else known
    front = _Front(lookup, known)
    wanted = front.advanced([_Way(0, 0, domain, domain) for domain in domains])
    asked: set[tuple[str, str]] = set()
    while wanted := wanted - asked:
        fetch(frozenset(wanted))
        asked |= wanted
        wanted = front.advanced(front.refilled())
    return {domain: grown(domain, front.read, known) for domain in domains}


class _Way(NamedTuple):
    """How few lookups lead to *name*, on a way of *depth* terms from *root*."""

    lookups: int
    depth: int
    name: str
    root: str


class _Front:
    """Every record that was come to, read once for all domains, and the best way to it."""

    def __init__(self, lookup: Lookup, known: Container[str]) -> None:
        self._lookup = lookup
        self._known = known
        self._readings: dict[str, Reading] = {}
        self._ways: dict[str, _Way] = {}
        self._sizes: Counter[str] = Counter()
        self._incomplete: set[str] = set()

    def read(self, name: str) -> Reading:
        """The record of *name* as far as it is known."""
        return self._readings.get(name) or read(name, self._lookup)

    def refilled(self) -> list[_Way]:
        """The ways to what newly found records bring in, once what was missing has been looked up."""
        found: list[_Way] = []
        for name in self._incomplete:
            before, way = self._readings[name], self._ways[name]
            after = self._readings[name] = filled(before, self._lookup)
            self._sizes[way.root] += size(after) - size(before)
            if before.record is None:
                found += self._onward(way)
        self._incomplete = {name for name in self._incomplete if self._readings[name].missing}
        return found

    def advanced(self, ahead: list[_Way]) -> set[tuple[str, str]]:
        """What is missing from the records that *ahead* leads to, and from those come to before."""
        heapify(ahead)
        while ahead:
            way = heappop(ahead)
            best = self._ways.get(way.name)
            if best and best.lookups <= way.lookups and best.depth <= way.depth:
                continue
            if way.name in self._known or way.depth > MAX_DEPTH or self._sizes[way.root] >= MAX_SIZE:
                continue
            self._ways[way.name] = way
            if best is None:
                self._read(way)
            for onward in self._onward(way):
                heappush(ahead, onward)
        return {asked for name in self._incomplete for asked in self._readings[name].missing}

    def _read(self, way: _Way) -> None:
        reading = self._readings[way.name] = read(way.name, self._lookup)
        self._sizes[way.root] += size(reading)
        if reading.missing:
            self._incomplete.add(way.name)

    def _onward(self, way: _Way) -> Iterator[_Way]:
        lookups = way.lookups
        for part in self._readings[way.name].parts:
            lookups += part.queries
            if part.brings:
                yield _Way(lookups, way.depth + 1, part.brings, way.root)
