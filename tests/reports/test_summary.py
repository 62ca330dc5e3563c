"""Many reports as numbers, and as evidence for keys of our own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dnsauth.lock.keys import Reported, State
from dnsauth.reports.evidence import latest, recorded
from dnsauth.reports.summary import Signed, Tally, selectors_seen, summarised
from tests.reports.values import MIDNIGHT, a_report, row, signed
from tests.rotation.values import a_key

END = timedelta(seconds=86399)
LAST = END - timedelta(seconds=1)
S1 = ("example.com.", "s1")


def a_day(day: int) -> timedelta:
    return timedelta(days=day)


def test_what_passed_is_counted_by_message():
    (found,) = summarised(
        [
            a_report(row(messages=3, spf=True), row(source="198.51.100.7", messages=2, dkim=False)),
            a_report(row(messages=4), day=2, org_name="example.net"),
        ]
    )
    assert {"192.0.2.10": Tally(7, 3, 7, 7), "198.51.100.7": Tally(2, 0, 0, 0)} == found.sources
    assert Tally(9, 3, 7, 7) == found.total
    assert {"google.com": 1, "example.net": 1} == found.reporters
    assert (MIDNIGHT, MIDNIGHT + a_day(2) + LAST) == (found.begin, found.end)


def test_policy_domains_are_apart_and_one_without_rows_is_there():
    found = summarised([a_report(domain="example.net."), a_report(row())])
    assert ["example.com.", "example.net."] == [one.domain for one in found]
    assert Tally() == found[1].total
    assert () == summarised([])


def test_selectors_have_their_first_and_last_day_and_what_verified():
    passed, failed = signed(), signed(result="fail")
    (found,) = summarised(
        [
            a_report(row(passed, messages=3), day=1),
            a_report(row(failed, messages=2), day=2),
            a_report(row(passed, passed, signed(""), signed(domain="")), day=0, org_name="example.net"),
        ]
    )
    reported = Reported(MIDNIGHT + a_day(1) + END, "google.com")
    assert {S1: Signed(MIDNIGHT, MIDNIGHT + a_day(2) + LAST, 4, 2, reported)} == found.selectors


def test_a_period_that_ends_with_the_first_moment_of_the_next_is_of_its_day():
    report = a_report(row())._replace(end=MIDNIGHT + a_day(1))
    assert MIDNIGHT + END == report.last
    assert MIDNIGHT == report._replace(end=MIDNIGHT).last


def test_selectors_seen_are_those_of_each_signing_domain():
    reports = [
        a_report(row(signed(), signed("v1", domain="vendor.example."))),
        a_report(row(signed("s2", "fail"), signed(""), signed(domain=""))),
    ]
    assert {"example.com.": {"s1", "s2"}, "vendor.example.": {"v1"}} == selectors_seen(reports)


# Evidence


@pytest.mark.parametrize(
    ("reports", "expected", "why"),
    [
        ([a_report(row(signed()))], {S1: Reported(MIDNIGHT + END, "google.com")}, "it verified"),
        ([a_report(row(signed(result="fail")))], {}, "whoever made it, it was not our key"),
        (
            [a_report(row(signed()), day=2), a_report(row(signed()), day=1, org_name="z.example")],
            {S1: Reported(MIDNIGHT + a_day(2) + END, "google.com")},
            "the latest counts",
        ),
        (
            [a_report(row(signed())), a_report(row(signed()), org_name="z.example")],
            {S1: Reported(MIDNIGHT + END, "z.example")},
            "of two that end alike always the same",
        ),
        (
            [a_report(row(signed()), domain="example.net.", day=1), a_report(row(signed()))],
            {S1: Reported(MIDNIGHT + a_day(1) + END, "google.com")},
            "it signs under whatever policy",
        ),
    ],
)
def test_the_latest_report_that_saw_a_signature_verify_is_evidence(reports, expected, why):
    assert expected == latest(summarised(reports)), why
    assert expected == latest(summarised(reversed(reports))), why


@pytest.mark.parametrize("state", State)
def test_a_key_of_ours_in_whatever_state_keeps_the_latest(state):
    key, other = a_key("s1", state), a_key("s2", state)
    old, new = (Reported(MIDNIGHT + a_day(day), "google.com") for day in (0, 1))
    assert (key, other) == recorded((key, other), {})
    assert (key, other) == recorded((key, other), {("example.net.", "s1"): new})
    first = recorded((key, other), {S1: old})
    assert (old, None) == tuple(one.reported for one in first)
    second = recorded(first, {S1: new})
    assert (new, None) == tuple(one.reported for one in second)
    assert second == recorded(second, {S1: new})
    assert second == recorded(second, {S1: old})
    assert second == recorded(second, {S1: new._replace(org_name="z.example")})


@given(st.lists(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["a", "b"])), max_size=3), max_size=5))
def test_however_reports_arrive_the_evidence_is_the_latest_end(batches):
    keys = (a_key("s1"),)
    for batch in batches:
        reports = [a_report(row(signed()), day=day, org_name=name) for day, name in batch]
        keys = recorded(keys, latest(summarised(reports)))
    ends = [MIDNIGHT + a_day(day) + END for batch in batches for day, _ in batch]
    assert max(ends, default=None) == (keys[0].reported.end if keys[0].reported else None)
