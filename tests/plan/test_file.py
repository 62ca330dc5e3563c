"""A plan file is read as it was written, to the octet, or refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from dnsauth.findings import Finding, Rule, Severity, Where
from dnsauth.plan import file
from dnsauth.plan.digest import digest
from dnsauth.plan.merge import changes
from dnsauth.plan.model import Plan, ZonePlan
from dnsauth.plan.zone import plan, zone_plan
from tests.plan.values import KEY, desired, held, lock, rrset

RULE = Rule("PLN099", Severity.ERROR, "{owner} has {{braces}} and {value}", "say {{x: y}}")
FINDING = Finding(RULE, Where("zones/é.yaml", 3, 5), "example.com.", {"owner": "a", "value": "{b}", "n": 2})
WANTED = [
    desired("@", "TXT", "v=spf1 mx -all", sender="mta"),
    desired("s1._domainkey", "TXT", KEY),
    desired("@", "MX", "10 mx.example.com."),
]
OLD = desired("@", "TXT", "v=spf1 a -all")
HELD = held(
    rrset("@", "TXT", "v=spf1 a -all", 'caf\\195\\169 "x"', ttl=60), rrset("@", "MX", "10 old.example.com.")
)
LOCK = lock(*WANTED, OLD)
FIRST = zone_plan(changes(WANTED, LOCK, HELD), HELD)
PLAN = Plan(
    "2026-11-24T12:00:00Z",
    "0" * 64,
    (ZonePlan(FIRST.zone, FIRST.provider, FIRST.held, FIRST.digest, FIRST.changes, (FINDING,)),),
)
TEXT = file.write(PLAN)


def resealed(**fields):
    """The file as somebody would make it who knows how the digest is made."""
    whole = {**json.loads(TEXT), **fields}
    whole.pop("digest")
    return json.dumps({**whole, "digest": digest(whole)}, indent=1) + "\n"


def with_zone(**fields):
    return resealed(zones=[{**json.loads(TEXT)["zones"][0], **fields}])


def with_change(**fields):
    zone = json.loads(TEXT)["zones"][0]
    return with_zone(changes=[{**zone["changes"][0], **fields}, *zone["changes"][1:]])


def test_a_plan_that_was_written_is_read_again():
    found = file.read(TEXT)
    assert PLAN.zones[0].changes == found.zones[0].changes
    assert TEXT == file.write(found)
    assert FINDING.message == found.zones[0].findings[0].message
    assert FINDING.next == found.zones[0].findings[0].next


def test_the_file_is_ascii_and_its_schema_holds():
    assert TEXT.isascii()
    Draft202012Validator.check_schema(file.json_schema())
    Draft202012Validator(file.json_schema()).validate(json.loads(TEXT))


def test_a_file_with_fields_of_a_later_version_is_read():
    assert PLAN.zones[0].changes == file.read(resealed(later={"x": [1.5, None]})).zones[0].changes


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(TEXT) - 1), st.integers(1, 127))
def test_one_changed_octet_is_refused(position, difference):
    other = chr(ord(TEXT[position]) ^ difference)
    with pytest.raises(file.BadPlan) as refused:
        file.read(TEXT[:position] + other + TEXT[position + 1 :])
    assert refused.value.hint


@settings(max_examples=50, deadline=None)
@given(st.integers(0, len(TEXT) - 1))
def test_a_file_cut_short_is_refused(length):
    with pytest.raises(file.BadPlan):
        file.read(TEXT[:length])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no JSON"),
        ("null", "no field `format`"),
        ("[]", "no field `format`"),
        ('{"format": 1}', "no field `format`"),
        ('{"format": "dnsauth-plan/2"}', "this dnsauth reads 'dnsauth-plan/1'"),
        ('{"format": "dnsauth-plan/1"}', "digest does not match"),
        ("[" * 100_000, "no JSON"),
        ('{"format": "dnsauth-plan/1", "x": NaN}', "digest does not match"),
        ('{"format": "dnsauth-plan/1", "x": ' + "9" * 5000 + "}", "no JSON"),
        (TEXT + " ", "digest does not match"),
        (TEXT.replace("\n", "\r\n"), "digest does not match"),
        (TEXT.replace('"zones"', '"zones": [], "zones"', 1), "digest does not match"),
        (resealed(created=5), "field `created` is missing or not a text"),
        (resealed(zones={}), "field `zones` is missing or not a list"),
        (resealed(zones=[1]), "a zone is no JSON object"),
        (with_zone(held="0" * 64), "is not that of its changes"),
        (with_zone(provider="ns2"), "is not that of its changes"),
        (with_zone(findings=[{"rule": "X", "severity": "fatal"}]), "'fatal'"),
        (with_change(action="delete"), "is no 'delete'"),
        (with_change(before=None, after=None), "neither `before` nor `after`"),
        (with_change(after={"ttl": True, "values": []}), "field `ttl` is missing or not an integer"),
        (with_change(after={"ttl": 60, "values": [1]}), "field `values` holds something other than text"),
        (with_change(drift="no"), "field `drift` is missing or not true or false"),
    ],
)
def test_a_file_that_is_no_such_plan_is_refused_with_its_reason(text, reason):
    with pytest.raises(file.BadPlan) as refused:
        file.read(text, "p.json")
    assert reason in str(refused.value)
    assert str(refused.value).startswith("p.json: ")
    assert refused.value.hint


def test_a_file_beyond_all_measure_is_not_even_parsed(monkeypatch):
    monkeypatch.setattr(file, "MAX_TEXT", 100)
    with pytest.raises(file.BadPlan, match="at most 100"):
        file.read(TEXT)


def test_a_plan_lists_zones_in_order_and_says_when_in_utc():
    made = plan([FIRST], "abc", datetime.fromisoformat("2026-11-24T13:00:00+01:00"))
    assert "2026-11-24T12:00:00Z" == made.created
    assert made == plan([FIRST], "abc", datetime(2026, 11, 24, 12, tzinfo=UTC))
