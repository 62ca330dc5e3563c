"""The receipt, and the exit code it stands for."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnsauth.apply.receipt import Difference, Entry, Outcome, Receipt, document, exit_code, to_json
from dnsauth.findings import Finding, Rule, Severity
from dnsauth.live.servers import Server
from dnsauth.live.standing import Standing, Verified
from dnsauth.plan.model import Change, ZonePlan
from tests.apply.providers import txt

PLAN = ZonePlan(
    "example.com.", "ns1", "a" * 64, "b" * 64, (Change(None, txt("example.com.", "v=spf1 -all")),)
)
APPLIED, DONE = Entry(PLAN, Outcome.APPLIED, True), Entry(PLAN, Outcome.DONE)
STALE, STOPPED = Entry(PLAN, Outcome.STALE), Entry(PLAN, Outcome.STOPPED)
FAILED, HALF = Entry(PLAN, Outcome.FAILED), Entry(PLAN, Outcome.FAILED, True)
LAGGING = Entry(PLAN, Outcome.APPLIED, True, verified=Verified("example.com.", ()))


def receipt(*entries: Entry, unverified: str = "", interrupted: bool = False) -> Receipt:
    return Receipt(
        "ops@host.example.com",
        "2026-03-01T12:00:00Z",
        "1.0",
        "c" * 64,
        entries,
        unverified=unverified,
        interrupted=interrupted,
    )


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ((), 0),
        ((APPLIED, DONE), 0),
        ((LAGGING,), 0),
        ((STOPPED,), 1),
        ((FAILED, DONE), 1),
        ((STALE, STOPPED), 1),
        ((APPLIED, STOPPED), 4),
        ((APPLIED, FAILED), 4),
        ((APPLIED, STALE), 4),
        ((HALF,), 4),
        ((STALE,), 5),
        ((STALE, DONE), 5),
    ],
)
def test_the_exit_code_of_a_receipt(entries, code):
    assert code == exit_code(receipt(*entries))


def test_what_was_written_and_could_not_be_verified_is_no_success():
    assert 4 == exit_code(receipt(APPLIED, unverified="this system names no resolver"))


def test_an_interrupted_apply_says_so_whatever_it_did():
    assert 130 == exit_code(receipt(APPLIED, interrupted=True))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from([APPLIED, DONE, STALE, STOPPED, FAILED, HALF])))
def test_an_exit_code_is_0_only_for_success_4_only_for_a_write_and_5_only_for_staleness(entries):
    outcomes = {entry.outcome for entry in entries}
    code = exit_code(receipt(*entries))

    assert (code == 0) == (outcomes <= {Outcome.APPLIED, Outcome.DONE})
    assert code != 4 or any(entry.written for entry in entries)
    assert code not in (1, 5) or not any(entry.written for entry in entries)
    assert code != 5 or outcomes <= {Outcome.STALE, Outcome.DONE}


def test_the_json_form_holds_who_when_and_what_arrived():
    finding = Finding(Rule("SPF014", Severity.WARNING, "{terms} terms", "drop some"), facts={"terms": 11})
    served = Verified("example.com.", (Standing(Server("ns1.example.net.", "192.0.2.1"), 7),))
    unlike = Difference(PLAN.changes[0].rrset.id, PLAN.changes[0].after, None)
    entry = Entry(PLAN, Outcome.FAILED, False, "holds otherwise", "look", (unlike,), served)
    found = document(Receipt("ops@host", "2026-03-01T12:00:00Z", "1.0", "", (entry,), (finding,)))
    (zone,) = found.pop("zones")

    assert {
        "format": "dnsauth-receipt/1",
        "who": "ops@host",
        "when": "2026-03-01T12:00:00Z",
        "version": "1.0",
        "plan": None,
        "interrupted": False,
        "unverified": "",
    } == {name: value for name, value in found.items() if name != "findings"}
    assert ["11 terms"] == [each["message"] for each in found["findings"]]
    assert ("example.com.", "ns1", "b" * 64, "failed", False, "holds otherwise", "look") == tuple(
        zone[name] for name in ("zone", "provider", "digest", "outcome", "written", "message", "next")
    )
    assert [{"ttl": 300, "values": ["v=spf1 -all"]}] == [change["after"] for change in zone["changes"]]
    assert [
        {
            "owner": "example.com.",
            "type": "TXT",
            "written": {"ttl": 300, "values": ["v=spf1 -all"]},
            "found": None,
        }
    ] == zone["readback"]
    assert ["agrees"] == [server["state"] for server in zone["verified"]["servers"]]


def test_the_text_is_json_in_printable_ascii():
    text = to_json(receipt(Entry(PLAN, Outcome.FAILED, message="\x1b[31m \x7f \u202e é")))

    assert "\x1b[31m \x7f \u202e é" == json.loads(text)["zones"][0]["message"]
    assert all(" " <= character <= "~" for character in text.replace("\n", ""))
