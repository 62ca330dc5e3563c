"""Digests hold what was reviewed and the state it was made against, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from hypothesis import given, settings
from hypothesis import strategies as st

from dnsauth.findings import Finding, Rule, Severity
from dnsauth.plan.digest import canonical, change_id, finding_json, held_digest, zone_digest
from dnsauth.plan.merge import changes
from dnsauth.plan.model import Change
from dnsauth.plan.zone import zone_plan
from dnsauth.rrset import RRsetId
from tests.plan.values import KEY, ZONE, at, desired, held, lock, rrset

WANTED = [
    desired("@", "TXT", "v=spf1 mx -all"),
    desired("s1._domainkey", "TXT", KEY),
    desired("em1", "CNAME", "a.b."),
]
APEX = rrset("@", "TXT", "token")


def made(before, wanted=WANTED):
    return zone_plan(changes(wanted, lock(*wanted), before), before)


def test_the_canonical_form_is_sorted_without_blanks_and_utf_8():
    assert '{"a":["é",null,true],"b":1}'.encode() == canonical({"b": 1, "a": ["é", None, True]})


@settings(max_examples=30, deadline=None)
@given(st.randoms())
def test_a_plan_is_the_same_whatever_order_things_came_in(random):
    rrsets = [APEX, rrset("www", "A", "192.0.2.1"), rrset("@", "MX", "10 mx.example.com.")]
    expected = made(held(*rrsets))
    random.shuffle(rrsets)
    assert expected == made(held(*rrsets), random.sample(WANTED, len(WANTED)))


def test_a_change_elsewhere_in_the_zone_makes_no_plan_stale():
    acme = rrset("_acme-challenge", "TXT", "x")
    assert made(held(APEX)).digest == made(held(APEX, acme)).digest


def test_any_change_at_a_touched_owner_name_makes_the_plan_stale():
    first = made(held(APEX)).digest
    others = [
        held(replace(APEX, ttl=60)),
        held(rrset("@", "TXT", "token", "another")),
        held(APEX, rrset("@", "A", "192.0.2.1")),
        held(APEX, exact={APEX.id: (b"\x02to\x03ken",)}),
    ]
    assert first not in {made(one).digest for one in others}


def test_octets_count_where_the_provider_tells_them_else_they_follow_from_the_values():
    told = held(APEX, exact={APEX.id: (b"\x05token",)})
    assert held_digest(held(APEX), {ZONE}) == held_digest(told, {ZONE})


def test_a_provider_s_own_type_has_a_digest_too():
    alias = held(rrset("@", "ALIAS", "a.example.net."))
    assert held_digest(alias, {ZONE}) != held_digest(held(), {ZONE})


def test_what_explains_a_change_is_outside_the_digest():
    plan = made(held(APEX))
    bare = tuple(replace(c, origin=(), meaning=(), adopts=True, drift=True) for c in plan.changes)
    assert plan.digest == zone_digest(plan.zone, plan.provider, plan.held, bare)
    assert plan.digest != zone_digest(plan.zone, "ns2", plan.held, plan.changes)


def test_a_change_id_is_twelve_digits_for_this_change_alone():
    change = Change(None, rrset("@", "TXT", "a"))
    text = '["example.com.","example.com.","TXT",null,{"ttl":3600,"values":["a"]}]'
    assert sha256(text.encode()).hexdigest()[:12] == change_id(ZONE, change)
    assert change_id(ZONE, change) == change_id(ZONE, replace(change, meaning=("x",)))
    assert change_id(ZONE, change) != change_id(ZONE, Change(None, rrset("@", "TXT", "b")))
    assert change_id(ZONE, change) != change_id("example.net.", change)


def test_a_finding_without_a_place_has_none_in_json():
    rule = Rule("X", Severity.INFO, "{what}")
    found = finding_json(Finding(rule, owner=at("@"), facts={"what": ("a", RRsetId("b", "c")), "n": None}))
    assert found["where"] is None
    assert {"what": ["a", ["b", "c"]], "n": None} == found["facts"]
