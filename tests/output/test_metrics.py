"""The gauges, read back by Prometheus's own parsers."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as prometheus

from dnsauth.apply.receipt import Outcome
from dnsauth.checks.live.rules import LAME, UNREACHABLE
from dnsauth.findings import NOWHERE, Finding
from dnsauth.findings import Outcome as Assessed
from dnsauth.inventory.model import Agreement, Waiver
from dnsauth.lock.keys import State
from dnsauth.output import gauges, metrics
from dnsauth.output.keys import Told
from dnsauth.output.metrics import Family, Gauge
from dnsauth.output.safe import plain
from dnsauth.rotation.due import Step, Wait
from dnsauth.rotation.states import Event
from tests.output.test_diff import AGREEING, LAGGING
from tests.output.test_notice import inventory, zone
from tests.output.test_receipt import RECEIPT, VERIFIED
from tests.rotation.values import NOON, a_key, at

FAMILIES = [value for value in vars(gauges).values() if isinstance(value, Family)]
FIRST_OF_JUNE = datetime(2026, 6, 1, 12, tzinfo=UTC).timestamp()
TEXT = """\
# TYPE dnsauth_last_apply_timestamp_seconds gauge
# UNIT dnsauth_last_apply_timestamp_seconds seconds
# HELP dnsauth_last_apply_timestamp_seconds When an apply last left a zone at its provider as the plan has it.
dnsauth_last_apply_timestamp_seconds{zone="example.com",provider="ns1"} 1780315200
dnsauth_last_apply_timestamp_seconds{zone="example.net",provider="ns1"} 1780315200
# TYPE dnsauth_apply_outcome gauge
# HELP dnsauth_apply_outcome 1 for what became of a zone at its provider in the last apply.
dnsauth_apply_outcome{zone="example.com",provider="ns1",outcome="applied"} 1
dnsauth_apply_outcome{zone="example.net",provider="ns1",outcome="done"} 1
dnsauth_apply_outcome{zone="example.org",provider="ns1",outcome="stale"} 1
# EOF
"""


def read(*of: Gauge) -> dict[str, dict[tuple[str, ...], float]]:
    """What the parser of OpenMetrics finds: the samples of each family, by the values of its labels."""
    return {
        family.name: {tuple(sample.labels.values()): sample.value for sample in family.samples}
        for family in openmetrics(metrics.text(of))
    }


def test_the_text_of_an_apply():
    assert TEXT == metrics.text(gauges.of_receipt(RECEIPT))


def test_nothing_is_measured_without_samples():
    assert "# EOF\n" == metrics.text([Gauge(gauges.DRIFT, {})])


@given(
    st.lists(st.tuples(st.text(), st.text()), unique_by=lambda two: (plain(two[0]), plain(two[1]))), st.text()
)
def test_labels_and_help_survive_whatever_stands_in_them(labels, help):
    family = Family("dnsauth_test_seconds", plain(help) or "help", ("one", "two"), "seconds")
    gauge = Gauge(family, {two: number + 0.5 for number, two in enumerate(labels)})
    wanted = {(plain(a), plain(b)): number + 0.5 for number, (a, b) in enumerate(labels)}
    assert ({family.name: wanted} if labels else {}) == read(gauge)
    for parse in (openmetrics, prometheus):  # the collector reads the older form
        for found in parse(metrics.text([gauge])):
            assert (family.name, "gauge") == (found.name, found.type)
            assert wanted == {tuple(one.labels.values()): one.value for one in found.samples}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1780315200.0, "1780315200"),
        (0.25, "0.25"),
        (-1.5, "-1.5"),
        (1e21, "1000000000000000000000"),
    ],
)
def test_a_number_is_exact(value, text):
    assert f"{{}} {text}\n" in metrics.text([Gauge(Family("dnsauth_test", "help", ()), {(): value})])


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_names_say_their_unit(family):
    assert re.fullmatch(r"dnsauth(_[a-z]+)+", family.name)
    assert family.name.endswith(f"_{family.unit}") == bool(family.unit)
    assert family.name.endswith("_seconds") == (family.unit == "seconds")
    assert family.help.endswith(".")


def test_no_two_families_share_a_name():
    assert len(FAMILIES) == len({family.name for family in FAMILIES})


def test_only_what_was_left_as_planned_has_a_last_apply():
    failed = replace(RECEIPT, entries=tuple(replace(one, outcome=Outcome.FAILED) for one in RECEIPT.entries))
    assert ["dnsauth_apply_outcome"] == [*read(*gauges.of_receipt(failed))]
    assert {FIRST_OF_JUNE} == {
        *read(*gauges.of_receipt(RECEIPT))["dnsauth_last_apply_timestamp_seconds"].values()
    }


def test_a_diff_counts_rrsets_and_not_servers():
    assert {
        "dnsauth_drift_rrsets": {("example.com",): 2, ("example.org",): 0},
        "dnsauth_not_assessed": {("example.com", "diff"): 5, ("example.org", "diff"): 0},
    } == read(*gauges.of_diff([LAGGING, AGREEING]))


def test_a_verify_counts_addresses_by_state():
    assert {
        "dnsauth_servers": {
            ("example.com", "agrees"): 2,
            ("example.com", "differs"): 1,
            ("example.com", "unreachable"): 1,
            ("example.com", "missing"): 1,
        }
    } == read(*gauges.of_verified([VERIFIED]))


def test_a_check_counts_findings_by_zone_and_tells_what_ends():
    found = [
        Finding(LAME, owner="example.com.", facts={}),
        Finding(UNREACHABLE, owner="mail.example.com.", facts={}),
        Finding(UNREACHABLE, owner="example.com.", facts={}, outcome=Assessed.NOT_ASSESSED),
        Finding(LAME, owner="elsewhere.example.", facts={}),
    ]
    day = date(2026, 6, 1)
    waivers = [
        Waiver("SPF021", "mail.example.com.", day, "dns@example.com", "why", NOWHERE),
        Waiver("SPF021", "mail.example.com.", date(2026, 5, 1), "dns@example.com", "again", NOWHERE),
        Waiver("PLN021", "example.com.", day, "dns@example.com", "why", NOWHERE, "0123456789ab"),
    ]
    agreement = Agreement("aws", "Amazon", ("amazon-ses",), day, review=day, expires=date(2026, 7, 1))
    midnight = datetime(2026, 6, 1, tzinfo=UTC).timestamp()
    assert {
        "dnsauth_findings": {("example.com", "error"): 1, ("example.com", "warning"): 1, ("", "error"): 1},
        "dnsauth_not_assessed": {("example.com", "check"): 1, ("example.net", "check"): 0},
        "dnsauth_waiver_end_timestamp_seconds": {
            ("example.com", "mail.example.com", "SPF021", ""): midnight + 86400,
            ("example.com", "example.com", "PLN021", "0123456789ab"): midnight + 86400,
        },
        "dnsauth_agreement_review_timestamp_seconds": {("aws",): midnight},
        "dnsauth_agreement_expiry_timestamp_seconds": {("aws",): midnight + 30 * 86400},
    } == read(
        *gauges.of_check(
            found,
            inventory(
                zone("example.com."),
                zone("example.net."),
                waivers=tuple(waivers),
                agreements={"aws": agreement},
            ),
        )
    )


def test_a_key_tells_its_next_step_its_state_and_its_age():
    told = [
        Told("example.com.", a_key("due", State.VISIBLE, since=at(hours=1)), Step(Event.ACTIVATE)),
        Told("example.com.", a_key("waits", State.ACTIVE), Wait(at(days=90), "its successor is made then")),
        Told("example.com.", a_key("stuck", State.PUBLISHED), Wait(None, "a server answers otherwise")),
        Told("example.com.", a_key("gone", State.REMOVED), Wait(None, "never again")),
    ]
    now, made = at(days=1), NOON.timestamp()
    labels = {
        name: ("example.com", "example.com", "own-mta", name, "rsa-2048", state)
        for name, state in (("due", "visible"), ("waits", "active"), ("stuck", "published"))
    }
    assert {
        "dnsauth_key_next_step_timestamp_seconds": {
            labels["due"]: now.timestamp(),
            labels["waits"]: made + 90 * 86400,
        },
        "dnsauth_key_state_timestamp_seconds": {
            labels["due"]: made + 3600,
            labels["waits"]: made,
            labels["stuck"]: made,
        },
        "dnsauth_key_age_seconds": dict.fromkeys(labels.values(), 86400),
    } == read(*gauges.of_keys(told, now))


def test_no_two_commands_write_the_same_sample():
    whole = inventory(zone("example.com."))
    commands = [
        gauges.of_receipt(RECEIPT),
        gauges.of_diff([LAGGING]),
        gauges.of_verified([VERIFIED]),
        gauges.of_check((), whole),
        gauges.of_keys([Told("example.com.", a_key(), Step(Event.SEE))], NOON),
    ]
    samples = [(name, labels) for of in commands for name, found in read(*of).items() for labels in found]
    assert len(samples) == len(set(samples))
