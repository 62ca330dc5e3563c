"""A repository at GitHub with its nameserver: what people do there, and the workflows that follow."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

from demo.nameserver import Nameserver
from tests.servers import KEY
from tests.servers.bind import Named
from tests.workflows.hub import Hub
from tests.workflows.runner import Ran, Runner, clean

Server: TypeAlias = Named | Nameserver

START = datetime(2026, 6, 1, 12, tzinfo=UTC)
CONFIG = """\
version: 1
providers:
  ns1: {{class: octodns_bind.Rfc2136Provider, host: {address}, port: {port}, key_name: {key}, key_secret: env/TSIG_SECRET, key_algorithm: hmac-sha256}}
live: {{servers: {{example.com: ["{address}:{port}"]}}}}
defaults: {{provider: ns1, ttl: 3600}}
"""
ZONE = """\
version: 1
domains:
  "@":
    senders:
      - portal: {service: custom, spf: ["ip4:198.51.100.7"], owner: it@example.com}
"""
STRICTER = ZONE + "    dmarc: {policy: quarantine}\n"
SERVED = """\
$ORIGIN example.com.
@ 3600 IN SOA ns1 hostmaster 1 7200 900 1209600 300
@ 3600 IN NS ns1
@ 300 IN TXT "google-site-verification=abc"
ns1 3600 IN A 192.0.2.53
"""


@dataclass
class World:
    """The hub, a runner, a nameserver, and a person with a clone in *directory*."""

    directory: Path
    hub: Hub
    runner: Runner
    nameserver: Server
    program: Path
    now: datetime = START

    def __post_init__(self) -> None:
        self.at(self.now)

    @property
    def clone(self) -> Path:
        return self.directory / "clone"

    def begin(self, files: dict[str, str], *init: str) -> None:
        """Make the clone, its first commit with *files* and what ``dnsauth init`` adds, and push it."""
        subprocess.run(["git", "init", "--quiet", "-b", "main", str(self.clone)], check=True)
        self.git("remote", "add", "origin", str(self.hub.remote))
        self.write(files)
        self.dnsauth("init", "--offline", "--github", *init)
        self.dnsauth("lock")
        self.git("add", "--all")
        self.git("commit", "--quiet", "-m", "start")
        self.git("push", "--quiet", "origin", "main")

    def git(self, *arguments: str) -> str:
        """What Git says in the person's clone."""
        person = {"user.name": "alice", "user.email": "alice@example.com"}
        settings = [word for name, value in person.items() for word in ("-c", f"{name}={value}")]
        done = subprocess.run(
            ["git", *settings, *arguments],
            cwd=self.clone,
            env=clean(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.removesuffix("\n")

    def dnsauth(self, *arguments: str, check: bool = True, **environ: str) -> str:
        """What ``dnsauth`` says to the person."""
        done = subprocess.run(
            ["dnsauth", *arguments],
            cwd=self.clone,
            env={**clean(), "PATH": self.runner.path, "HOME": str(self.directory), **environ},
            capture_output=True,
            text=True,
            check=False,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def at(self, now: datetime) -> None:
        """Set the clock of everybody who calls ``dnsauth``: a script before it in PATH says the time."""
        self.now = now
        script = self.directory / "clock" / "dnsauth"
        script.parent.mkdir(exist_ok=True)
        stamp = f"{now:%Y-%m-%dT%H:%M:%SZ}"
        script.write_text(f'#!/bin/sh\nexec {self.program}/dnsauth --now {stamp} "$@"\n')
        script.chmod(0o755)

    def later(self, **span: float) -> None:
        self.at(self.now + timedelta(**span))

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.clone / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def commit(self, branch: str, files: dict[str, str], *, lock: bool = True) -> str:
        """The commit of *files*, pushed to *branch*, which begins at main; with *lock* the locks too."""
        self.git("fetch", "--quiet", "origin")
        remote = self.git("branch", "--remotes", "--list", f"origin/{branch}")
        self.git("checkout", "--quiet", "--detach", f"origin/{branch}" if remote else "origin/main")
        self.write(files)
        if lock:
            self.dnsauth("lock")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", "change")
        self.git("push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
        return self.git("rev-parse", "HEAD")

    def propose(self, branch: str, files: dict[str, str], *, fork: bool = False, lock: bool = True) -> int:
        """The number of a new pull request with *files*."""
        head = self.commit(branch, files, lock=lock)
        repository = "mallory/dns" if fork else self.hub.repository
        number = self.hub.server.add_pull(branch, "alice", repository)
        if fork:
            self.hub.git("update-ref", f"refs/pull/{number}/head", head)
            self.hub.git("update-ref", "-d", f"refs/heads/{branch}")
        return number

    def head(self, number: int) -> str:
        pull = self.hub.server.pulls[number]
        ours = pull["head"]["repo"]["full_name"] == self.hub.repository
        return self.hub.git(
            "rev-parse", f"heads/{pull['head']['ref']}" if ours else f"refs/pull/{number}/head"
        )

    def plan(self, number: int) -> Ran:
        """The workflow `plan` on the pull request *number*, as it would be merged now."""
        pull = self.hub.server.pulls[number]
        head = self.head(number)
        tree = self.hub.git("merge-tree", "--write-tree", "main", head)
        merge = self._commit(tree, "merge", "main", head)
        self.hub.git("update-ref", f"refs/pull/{number}/merge", merge)
        payload = {"pull_request": {**pull, "head": {**pull["head"], "sha": head}}}
        fork = pull["head"]["repo"]["full_name"] != self.hub.repository
        return self.runner.run("plan", "pull_request", payload, sha=merge, fork=fork)

    def merge(self, number: int, *, squash: bool = False) -> str:
        """The commit on main as which *number* was merged."""
        head = self.head(number)
        tree = self.hub.git("merge-tree", "--write-tree", "main", head)
        commit = self._commit(tree, "merged", "main", *([] if squash else [head]))
        self.hub.git("update-ref", "refs/heads/main", commit)
        self.hub.server.merge(number, commit)
        return commit

    def _commit(self, tree: str, message: str, *parents: str) -> str:
        person = [
            word
            for name in ("GIT_AUTHOR", "GIT_COMMITTER")
            for word in (f"{name}_NAME=a", f"{name}_EMAIL=a@a")
        ]
        ids = [word for parent in parents for word in ("-p", parent)]
        done = subprocess.run(
            [
                "env",
                *person,
                "git",
                "--git-dir",
                str(self.hub.remote),
                "commit-tree",
                tree,
                "-m",
                message,
                *ids,
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def run(self, name: str, event: str = "push", sha: str = "", **payload: Any) -> Ran:
        """The workflow *name* on main, or on a commit of it."""
        return self.runner.run(name, event, payload, sha=sha or self.hub.git("rev-parse", "main"))

    def comments(self, number: int) -> list[str]:
        return [one["body"] for one in self.hub.server.comments.get(number, [])]

    def served(self, owner: str, type: str = "TXT") -> tuple[bytes, ...]:
        """The RDATA octets that the nameserver has."""
        return self.nameserver.rrsets("example.com.").get((owner, type), (0, ()))[1]


def path(*first: Path) -> str:
    return ":".join([*map(str, first), os.environ["PATH"]])


def configuration(nameserver: Server) -> str:
    return CONFIG.format(address=nameserver.address, port=nameserver.port, key=KEY)
