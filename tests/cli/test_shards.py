"""Parts of a plan: each made by itself, merged to the plan of one run, and applied as one or in parts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dnsauth.cli.choosing import Shard, shard
from tests.cli.conftest import NOW, Directory

CONFIG = """\
version: 1
providers: {store: {class: octodns.provider.yaml.YamlProvider, directory: held, escaped_semicolons: false}}
live: {servers: {SERVERS}}
defaults: {provider: store, ttl: 3600, dmarc: {rua: ["mailto:dmarc@z0.example"]}}
"""
MANY = 27  # one guard stops a plan that updates more zones than 25


@pytest.fixture
def fleet(empty: Directory) -> Directory:
    """So many zones whose DMARC policy would be updated, and which report to the first of them."""
    empty.write("dnsauth.yaml", CONFIG.replace("live: {servers: {SERVERS}}\n", ""))
    empty.write("keys", "")
    for n in range(MANY):
        name = f"z{n}.example"
        empty.write(f"zones/{name}.yaml", 'version: 1\ndomains: {"@": {dmarc: {policy: reject}}}\n')
        empty.write(f"held/{name}.yaml", "_dmarc: {type: TXT, value: v=DMARC1; p=none}\n")
    assert empty.run("plan", "--adopt").code == 1, "the guard counts them"
    return empty


def parts(fleet: Directory, count: int, *options: str) -> list[str]:
    files = [str(fleet.path / f"part{number}.json") for number in range(1, count + 1)]
    for number, file in enumerate(files, 1):
        fleet.run("plan", "--shard", f"{number}/{count}", "--out", file, *options)
    return files


def zones(file: str) -> set[str]:
    return {zone["zone"] for zone in json.loads(Path(file).read_text())["zones"]}


@pytest.mark.parametrize("count", [1, 2, 4])
def test_parts_merge_to_the_plan_of_one_run_to_the_byte(fleet, count):
    whole = fleet.run("plan", "--format", "json")
    files = parts(fleet, count)
    merged = fleet.run("plan", "merge", *reversed(files), "--format", "json")
    assert (whole.code, whole.out) == (merged.code, merged.out)
    assert 27 == sum(len(zones(file)) for file in files)
    assert fleet.run("plan").out == fleet.run("plan", "merge", *files).out
    markdown = [fleet.run("plan", *which, "--format", "markdown").out for which in ([], ["merge", *files])]
    assert markdown[0] == markdown[1]


def test_a_guard_that_counts_zones_counts_those_of_all_parts(fleet):
    files = parts(fleet, 2)
    assert all("PLN027" not in fleet.run("plan", "--shard", f"{n}/2").out for n in (1, 2))
    done = fleet.run("plan", "merge", *files, "--out", str(fleet.path / "plan.json"))
    assert 1 == done.code
    assert "27 zones would lose or change records in one plan" in done.out
    assert "merge" not in fleet.run("apply", str(fleet.path / "plan.json"), "--shard", "1/2").out


def test_no_part_slips_past_a_guard_that_counts_zones(fleet):
    files = parts(fleet, 2)
    held = fleet.files()
    for which in ([], ["--shard", "1/2"], ["--shard", "2/2"]):
        done = fleet.run("apply", *files, *which, "--timeout", "0")
        assert 1 == done.code
        assert "27 zones would lose or change records in one plan" in done.out
    assert held == {name: text for name, text in fleet.files().items() if not name.startswith("receipts/")}


def waive(fleet: Directory, files: list[str]) -> None:
    done = fleet.run("plan", "merge", *files, "--format", "json")
    facts = [
        finding["facts"]
        for zone in json.loads(done.out)["zones"]
        for finding in zone["findings"]
        if finding["rule"] == "PLN027"
    ]
    config = fleet.read("dnsauth.yaml")
    fleet.write("dnsauth.yaml", f"{config}waivers:\n- {facts[0]['waiver']}\n")


def test_parts_are_applied_together_or_one_after_the_other(fleet):
    waive(fleet, parts(fleet, 3))
    files = parts(fleet, 3)
    one = fleet.run("apply", *files, "--shard", "1/3", "--timeout", "0", "--format", "json")
    written = {zone["zone"] for zone in json.loads(one.out)["zones"] if zone["written"]}
    assert zones(files[0]) == written
    rest = fleet.run("apply", *files, "--timeout", "0", "--format", "json")
    outcomes = {zone["zone"]: zone["outcome"] for zone in json.loads(rest.out)["zones"]}
    assert {"done"} == {outcomes[zone] for zone in zones(files[0])}
    # with fewer zones left, the waiver is for another plan, and the limit is kept
    assert {"applied"} == {outcome for zone, outcome in outcomes.items() if zone not in zones(files[0])}


def test_a_receipt_of_several_files_names_the_plan_they_are(fleet):
    waive(fleet, parts(fleet, 2))
    files = parts(fleet, 2)
    merged = json.loads(fleet.run("plan", "merge", *files, "--format", "json").out)["digest"]
    fleet.run("apply", *files, "--timeout", "0", "--receipt", str(fleet.path / "receipt.json"))
    receipt = json.loads(fleet.read("receipt.json"))["plan"]
    assert 64 == len(receipt)
    assert merged != receipt, "what guards say of all zones is not in the parts"


def test_what_are_no_parts_of_one_plan(fleet):
    one, two = parts(fleet, 2)
    whole = str(fleet.path / "whole.json")
    fleet.run("plan", "--out", whole)
    again = "make all of them anew of one commit"
    for files in ([one, whole], [one, one]):
        done = fleet.run("plan", "merge", *files)
        assert (1, "") == (done.code, done.out)
        assert " is planned in " in done.err
        assert again in done.err
    fleet.write("zones/z3.example.yaml", 'version: 1\ndomains: {"@": {parked: true}}\n')
    other = fleet.run("plan", "merge", one, two)
    assert "the plans are of another inventory than that of " in other.err
    fleet.run("plan", "--shard", "2/2", "--out", two)
    mixed = fleet.run("plan", "merge", one, two)
    assert "are plans of different inventories" in mixed.err
    assert again in mixed.err


def test_the_time_of_a_merged_plan_is_that_of_its_oldest_part(fleet):
    files = parts(fleet, 2)
    fleet.run("plan", "--shard", "2/2", "--out", files[1], now="2026-06-02T00:00:00Z")
    merged = json.loads(fleet.run("plan", "merge", *files, "--format", "json").out)
    assert NOW == merged["created"]


@pytest.mark.parametrize("text", ["0/4", "5/4", "1", "a/b", "1/0", "-1/4", "1/4/2", "1/99999"])
def test_what_is_no_part(fleet, text):
    done = fleet.run("plan", "--shard", text)
    assert 2 == done.code
    assert "is no part of so many" in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["plan", "example.com"], "a zone is named with --zone"),
        (["plan", "merge"], "a zone is named with --zone"),
        (["plan", "merge", "a.json", "--locked"], "takes no option of making one"),
        (["plan", "merge", "a.json", "--shard", "1/2"], "takes no option of making one"),
        (["plan", "--base", "main"], "it goes with --only-changed"),
        (["apply", "--shard", "1/2", "--yes"], "it takes the plan of all parts"),
    ],
)
def test_what_does_not_go_together(fleet, arguments, said):
    done = fleet.run(*arguments)
    assert 2 == done.code
    assert said in done.err


def test_a_zone_is_in_the_part_its_name_says_for_ever():
    assert [4, 3, 1] == [
        next(n for n in (1, 2, 3, 4) if Shard(n, 4).has(zone))
        for zone in ("example.com.", "example.net.", "example.org.")
    ]
    assert Shard(2, 8) == shard("2/8")


def test_check_and_diff_take_a_part(fleet):
    findings = [
        {
            one["where"]["file"]
            for one in json.loads(fleet.run("check", *part, "--format", "json").out)["findings"]
        }
        for part in ([], ["--shard", "1/2"], ["--shard", "2/2"])
    ]
    whole, one, two = findings
    assert whole == one | two
