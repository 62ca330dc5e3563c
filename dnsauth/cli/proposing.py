"""What ``dnsauth github pr`` does: commit, push, and one pull request."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from dnsauth.cli import console
from dnsauth.cli.options import Run
from dnsauth.cli.posting import client, output, text_of, titled, told
from dnsauth.errors import DnsauthError
from dnsauth.github import branch as branches
from dnsauth.github import pulls
from dnsauth.github.git import Git
from dnsauth.github.outcome import Done, Posted
from dnsauth.github.step import Step
from dnsauth.output import posted, safe

MAX_LABEL = 50  # characters


def pr(
    run: Run,
    *,
    branch: str,
    base: str,
    title: str,
    file: Path,
    paths: Sequence[str],
    labels: Sequence[str] | None,
    by: str,
    keep: bool,
) -> None:
    """Bring *branch* and its pull request into *base* to what changed below *paths*."""
    step, author, git = Step(os.environ), branches.author(by), Git(run.directory, os.environ)
    for name in (branch, base):
        branches.named(git, name)
    if branch == base:
        raise DnsauthError(f"{branch!r:.80} cannot be merged into itself", "say another --branch or --base")
    body, title = posted.text("pr", text_of(file), more=step.run), titled(title)
    wanted = tuple(map(_label, labels or ()))
    commit = branches.committed(git, paths, title, author, run.now)
    if commit is None:
        told(run, "pull request", Posted(Done.NOTHING))
        return
    hub, git = client(step), git.showing(step.token, step.server)
    before = branches.tip(git, branch, base)
    keep = keep and pulls.find(hub, step.repository, branch, base) is not None
    branches.pushed(git, commit, branch, before, author, keep=keep)
    done = pulls.post(hub, step.repository, branch, base, title=title, body=body, labels=wanted)
    told(run, "pull request", done)


def push(run: Run, *, branch: str, title: str, paths: Sequence[str], by: str) -> None:
    """Add a commit with what changed below *paths* to *branch*, of which this is a checkout."""
    step, author, git = Step(os.environ), branches.author(by), Git(run.directory, os.environ)
    branches.named(git, branch)
    commit = branches.committed(git, paths, titled(title), author, run.now)
    if commit is None:
        output(step, commit="")
        console.answer("nothing changed\n")
        return
    git = git.showing(step.token, step.server)
    before = branches.tip(git, branch, branch)
    branches.pushed(git, commit, branch, before, author, keep=True)
    output(step, commit=commit)
    console.answer(safe.line(f"pushed {commit} to {branch}") + "\n")


def _label(label: str) -> str:
    if not label.strip() or safe.plain(label) != label or len(label) > MAX_LABEL:
        raise DnsauthError(f"{label!r:.80} is no label", f"say visible characters, {MAX_LABEL} at most")
    return label
