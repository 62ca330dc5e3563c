"""The client against a server that refuses, fails, moves and lies."""

from __future__ import annotations

import json
import socket
import threading

import pytest

from dnsauth.errors import DnsauthError
from dnsauth.github.client import Client, GitHubError, Unsure
from dnsauth.github.step import Step
from tests.servers.github import REPOSITORY, TOKEN, Answer, Failure
from tests.servers.github import github as run_github
from tests.servers.process import free_port

ISSUES = f"repos/{REPOSITORY}/issues"
NOW = 1_780_000_000.0
SECONDARY = {"message": "You have exceeded a secondary rate limit. Please wait."}


class Talk:
    """A client whose waits are noted and not waited for."""

    def __init__(self, root: str, token: str = TOKEN) -> None:
        self.said: list[str] = []
        self.waits: list[float] = []
        self.client = Client(root, token, say=self.said.append, pause=self.waits.append, clock=lambda: NOW)


@pytest.fixture
def talk(hub):
    return Talk(hub.url)


def test_a_list_is_read_to_its_last_page(hub, talk):
    hub.page = 2
    for number in range(5):
        hub.add_issue("alice", f"Issue {number}", None)
    found = list(talk.client.pages(ISSUES, state="open"))
    assert [f"Issue {number}" for number in range(5)] == [one["title"] for one in found]
    assert "100" == hub.requests[0].query["per_page"]


@pytest.mark.parametrize(
    ("answers", "waits", "reason"),
    [
        ([Answer(502), Answer(503), Answer(500)], [1, 2, 4], "failures of its own: ever longer"),
        ([Answer(429, {}, {"Retry-After": "7"})], [7], "as long as it says"),
        ([Answer(403, SECONDARY, {"Retry-After": "0"})], [0], "a secondary limit that says for how long"),
        ([Answer(403, SECONDARY)] * 2, [60, 120], "a secondary limit that does not: a minute, then longer"),
        (
            [Answer(403, {}, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": f"{NOW + 42:.0f}"})],
            [42],
            "the hour's limit: until it is over",
        ),
    ],
)
def test_a_limit_and_a_failure_are_waited_for_and_every_wait_is_said(hub, talk, answers, waits, reason):
    hub.failures = [Failure("GET", answer) for answer in answers]
    assert [] == talk.client.get(ISSUES), reason
    assert waits == talk.waits, reason
    assert len(waits) == len(talk.said)
    assert all(f"waiting {wait} s" in said for wait, said in zip(waits, talk.said, strict=True))


@pytest.mark.parametrize(
    ("answers", "problem", "hint", "reason"),
    [
        ([Answer(502)] * 5, "502", "run it again later", "it never comes back"),
        ([Answer(429, {}, {"Retry-After": "301"})], "asks to wait 301 s", "then", "nobody sleeps so long"),
        ([Answer(403, SECONDARY)] * 3, "asks to wait 240 s", "then", "all waits together are bounded"),
        ([Answer(403, {"message": "no"})], "403", "`permissions:`", "not allowed: waiting helps nothing"),
        ([Answer(422, {"message": "no", "errors": [{"message": "head"}]})], "no; head", "", "says it all"),
        ([Answer(404, {"message": "Not Found"})], "404", "GITHUB_REPOSITORY", "no such thing"),
        ([Answer(401, {"message": "Bad credentials"})], "401", "GITHUB_TOKEN", "a wrong token"),
        ([Answer(200, b"<html>proxy</html>")], "no JSON", "GITHUB_API_URL", "a proxy's page"),
        ([Answer(403, b"<html>proxy</html>")], "no reason", "", "a proxy's refusal"),
        ([Answer(400, b"[" * 100_000)], "no reason", "", "nested without end"),
        ([Answer(403, {"message": "GitHub Actions is not permitted to create or approve pull requests."})],
         "not permitted", "Settings", "a setting of the repository"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_with_its_next_step(hub, talk, answers, problem, hint, reason):
    hub.failures = [Failure("GET", answer) for answer in answers]
    with pytest.raises(GitHubError) as error:
        talk.client.get(ISSUES)
    assert problem in str(error.value), reason
    assert hint in error.value.hint, reason
    assert [] == hub.failures
    assert sum(talk.waits) <= 300


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_what_might_have_been_made_is_not_made_again_unseen(hub, talk, status):
    hub.failures = [Failure("POST", Answer(status, {"message": "Server Error"}), done=True)]
    with pytest.raises(Unsure):
        talk.client.post(ISSUES, {"title": "T", "body": "B"})
    assert ["T"] == [one["title"] for one in hub.issues.values()]
    assert [] == talk.waits


def test_what_was_refused_for_a_limit_is_made_later(hub, talk):
    hub.failures = [Failure("POST", Answer(429, {}, {"Retry-After": "1"}))]
    talk.client.post(ISSUES, {"title": "T", "body": "B"})
    assert (1, [1]) == (len(hub.issues), talk.waits)


@pytest.mark.parametrize(("done", "reason"), [(True, "only the answer was lost"), (False, "it was not made")])
def test_after_a_lost_answer_there_is_one_and_not_two(hub, talk, done, reason):
    hub.failures = (
        [Failure("POST", Answer(502), done)] * 2 if not done else [Failure("POST", Answer(502), done)]
    )
    found, made = talk.client.found_or_made(
        lambda: next((one["title"] for one in hub.issues.values()), None),
        lambda: talk.client.post(ISSUES, {"title": "T", "body": "B"})["title"],
    )
    assert ("T", not done, 1) == (found, made, len(hub.issues)), reason


def test_a_server_that_hangs_up_may_have_heard():
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def hang_up():
            connection, _ = listening.accept()
            connection.recv(1)
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(Unsure, match="does not answer"):
            Talk(f"http://127.0.0.1:{listening.getsockname()[1]}").client.post(ISSUES, {})
        thread.join()


def test_a_server_that_is_not_there_heard_nothing():
    talk = Talk(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(GitHubError, match="does not answer") as error:
        talk.client.post(ISSUES, {})
    assert not isinstance(error.value, Unsure)
    assert [1, 2, 4, 8] == talk.waits


@pytest.mark.parametrize(("method", "status"), [("GET", 301), ("PATCH", 307), ("POST", 301), ("POST", 302)])
def test_a_repository_that_moved_gets_the_same_request(hub, talk, method, status):
    hub.add_issue("alice", "T", None)
    path = f"{ISSUES}/1" if method == "PATCH" else ISSUES
    hub.failures = [Failure(method, Answer(status, {}, {"Location": f"{hub.url}/{path}"}))]
    ask = {"GET": talk.client.get, "PATCH": talk.client.patch, "POST": talk.client.post}[method]
    ask(path) if method == "GET" else ask(path, {"title": "T2", "body": "B"})
    assert [method, method] == [one.method for one in hub.requests]
    assert hub.requests[0].body == hub.requests[1].body


@pytest.mark.parametrize("what", ["redirect", "page"])
def test_the_token_goes_to_no_other_host(hub, talk, what):
    with run_github() as other:
        elsewhere = f"{other.url}/repos/{REPOSITORY}/issues"
        link = {"Link": f'<{elsewhere}>; rel="next"'}
        answer = Answer(302, {}, {"Location": elsewhere}) if what == "redirect" else Answer(200, [], link)
        hub.failures = [Failure("GET", answer)]
        with pytest.raises(GitHubError, match="where the token does not go"):
            list(talk.client.pages(ISSUES))
        assert [] == other.requests


def test_a_ring_of_redirects_ends(hub, talk):
    hub.failures = [Failure("GET", Answer(302, {}, {"Location": f"/{ISSUES}"}))] * 9
    with pytest.raises(GitHubError, match="302"):
        talk.client.get(ISSUES)


def test_a_server_that_says_the_token_back_is_not_quoted(hub, talk):
    hub.failures = [Failure("GET", Answer(500, {"message": f"token {TOKEN} is odd"}))] * 5
    with pytest.raises(GitHubError) as error:
        talk.client.get(ISSUES)
    assert "token GITHUB_TOKEN is odd" in str(error.value)
    assert TOKEN not in "".join([str(error.value), repr(error.value), *talk.said])


def test_a_question_in_graphql_that_is_refused_is_an_error(hub, talk):
    hub.failures = [Failure("POST", Answer(200, {"data": None, "errors": [{"message": "no such field"}]}))]
    with pytest.raises(GitHubError, match="no such field"):
        talk.client.graphql("query{x}")


@pytest.mark.parametrize(
    ("root", "url"),
    [
        ("https://api.github.com", "https://api.github.com/graphql"),
        ("https://git.example.com/api/v3", "https://git.example.com/api/graphql"),
    ],
)
def test_graphql_stands_beside_rest(monkeypatch, root, url):
    asked = []
    monkeypatch.setattr(Client, "_asked", lambda _, method, url, *__, **___: asked.append((method, url)))
    with pytest.raises(AttributeError):
        Client(root, TOKEN, say=print).graphql("query{x}")
    assert [("POST", url)] == asked


EVENT = {"pull_request": {"number": 7, "head": {"repo": {"full_name": "Example/DNS"}}}}


@pytest.mark.parametrize(
    ("environ", "ask", "problem"),
    [
        ({}, lambda step: step.token, "GITHUB_TOKEN is not set"),
        ({"GITHUB_TOKEN": "ghs_secret\nX-Evil: 1"}, lambda step: step.token, "blanks or line ends"),
        ({"GITHUB_TOKEN": "ghs_secret\u00e9"}, lambda step: step.token, "blanks or line ends"),
        ({"GITHUB_API_URL": "http://api.example.com"}, lambda step: step.api, "in the clear"),
        ({"GITHUB_API_URL": "file:///etc"}, lambda step: step.api, "https"),
        ({}, lambda step: step.repository, "GITHUB_REPOSITORY is not set"),
        ({"GITHUB_REPOSITORY": "a/b/../../c"}, lambda step: step.repository, "GITHUB_REPOSITORY is"),
        ({"GITHUB_SHA": "main"}, lambda step: step.commit(None), "is no commit"),
        ({"GITHUB_SHA": "a" * 40}, lambda step: step.commit("../x"), "is no commit"),
        ({}, lambda step: step.summary, "GITHUB_STEP_SUMMARY is not set"),
        ({}, lambda step: step.pull(None), "about no pull request"),
        ({"GITHUB_EVENT_PATH": "/nowhere"}, lambda step: step.pull(None), "no JSON that can be read"),
    ],
)
def test_an_environment_that_is_odd_is_refused_without_the_token(environ, ask, problem):
    with pytest.raises(DnsauthError, match=problem) as error:
        ask(Step(environ))
    assert "secret" not in str(error.value)
    assert error.value.hint


@pytest.mark.parametrize(
    ("event", "number", "fork", "reason"),
    [
        (EVENT, 7, False, "a pull request of the same repository, in any case"),
        ({"issue": {"number": 8, "pull_request": {}}}, 8, False, "a comment on a pull request"),
        ({"issue": {"number": 8}}, None, False, "an issue is none"),
        ({"pull_request": {"number": 9, "head": {"repo": {"full_name": "mallory/dns"}}}}, 9, True, "a fork"),
        ({"pull_request": {"number": 9, "head": {"repo": None}}}, 9, True, "a fork that was deleted"),
        ({"pull_request": {"number": "9; x"}}, None, False, "no number"),
        ([], None, False, "no event"),
    ],
)
def test_the_event_says_which_pull_request_it_is(tmp_path, event, number, fork, reason):
    (tmp_path / "event.json").write_text(json.dumps(event))
    step = Step({"GITHUB_EVENT_PATH": str(tmp_path / "event.json"), "GITHUB_REPOSITORY": REPOSITORY})
    if number is None:
        with pytest.raises(DnsauthError):
            step.pull(None)
    else:
        assert number == step.pull(None), reason
    assert fork == step.from_fork, reason
    assert 3 == step.pull(3)
