"""`notify:`: who is told of what, and that no URL stands in a file, or in what is said of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dnsauth.inventory.operations import Event
from dnsauth.inventory.part import Part, texts
from dnsauth.output import json as answers
from dnsauth.output import sarif
from tests.inventory.repository import inventory, whole

ZONES = {"example.com": "version: 1\ndomains: {'@': {parked: true}}\n"}
SECRET = "T0K3N/S3CR3T"


def config(notify: str) -> str:
    return f"version: 1\nnotify: {notify}\n"


@pytest.mark.parametrize(
    ("text", "to", "on", "zones"),
    [
        ("{to: env/HOOK, on: applied}", ("env/HOOK",), {Event.APPLIED}, ()),
        ("{to: [env/A, env/B_2], on: [failed, drift]}", ("env/A", "env/B_2"), {Event.FAILED, Event.DRIFT}, ()),
        ("{to: env/A, on: [key-due, ending], where: example.com}", ("env/A",), {Event.KEY_DUE, Event.ENDING}, ("example.com.",)),
    ],
)  # fmt: skip
def test_an_entry_says_who_is_told_of_what(tmp_path, text, to, on, zones):
    (found,) = whole(tmp_path, ZONES, config(f"[{text}]")).notify
    assert (to, on, zones) == (found.to, found.on, found.zones)
    assert ("dnsauth.yaml", 2) == (found.where.file, found.where.line)


def test_nobody_is_told_where_nothing_is_said(tmp_path):
    assert () == whole(tmp_path, ZONES, "version: 1\n").notify
    assert () == whole(tmp_path, ZONES, config("")).notify


@pytest.mark.parametrize(
    "to",
    [
        f"slack://{SECRET}",
        f"mailtos://user:{SECRET}@example.com",
        "mailto://postmaster@example.com",  # a password may be added tomorrow
        f"env/HOOK/slack://{SECRET}",  # a default would be the URL itself
        f"env/{SECRET}",
        f" env/HOOK {SECRET}",
        "HOOK",
        "$HOOK",
        "env/",
        "",
    ],
)
@pytest.mark.parametrize("form", ["[{{to: {}, on: [applied]}}]", "[{{to: [env/A, {}], on: [applied]}}]"])
def test_a_url_in_the_file_is_refused_and_never_repeated(tmp_path, to, form):
    _, findings = inventory(tmp_path, ZONES, config(form.format(json.dumps(to))))
    (finding,) = findings
    assert ("INV091", 2) == (finding.rule.code, finding.where.line) or not to
    said = f"{finding} {finding.next} {json.dumps(answers.findings(findings))} {json.dumps(sarif.findings(findings, Path()))}"
    assert SECRET not in said
    assert "T0K3N" not in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[{to: env/A}]", "`notify[0]` needs the key 'on'"),
        ("[{on: drift}]", "`notify[0]` needs the key 'to'"),
        ("[{to: env/A, on: []}]", "'on' is empty"),
        ("[{to: [], on: drift}]", "'to' is empty"),
        ("[{to: env/A, on: aplied}]", "none of 'applied', 'failed', 'drift', 'key-due' or 'ending'"),
        ("[{to: env/A, on: drift, where: []}]", "'where' is empty"),
        ("[{to: env/A, on: drift, url: x}]", "'url' is no key of `notify[0]`"),
        ("{to: env/A, on: drift}", "'notify' should be a list"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, text, said):
    _, (finding,) = inventory(tmp_path, ZONES, config(text))
    assert said in str(finding)


def test_a_zone_that_is_not_there_is_said_also_where_not_all_are_read(tmp_path):
    text = config("[{to: env/A, on: drift}, {to: env/A, on: drift, where: [example.com, example.con]}]")
    found, (finding,) = inventory(tmp_path, ZONES, text)
    assert "dnsauth.yaml:2:34: 'where' names the zone example.con, which is not in this inventory" == str(
        finding
    )
    assert finding.next.startswith("did you mean example.com? ")
    assert (finding,) == Part(texts(tmp_path)).inventory(found.zones)[1]
