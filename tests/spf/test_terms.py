"""What separates two trees, and the terms that bring it."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dnsauth.spf import Result, check_host
from dnsauth.spf.addresses import ALL, EMPTY, Addresses
from dnsauth.spf.terms import brought_by, gained, lost, repeated
from dnsauth.spf.tree import tree
from tests.spf.strategies import DOMAINS, networks, records, zones

slow = settings(max_examples=75, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def of(*texts):
    return Addresses.of(map(ip_network, texts))


BEFORE = records(
    a="v=spf1 ip4:192.0.2.0/28 include:own.example include:vendor.example -all",
    own="v=spf1 ip4:192.0.2.8/29 ip4:198.51.100.1 include:vendor.example -all",
    vendor="v=spf1 ip4:203.0.113.0/24 -all",
)
AFTER = records(a="v=spf1 ip4:192.0.2.0/28 ip4:203.0.113.0/28 ip4:192.0.2.99 -all")


def test_what_is_lost_and_gained_stops_and_begins_to_pass():
    before, after = tree("a.example.", BEFORE), tree("a.example.", AFTER)
    assert of("198.51.100.1") | (of("203.0.113.0/24") - of("203.0.113.0/28")) == lost(before, after)
    assert of("192.0.2.99") == gained(before, after)
    for zone, expected in ((BEFORE, Result.PASS), (AFTER, Result.FAIL)):
        assert expected == check_host("198.51.100.1", "user@a.example", "", zone).result
        assert expected == check_host("203.0.113.16", "user@a.example", "", zone).result


@pytest.mark.parametrize(
    ("expected", "ours", "reason"),
    [
        (
            [
                ("a.example.", "ip4:192.0.2.0/28", "192.0.2.0/28"),
                ("a.example.", "include:own.example", "198.51.100.1 203.0.113.0/24"),
            ],
            (),
            "by the first term that matches",
        ),
        (
            [
                ("a.example.", "ip4:192.0.2.0/28", "192.0.2.0/28"),
                ("own.example.", "ip4:198.51.100.1", "198.51.100.1"),
                ("own.example.", "include:vendor.example", "203.0.113.0/24"),
            ],
            ("own.example.", "a.example."),
            "by the terms of a record of ours",
        ),
    ],
)
def test_addresses_are_brought_by_terms(expected, ours, reason):
    said = brought_by(tree("a.example.", BEFORE), ALL, ours)
    assert [(domain, term, of(*nets.split())) for domain, term, nets in expected] == [*said], reason


def test_only_what_is_asked_for_is_brought():
    found = tree("a.example.", BEFORE)
    assert (("a.example.", "include:own.example", of("203.0.113.7")),) == brought_by(
        found, of("203.0.113.7", "192.0.2.99")
    )
    assert () == brought_by(found, EMPTY)


@slow
@given(zones(), st.lists(networks, max_size=4).map(Addresses.of), st.sets(st.sampled_from(DOMAINS)))
def test_each_address_that_passes_is_brought_once(zone, addresses, ours):
    for domain in DOMAINS:
        found = tree(domain, zone)
        seen = EMPTY
        for each in brought_by(found, addresses, ours):
            assert each.addresses
            assert EMPTY == seen & each.addresses
            seen |= each.addresses
        assert addresses & found.passes == seen


def test_what_is_brought_in_again_is_said_where_it_is():
    zone = records(
        a="v=spf1 include:b.example include:c.example include:d.example",
        b="v=spf1 include:c.example -all",
        c="v=spf1 -all",
        d="v=spf1 include:b.example include:none.example include:none.example include:a.example -all",
    )
    assert [("a.example.", "include:c.example"), ("d.example.", "include:b.example")] == [
        (at.domain, str(branch.term)) for at, branch in repeated(tree("a.example.", zone))
    ]
    assert [] == [*repeated(tree("b.example.", zone))]
