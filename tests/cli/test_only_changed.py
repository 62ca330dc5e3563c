"""``--only-changed`` as a person uses it: in a checkout, on a branch."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import ZONE
from tests.fleets import git


@pytest.fixture
def branch(repository):
    repository.run("lock")
    git(repository.path, "init", "-q", "-b", "main")
    git(repository.path, "add", "dnsauth.yaml", "zones")
    git(repository.path, "commit", "-qm", "as it was")
    git(repository.path, "checkout", "-q", "-b", "topic")
    repository.write("zones/example.com.yaml", ZONE.replace("quarantine", "reject"))
    return repository


def test_the_zone_edited_is_planned_as_in_the_full_plan(branch):
    part = json.loads(branch.run("plan", "--only-changed", "--format", "json").out)
    whole = json.loads(branch.run("plan", "--format", "json").out)
    assert [zone for zone in whole["zones"] if zone["zone"] == "example.com."] == part["zones"]
    assert whole["inventory"] == part["inventory"]


def test_it_says_how_many_zones_and_since_when(branch):
    commit = git(branch.path, "rev-parse", "main").strip()
    done = branch.run("plan", "--only-changed")
    assert f"what changed since {commit[:12]} concerns 1 of 2 zones\n" in done.err
    assert "what changed since main concerns" in branch.run("plan", "--only-changed", "--base", "main").err
    assert "concerns" not in branch.run("plan", "--only-changed", "--quiet").err


def test_what_was_planned_so_can_be_applied(branch):
    plan = str(branch.path / "plan.json")
    branch.run("plan", "--only-changed", "--out", plan)
    done = branch.run("apply", plan, "--locked", "--timeout", "0", "--format", "json")
    assert ["example.com."] == [zone["zone"] for zone in json.loads(done.out)["zones"]]
    assert "policy: reject" not in branch.read("held/example.net.yaml")


def test_without_a_change_there_is_nothing_to_plan(branch):
    git(branch.path, "checkout", "-q", ".")
    done = branch.run("plan", "--only-changed")
    assert (0, "Plan: no zones.\n") == (done.code, done.out)


def test_zones_that_are_named_are_left_out_where_they_did_not_change(branch):
    done = branch.run("plan", "--only-changed", "--zone", "example.net")
    assert (0, "Plan: no zones.\n") == (done.code, done.out)
    assert 1 == branch.run("plan", "--only-changed", "--zone", "example.org").code


def test_parts_of_what_changed(branch):
    counts = [
        len(
            json.loads(branch.run("plan", "--only-changed", "--shard", f"{n}/2", "--format", "json").out)[
                "zones"
            ]
        )
        for n in (1, 2)
    ]
    assert [0, 1] == sorted(counts)


def test_check_takes_it(branch):
    branch.write(
        "zones/example.net.yaml", 'version: 1\ndomains: {"@": {sends: false, dmarc: {policy: none}}}\n'
    )
    branch.run("lock")
    whole = json.loads(branch.run("check", "--format", "json").out)["findings"]
    git(branch.path, "commit", "-qam", "the other one too")
    branch.write("zones/example.com.yaml", ZONE)
    part = json.loads(branch.run("check", "--only-changed", "--base", "HEAD", "--format", "json").out)[
        "findings"
    ]
    assert {"zones/example.net.yaml"} <= {one["where"]["file"] for one in whole}
    assert all(one["where"]["file"] == "zones/example.com.yaml" for one in part)


def test_outside_git_it_says_so(repository):
    done = repository.run("plan", "--only-changed")
    assert (1, "") == (done.code, done.out)
    assert "is in no Git repository, so nobody can tell what changed" in done.err
    assert "hint: leave --only-changed away" in done.err
