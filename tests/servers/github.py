"""GitHub's API as far as dnsauth asks it: requests are recorded, tokens checked, lists paged, failures made to order."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

TOKEN = "ghs_16C7e42F292c6912E7710c838347Ae178B4a"
BOT = "github-actions[bot]"
REPOSITORY = "example/dns"

Json = dict[str, Any]


class Request(NamedTuple):
    method: str
    path: str
    query: dict[str, str]
    body: Json
    headers: Mapping[str, str]


class Answer(NamedTuple):
    status: int
    body: Any = None
    headers: Mapping[str, str] = {}


class Failure(NamedTuple):
    """What the next request of *method* gets instead; *done*: it is done all the same."""

    method: str
    answer: Answer
    done: bool = False


@dataclass
class GitHub:
    """A running server.

    *tokens*: who each speaks for; *readers*: those that may not write. *remote* is a bare repository in which
    the branch of a new pull request must stand.
    """

    port: int
    remote: Path | None = None
    tokens: dict[str, str] = field(default_factory=lambda: {TOKEN: BOT})
    readers: set[str] = field(default_factory=set)
    comments: dict[int, list[Json]] = field(default_factory=dict)
    issues: dict[int, Json] = field(default_factory=dict)
    pulls: dict[int, Json] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    page: int = 100
    counter: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environ(self, directory: Path, **more: str) -> dict[str, str]:
        """A step's environment, whose files stand in *directory*."""
        return {
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_API_URL": self.url,
            "GITHUB_SERVER_URL": self.url,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_RUN_ID": "77",
            "GITHUB_OUTPUT": str(directory / "output"),
            "GITHUB_STEP_SUMMARY": str(directory / "summary"),
            **more,
        }

    def next(self) -> int:
        self.counter += 1
        return self.counter

    def add_pull(
        self, head: str = "topic", author: str = "alice", repository: str | None = REPOSITORY
    ) -> int:
        """The number of a new pull request; *repository* None is a fork that was deleted."""
        return self._new_pull(
            {"head": head, "base": "main", "title": "Change", "body": None}, author, repository
        )["number"]

    def merge(self, number: int, commit: str) -> None:
        self.pulls[number] |= {
            "state": "closed",
            "merged_at": "2026-06-01T12:00:00Z",
            "merge_commit_sha": commit,
        }

    def add_comment(self, number: int, author: str, body: str, editor: str | None = None) -> Json:
        id = 1 + sum(map(len, self.comments.values()))
        comment = {
            "id": id,
            "node_id": f"IC_{id}",
            "user": {"login": author},
            "body": body,
            "html_url": f"https://github.com/{REPOSITORY}/pull/{number}#issuecomment-{id}",
            "editor": editor,
        }
        self.comments.setdefault(number, []).append(comment)
        return comment

    def add_issue(self, author: str, title: str, body: str | None) -> Json:
        number = self.next()
        self.issues[number] = {
            "number": number,
            "user": {"login": author},
            "title": title,
            "body": body,
            "state": "open",
            "html_url": f"https://github.com/{REPOSITORY}/issues/{number}",
        }
        return self.issues[number]

    def written(self) -> list[Request]:
        """The requests that asked for a change."""
        return [one for one in self.requests if one.method != "GET" and one.path != "/graphql"]

    def _new_pull(self, body: Json, author: str, repository: str | None = REPOSITORY) -> Json:
        number = self.next()
        self.pulls[number] = {
            "number": number,
            "user": {"login": author},
            "title": body["title"],
            "body": body["body"],
            "state": "open",
            "head": {"ref": body["head"], "repo": repository and {"full_name": repository}},
            "base": {"ref": body["base"]},
            "labels": [],
            "merged_at": None,
            "merge_commit_sha": "f" * 40,
            "html_url": f"https://github.com/{REPOSITORY}/pull/{number}",
        }
        return self.pulls[number]

    def answer(self, request: Request) -> Answer:
        """The answer to a request."""
        with self.lock:
            self.requests.append(request)
            token = request.headers.get("authorization", "").removeprefix("Bearer ")
            failure = next((one for one in self.failures if one.method == request.method), None)
            if failure:
                self.failures.remove(failure)
                if failure.done:
                    self._answer(request, token)
                return failure.answer
            return self._answer(request, token)

    def _answer(self, request: Request, token: str) -> Answer:
        login = self.tokens.get(token)
        if login is None:
            return Answer(401, {"message": "Bad credentials"})
        if request.path == "/graphql":
            return self._graphql(request.body, login)
        if token in self.readers and request.method != "GET":
            return Answer(403, {"message": "Resource not accessible by integration"})
        for method, pattern, do in self._routes(request, login):
            found = re.fullmatch(f"/repos/{REPOSITORY}{pattern}", request.path)
            if found and method == request.method:
                return do(*found.groups())
        return Answer(404, {"message": "Not Found"})

    def _routes(self, request: Request, login: str) -> list[tuple[str, str, Callable[..., Answer]]]:
        body, query = request.body, request.query

        def paged(items: list[Json]) -> Answer:
            size, number = min(int(query.get("per_page", "30")), self.page), int(query.get("page", "1"))
            following = f'<{self.url}{request.path}?page={number + 1}&per_page={size}>; rel="next"'
            first = f'<{self.url}{request.path}?page=1>; rel="first"'
            more = len(items) > number * size
            shown = items[(number - 1) * size : number * size]
            return Answer(200, shown, {"Link": f"{first}, {following}" if more else first})

        def changed(items: Mapping[int, Json], number: str) -> Answer:
            if int(number) not in items:
                return Answer(404, {"message": "Not Found"})
            items[int(number)] |= body
            return Answer(200, items[int(number)])

        def commented(number: str) -> Answer:
            if len(body["body"]) > 65_536:
                return Answer(
                    422, {"message": "Validation Failed", "errors": [{"message": "body is too long"}]}
                )
            return Answer(201, self.add_comment(int(number), login, body["body"]))

        def edited(id: str) -> Answer:
            every = [one for comments in self.comments.values() for one in comments]
            one = next(one for one in every if one["id"] == int(id))
            one |= {**body, "editor": login}
            return Answer(200, one)

        def listed() -> Answer:
            pulls = [{**one, "pull_request": {}} for one in self.pulls.values()]
            state = query.get("state", "open")
            return paged([one for one in (*self.issues.values(), *pulls) if one["state"] == state])

        def labelled(number: str) -> Answer:
            one = self.pulls[int(number)]
            one["labels"] += [{"name": name} for name in body["labels"]]
            return Answer(200, one["labels"])

        def proposed() -> Answer:
            here = {"ref": body["head"], "repo": {"full_name": REPOSITORY}}
            if any(p["head"] == here and p["state"] == "open" for p in self.pulls.values()):
                text = f"A pull request already exists for example:{body['head']}."
                return Answer(422, {"message": "Validation Failed", "errors": [{"message": text}]})
            if self.remote and not self._has(body["head"]):
                return Answer(422, {"message": "Validation Failed", "errors": [{"field": "head"}]})
            return Answer(201, self._new_pull(body, login))

        return [
            ("GET", r"/issues/(\d+)/comments", lambda number: paged(self.comments.get(int(number), []))),
            ("POST", r"/issues/(\d+)/comments", commented),
            ("PATCH", r"/issues/comments/(\d+)", edited),
            ("GET", r"/issues", listed),
            ("POST", r"/issues", lambda: Answer(201, self.add_issue(login, body["title"], body["body"]))),
            ("PATCH", r"/issues/(\d+)", lambda number: changed(self.issues, number)),
            ("POST", r"/issues/(\d+)/labels", labelled),
            # GitHub too takes an owner it does not know for no filter at all
            (
                "GET",
                r"/pulls",
                lambda: paged([p for p in self.pulls.values() if p["state"] == query["state"]]),
            ),
            ("POST", r"/pulls", proposed),
            ("PATCH", r"/pulls/(\d+)", lambda number: changed(self.pulls, number)),
            (
                "GET",
                r"/commits/(\w+)/pulls",
                lambda sha: paged(
                    [p for p in self.pulls.values() if sha in (p["merge_commit_sha"], p.get("with"))]
                ),
            ),
        ]

    def _graphql(self, body: Json, login: str) -> Answer:
        if "viewer" in body["query"]:
            return Answer(200, {"data": {"viewer": {"login": login}}})
        every = [one for comments in self.comments.values() for one in comments]
        one = next(one for one in every if one["node_id"] == body["variables"]["id"])
        editor = one["editor"] and {
            "__typename": "Bot" if one["editor"].endswith("[bot]") else "User",
            "login": one["editor"].removesuffix("[bot]"),
        }
        return Answer(200, {"data": {"node": {"editor": editor}}})

    def _has(self, branch: str) -> bool:
        argv = ["git", "--git-dir", str(self.remote), "rev-parse", "--verify", f"refs/heads/{branch}"]
        return subprocess.run(argv, capture_output=True, check=False).returncode == 0


@contextlib.contextmanager
def github(remote: Path | None = None) -> Iterator[GitHub]:
    """A server for the repository `REPOSITORY`, without anything in it."""

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            parts = urlsplit(self.path)
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, parts.path, dict(parse_qsl(parts.query)), body, headers)
            answer = server.answer(request)
            octets = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(octets)))
            self.end_headers()
            self.wfile.write(octets)

        do_GET = do_POST = do_PATCH = _do  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        server = GitHub(http.server_port, remote)
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()
