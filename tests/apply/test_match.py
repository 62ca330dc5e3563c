"""Which zones may be written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dnsauth.apply.match import Matched, Verdict, match
from dnsauth.findings import Finding, Outcome, Rule, Severity
from dnsauth.plan.model import Change, Plan, ZonePlan
from tests.apply.providers import Stored, planned, txt

ZONE = "example.com."
GUARD = Finding(Rule("PLN001", Severity.ERROR, "stops"))
NOTE = Finding(Rule("PLN002", Severity.WARNING, "is said"))
BLIND = Finding(Rule("PLN003", Severity.WARNING, "could not be read"), outcome=Outcome.NOT_ASSESSED)

HELD = Stored("ns1", {ZONE: [txt(ZONE, "foreign")]}).read(ZONE)
CHANGE = Change(txt(ZONE, "foreign"), txt(ZONE, "foreign", "v=spf1 -all"))
REVIEWED = planned(HELD, CHANGE)
OTHER = planned(HELD, replace(CHANGE, after=txt(ZONE, "foreign", "v=spf1 mx -all")))
EMPTY = planned(HELD)


def plan(*zones: ZonePlan) -> Plan:
    return Plan("2026-03-01T00:00:00Z", "0" * 64, zones)


@pytest.mark.parametrize(
    ("fresh", "saved", "verdict", "reason"),
    [
        (REVIEWED, REVIEWED, Verdict.AGREED, "the same plan"),
        (replace(REVIEWED, findings=(NOTE,)), REVIEWED, Verdict.AGREED, "a warning stops nothing"),
        (OTHER, REVIEWED, Verdict.STALE, "another change"),
        (replace(OTHER, findings=(GUARD,)), REVIEWED, Verdict.STALE, "a guard on what nobody reviewed"),
        (REVIEWED, EMPTY, Verdict.STALE, "nothing was to be done, and now something is"),
        (EMPTY, REVIEWED, Verdict.DONE, "somebody did it already"),
        (EMPTY, EMPTY, Verdict.DONE, "nothing to do"),
        (
            replace(EMPTY, findings=(BLIND,)),
            REVIEWED,
            Verdict.STOPPED,
            "no changes, for it could not be read",
        ),
        (replace(REVIEWED, findings=(GUARD,)), REVIEWED, Verdict.STOPPED, "a guard"),
        (
            REVIEWED,
            replace(REVIEWED, findings=(GUARD,)),
            Verdict.AGREED,
            "the guard's waiver came after the plan",
        ),
        (REVIEWED, None, Verdict.AGREED, "no plan was saved"),
        (EMPTY, None, Verdict.DONE, "no plan was saved"),
        (replace(REVIEWED, findings=(GUARD,)), None, Verdict.STOPPED, "no plan was saved"),
    ],
)
def test_a_zone_is_written_where_it_is_what_was_reviewed_and_no_guard_stops_it(fresh, saved, verdict, reason):
    assert (Matched(fresh, verdict),) == match(plan(fresh), saved and plan(saved)), reason


def test_a_zone_that_is_not_planned_any_more_is_absent():
    assert (Matched(REVIEWED, Verdict.ABSENT),) == match(plan(), plan(REVIEWED))


def test_a_zone_nobody_reviewed_is_left_out():
    new = replace(REVIEWED, zone="example.org.")

    assert (Matched(REVIEWED, Verdict.AGREED),) == match(plan(new, REVIEWED), plan(REVIEWED))


def test_a_zone_is_matched_at_each_of_its_providers():
    second = replace(OTHER, provider="ns2")

    assert (
        Matched(REVIEWED, Verdict.AGREED),
        Matched(second, Verdict.STALE),
    ) == match(plan(REVIEWED, second), plan(REVIEWED, replace(REVIEWED, provider="ns2")))
