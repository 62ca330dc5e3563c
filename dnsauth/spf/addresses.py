"""Sets of addresses, IPv4 and IPv6, as sorted disjoint ranges of integers.

An IPv4-mapped IPv6 address is the IPv4 address (RFC 7208 section 5); nothing is at its place among the IPv6
addresses.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from operator import or_
from typing import TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network
Ranges: TypeAlias = tuple[tuple[int, ...], tuple[int, ...]]
"""First addresses, and the addresses behind the last ones, of ranges that neither meet nor overlap."""

_END4, _END6 = 1 << 32, 1 << 128
_NONE: Ranges = ((), ())
_MAPPED = IPv6Network("::ffff:0:0/96")  # RFC 4291 section 2.5.5.2
_FEW = 4  # ranges that are looked up in another set one by one, however many that has
_MANY = 8  # so many times the ranges are looked up one by one as well


@dataclass(frozen=True, slots=True)
class Addresses:
    """A set of addresses."""

    four: Ranges = _NONE
    six: Ranges = _NONE

    @classmethod
    def of(cls, networks: Iterable[Network]) -> Addresses:
        """The addresses of *networks*; one within ``::ffff:0:0/96`` is an IPv4 network."""
        firsts4, ends4, firsts6, ends6 = [], [], [], []
        for network in networks:
            first, prefix = int(network.network_address), network.prefixlen
            if isinstance(network, IPv4Network):
                firsts4.append(first)
                ends4.append(first + (1 << 32 - prefix))
            elif prefix >= _MAPPED.prefixlen and network.network_address in _MAPPED:
                firsts4.append(first - int(_MAPPED.network_address))
                ends4.append(firsts4[-1] + (1 << 128 - prefix))
            else:
                firsts6.append(first)
                ends6.append(first + (1 << 128 - prefix))
        return cls(_joined(firsts4, ends4), _joined(firsts6, ends6))

    @classmethod
    def union(cls, sets: Iterable[Addresses]) -> Addresses:
        """The addresses of all *sets*."""
        some = [addresses for addresses in sets if addresses]
        if len(some) <= _MANY:
            return reduce(or_, some) if some else EMPTY
        return cls(_all([addresses.four for addresses in some]), _all([addresses.six for addresses in some]))

    def __or__(self, other: Addresses) -> Addresses:
        four = _either(self.four, other.four) if other.four[0] else self.four
        six = _either(self.six, other.six) if other.six[0] else self.six
        return self._with(four, six)

    def __and__(self, other: Addresses) -> Addresses:
        return self._with(_both(self.four, other.four), _both(self.six, other.six))

    def __sub__(self, other: Addresses) -> Addresses:
        four, six = self.four, self.six
        if four[0] and other.four[0]:
            four = _without(four, other.four, _END4)
        if six[0] and other.six[0]:
            six = _without(six, other.six, _END6)
        return self._with(four, six)

    def _with(self, four: Ranges, six: Ranges) -> Addresses:
        return self if four is self.four and six is self.six else Addresses(four, six)

    def __invert__(self) -> Addresses:
        return Addresses(_others(self.four, _END4), _others(self.six, _END6))

    def __contains__(self, address: IPv4Address | IPv6Address) -> bool:
        if isinstance(address, IPv6Address):
            mapped = address.ipv4_mapped
            if mapped is None:
                return _holds(self.six, int(address))
            address = mapped
        return _holds(self.four, int(address))

    def __bool__(self) -> bool:
        return bool(self.four[0] or self.six[0])

    @property
    def count4(self) -> int:
        """How many IPv4 addresses there are."""
        return sum(self.four[1]) - sum(self.four[0])

    @property
    def count6(self) -> int:
        """How many IPv6 addresses there are."""
        return sum(self.six[1]) - sum(self.six[0])

    def networks(self) -> tuple[Network, ...]:
        """The fewest networks that hold these addresses and no other, IPv4 first, sorted."""
        return (
            *(IPv4Network(network) for network in _blocks(self.four, 32)),
            *(IPv6Network(network) for network in _blocks(self.six, 128)),
        )


EMPTY = Addresses()
IPV4 = Addresses(((0,), (_END4,)), _NONE)
IPV6 = Addresses(_NONE, ((0,), (_END6,)))
ALL = Addresses(IPV4.four, IPV6.six)


def plain(network: Network) -> str:
    """*network* as people write it: a single address without its prefix length."""
    return str(network.network_address if network.prefixlen == network.max_prefixlen else network)


def _all(sets: list[Ranges]) -> Ranges:
    return _joined(
        [first for firsts, _ in sets for first in firsts], [end for _, ends in sets for end in ends]
    )


def _joined(firsts: list[int], ends: list[int]) -> Ranges:
    """Ranges that may overlap, as such that do not: a gap is where as many have ended as had begun."""
    if len(firsts) <= 1:
        return tuple(firsts), tuple(ends)
    firsts.sort()
    ends.sort()
    gaps = [(first, end) for first, end in zip(firsts[1:], ends, strict=False) if first > end]
    return (firsts[0], *[first for first, _ in gaps]), (*[end for _, end in gaps], ends[-1])


def _others(ranges: Ranges, end: int) -> Ranges:
    """The ranges between *ranges*, from 0 to *end*."""
    firsts, ends = ranges
    if not firsts:
        return (0,), (end,)
    after = ends if firsts[0] == 0 else (0, *ends)
    before = firsts[1:] if firsts[0] == 0 else firsts
    return (after[:-1], before) if ends[-1] == end else (after, (*before, end))


def _either(one: Ranges, other: Ranges) -> Ranges:
    few, many = (one, other) if len(one[0]) <= len(other[0]) else (other, one)
    if not few[0]:
        return many
    if len(few[0]) == 1:
        return _one_more(few[0][0], few[1][0], many)
    return _joined([*one[0], *other[0]], [*one[1], *other[1]])


def _one_more(first: int, end: int, ranges: Ranges) -> Ranges:
    firsts, ends = ranges
    begin, stop = bisect_left(ends, first), bisect_right(firsts, end)
    if begin < stop:
        first, end = min(first, firsts[begin]), max(end, ends[stop - 1])
    return (*firsts[:begin], first, *firsts[stop:]), (*ends[:begin], end, *ends[stop:])


def _without(one: Ranges, other: Ranges, end: int) -> Ranges:
    """What is left of *one*, itself where the two have nothing in common; neither is empty."""
    if one[1][-1] <= other[0][0] or other[1][-1] <= one[0][0]:
        return one
    common = _both(one, other)
    if not common[0]:
        return one
    return _NONE if common == one else _both(one, _others(common, end))


def _both(one: Ranges, other: Ranges) -> Ranges:
    few, many = (one, other) if len(one[0]) <= len(other[0]) else (other, one)
    if not few[0]:
        return _NONE
    if few[0][0] <= many[0][0] and many[1][-1] <= few[1][0]:
        return many  # all of them are within the first
    if len(few[0]) <= _FEW or len(few[0]) * _MANY < len(many[0]):
        return _found(few, many)
    firsts, ends = sorted(few[0] + many[0]), sorted(few[1] + many[1])
    met = [(first, end) for first, end in zip(firsts[1:], ends, strict=False) if first < end]
    return tuple([first for first, _ in met]), tuple([end for _, end in met])


def _found(few: Ranges, many: Ranges) -> Ranges:
    firsts: list[int] = []
    ends: list[int] = []
    for first, end in zip(*few, strict=True):
        begin = bisect_right(many[1], first)
        stop = bisect_left(many[0], end, begin)
        if begin < stop:
            firsts += (max(first, many[0][begin]), *many[0][begin + 1 : stop])
            ends += (*many[1][begin : stop - 1], min(end, many[1][stop - 1]))
    return tuple(firsts), tuple(ends)


def _holds(ranges: Ranges, address: int) -> bool:
    at = bisect_right(ranges[0], address)
    return at > 0 and address < ranges[1][at - 1]


def _blocks(ranges: Ranges, width: int) -> Iterator[tuple[int, int]]:
    """First address and prefix length of the largest aligned blocks that fill *ranges*."""
    for first, end in zip(*ranges, strict=True):
        at = first
        while at < end:
            size = min((at & -at).bit_length() - 1 if at else width, (end - at).bit_length() - 1)
            yield at, width - size
            at += 1 << size
