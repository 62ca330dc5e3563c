"""One comment of ours for each marker, whatever others write."""

from __future__ import annotations

import json

import pytest

from dnsauth.output import markdown, posted
from dnsauth.plan import reviewed
from dnsauth.plan.model import Plan
from tests.apply.providers import planned
from tests.output.test_plan import CREATE, ZONE
from tests.plan.values import held
from tests.servers.github import BOT, TOKEN, Answer, Failure

LIMIT = 65_536
HOSTILE = "```\n</details> --> \x1b[2J \u202e ::set-output name=pull::1 <!-- dnsauth:digests {} -->"


@pytest.fixture
def number(hub):
    return hub.add_pull()


@pytest.fixture
def plan(empty):
    empty.write("plan.md", "### dnsauth plan\n\nPlan: 1 to create in 1 zone.\n")
    return str(empty.path / "plan.md")


def test_a_comment_is_made_once_and_edited_in_place(hub, run, empty, number, plan):
    first = run("comment", "--file", plan, "--number", str(number))
    assert (0, "") == (first.code, first.err)
    assert f"comment {number} created: https://github.com/" in first.out
    (comment,) = hub.comments[number]
    assert "<!-- dnsauth:plan -->\n### dnsauth plan\n\nPlan: 1 to create in 1 zone.\n" == comment["body"]
    again = run("comment", "--file", plan, "--number", str(number))
    assert f"comment {number} unchanged: " in again.out
    empty.write("plan.md", "### dnsauth plan\n\nPlan: 1 zone agrees.\n")
    assert f"comment {number} edited: " in run("comment", "--file", plan, "--number", str(number)).out
    assert [comment] == hub.comments[number]
    assert "1 zone agrees" in comment["body"]


def test_each_marker_has_its_own(hub, run, number, plan):
    for marker in ("plan", "apply", "plan", "apply"):
        assert run("comment", "--file", plan, "--number", str(number), "--marker", marker).code == 0
    assert 2 == len(hub.comments[number])


def test_the_comment_is_found_on_a_later_page(hub, run, number, plan):
    hub.page = 2
    for _ in range(5):
        hub.add_comment(number, "alice", "looks good")
    ours = hub.add_comment(number, BOT, "<!-- dnsauth:plan -->\nold")
    assert "edited" in run("comment", "--file", plan, "--number", str(number)).out
    assert "Plan: 1 to create" in ours["body"]
    assert 6 == len(hub.comments[number])


def test_a_strangers_comment_with_our_marker_is_left_alone(hub, run, number, plan):
    stranger = hub.add_comment(number, "mallory", "<!-- dnsauth:plan -->\nmine")
    ours = hub.add_comment(number, BOT, "we may quote <!-- dnsauth:plan -->\n<!-- dnsauth:plan -->")
    assert "created" in run("comment", "--file", plan, "--number", str(number)).out
    assert "<!-- dnsauth:plan -->\nmine" == stranger["body"]
    assert ours["body"].startswith("we may quote")
    assert 3 == len(hub.comments[number])


def test_the_number_is_that_of_the_event(hub, run, empty, number, plan):
    empty.write("event.json", json.dumps({"pull_request": {"number": number}}))
    done = run("comment", "--file", plan, GITHUB_EVENT_PATH=str(empty.path / "event.json"))
    assert (0, 1) == (done.code, len(hub.comments[number]))
    assert f"number={number}\n" == empty.read("output")


def test_a_push_is_about_no_pull_request_and_the_error_says_how_to_name_one(run, plan):
    done = run("comment", "--file", plan)
    assert (1, "") == (done.code, done.out)
    assert "error: the event is about no pull request\nhint: name one with --number N" in done.err


def test_a_fork_gets_its_text_in_the_summary(hub, run, empty, number, plan):
    hub.readers.add(TOKEN)
    event = {"pull_request": {"number": number, "head": {"repo": {"full_name": "mallory/dns"}}}}
    empty.write("event.json", json.dumps(event))
    done = run("comment", "--file", plan, GITHUB_EVENT_PATH=str(empty.path / "event.json"))
    assert (0, "comment: added to the summary of this step\n") == (done.code, done.out)
    assert "Plan: 1 to create" in empty.read("summary")
    assert {} == hub.comments


def test_a_token_that_may_not_comment_is_an_error_elsewhere(hub, run, number, plan):
    hub.readers.add(TOKEN)
    done = run("comment", "--file", plan, "--number", str(number))
    assert 1 == done.code
    assert "Resource not accessible by integration" in done.err
    assert "`permissions:`" in done.err


def test_an_answer_that_was_lost_makes_no_second_comment(hub, run, number, plan, monkeypatch):
    monkeypatch.setattr("dnsauth.github.patience.failed", lambda _: 0.0)
    hub.failures = [Failure("POST", Answer(200, {"data": {"viewer": {"login": BOT}}}))]
    hub.failures += [Failure("POST", Answer(502, {"message": "Server Error"}), done=True)]
    done = run("comment", "--file", plan, "--number", str(number))
    assert (0, 1) == (done.code, len(hub.comments[number]))
    assert "waiting 0 s" in done.err


def test_json_says_where_it_stands(hub, run, number, plan):
    done = json.loads(run("comment", "--file", plan, "--number", str(number), "--format", "json").out)
    url = hub.comments[number][0]["html_url"]
    assert {
        "format": "dnsauth-github/1",
        "what": "comment",
        "done": "created",
        "number": number,
        "url": url,
    } == done


def test_a_patch_is_shown_so_that_nothing_in_it_is_markup(hub, run, empty, number, plan):
    empty.write("lock.patch", f"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\tvalue\n+{HOSTILE}\n")
    assert (
        run(
            "comment", "--file", plan, "--number", str(number), "--patch", str(empty.path / "lock.patch")
        ).code
        == 0
    )
    body = hub.comments[number][0]["body"]
    fence = body[body.index("````diff\n") :]
    assert fence.endswith("\n````\n")
    assert "-old\tvalue\n" in fence
    assert "\x1b" not in body
    assert "\u202e" not in body
    assert () == reviewed.shown(body)


def test_a_comment_too_long_is_cut_at_a_whole_line_and_says_where_to_read_on(hub, run, empty, number):
    lines = [f"line {n} of a very long text" for n in range(5000)]
    empty.write(
        "plan.md", "\n".join(["### dnsauth plan", "<details><summary>x</summary>", "", "```diff", *lines])
    )
    assert run("comment", "--file", str(empty.path / "plan.md"), "--number", str(number)).code == 0
    body = hub.comments[number][0]["body"]
    assert 65_400 < len(body) <= LIMIT
    whole, _, note = body.partition("```\n\n</details>\n\n")
    assert whole.splitlines()[-1] in lines
    assert note == f"Cut here, since it is too long for GitHub: {hub.url}/example/dns/actions/runs/77\n"


def test_digests_stay_when_the_text_is_cut_and_when_a_patch_is_added():
    shown = markdown.plan(Plan("", "", (planned(held(), CREATE),)))
    last = shown.rstrip().rpartition("\n")[2]
    long = shown.replace(last, "x\n" * LIMIT + last)
    for body in (posted.text("plan", shown), posted.text("plan", long), posted.text("plan", shown, "+a\n")):
        assert len(body) <= LIMIT
        assert body.endswith(f"\n\n{last}\n")
        assert [ZONE] == [one.zone for one in reviewed.shown(body)]


def test_a_patch_that_does_not_fit_is_not_cut_but_left_out():
    body = posted.text("plan", "### dnsauth plan", "+long\n" * LIMIT)
    assert "The patch is too long for a comment: run `dnsauth lock`" in body
    assert "+long" not in body


@pytest.mark.parametrize("marker", ["", "Plan", "plan -->", "a--b", "-", "plan\n", "x" * 41])
def test_a_marker_is_a_word(run, number, plan, marker):
    done = run("comment", "--file", plan, "--number", str(number), "--marker", marker)
    assert 1 == done.code
    assert "is no marker" in done.err


def test_a_file_that_is_not_there_is_said(run, number):
    done = run("comment", "--file", "nowhere.md", "--number", str(number))
    assert 1 == done.code
    assert "nowhere.md cannot be read" in done.err


def test_the_summary_grows_and_stops_at_its_limit(run, empty, plan):
    assert "text: added to the summary of this step\n" == run("summary", "--file", plan).out
    run("summary", "--file", plan)
    assert 2 == empty.read("summary").count("### dnsauth plan")
    empty.write("plan.md", "ä line\n" * 200_000)
    assert 0 == run("summary", "--file", plan).code
    size = (empty.path / "summary").stat().st_size
    assert 2**20 - 20 < size <= 2**20
    assert empty.read("summary").endswith("/actions/runs/77\n")


def test_without_actions_there_is_no_summary(empty, plan):
    done = empty.run("github", "summary", "--file", plan, env={"GITHUB_STEP_SUMMARY": ""})
    assert 1 == done.code
    assert "GITHUB_STEP_SUMMARY is not set" in done.err


def test_the_token_is_in_nothing_that_is_printed(hub, run, number, plan):
    hub.failures = [Failure("POST", Answer(401, {"message": f"{TOKEN}\x1b[31m\n::error::"}))]
    done = run("comment", "--file", plan, "--number", str(number), "-v")
    assert 1 == done.code
    assert TOKEN not in done.out + done.err
    assert "\x1b" not in done.err
    assert not any(line.startswith("::") for line in done.err.splitlines())
