"""The file a mail host hands over and its reports are inverse, and anything else is refused with its reason."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnsauth.errors import DnsauthError
from dnsauth.rotation import report_file
from dnsauth.rotation.reports import Report
from tests.rotation.values import DOMAIN, NOON, SIGNER

keys = st.dictionaries(
    st.tuples(st.sampled_from([DOMAIN, "example.org."]), st.sampled_from(["a", "b", "c.d"])),
    st.just("ab" * 32),
)
times = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@st.composite
def reports(draw):
    held = draw(keys)
    signing = draw(st.sets(st.sampled_from(sorted(held)))) if held else set()
    at = draw(times).replace(microsecond=0)
    return Report(
        draw(st.sampled_from(["mx1", "mx2.example.net", "ä"])), SIGNER, at, held, frozenset(signing)
    )


@given(st.lists(reports(), max_size=3))
@settings(max_examples=50, deadline=None)
def test_the_file_and_the_reports_are_inverse(found):
    text = report_file.write(found)
    assert tuple(found) == report_file.read(text, "mx1.json")
    assert text == report_file.write(report_file.read(text, "mx1.json"))


def _text(**changes):
    key = {"domain": DOMAIN, "selector": "a", "fingerprint": "ab" * 32, "signs": True}
    report = {"host": "mx1", "signer": SIGNER, "at": "2026-03-01T12:00:00Z", "keys": [key]}
    return json.dumps({"format": "dnsauth-deployed/1", "reports": [{**report, **changes}]})


def test_a_report_is_read():
    held = {(DOMAIN, "a"): "ab" * 32}
    assert (Report("mx1", SIGNER, NOON, held, frozenset(held)),) == report_file.read(_text(), "mx1.json")


def test_nobody_signs_with_anything_but_what_is_true():
    text = _text().replace("true", '"yes"')
    (found,) = report_file.read(text, "mx1.json")
    assert frozenset() == found.signing


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Expecting value"),
        ("[]", "no format"),
        ('{"format": "dnsauth-deployed/2", "reports": []}', "no format"),
        ('{"format": "dnsauth-deployed/1"}', "it lacks 'reports'"),
        ('{"format": "dnsauth-deployed/1", "reports": [1]}', "not subscriptable"),
        ("[" * 100_000, "recursion"),
        (_text(host=1), "is no text"),
        (_text(host=""), "its host has no name"),
        (_text(host="mx1\u202e"), "its host has no name"),
        (_text(host="m" * 254), "its host has no name"),
        (_text(signer=None), "is no text"),
        (_text(at="noon"), "Invalid isoformat"),
        (_text(at="2026-03-01T12:00:00"), "lacks an offset"),
        (_text(at="0001-01-01T00:00:00+14:00"), "out of range"),
        (_text(keys={}), "are no list"),
        (_text(keys=["a"]), "indices"),
        (_text(keys=[{"domain": DOMAIN}]), "it lacks 'selector'"),
        (" " * (report_file.LARGEST + 1), "more than 16,777,216 characters"),
    ],
)
def test_what_is_no_report_is_refused(text, reason):
    with pytest.raises(DnsauthError, match=reason) as caught:
        report_file.read(text, "mx1.json")
    assert str(caught.value).startswith("mx1.json is no report")
