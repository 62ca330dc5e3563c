"""Nothing foreign changes: what is held is merged before anything is compared."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnsauth.lock.model import Lock
from dnsauth.plan.merge import Intruder, changes, merge
from dnsauth.plan.model import Action
from dnsauth.rrset import RRsetId
from tests.plan.values import KEY, OTHER_KEY, ZONE, adopting, applied, at, desired, held, lock, rrset
from tests.plan.worlds import HELD, INVENTORY, foreign

SPF = desired("@", "TXT", "v=spf1 mx -all")
OLD_SPF = desired("@", "TXT", "v=spf1 include:old.example.net -all")
TOKEN = "google-site-verification=abc"


def one(wanted, known, before):
    (change,) = changes(wanted, known, before)
    return change


def test_a_desired_rrset_that_is_not_held_is_created_with_its_ttl_and_origin():
    change = one([SPF], lock(SPF), held())
    assert Action.CREATE is change.action
    assert rrset("@", "TXT", "v=spf1 mx -all") == change.after
    assert SPF.values[0].origin == change.origin


def test_what_is_held_as_desired_is_no_change():
    assert () == changes([SPF], lock(SPF), held(rrset("@", "TXT", "v=spf1 mx -all")))
    assert () == changes([SPF], lock(SPF), held(rrset("@", "TXT", "v=spf1 mx -all", TOKEN, ttl=60)))


def test_a_value_that_parses_equal_stays_byte_for_byte_and_keeps_its_ttl():
    assert () == changes([SPF], lock(SPF), held(rrset("@", "TXT", "V=SPF1  MX -ALL", TOKEN, ttl=60)))
    assert () == changes([SPF], lock(SPF), held(rrset("@", "TXT", "V=SPF1  MX -ALL", ttl=60)))


def test_of_two_values_that_parse_equal_one_stays():
    change = one([SPF], lock(SPF), held(rrset("@", "TXT", "v=spf1 mx -all", "v=spf1  mx  -all")))
    assert rrset("@", "TXT", "v=spf1 mx -all") == change.after
    assert not change.drift


def test_an_rrset_that_is_ours_alone_gets_the_desired_ttl():
    change = one([SPF], lock(SPF), held(rrset("@", "TXT", "v=spf1 mx -all", ttl=60)))
    assert rrset("@", "TXT", "v=spf1 mx -all") == change.after


def test_an_rrset_that_keeps_its_ttl_does_so_also_where_its_values_change():
    keeping = replace(SPF, keeps_ttl=True)
    assert () == changes([keeping], lock(SPF), held(rrset("@", "TXT", "v=spf1 mx -all", ttl=60)))
    change = one([keeping], lock(SPF, OLD_SPF), held(rrset("@", "TXT", OLD_SPF.values[0].text, ttl=60)))
    assert rrset("@", "TXT", "v=spf1 mx -all", ttl=60) == change.after
    assert SPF.ttl == one([keeping], lock(SPF), held()).after.ttl


def test_a_recorded_value_gives_way_and_foreign_values_and_their_ttl_stay():
    before = held(rrset("@", "TXT", OLD_SPF.values[0].text, TOKEN, "weird; value", ttl=60))
    change = one([SPF], lock(SPF, OLD_SPF), before)
    assert rrset("@", "TXT", "v=spf1 mx -all", TOKEN, "weird; value", ttl=60) == change.after
    assert not change.adopts
    assert not change.drift
    assert "keeps 2 values of others" in change.meaning


def test_a_value_nobody_recorded_where_something_is_desired_is_drift():
    change = one([SPF], lock(SPF), held(rrset("@", "TXT", "v=spf1 a -all", TOKEN)))
    assert change.drift
    assert rrset("@", "TXT", "v=spf1 mx -all", TOKEN) == change.after
    both = one([SPF], lock(SPF), held(rrset("@", "TXT", "v=spf1 a -all", "v=spf1 mx -all")))
    assert both.drift


def test_an_adopted_value_gives_way_without_drift():
    known = adopting(lock(SPF), "@", "TXT", "v=spf1 a -all")
    change = one([SPF], known, held(rrset("@", "TXT", "v=spf1 a -all", TOKEN)))
    assert change.adopts
    assert not change.drift
    assert "SPF loses a" in change.meaning


def test_a_value_nobody_recorded_where_nothing_is_desired_stays_and_is_told():
    found = merge([], lock(SPF), held(rrset("@", "TXT", "v=spf1 a -all", TOKEN)))
    assert () == found.changes
    assert (Intruder(RRsetId(ZONE, "TXT"), "v=spf1 a -all"),) == found.intruders


def test_retiring_takes_away_what_is_recorded_and_nothing_else():
    known = lock(SPF, desired("s1._domainkey", "TXT", KEY))
    before = held(rrset("@", "TXT", "v=spf1 mx -all", TOKEN), rrset("s1._domainkey", "TXT", KEY))
    spf, key = changes([], known, before)
    assert rrset("@", "TXT", TOKEN) == spf.after
    assert () == spf.origin
    assert Action.DELETE is key.action


def test_an_edited_key_of_ours_is_never_deleted():
    known = lock(desired("s1._domainkey", "TXT", KEY))
    found = merge([], known, held(rrset("s1._domainkey", "TXT", OTHER_KEY)))
    assert () == found.changes
    assert (Intruder(RRsetId(at("s1._domainkey"), "TXT"), OTHER_KEY),) == found.intruders


def test_a_token_claim_looks_at_its_own_values_only():
    token = desired("@", "TXT", TOKEN)
    assert () == changes([], lock(token), held(rrset("@", "TXT", "MS=ms1")))
    change = one([], lock(token), held(rrset("@", "TXT", "MS=ms1", TOKEN)))
    assert rrset("@", "TXT", "MS=ms1") == change.after
    new = one([token], lock(token), held(rrset("@", "TXT", "MS=ms1", ttl=60)))
    assert rrset("@", "TXT", "MS=ms1", TOKEN, ttl=60) == new.after
    assert not new.drift


def test_rrsets_without_claim_are_not_looked_at():
    assert () == changes(
        [], Lock(ZONE), held(rrset("@", "TXT", "v=spf1 mx -all"), rrset("www", "A", "192.0.2.1"))
    )


@pytest.mark.parametrize(
    ("type", "held_value", "wanted"),
    [
        ("MX", "10 MX.Example.com.", "10 mx.example.com."),
        ("CNAME", "Vendor.Example.NET.", "vendor.example.net."),
    ],
)
def test_names_in_values_are_compared_without_case(type, held_value, wanted):
    ours = desired("x", type, wanted)
    assert () == changes([ours], lock(ours), held(rrset("x", type, held_value)))


@settings(max_examples=100, deadline=None)
@given(HELD, INVENTORY, INVENTORY)
def test_no_foreign_value_goes_but_by_drift_and_the_second_plan_is_empty(rrsets, wanted, once):
    before, known = held(*rrsets), lock(*once, *wanted)
    plan = changes(wanted, known, before)
    after = applied(before, plan)
    kept = {(id, text) for id, one in after.rrsets.items() for text in one.values}
    drifting = {change.rrset.id for change in plan if change.drift}
    assert {id for id, _ in foreign(known, before) - kept} <= drifting
    assert () == changes(wanted, known, after)
    for id, one in before.rrsets.items():
        if id not in {change.rrset.id for change in plan}:
            assert one == after.rrsets[id]


@settings(max_examples=100, deadline=None)
@given(HELD, INVENTORY)
def test_retiring_everything_restores_the_zone_up_to_recorded_values(rrsets, wanted):
    before, known = held(*rrsets), lock(*wanted)
    after = applied(before, changes(wanted, known, before))
    end = applied(after, changes([], known, after))
    drifted = {change.rrset.id for change in changes(wanted, known, before) if change.drift}
    for id, one in before.rrsets.items():
        ours = set(one.values) - {text for at_, text in foreign(known, before) if at_ == id}
        if id in drifted:
            continue
        left = set(one.values) - ours
        assert left == set(end.rrsets[id].values if id in end.rrsets else ())
        if left:
            assert one.ttl == end.rrsets[id].ttl
    assert end.rrsets.keys() <= before.rrsets.keys()


@settings(max_examples=50, deadline=None)
@given(HELD, INVENTORY, st.randoms())
def test_the_order_of_what_is_desired_and_held_makes_no_difference(rrsets, wanted, random):
    known = lock(*wanted)
    plan = changes(wanted, known, held(*rrsets))
    random.shuffle(rrsets)
    shuffled = random.sample(wanted, len(wanted))
    assert plan == changes(shuffled, lock(*shuffled), held(*rrsets))
