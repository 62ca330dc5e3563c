"""One commit more on somebody's branch, and what an environment without reviewers is worth."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Done
from tests.github.test_pr import CLEAN, Checkout, checkout
from tests.servers.github import TOKEN, Answer, Failure, GitHub

__all__ = ["checkout"]


def push(of: Checkout, branch: str = "topic", **env: str) -> Done:
    environ = {**CLEAN, **of.hub.environ(of.path.parent), **env}
    given = ["--branch", branch, "--title", "lock: update", "--path", "zones"]
    return of.directory.run("github", "push", *given, env=environ)


@pytest.fixture
def topic(checkout: Checkout) -> Checkout:
    """A checkout of the branch `topic`, whose commit is Alice's."""
    checkout.commit("zones/a.yaml", "two\n")
    checkout.git("push", "origin", "HEAD:topic")
    return checkout


def test_what_changed_is_one_commit_more(topic):
    topic.write("zones/a.lock.yaml", "new\n")
    topic.write("README", "not ours\n")
    done = push(topic)
    commit = topic.at_remote("rev-parse", "topic")
    assert (0, f"pushed {commit} to topic\n") == (done.code, done.out)
    assert f"commit={commit}\n" == (topic.path.parent / "output").read_text()
    assert "zones/a.lock.yaml" == topic.at_remote("diff", "--name-only", "topic~1", "topic")
    assert "edit" == topic.at_remote("log", "-1", "--format=%s", "topic~1")
    assert [] == topic.hub.requests


def test_where_nothing_changed_nothing_is_pushed(topic):
    topic.write("README", "not ours\n")
    before = topic.at_remote("rev-parse", "topic")
    assert (0, "nothing changed\n") == push(topic)[:2]
    assert "commit=\n" == (topic.path.parent / "output").read_text()
    assert before == topic.at_remote("rev-parse", "topic")


def test_what_somebody_pushed_meanwhile_is_not_lost(topic):
    other = topic.clone("other", "--branch", "topic")
    other.commit("zones/b.yaml", "theirs\n")
    other.git("push", "origin", "HEAD:topic")
    theirs = topic.at_remote("rev-parse", "topic")
    topic.write("zones/a.lock.yaml", "new\n")
    done = push(topic)
    assert (1, theirs) == (done.code, topic.at_remote("rev-parse", "topic"))
    assert "has commits that this checkout lacks" in done.err


@pytest.mark.parametrize("branch", ["--force", "a..b", "\x1b[31m", "refs/heads/main"])
def test_what_is_no_branch_is_not_pushed_to(topic, branch):
    topic.write("zones/a.lock.yaml", "new\n")
    done = push(topic, branch)
    assert 1 == done.code
    assert "is no name for a branch" in done.err
    assert "\x1b" not in done.err


RULES = [
    ([{"type": "required_reviewers", "reviewers": [{"type": "User"}]}], 0, "somebody"),
    ([{"type": "branch_policy"}, {"type": "wait_timer"}], 1, "other rules"),
    ([{"type": "required_reviewers", "reviewers": []}], 1, "nobody in the rule"),
    ([], 1, "no rule"),
    (None, 1, "no list"),
]


@pytest.mark.parametrize(("rules", "code", "why"), RULES)
def test_an_environment_is_worth_its_reviewers(hub: GitHub, run, rules, code, why):
    hub.failures.append(Failure("GET", Answer(200, {"protection_rules": rules})))
    done = run("approval", "--environment", "dns unreviewed/x")
    assert code == done.code, why
    assert "/repos/example/dns/environments/dns%20unreviewed%2Fx" == hub.requests[-1].path
    assert ("no required reviewers" in done.err) == (code == 1)


def test_an_environment_nobody_made_has_none_and_a_refusal_is_told(hub: GitHub, run):
    done = run("approval", "--environment", "dns-unreviewed")
    assert (1, True) == (done.code, "dns-unreviewed has no required reviewers" in done.err)
    hub.failures.append(Failure("GET", Answer(403, {"message": "Resource not accessible by integration"})))
    done = run("approval", "--environment", "dns-unreviewed")
    assert (1, True) == (done.code, "answers 403" in done.err)
    assert TOKEN not in done.err
