"""Sets of addresses: laws against sets of integers and against the standard library."""

from __future__ import annotations

import random
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    collapse_addresses,
    ip_address,
    ip_network,
)
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dnsauth.spf.addresses import ALL, EMPTY, IPV4, IPV6, Addresses
from tests.spf.strategies import networks

BASE4, BASE6 = IPv4Address("192.0.2.240"), IPv6Address("2001:db8::fff0")
FEW4 = [BASE4 + n for n in range(16)]
FEW6 = [BASE6 + n for n in range(16)]
FEW = frozenset(FEW4 + FEW6)

_small4 = st.builds(
    lambda n, prefix: IPv4Network((int(BASE4) + n, prefix), strict=False),
    st.integers(0, 15),
    st.integers(28, 32),
)
_small6 = st.builds(
    lambda n, prefix: IPv6Network((int(BASE6) + n, prefix), strict=False),
    st.integers(0, 15),
    st.integers(124, 128),
)
small = st.lists(_small4 | _small6, max_size=8)
many = st.lists(_small4 | _small6 | networks, max_size=12).map(Addresses.of)


def of(*texts):
    return Addresses.of(map(ip_network, texts))


def model(nets):
    return frozenset(address for address in FEW if any(address in net for net in nets))


@given(small, small)
def test_they_are_sets(one, other):
    ours, theirs = Addresses.of(one), Addresses.of(other)
    mine, yours = model(one), model(other)
    for said, expected in (
        (ours, mine),
        (ours | theirs, mine | yours),
        (ours & theirs, mine & yours),
        (ours - theirs, mine - yours),
        (Addresses.union((ours, theirs, EMPTY)), mine | yours),
    ):
        assert expected == {address for address in FEW if address in said}
        assert bool(expected) is bool(said)
        assert sum(a.version == 4 for a in expected) == said.count4
        assert sum(a.version == 6 for a in expected) == said.count6
    assert (mine == yours) is (ours == theirs)
    assert FEW - mine == {address for address in FEW if address in ~ours}


@given(st.frozensets(st.integers(0, 99), min_size=25), st.frozensets(st.integers(0, 99), max_size=2))
def test_a_set_of_many_ranges_meets_one_of_few(lots, few):
    ours, theirs = (Addresses.of(IPv4Network((n, 32)) for n in numbers) for numbers in (lots, few))
    for said, expected in (
        (ours & theirs, lots & few),
        (theirs & ours, lots & few),
        (ours - theirs, lots - few),
        (theirs - ours, few - lots),
        (ours | theirs, lots | few),
        (theirs | ours, lots | few),
    ):
        assert Addresses.of(IPv4Network((n, 32)) for n in expected) == said


@given(many, many, many)
def test_their_algebra_holds_over_all_addresses(a, b, c):
    assert a == ~~a
    assert a - b == a & ~b
    assert ~(a | b) == ~a & ~b
    assert (a | b) & c == (a & c) | (b & c)
    assert (a - b) | (a & b) == a
    assert Addresses.union((a, b, c)) == a | b | c
    assert a & EMPTY == EMPTY == a - ALL == a - a
    assert a | EMPTY == a == a & ALL == a | a
    assert hash(a | b) == hash(b | a)


@given(many, many)
def test_ranges_are_sorted_and_neither_meet_nor_overlap(a, b):
    for said in (a, ~a, a | b, a & b, a - b):
        for firsts, ends in (said.four, said.six):
            assert all(first < end for first, end in zip(firsts, ends, strict=True))
            assert all(end < first for end, (_, first) in zip(ends, pairwise(firsts), strict=False))


@given(st.lists(networks, max_size=12))
def test_networks_are_those_of_the_standard_library(nets):
    mapped = IPv6Network("::ffff:0:0/96")
    four = [n if n.version == 4 else _unmapped(n) for n in nets if n.version == 4 or n.subnet_of(mapped)]
    six = [n for n in nets if n.version == 6 and not n.subnet_of(mapped)]
    expected = (*sorted(collapse_addresses(four)), *sorted(collapse_addresses(six)))
    said = Addresses.of(nets)
    assert expected == said.networks()
    assert said == Addresses.of(said.networks())


def _unmapped(network):
    return IPv4Network((int(network.network_address) & 0xFFFFFFFF, network.prefixlen - 96))


@pytest.mark.parametrize(
    ("expected", "addresses"),
    [
        ((), EMPTY),
        (("0.0.0.0/0", "::/0"), ALL),
        (("0.0.0.0/0",), IPV4),
        (("192.0.2.0/23",), of("192.0.2.0/24", "192.0.3.0/24")),
        (("192.0.2.1/32", "192.0.2.2/31"), of("192.0.2.1", "192.0.2.2", "192.0.2.3")),
        (("192.0.2.0/25", "192.0.2.129/32"), of("192.0.2.0/25", "192.0.2.129", "192.0.2.7")),
        (
            ("2001:db8::/64", "2001:db8:0:2::/64"),
            of("2001:db8:0:2::/64", "2001:db8::/65", "2001:db8:0:0:8000::/65"),
        ),
        (("128.0.0.0/1", "::/0"), ALL - of("0.0.0.0/1")),
        (("255.255.255.255/32",), of("255.255.255.255")),
    ],
)
def test_networks_are_the_fewest(expected, addresses):
    assert expected == tuple(map(str, addresses.networks()))


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("192.0.2.0", "the first"),
        ("192.0.2.255", "the last"),
        ("::ffff:192.0.2.7", "mapped, it is the IPv4 address"),
        ("2001:db8::ffff:ffff:ffff:ffff", "the last of IPv6"),
    ],
)
def test_an_address_is_in(address, reason):
    assert ip_address(address) in of("192.0.2.0/24", "2001:db8::/64"), reason


@pytest.mark.parametrize(
    "address", ["192.0.1.255", "192.0.3.0", "::192.0.2.1", "2001:db8:0:1::", "::", "0.0.0.0"]
)
def test_an_address_is_not_in(address):
    assert ip_address(address) not in of("192.0.2.0/24", "2001:db8::/64")


def test_a_mapped_network_is_an_ipv4_network():
    assert of("192.0.2.0/24") == of("::ffff:192.0.2.0/120")
    assert IPV4 == of("::ffff:0:0/96")
    assert ip_address("192.0.2.1") not in of("::/0")
    assert IPV6 == of("::/0")


def test_a_hundred_thousand_ranges_are_as_exact_as_ten():
    chance = random.Random(1)
    numbers = chance.sample(range(2**31), 200_000)
    one, other = (
        Addresses.of(IPv4Network((2 * number, 32)) for number in half)
        for half in (numbers[:100_000], numbers[100_000:])
    )
    both = one | other
    assert 200_000 == both.count4 == len(both.four[0])
    assert one == both - other
    assert EMPTY == one & other
    assert one == both & one
    assert both == Addresses.of(both.networks())
