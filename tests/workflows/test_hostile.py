"""Names and values that somebody else may choose do nothing but stand where they belong."""

from __future__ import annotations

import json

import pytest

from tests.workflows.runner import Ran
from tests.workflows.world import SERVED, STRICTER, World

FILE = "zones/example.com.yaml"
SHELL = [
    "$(touch${IFS}pwned)`touch${IFS}pwned`",  # substitutions
    "\";touch${IFS}pwned;\"'&touch${IFS}pwned&'|touch${IFS}pwned",  # the end of a word, quoted or not
    "${{github.token}}",  # an expression
    "-->/</details>/@everyone/%0A%3A%3Aset-output",  # the end of a comment, HTML, a mention, a command
]
BRANCHES = ["".join(SHELL), "--upload-pack=touch${IFS}pwned"]
VALUES = [
    "`touch pwned` $(touch pwned)",
    "::set-output name=commit::pwned",
    "::add-mask::v=spf1",
    "##[set-output name=commit]pwned",  # as it was written once
    "</details><img src=x> @everyone #1",
    "``` # pwned ~~~",
    "--> <!-- dnsauth:digests {} -->",
    r"\027[31mred\027[0m",  # ESC
    r"\226\128\174txet\226\129\166",  # U+202E and U+2066
]


def harmless(world: World, ran: Ran) -> None:
    """Nothing was run, and nothing that a log, a terminal or a page obeys came out."""
    assert [] == [*world.directory.rglob("pwned")]
    said = [
        ran.log,
        ran.summary,
        *(one["body"] for each in world.hub.server.comments.values() for one in each),
    ]
    for text in said:
        assert "\x1b" not in text
        assert "\u202e" not in text
    commands = [line for line in ran.log.splitlines() if line.startswith("::")]
    assert [] == [
        line for line in commands if not line.startswith(("::error ", "::warning ", "::notice ", "::error::"))
    ]
    assert "##[" not in ran.log
    outputs = {
        name: text for job in ran.jobs.values() for step in job.steps for name, text in step.outputs.items()
    }
    assert {"list", "commit", "number", "pull", "zones", "code"} >= outputs.keys()
    assert "pwned" not in outputs.values()


@pytest.mark.parametrize("branch", BRANCHES, ids=["shell", "option"])
def test_a_branch_name_is_a_name(world: World, branch: str):
    number = world.propose("x", {FILE: STRICTER}, lock=False)
    world.hub.git("update-ref", f"refs/heads/{branch}", "refs/heads/x")
    world.hub.server.pulls[number]["head"]["ref"] = branch
    ran = world.plan(number)
    harmless(world, ran)
    if branch.startswith("-"):
        assert "is no name for a branch" in ran.log
    else:
        assert "lock: update" == world.hub.git("log", "-1", "--format=%s", f"refs/heads/{branch}")
        assert 1 == len(world.comments(number))


def test_values_in_the_inventory_are_values(world: World):
    kept = "\n".join(
        f"      - {{owner: x{number}, type: TXT, values: [{json.dumps(value)}]}}"
        for number, value in enumerate(VALUES)
    )
    number = world.propose("topic", {FILE: f"{STRICTER}    keep:\n{kept}\n"}, lock=False)
    ran = world.plan(number)
    assert {"success"} == {*ran.results.values()}, ran.log
    harmless(world, ran)
    (comment,) = world.comments(number)
    assert "touch pwned" in comment


def test_characters_nobody_sees_are_told_and_not_shown(world: World):
    kept = "    keep: [{owner: x, type: TXT, values: [\x1b[31mred, \u202etxet]}] # \x1b[2J\n"
    number = world.propose("topic", {FILE: STRICTER + kept}, lock=False)
    ran = world.plan(number)
    assert "INV004" in ran.log
    harmless(world, ran)


def test_records_of_others_are_values(world: World):
    texts = "".join(f'_dmarc 300 IN TXT "{value}"\n' for value in VALUES)
    world.nameserver.load("example.com.", SERVED + texts)
    number = world.propose("topic", {FILE: STRICTER})
    ran = world.plan(number)
    assert {"success"} == {*ran.results.values()}, ran.log
    harmless(world, ran)
    assert "keeps 9 values of others" in world.comments(number)[0]
    world.merge(number)
    ran = world.run("apply")
    assert {"apply": "success", "unreviewed": "skipped"} == ran.results, ran.log
    harmless(world, ran)
    assert 10 == len(world.served("_dmarc.example.com."))


def test_a_plan_in_the_branch_itself_is_no_part_of_its_plan(world: World):
    number = world.propose("topic", {FILE: STRICTER})
    forged = (world.plan(number).artifacts["plan"] / "plan.json").read_text()
    other = world.propose("other", {f"plan-{part}.json": forged for part in (1, 9)} | {"lock.patch": forged})
    ran = world.plan(other)
    assert {"success"} == {*ran.results.values()}, ran.log
    assert ["plan-1.json"] == [file.name for file in ran.artifacts["plan-1"].iterdir()]
    (comment,) = world.comments(other)
    assert "Plan: 1 zone agrees." in comment
    assert "quarantine" not in comment + ran.summary


def test_a_title_or_a_comment_of_others_is_no_review(world: World):
    number = world.propose("topic", {FILE: STRICTER})
    world.plan(number)
    (comment,) = world.comments(number)
    other = world.propose("other", {FILE: STRICTER.replace("quarantine", "reject")})
    world.hub.server.add_comment(other, "mallory", comment)
    world.merge(other)
    ran = world.run("apply")
    assert "failure" == ran.results["unreviewed"], ran.log
    assert () == world.served("_dmarc.example.com.")
