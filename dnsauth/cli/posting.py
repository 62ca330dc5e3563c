"""What ``dnsauth github`` does, but for pull requests: comments, summaries, issues, and what was reviewed."""

from __future__ import annotations

import os
from pathlib import Path

from dnsauth.cli import console
from dnsauth.cli.options import Run
from dnsauth.errors import DnsauthError
from dnsauth.files import write_atomically
from dnsauth.github import comments, environments, issues, merged
from dnsauth.github.client import Client, GitHubError
from dnsauth.github.outcome import Done, Posted
from dnsauth.github.step import Step
from dnsauth.output import json, posted, safe
from dnsauth.output.text import counted
from dnsauth.plan import reviewed as file_of

MAX_TITLE = 256  # characters


def client(step: Step) -> Client:
    """GitHub as *step* may ask it; what it waits for is said on stderr, also where little else is."""
    return Client(step.api, step.token, say=lambda text: console.talk(safe.line(text)))


def comment(run: Run, file: Path, number: int | None, marker: str, patch: Path | None) -> None:
    """Post *file*, and below it *patch*; into the summary where a fork's token may not."""
    step = Step(os.environ)
    pull = step.pull(number)
    body = posted.text(marker, text_of(file), text_of(patch) if patch else "", step.run)
    try:
        done = comments.post(client(step), step.repository, pull, marker, body)
    except GitHubError as error:
        if error.status != 403 or not step.from_fork:
            raise
        _append(step, body)
        console.talk("a fork's token may not comment: the text is in the summary of this step")
        done = Posted(Done.SUMMARY, pull)
    told(run, "comment", done)


def summary(run: Run, file: Path) -> None:
    """Add *file* to the step's summary."""
    _append(Step(os.environ), text_of(file))
    told(run, "text", Posted(Done.SUMMARY))


def reviewed(run: Run, out: Path, commit: str | None, marker: str) -> None:
    """Write to *out* what was reviewed of *commit*."""
    step = Step(os.environ)
    sha = step.commit(commit)
    found = merged.reviewed(client(step), step.repository, sha, marker)
    text = file_of.write(found.reviewed, sha, found.pull)
    write_atomically(out, text)
    output(step, pull=found.pull or "", zones=len(found.reviewed))
    if found.why:
        console.talk(safe.line(f"nothing was reviewed: {found.why}"))
    if run.format == "json":
        console.answer(text)
    else:
        where = f"pull request {found.pull}" if found.pull else "no pull request"
        console.answer(f"{counted(len(found.reviewed), 'zone')} reviewed in {where}\n")


def opened(run: Run, marker: str, title: str, file: Path) -> None:
    """Open the issue of *marker*, or bring it to *title* and *file*."""
    step = Step(os.environ)
    body = posted.text(marker, text_of(file), more=step.run)
    told(run, "issue", issues.opened(client(step), step.repository, marker, titled(title), body))


def closed(run: Run, marker: str, file: Path | None) -> None:
    """Close the issue of *marker* with what *file* says."""
    step = Step(os.environ)
    said = text_of(file) if file else f"It is gone. {step.run}".strip()
    body = posted.text(marker, said, more=step.run)
    told(run, "issue", issues.closed(client(step), step.repository, marker, body))


def approval(run: Run, environment: str) -> None:
    """Raise `DnsauthError` unless somebody has to approve the jobs of *environment*."""
    step = Step(os.environ)
    if not environments.has_reviewers(client(step), step.repository, environment):
        raise DnsauthError(
            f"the environment {environment} has no required reviewers: nobody approved this",
            "name them under Settings, Environments; or bring a pull request, whose plan is reviewed",
        )
    if not run.quiet:
        console.talk(safe.line(f"{environment} has required reviewers"))


def told(run: Run, what: str, done: Posted) -> None:
    """Say what was *done*, and set the number as an output of the step."""
    output(Step(os.environ), number=done.number or "")
    if run.format == "json":
        console.answer(json.text(json.posted(what, done)))
    else:
        console.answer(posted.said(what, done))


def output(step: Step, **values: int | str) -> None:
    """Set outputs of the step, where it has any; *values* are numbers, so that none can set another."""
    if path := step.environ.get("GITHUB_OUTPUT"):
        with Path(path).open("a", encoding="utf-8") as file:
            file.writelines(f"{name}={value}\n" for name, value in values.items())


def text_of(file: Path) -> str:
    """What *file* holds."""
    try:
        return file.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")
    except OSError as error:
        raise DnsauthError(
            f"{file} cannot be read: {error.strerror}", "write it first, as with `--format markdown > FILE`"
        ) from error


def titled(title: str) -> str:
    """*title*, if GitHub shows it as it is; raises `DnsauthError`."""
    if not title.strip() or safe.plain(title) != title or len(title) > MAX_TITLE:
        raise DnsauthError(
            f"{title!r:.80} is no title", f"say one line of visible characters, {MAX_TITLE} at most"
        )
    return title


def _append(step: Step, body: str) -> None:
    path = step.summary
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(posted.summary(body, file.tell(), step.run))
    except OSError as error:
        raise DnsauthError(
            f"GITHUB_STEP_SUMMARY cannot be written: {error.strerror}", "leave it to GitHub Actions"
        ) from error
