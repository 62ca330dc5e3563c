"""From a pull request to its receipt, as the workflows do it."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from tests.servers import SECRET
from tests.servers.bind import Named
from tests.workflows.world import SERVED, STRICTER, ZONE, World

FILE = "zones/example.com.yaml"
DMARC = "_dmarc.example.com."
REPORTS = ZONE.replace('"@":\n', '"@":\n    tls_rpt: ["mailto:tls@example.com"]\n')
NUMBERED = ZONE.replace('"@":\n', '"@":\n    keep: [{owner: "0", type: TXT, values: [zero]}]\n')
"""Stands in the lock above what `STRICTER` adds, so that GitHub merges both."""
DONE = {"lock": "success", "plan": "success", "review": "success"}


def proposed(world: World, **options: bool) -> int:
    return world.propose("topic", {FILE: STRICTER}, **options)


def reviewed(world: World) -> int:
    number = proposed(world)
    assert DONE == world.plan(number).results
    return number


def body(comment: str) -> str:
    """*comment* without its hidden lines."""
    return re.sub(r"<!-- .*? -->\n?", "", comment).strip()


def test_a_pull_request_shows_its_plan_in_one_comment_that_is_edited(world: World):
    number = proposed(world)
    ran = world.plan(number)
    assert DONE == ran.results, ran.log
    (comment,) = world.comments(number)
    assert "+ v=DMARC1; p=quarantine" in comment
    assert body(comment) in ran.summary
    digest = json.loads((ran.artifacts["plan"] / "plan.json").read_text())["zones"][0]["digest"]
    assert digest in comment
    assert ["dnsauth"] == [run["tool"]["driver"]["name"] for one in ran.sarif for run in one["runs"]]
    world.commit("topic", {FILE: STRICTER.replace("quarantine", "reject")})
    world.plan(number)
    (edited,) = world.comments(number)
    assert ("p=reject" in edited, "p=quarantine" in edited) == (True, False)


def test_a_merge_applies_what_was_reviewed_verifies_and_keeps_the_receipt(world: World):
    number = reviewed(world)
    world.merge(number)
    ran = world.run("apply")
    assert {"apply": "success", "unreviewed": "skipped"} == ran.results, ran.log
    assert (b"\x16v=DMARC1; p=quarantine",) == world.served(DMARC)
    receipt = json.loads((ran.artifacts["receipt"] / "receipt.json").read_text())
    assert ["applied"] == [zone["outcome"] for zone in receipt["zones"]]
    assert receipt["zones"][0]["verified"]["servers"][0]["state"] == "agrees"
    _, told = world.comments(number)
    assert "Apply: 1 zone applied." in told
    assert told.partition("\n")[2].strip() in ran.summary
    again = world.run("apply", "workflow_dispatch")
    assert {"apply": "success", "unreviewed": "skipped"} == again.results, again.log
    assert 2 == len(world.comments(number))


def test_what_is_applied_here_is_applied_to_bind(world: World, named: Named):
    """Where BIND is absent, the skip says that the demo's nameserver was asked instead."""
    assert named is world.nameserver


def foreign_change(world: World) -> None:
    """Somebody puts a value of their own where the plan is about to write."""
    world.nameserver.load(
        "example.com.", world.nameserver.zone_text("example.com.") + f"{DMARC} 60 IN TXT theirs\n"
    )


def test_a_foreign_change_between_review_and_merge_stops_the_apply(world: World):
    number = reviewed(world)
    foreign_change(world)
    world.merge(number)
    world.hub.reviewers.add("dns-unreviewed")
    ran = world.run("apply")
    assert {"apply": "failure", "unreviewed": "waiting"} == ran.results, ran.log
    assert (b"\x06theirs",) == world.served(DMARC)
    assert "::error::DNS is not what was reviewed" in ran.log
    assert "1 zone stale" in world.comments(number)[1]


def test_what_is_left_is_applied_as_it_was_printed_once_somebody_approves(world: World):
    number = reviewed(world)
    foreign_change(world)
    world.merge(number)
    world.hub.reviewers.add("dns-unreviewed")
    world.runner.approved.add("dns-unreviewed")
    ran = world.run("apply")
    assert {"apply": "failure", "unreviewed": "success"} == ran.results, ran.log
    assert {b"\x06theirs", b"\x16v=DMARC1; p=quarantine"} == {*world.served(DMARC)}
    assert ["receipt", "receipt-unreviewed", "unreviewed"] == sorted(ran.artifacts)
    assert 2 == len(world.comments(number))
    assert "Apply: 1 zone applied." in world.comments(number)[1]


def test_what_nobody_reviewed_is_printed_and_waits(world: World):
    world.commit("main", {FILE: STRICTER})
    world.hub.reviewers.add("dns-unreviewed")
    ran = world.run("apply")
    assert {"apply": "success", "unreviewed": "waiting"} == ran.results, ran.log
    assert "+ v=DMARC1; p=quarantine" in ran.summary
    assert () == world.served(DMARC)
    assert {} == world.hub.server.comments
    world.runner.approved.add("dns-unreviewed")
    ran = world.run("apply", "workflow_dispatch")
    assert {"apply": "success", "unreviewed": "success"} == ran.results, ran.log
    assert (b"\x16v=DMARC1; p=quarantine",) == world.served(DMARC)


def test_without_reviewers_nothing_unreviewed_is_applied(world: World):
    world.commit("main", {FILE: STRICTER})
    ran = world.run("apply")
    assert {"apply": "success", "unreviewed": "failure"} == ran.results, ran.log
    assert "dns-unreviewed has no required reviewers" in ran.log
    assert () == world.served(DMARC)


def test_two_merges_in_a_row_are_applied_one_after_the_other(world: World):
    one = reviewed(world)
    other = world.propose("other", {FILE: NUMBERED})
    world.plan(other)
    first = world.merge(one)
    second = world.merge(other)
    workflow = yaml.safe_load(world.hub.git("show", "main:.github/workflows/apply.yml"))
    assert {"group": "apply", "cancel-in-progress": False, "queue": "max"} == workflow["jobs"]["apply"][
        "concurrency"
    ]
    for commit in (first, second):
        ran = world.run("apply", sha=commit)
        assert {"apply": "success", "unreviewed": "skipped"} == ran.results, ran.log
    assert world.served(DMARC)
    assert world.served("0.example.com.")


def test_a_lock_that_is_behind_gets_one_commit_and_the_plan_is_of_that(world: World):
    number = proposed(world, lock=False)
    head = world.head(number)
    ran = world.plan(number)
    assert DONE == ran.results, ran.log
    assert "lock: update" == world.hub.git("log", "--format=%s", f"{head}..topic")
    assert "zones/example.com.lock.yaml" == world.hub.git("diff", "--name-only", head, "topic")
    (comment,) = world.comments(number)
    assert "p=quarantine" in comment
    world.plan(number)
    assert "lock: update" == world.hub.git("log", "--format=%s", f"{head}..topic")
    assert [comment] == world.comments(number)


def test_the_plan_of_that_commit_has_what_came_to_main_meanwhile(world: World):
    number = proposed(world, lock=False)
    world.merge(world.propose("other", {FILE: REPORTS}))
    ran = world.plan(number)
    assert DONE == ran.results, ran.log
    (comment,) = world.comments(number)
    assert "p=quarantine" in comment
    assert "_smtp._tls" in comment
    assert world.merge(number)  # though GitHub knows nothing of merge=union


def test_a_pull_request_whose_lock_is_in_conflict_is_plain_git_to_its_author(world: World):
    number = proposed(world)
    world.merge(world.propose("other", {FILE: REPORTS}))
    with pytest.raises(AssertionError):
        world.merge(number)
    world.git("fetch", "--quiet", "origin")
    world.git("checkout", "--quiet", "--detach", "origin/topic")
    world.git("merge", "--quiet", "--no-edit", "origin/main")
    world.git("push", "--quiet", "origin", "HEAD:refs/heads/topic")
    ran = world.plan(number)
    assert DONE == ran.results, ran.log
    assert world.merge(number)


def test_a_fork_gets_no_secret_and_writes_nothing(world: World):
    number = proposed(world, fork=True, lock=False)
    before = world.hub.git("for-each-ref", "refs/heads")
    ran = world.plan(number)
    assert {"lock": "success", "plan": "success", "review": "failure"} == ran.results, ran.log
    assert [{}, {}, {}] == [job.secrets for job in ran.jobs.values()]
    assert SECRET not in ran.log
    assert before == world.hub.git("for-each-ref", "refs/heads")
    assert {} == world.hub.server.comments
    assert "Compared with public DNS" in ran.summary
    assert 1 == ran.summary.count("+ v=DMARC1; p=quarantine")
    assert "the locks are not as they must be" in ran.log
    patch = re.search(r"```diff\n(diff --git.*?)\n```", ran.summary, re.DOTALL)
    assert patch
    world.git("fetch", "--quiet", "origin", f"refs/pull/{number}/head")
    world.git("checkout", "--quiet", "--detach", "FETCH_HEAD")
    world.write({"../lock.patch": patch[1] + "\n"})
    world.git("apply", "../lock.patch")
    assert "1 lock up to date" in world.dnsauth("lock", "--check")


def test_a_fork_that_was_merged_waits_for_approval(world: World):
    number = proposed(world, fork=True)
    assert DONE == world.plan(number).results
    world.merge(number)
    world.hub.reviewers.add("dns-unreviewed")
    ran = world.run("apply")
    assert {"apply": "success", "unreviewed": "waiting"} == ran.results, ran.log
    assert () == world.served(DMARC)


def test_without_the_secret_the_plan_is_against_public_dns_and_cannot_be_applied(world: World):
    world.runner.secrets.clear()
    number = reviewed(world)
    (comment,) = world.comments(number)
    assert "Compared with public DNS" in comment
    world.merge(number)
    world.runner.environments["dns"] = {"TSIG_SECRET": SECRET}
    ran = world.run("apply")
    assert {"apply": "success", "unreviewed": "failure"} == ran.results, ran.log
    assert () == world.served(DMARC)


def test_a_guard_fails_the_review_and_is_shown(world: World):
    first = reviewed(world)
    world.merge(first)
    world.run("apply")
    number = world.propose("weaker", {FILE: STRICTER.replace("quarantine", "none")})
    ran = world.plan(number)
    assert {"lock": "success", "plan": "failure", "review": "failure"} == ran.results, ran.log
    assert "PLN021" in world.comments(number)[0]


def test_an_error_in_the_inventory_is_annotated_on_its_line_and_replaces_the_plan(world: World):
    number = reviewed(world)
    world.commit("topic", {FILE: STRICTER.replace("policy", "polcy")}, lock=False)
    ran = world.plan(number)
    assert {"lock": "failure", "plan": "skipped", "review": "failure"} == ran.results, ran.log
    assert re.search(
        r"^::error file=zones/example.com.yaml,title=INV030.*,line=6,col=13::", ran.log, re.MULTILINE
    )
    (comment,) = world.comments(number)
    assert "**error** INV030 at `zones/example.com.yaml:6:13`" in comment
    assert "p=quarantine" not in comment
    assert "dnsauth:digests" not in comment


def test_a_plan_that_could_not_be_made_is_not_that_of_the_commit_before(world: World):
    number = reviewed(world)
    world.runner.secrets["TSIG_SECRET"] = "b3RoZXI="
    world.commit("topic", {FILE: STRICTER.replace("quarantine", "reject")})
    world.plan(number)
    (comment,) = world.comments(number)
    assert "1 zone is stopped" in comment
    assert "p=quarantine" not in comment
    world.commit("topic", {"dnsauth.yaml": "version: 1\n"})
    ran = world.plan(number)
    assert {"lock": "success", "plan": "failure", "review": "failure"} == ran.results, ran.log
    assert ["There is no plan: see the jobs `plan`."] == [body(each) for each in world.comments(number)]


def test_an_apply_that_fails_before_it_begins_is_told_where_to_read_on(world: World):
    number = reviewed(world)
    world.merge(number)
    world.runner.secrets.clear()
    ran = world.run("apply")
    assert {"apply": "failure", "unreviewed": "skipped"} == ran.results, ran.log
    _, told = world.comments(number)
    assert body(told).startswith("dnsauth apply ended without an answer.\nLog and receipt: http")
    assert body(told).endswith("/example/dns/actions/runs/77")


def test_a_lock_that_lost_a_line_fails_the_review(world: World):
    lock = "zones/example.com.lock.yaml"
    lost = re.sub(r"spf [0-9a-f]{64}", f"spf {'0' * 64}", (world.clone / lock).read_text())
    number = world.propose("lost", {FILE: ZONE.replace(".7", ".8"), lock: lost}, lock=False)
    ran = world.plan(number)
    assert "failure" == ran.results["review"], ran.log
    assert "lost example.com. TXT spf" in ran.log, ran.log


def test_what_was_written_in_part_is_told_and_the_rest_waits(world: World):
    files = {FILE: STRICTER, "zones/example.net.yaml": STRICTER}
    world.nameserver.load("example.net.", SERVED.replace("example.com", "example.net"))
    number = world.propose("topic", {**files, "dnsauth.yaml": _also(world, "example.net")})
    assert DONE == world.plan(number).results
    foreign_change(world)
    world.merge(number)
    world.hub.reviewers.add("dns-unreviewed")
    ran = world.run("apply")
    assert {"apply": "failure", "unreviewed": "waiting"} == ran.results, ran.log
    assert "Apply: 1 zone applied, 1 zone stale." in world.comments(number)[1]
    assert "::error::DNS is not what was reviewed" in ran.log
    assert ("_dmarc.example.net.", "TXT") in world.nameserver.rrsets("example.net.")
    assert (b"\x06theirs",) == world.served(DMARC)
    world.runner.approved.add("dns-unreviewed")
    ran = world.run("apply", "workflow_dispatch")
    assert {"apply": "failure", "unreviewed": "success"} == ran.results, ran.log
    assert 2 == len(world.served(DMARC))


def test_shards_are_behind_one_number_and_change_nothing(world: World):
    zone = "version: 1\ndomains: {}\n"
    number = world.propose("topic", {FILE: STRICTER, "zones/example.net.yaml": zone})
    world.nameserver.load("example.net.", SERVED.replace("example.com", "example.net"))
    world.commit("topic", {"dnsauth.yaml": _also(world, "example.net")})
    world.plan(number)
    (whole,) = world.comments(number)
    world.runner.variables["DNSAUTH_SHARDS"] = "2"
    ran = world.plan(number)
    assert DONE == ran.results, ran.log
    assert [whole] == world.comments(number)
    assert 2 == sum(step.name == "plan" for step in ran.jobs["plan"].steps)


def _also(world: World, zone: str) -> str:
    text = (world.clone / "dnsauth.yaml").read_text()
    at = f"{world.nameserver.address}:{world.nameserver.port}"
    return text.replace("live: {servers: {", f'live: {{servers: {{{zone}: ["{at}"], ')
