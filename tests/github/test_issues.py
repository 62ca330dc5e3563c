"""One open issue of ours for each marker."""

from __future__ import annotations

import json

import pytest

from tests.servers.github import BOT


@pytest.fixture
def drift(empty):
    empty.write("drift.md", "### dnsauth diff\n\nexample.com differs\n")
    return str(empty.path / "drift.md")


def opening(drift, *more):
    return ["issue", "--marker", "drift", "--open", "--title", "DNS has drifted", "--file", drift, *more]


CLOSING = ["issue", "--marker", "drift", "--close"]


def test_an_issue_is_opened_edited_closed_and_opened_anew(hub, run, empty, drift):
    assert "issue 1 created: " in run(*opening(drift)).out
    assert "<!-- dnsauth:drift -->\n### dnsauth diff\n\nexample.com differs\n" == hub.issues[1]["body"]
    hub.requests.clear()
    assert "issue 1 unchanged: " in run(*opening(drift)).out
    assert [] == hub.written()
    empty.write("drift.md", "### dnsauth diff\n\nexample.net differs\n")
    assert "issue 1 edited: " in run(*opening(drift)).out
    assert "example.net differs" in hub.issues[1]["body"]
    done = run(*CLOSING)
    assert (0, "closed") == (done.code, hub.issues[1]["state"])
    assert "issue 1 closed: " in done.out
    (comment,) = hub.comments[1]
    assert f"<!-- dnsauth:drift -->\nIt is gone. {hub.url}/example/dns/actions/runs/77\n" == comment["body"]
    assert "issue 2 created: " in run(*opening(drift)).out


def test_where_there_is_none_closing_does_nothing(hub, run):
    done = run(*CLOSING, "--format", "json")
    assert (0, "nothing", None) == (done.code, *map(json.loads(done.out).get, ("done", "number")))
    assert [] == hub.written()


def test_an_issue_of_somebody_else_and_a_pull_request_are_left_alone(hub, run, drift):
    stranger = hub.add_issue("mallory", "DNS has drifted", "<!-- dnsauth:drift -->\nmine")
    pull = hub.pulls[hub.add_pull(author=BOT)]
    pull["body"] = "<!-- dnsauth:drift -->\n"
    other = hub.add_issue(BOT, "Another", None)
    before = json.dumps([stranger, pull, other])
    assert "nothing to do" in run(*CLOSING).out
    assert "created" in run(*opening(drift)).out
    assert before == json.dumps([stranger, pull, other])


def test_a_new_title_is_an_edit(hub, run, drift):
    run(*opening(drift))
    assert "edited" in run(*opening(drift, "--title", "DNS drifts")).out
    assert "DNS drifts" == hub.issues[1]["title"]


def test_the_comment_that_closes_says_what_the_file_says(hub, run, drift):
    run(*opening(drift))
    run(*CLOSING, "--file", drift)
    assert "example.com differs" in hub.comments[1][0]["body"]


@pytest.mark.parametrize("title", ["", " ", "a\nb", "\x1b[2J", "\u202eevil", "x" * 257, "zero\u200bwidth"])
def test_a_title_is_one_line_of_visible_characters(hub, run, drift, title):
    done = run(*opening(drift, "--title", title))
    assert 1 == done.code
    assert "is no title" in done.err
    assert "\x1b" not in done.err
    assert {} == hub.issues


@pytest.mark.parametrize("arguments", [["--open"], ["--open", "--title", "T"], []])
def test_it_says_what_it_needs(run, arguments):
    assert 2 == run("issue", "--marker", "drift", *arguments).code
