"""docs/operations.md says what is told and measured, and its alert rules ask for what there is."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from dnsauth.apply.receipt import Entry, Outcome, Receipt
from dnsauth.checks.live.rules import LAME
from dnsauth.cli.app import app
from dnsauth.findings import NOWHERE, Finding
from dnsauth.inventory.operations import Event, Notify
from dnsauth.notify import TIMEOUT
from dnsauth.output import gauges, notice
from dnsauth.output.metrics import Family
from dnsauth.plan.model import Change, ZonePlan
from dnsauth.rrset import RRset
from tests.markdown import Document, codes

PAGE = Document("docs/operations.md")
FAMILIES = {value.name: value for value in vars(gauges).values() if isinstance(value, Family)}
RULES = next(
    group["rules"]
    for fence in PAGE.fences
    if fence.language == "yaml" and not fence.path
    for group in yaml.safe_load(fence.text)["groups"]
)
OF_NODE_EXPORTER = {"node_textfile_mtime_seconds": ("file",)}
OLD, NEW = (RRset("example.com.", "TXT", 3600, (value,)) for value in ("v=spf1 -all", "v=spf1 mx -all"))


def test_every_event_is_told():
    assert [*Event] == [code for row in PAGE.table("Who is told of what") for code in codes(row.first)]


def test_every_gauge_is_told_with_its_labels():
    told = {code: row for row in PAGE.table("Metrics") for code in row.codes}
    assert FAMILIES.keys() == told.keys()
    (key,) = re.findall(r"The labels of a key are (.+)\.", PAGE.text.replace("Names stand", "\n"))
    for name, row in told.items():
        labels = key if row.cells["labels"] == "those of a key" else row.cells["labels"]
        assert FAMILIES[name].labels == tuple(codes(labels)), name


def test_every_option_is_told_with_its_commands():
    commands = {
        f"{name} {inner}".strip(): command
        for name, group in get_command(app).commands.items()
        for inner, command in getattr(group, "commands", {"": group}).items()
    }
    table = Document("docs/reference.md").table("Telling others")
    notifying, measuring = (codes(row.cells["commands"]) for row in table)
    for option, told in (("--notify", {*notifying}), ("--metrics", {*notifying, *measuring})):
        assert told == {
            name for name, command in commands.items() if any(option in one.opts for one in command.params)
        }


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_gauges_and_labels_that_are_there(rule):
    known = {**{name: family.labels for name, family in FAMILIES.items()}, **OF_NODE_EXPORTER}
    (name,) = set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", rule["expr"]))
    asked = re.findall(r"(\w+)(?:=~|!~|!=|=)\"", rule["expr"])
    shown = re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"])
    assert {*asked, *shown} <= {*known[name]}
    assert shown


def test_an_alert_names_states_and_outcomes_that_are_there():
    text = " ".join(rule["expr"] for rule in RULES)
    outcomes = re.search(r'outcome!~"([a-z|]+)"', text)[1].split("|")
    assert {Outcome.APPLIED, Outcome.DONE} == {*map(Outcome, outcomes)}
    from dnsauth.lock.keys import State

    assert [State(word) for found in re.findall(r'state=~?"([a-z|]+)"', text) for word in found.split("|")]


def test_the_message_is_the_one_that_is_sent():
    create, update = Change(None, NEW), Change(OLD, NEW)
    stops = Finding(replace(LAME, code="PLN021"))
    receipt = Receipt(
        *("it@host", "2026-11-24T09:00:00Z", "1", ""),
        (
            Entry(ZonePlan("example.com.", "ns1", "", "", (create, update)), Outcome.APPLIED, written=True),
            Entry(ZonePlan("example.net.", "ns1", "", "", (update, update)), Outcome.APPLIED, written=True),
            Entry(ZonePlan("example.org.", "ns1", "", "", (update,), (stops,)), Outcome.STOPPED),
        ),
    )
    sent = notice.message(
        "apply",
        notice.of_receipt(receipt, Path("receipts/20261124T090000Z-1f0c33a9.json")),
        Notify(("env/TEAM_CHAT",), frozenset({Event.APPLIED, Event.FAILED}), NOWHERE),
    )
    (shown,) = (fence.text for fence in PAGE.fences if fence.language == "text")
    assert shown == f"{sent.title}\n\n{sent.body}\n"


def test_limits_are_as_told():
    for limit in (
        f"more than {notice.PATIENCE.days} days",
        f"within {notice.SOON.days} days",
        f"more than {notice.MAX_LINES} lines",
        f"for {TIMEOUT:g} seconds",
    ):
        assert limit in PAGE.text
