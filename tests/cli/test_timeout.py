"""``--timeout``: a run over silent servers ends in time, and says what it did not get to ask."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dnsauth.cli import serving
from dnsauth.cli.options import Run
from dnsauth.desired.load import load
from tests.cli.conftest import Directory
from tests.live.sockets import Peer, peer

CONFIG = """\
version: 1
live: {resolver: "SILENT", servers: {example.com: ["SILENT"], example.net: ["SILENT"], example.org: ["SILENT"]}}
waivers:
  - {rule: DMA070, where: example.com, until: 2026-08-01, owner: dns@example.com, why: "it begins with SPF"}
  - {rule: DMA070, where: example.net, until: 2026-08-01, owner: dns@example.com, why: "it begins with SPF"}
  - {rule: DMA070, where: example.org, until: 2026-08-01, owner: dns@example.com, why: "it begins with SPF"}
"""
ZONE = """\
version: 1
domains: {"@": {senders: [portal: {service: custom, spf: ["include:_spf.vendor.example"]}]}}
"""
COMMANDS = {
    "diff": ("diff",),
    "explain": ("explain", "example.com"),
    "explain a message": ("explain", "example.com", "--ip", "192.0.2.1"),
    "lock": ("lock", "--refresh"),
    "check": ("check", "--live"),
}
UP = "the time was up after 0.3 s: what was not asked by then is not assessed; --timeout SECONDS gives more\n"


@pytest.fixture
def silent(empty: Directory) -> Iterator[Peer]:
    """A server that never answers, and a repository whose every name leads there."""
    with peer(lambda _query: []) as server:
        empty.write("dnsauth.yaml", CONFIG.replace("SILENT", server.server.address))
        for zone in ("example.com", "example.net", "example.org"):
            empty.write(f"zones/{zone}.yaml", ZONE)
        yield server


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.usefixtures("silent")
def test_a_run_ends_in_time_and_says_so_once(empty, command):
    started = time.monotonic()
    done = empty.run(*command, "--timeout", "0.3")
    took = time.monotonic() - started
    assert (1, 1) == (done.code, done.err.count(UP))
    assert took < 3, "to wait for one question takes five seconds"
    assert "the time for this run was up" in done.out + done.err
    assert UP not in empty.run(*command, "--timeout", "0.3", "--quiet").err


def test_what_was_not_asked_in_time_is_not_assessed_and_no_difference(empty, silent):
    done = empty.run("diff", "--timeout", "0.3", "--format", "json")
    why = f"{silent.server.address} cannot be asked: the time for this run was up"
    assert [
        (zone, "unreachable", [], {why}) for zone in ("example.com.", "example.net.", "example.org.")
    ] == [
        (z["zone"], z["servers"][0]["state"], z["changes"], {one["why"] for one in z["not_assessed"]})
        for z in json.loads(done.out)["zones"]
    ]


@pytest.mark.usefixtures("silent")
def test_zones_that_nobody_came_to_look_at_are_each_one_finding(empty, monkeypatch):
    monkeypatch.setattr("dnsauth.survey.TOGETHER", 1)
    done = empty.run("check", "--live", "--timeout", "0.3", "--format", "json")
    found = json.loads(done.out)["findings"]
    assert {"not_assessed"} == {one["outcome"] for one in found}
    assert [("example.net.", "zones/example.net.yaml"), ("example.org.", "zones/example.org.yaml")] == [
        (one["owner"], one["where"]["file"]) for one in found if one["rule"] == "LIV015"
    ]
    assert 2 == sum(one["owner"].endswith(("example.net.", "example.org.")) for one in found)


def test_nothing_is_asked_in_no_time(empty, silent):
    assert 1 == empty.run("diff", "--timeout", "0").code
    assert [] == silent.received


@pytest.mark.parametrize("command", [("check",), ("lock",)], ids=str)
@pytest.mark.usefixtures("silent")
def test_a_time_means_nothing_where_nobody_is_asked(empty, command):
    done = empty.run(*command, "--timeout", "5")
    assert (2, "") == (done.code, done.out)
    assert "--timeout" in done.err


@pytest.mark.usefixtures("silent")
def test_a_time_is_not_negative(empty):
    assert 2 == empty.run("diff", "--timeout", "-1").code


@pytest.mark.parametrize(
    ("typed", "rate", "seconds", "reason"),
    [
        (None, 500, 60 + 3 * 2 * 10 / 500, "three zones of one RRset, ten questions for each of both"),
        (None, 1, 60 + 3 * 2 * 10, "who asks slowly takes longer"),
        (5.0, 500, 5.0, "as it was typed"),
        (0.0, 500, 0.0, "no time"),
    ],
)
@pytest.mark.usefixtures("silent")
def test_a_run_has_a_minute_and_more_where_there_is_more_to_ask(empty, typed, rate, seconds, reason):
    empty.write("dnsauth.yaml", empty.read("dnsauth.yaml").replace("{resolver", f"{{rate: {rate}, resolver"))
    assert seconds == serving.seconds(typed, load(empty.path)), reason


def test_a_run_in_good_time_says_nothing(empty, silent):
    with serving.network(Run(Path(), (), False, False, datetime.now(UTC)), load(empty.path), 60):
        assert [] == silent.received
