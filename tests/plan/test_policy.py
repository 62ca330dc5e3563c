"""How strong a DMARC policy is, for receivers of RFC 9989 and of RFC 7489."""

from __future__ import annotations

import pytest

from dnsauth.plan.policy import Level, asks_reject, effective, strength
from tests.plan.values import ZONE, at, rrset


def state(*rrsets):
    return {one.id: one for one in rrsets}


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("v=DMARC1; p=reject", ((2, 2), (2, 2), (2, 2))),
        ("v=DMARC1; p=reject; sp=none", ((2, 2), (0, 0), (0, 0))),
        ("v=DMARC1; p=none; np=reject", ((0, 0), (0, 0), (2, 0))),
        ("v=DMARC1; p=reject; t=y", ((1, 2), (1, 2), (1, 2))),
        ("v=DMARC1; p=none; t=y", ((0, 0), (0, 0), (0, 0))),
        ("v=DMARC1; p=quarantine; pct=50", ((1, 0.5), (1, 0.5), (1, 0.5))),
        ("v=DMARC1; p=reject; pct=0", ((2, 1), (2, 1), (2, 1))),
        ("v=DMARC1; p=bogus; rua=mailto:d@example.com", ((0, 0), (0, 0), (0, 0))),
        ("v=DMARC1", ((0, 0), (0, 0), (0, 0))),
    ],
)
def test_levels_follow_the_tags(record, expected):
    found = effective(ZONE, ZONE, state(rrset("_dmarc", "TXT", record)), unknown=9)
    assert at("_dmarc") == found.owner
    assert expected == (found.domain, found.subdomains, found.nonexistent)


def test_a_subdomain_without_record_gets_what_the_topmost_record_says_of_subdomains():
    records = state(
        rrset("_dmarc", "TXT", "v=DMARC1; p=reject; sp=quarantine; np=none"),
        rrset("_dmarc.b", "TXT", "v=DMARC1; p=none"),
    )
    found = effective(at("a.b"), ZONE, records, unknown=9)
    assert (at("_dmarc"), Level(1, 1), Level(1, 1), Level(0, 1)) == found


def test_two_records_are_none_and_none_is_less_than_asking_for_nothing():
    two = state(rrset("_dmarc", "TXT", "v=DMARC1; p=reject", "v=DMARC1; p=none"))
    assert Level(-1, -1) == effective(ZONE, ZONE, two, unknown=9).domain
    assert Level(-1, -1).below(
        effective(ZONE, ZONE, state(rrset("_dmarc", "TXT", "v=DMARC1; p=none")), 9).domain
    )


@pytest.mark.parametrize(
    "one", [rrset("_dmarc", "CNAME", "d.example.net."), rrset("_dmarc", "TXT", "v=DMARC1; p=bogus")]
)
def test_what_cannot_be_read_is_unknown(one):
    assert Level(9, 9) == effective(ZONE, ZONE, state(one), unknown=9).domain


def test_reject_for_a_share_of_receivers_is_reject():
    assert asks_reject(Level(2, 2))
    assert asks_reject(Level(1, 2))
    assert asks_reject(Level(1, 1.2))
    assert not asks_reject(Level(1, 1))


def test_strength_orders_records_that_are_none():
    assert strength(()) < strength(["v=DMARC1; p=none"]) < strength(["v=DMARC1; p=reject"])
    assert -1 == strength(["v=DMARC1; p=bogus"])
