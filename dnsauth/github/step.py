"""What GitHub Actions tells a step: by its environment, and by the file of the event that started it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from dnsauth.errors import DnsauthError

API = "https://api.github.com"
LOOPBACK = {"127.0.0.1", "::1", "localhost"}

_TOKEN = re.compile(r"[!-~]+\Z")
_REPOSITORY = re.compile(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+\Z")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")


@dataclass(frozen=True, slots=True)
class Step:
    """The environment of a step; each property raises `DnsauthError` where its variable is missing or odd."""

    environ: Mapping[str, str]

    def _needed(self, name: str, hint: str) -> str:
        found = self.environ.get(name, "").strip()
        if not found:
            raise DnsauthError(f"{name} is not set", hint)
        return found

    @property
    def token(self) -> str:
        """The token; no message ever holds it."""
        token = self._needed("GITHUB_TOKEN", "in a workflow say `env: {GITHUB_TOKEN: ${{ github.token }}}`")
        if not _TOKEN.match(token):
            raise DnsauthError("GITHUB_TOKEN is no token: it holds blanks or line ends", "set it again")
        return token

    @property
    def api(self) -> str:
        """The root of the REST API, without the final slash; https, but on loopback."""
        url = (self.environ.get("GITHUB_API_URL") or API).rstrip("/")
        parts = urlsplit(url)
        if not parts.hostname or (parts.scheme != "https" and parts.hostname not in LOOPBACK):
            raise DnsauthError(
                "GITHUB_API_URL is not https://HOST, and the token would cross the network in the clear",
                f"leave it to GitHub Actions, or say {API}",
            )
        return url

    @property
    def server(self) -> str:
        """Where Git is asked, as ``https://github.com``."""
        return (self.environ.get("GITHUB_SERVER_URL") or "https://github.com").rstrip("/")

    @property
    def repository(self) -> str:
        """OWNER/NAME."""
        name = self._needed("GITHUB_REPOSITORY", "export GITHUB_REPOSITORY=OWNER/NAME")
        if not _REPOSITORY.match(name):
            raise DnsauthError(f"GITHUB_REPOSITORY is {name!r:.80}", "it is OWNER/NAME")
        return name

    def commit(self, given: str | None) -> str:
        """*given*, else the commit the workflow runs for."""
        commit = given or self._needed("GITHUB_SHA", "name a commit with --commit SHA")
        if not _COMMIT.match(commit):
            raise DnsauthError(f"{commit!r:.80} is no commit", "say its whole id, 40 hex digits")
        return commit

    @property
    def run(self) -> str:
        """The address of this run, or an empty text."""
        id = self.environ.get("GITHUB_RUN_ID", "")
        return f"{self.server}/{self.repository}/actions/runs/{id}" if id.isdecimal() else ""

    @property
    def summary(self) -> Path:
        """The file of the step's summary."""
        return Path(self._needed("GITHUB_STEP_SUMMARY", "run it in a step of GitHub Actions, which sets it"))

    def pull(self, given: int | None) -> int:
        """*given*, else the number of the pull request the event is about."""
        if given is not None:
            return given
        event = self._event()
        pull = event.get("pull_request")
        issue = event.get("issue")
        if not isinstance(pull, dict):
            pull = issue if isinstance(issue, dict) and "pull_request" in issue else {}
        number = pull.get("number")
        if not isinstance(number, int) or number < 1:
            raise DnsauthError(
                "the event is about no pull request", "name one with --number N, as `reviewed` prints it"
            )
        return number

    @property
    def from_fork(self) -> bool:
        """True where the event is a pull request from another repository: its token can only read."""
        pull = self._event().get("pull_request")
        head = pull.get("head") if isinstance(pull, dict) else None
        if not isinstance(head, dict):
            return False
        origin = head.get("repo")  # null where the fork was deleted
        name = origin.get("full_name") if isinstance(origin, dict) else None
        return not isinstance(name, str) or name.lower() != self.repository.lower()

    def _event(self) -> Mapping[str, object]:
        path = self.environ.get("GITHUB_EVENT_PATH", "")
        if not path:
            return {}
        try:
            whole = json.loads(Path(path).read_text("utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise DnsauthError(
                "the file GITHUB_EVENT_PATH names is no JSON that can be read", "leave it to GitHub Actions"
            ) from error
        return whole if isinstance(whole, dict) else {}
