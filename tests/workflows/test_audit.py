"""The audit trail of a repository at GitHub: in a branch of its own, which `apply` alone writes."""

from __future__ import annotations

import json
import re

from tests.workflows.test_plan_apply import FILE, NUMBERED, reviewed
from tests.workflows.world import STRICTER, World

BRANCH = "dnsauth/audit"


def keeping(world: World) -> None:
    """The repository keeps a trail, and what people's commands write of it stays out of main."""
    config = (world.clone / "dnsauth.yaml").read_text()
    world.commit("main", {"dnsauth.yaml": f"{config}audit: {{}}\n", ".gitignore": "audit/\n"})


def trail(world: World) -> list[dict]:
    """Every entry of the branch."""
    names = world.hub.git("ls-tree", "-r", "--name-only", BRANCH).split()
    assert all(re.fullmatch(r"audit/\d{4}-\d\d\.jsonl", name) for name in names)
    return [
        json.loads(line) for name in names for line in world.hub.git("show", f"{BRANCH}:{name}").splitlines()
    ]


def test_without_audit_there_is_no_branch(world: World):
    number = reviewed(world)
    world.merge(number)
    ran = world.run("apply")
    assert "success" == ran.results["apply"], ran.log
    assert "" == world.hub.git("branch", "--list", BRANCH)


def test_each_apply_goes_on_with_the_trail_of_the_branch(world: World):
    keeping(world)
    one = reviewed(world)
    other = world.propose("other", {FILE: NUMBERED})
    world.plan(other)
    merged = world.merge(one), world.merge(other)
    for commit in merged:  # the second was checked out before the first was through
        ran = world.run("apply", sha=commit)
        assert {"apply": "success", "unreviewed": "skipped"} == ran.results, ran.log
    found = trail(world)
    assert list(range(1, len(found) + 1)) == [entry["sequence"] for entry in found]
    assert ["apply", "apply"] == [entry["event"]["kind"] for entry in found]
    assert [*merged] == [entry["who"]["commit"] for entry in found]
    assert [["applied"]] * 2 == [[zone["outcome"] for zone in one["event"]["zones"]] for one in found]
    world.git("fetch", "--quiet", "origin")
    world.git("checkout", "--quiet", "--detach", "origin/main")
    world.git("restore", f"--source=origin/{BRANCH}", "--", "audit")
    assert "Audit: 2 entries" in world.dnsauth("audit", "verify", "--anchor", f"origin/{BRANCH}~1")
    (file,) = (world.clone / "audit").iterdir()
    file.write_text(file.read_text().splitlines(keepends=True)[0])
    assert "Audit: 1 entry" in world.dnsauth("audit", "verify")
    assert "AUD014" in world.dnsauth("audit", "verify", "--anchor", f"origin/{BRANCH}", check=False)


def test_what_is_applied_once_it_is_approved_is_in_the_trail_too(world: World):
    keeping(world)
    world.commit("main", {FILE: STRICTER})
    world.hub.reviewers.add("dns-unreviewed")
    world.runner.approved.add("dns-unreviewed")
    ran = world.run("apply")
    assert {"apply": "success", "unreviewed": "success"} == ran.results, ran.log
    assert ["apply", "plan", "apply"] == [entry["event"]["kind"] for entry in trail(world)]
