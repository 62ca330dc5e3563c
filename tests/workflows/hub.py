"""GitHub for a test: its API, which holds a job's token to its permissions, and a bare repository beside it."""

from __future__ import annotations

import re
import secrets
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.servers.github import BOT, REPOSITORY, Answer, GitHub, Request
from tests.servers.github import github as run_github

NEEDED = [
    ("POST|PATCH", r"/issues/\d+/comments|/issues/comments/\d+", "write", ("issues", "pull-requests")),
    ("POST|PATCH", r"/pulls.*|/issues/\d+/labels", "write", ("pull-requests",)),
    ("POST|PATCH", r"/issues(/\d+)?", "write", ("issues",)),
    ("GET", r"/issues/\d+/comments", "read", ("issues", "pull-requests")),
    ("GET", r"/pulls|/commits/\w+/pulls", "read", ("pull-requests",)),
    ("GET", r"/issues", "read", ("issues",)),
    ("GET", r"/environments/.*", "read", ("actions",)),
]
"""The right a token needs to any of some kinds of thing, by method and path below the repository."""

HOOK = """\
#!/bin/sh
# a step may push where its job has `contents: write`; people may
[ -z "$GITHUB_ACTIONS" ] || [ -e writable ]
"""


@dataclass
class Hub:
    """The API *server* and the bare repository *remote*."""

    server: GitHub
    remote: Path
    repository: str = REPOSITORY
    reviewers: set[str] = field(default_factory=set)
    """Environments with required reviewers."""
    _permissions: dict[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.server.url

    def git(self, *arguments: str, check: bool = True) -> str:
        """What Git says in the bare repository."""
        done = subprocess.run(
            ["git", "--git-dir", str(self.remote), *arguments], capture_output=True, text=True, check=False
        )
        assert not check or done.returncode == 0, done.stderr
        return done.stdout.removesuffix("\n")

    def token(self, permissions: Mapping[str, str], *, fork: bool) -> str:
        """A token for a job; that of a fork can only read."""
        token = f"ghs_{secrets.token_hex(18)}"
        self.server.tokens[token] = BOT
        self._permissions[token] = {name: "read" if fork else right for name, right in permissions.items()}
        writable = self.remote / "writable"
        writable.unlink(missing_ok=True)
        if self._permissions[token].get("contents") == "write":
            writable.touch()
        return token

    def revoke(self, token: str) -> None:
        """End the job of *token*."""
        del self.server.tokens[token]
        (self.remote / "writable").unlink(missing_ok=True)

    def answer(self, request: Request) -> Answer:
        """The answer of the server, where the token may ask."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        path = request.path.removeprefix(f"/repos/{self.repository}")
        if token in self._permissions and request.path != "/graphql":
            right, kinds = next(
                (right, kinds)
                for method, paths, right, kinds in NEEDED
                if re.fullmatch(method, request.method) and re.fullmatch(paths, path)
            )
            had = {self._permissions[token].get(kind) for kind in kinds}
            if not had & {right, "write"}:
                return Answer(403, {"message": f"Resource not accessible by integration: {kinds} {right}"})
        if found := re.fullmatch(r"/environments/(.*)", path):
            rules: list[dict[str, Any]] = [{"type": "branch_policy"}]
            if found[1] in self.reviewers:
                rules.append({"type": "required_reviewers", "reviewers": [{"type": "Team"}]})
            return Answer(200, {"name": found[1], "protection_rules": rules})
        return GitHub.answer(self.server, request)


@contextmanager
def running(directory: Path) -> Iterator[Hub]:
    """A hub whose bare repository is ``remote.git`` in *directory*."""
    remote = directory / "remote.git"
    if not remote.exists():
        _new(remote)
    with run_github(remote) as server:
        hub = Hub(server, remote)
        server.answer = hub.answer  # type: ignore[method-assign]
        yield hub


def _new(remote: Path) -> None:
    subprocess.run(["git", "init", "--quiet", "--bare", "-b", "main", str(remote)], check=True)
    subprocess.run(["git", "-C", str(remote), "config", "uploadpack.allowAnySHA1InWant", "true"], check=True)
    hook = remote / "hooks" / "pre-receive"
    hook.write_text(HOOK)
    hook.chmod(0o755)
