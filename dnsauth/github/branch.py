"""Bringing what changed in a checkout to a branch of its own, without touching the checkout.

The commit is made beside index and work tree, as a child of what is checked out. It replaces what the branch
had only where all of that was ours, and nobody pushed in between.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from dnsauth.errors import DnsauthError
from dnsauth.github.git import Git

_AUTHOR = re.compile(r"(?P<name>[^<>\n]*[^<>\s]) <(?P<mail>[^<>\s]+)>\Z")


class Author(NamedTuple):
    """Who commits."""

    name: str
    mail: str


def author(text: str) -> Author:
    """The author *text* names, as ``NAME <MAIL>``; raises `DnsauthError`."""
    found = _AUTHOR.match(text)
    if not found or not text.isprintable():
        raise DnsauthError(f"{text!r:.80} is no author", "say --author 'NAME <MAIL>'")
    return Author(found["name"].strip(), found["mail"])


def named(git: Git, branch: str) -> str:
    """*branch*, if it is a name for one (git-check-ref-format); raises `DnsauthError`."""
    fit = branch.isprintable() and not branch.startswith(("-", "refs/")) and branch != "HEAD"
    if not fit or not git.holds("check-ref-format", f"refs/heads/{branch}"):
        raise DnsauthError(f"{branch!r:.80} is no name for a branch", "say one as dnsauth/rotate")
    return branch


def committed(git: Git, paths: Sequence[str], message: str, by: Author, when: datetime) -> str | None:
    """The commit of what changed below *paths*, as a child of HEAD; None where nothing did.

    A path that is neither there nor known to Git has not changed.
    """
    with tempfile.TemporaryDirectory() as directory:
        index = {"GIT_INDEX_FILE": str(Path(directory, "index"))}
        git("read-tree", "HEAD", **index)
        there = [
            path for path in paths if (git.directory / path).exists() or git("ls-files", "--", path, **index)
        ]
        if there:
            git("add", "--all", "--", *there, **index)
        tree = git("write-tree", **index)
    if tree == git("rev-parse", "HEAD^{tree}"):
        return None
    date = f"{when.timestamp():.0f} +0000"
    return git(
        *("commit-tree", tree, "-p", "HEAD", "-m", message),
        GIT_AUTHOR_NAME=by.name,
        GIT_AUTHOR_EMAIL=by.mail,
        GIT_AUTHOR_DATE=date,
        GIT_COMMITTER_NAME=by.name,
        GIT_COMMITTER_EMAIL=by.mail,
        GIT_COMMITTER_DATE=date,
    )


def tip(git: Git, branch: str, base: str) -> str:
    """The commit *branch* has at ``origin`` now, fetched; empty where there is no such branch.

    A shallow checkout, which would take the past of *base* for the branch's own, gets all of that.
    """
    ref = f"refs/heads/{branch}"
    listed = (line.split("\t") for line in git("ls-remote", "origin", ref).splitlines())
    found = next((commit for commit, name in listed if name == ref), "")  # it matches the ends of names
    if found:
        shallow = git("rev-parse", "--is-shallow-repository") == "true"
        more = ["--unshallow", "origin", f"refs/heads/{base}"] if shallow else ["origin"]
        git("fetch", "--quiet", "--no-tags", *more, ref)
    return found


def pushed(git: Git, commit: str, branch: str, before: str, by: Author, *, keep: bool) -> bool:
    """Bring *branch*, which had *before*, to *commit*; False where it has the same already.

    Raises `DnsauthError`, and pushes nothing, where that would take away a commit of others, with *keep* any
    commit, or where somebody pushed since *before* was asked for.
    """
    if before and not git.holds("merge-base", "--is-ancestor", before, commit):
        if _same(git, before, commit):
            return False
        lost = git("log", "--no-merges", "--format=%ce", before, "--not", commit).split("\n")
        if keep:
            raise DnsauthError(
                f"the branch {branch} has commits that this checkout lacks, and they would be lost",
                f"merge it first: `git fetch origin {branch}`, `git merge FETCH_HEAD`, and do it all again",
            )
        if others := sorted({mail for mail in lost if mail and mail != by.mail}):
            raise DnsauthError(
                f"the branch {branch} has commits of {', '.join(others)}, and they would be lost",
                "merge its pull request, or delete the branch",
            )
    lease = f"--force-with-lease=refs/heads/{branch}:{before}"
    git("push", "--quiet", lease, "origin", f"{commit}:refs/heads/{branch}")
    return True


def _same(git: Git, before: str, commit: str) -> bool:
    """True where *before* leads from the same commit to the same files as *commit*."""
    return git("rev-parse", f"{before}^{{tree}}", f"{before}^") == git(
        "rev-parse", f"{commit}^{{tree}}", f"{commit}^"
    )
