"""Files as a revision in Git has them, and which are others by now."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cached_property
from io import BytesIO
from pathlib import Path

from dnsauth.errors import DnsauthError
from dnsauth.lock.file import SUFFIX


def lock_files(directory: Path, revision: str) -> Mapping[str, bytes]:
    """The lock files below *directory* at *revision*, by path from there; raises `DnsauthError`."""
    commit = _commit(directory, revision)
    listed = _listed(_git(directory, "ls-tree", "-z", "--name-only", commit, "zones/"))
    paths = [path for path in listed if path.endswith(SUFFIX)]
    return {path: _git(directory, "show", f"{commit}:./{path}") for path in paths}


def merged(directory: Path) -> Mapping[str, bytes] | None:
    """The lock files HEAD has, by path from *directory*; None outside Git and before the first commit."""
    try:
        _git(directory, "rev-parse", "--verify", "HEAD^{commit}")
    except DnsauthError:
        return None
    return lock_files(directory, "HEAD")


def head(directory: Path) -> tuple[str, str]:
    """The commit that is checked out and its author, as NAME <MAIL>; empty where there is none."""
    try:
        text = _git(directory, "-c", "log.showSignature=false", "log", "-1", "--format=%H%x00%an <%ae>")
    except DnsauthError:
        return "", ""
    commit, _, author = text.decode("utf-8", "replace").strip().partition("\0")
    return commit, author


def below(directory: Path, revision: str, folder: str) -> Mapping[str, bytes]:
    """The files right in *folder* at *revision*, by path from *directory*; raises `DnsauthError`."""
    commit = _commit(directory, revision)
    listed = _listed(_git(directory, "ls-tree", "-z", commit, f"{folder}/"))
    paths = [path for meta, _, path in (entry.partition("\t") for entry in listed) if " blob " in meta]
    return {path: _git(directory, "show", f"{commit}:./{path}") for path in sorted(paths)}


class Revision:
    """The files of *directory* at *revision*, by path from there; raises `DnsauthError`."""

    def __init__(self, directory: Path, revision: str) -> None:
        self._directory = directory
        _inside(directory)
        self.commit = _commit(directory, revision)

    @cached_property
    def _entries(self) -> Mapping[str, tuple[str, str]]:
        """Mode and object id."""
        listed = _listed(_git(self._directory, "ls-tree", "-r", "-z", self.commit, *_PLANNED))
        entries = (entry.partition("\t") for entry in listed)
        return {path: (meta[:6], meta.rpartition(" ")[2]) for meta, _, path in entries}

    @property
    def plain(self) -> bool:
        """True where no file is a link or a whole repository: what these hold can change elsewhere."""
        return all(mode in ("100644", "100755") for mode, _ in self._entries.values())

    def changed(self) -> frozenset[str]:
        """The files that came, went, or hold something else now, those nobody committed among them."""
        differ = _git(
            self._directory, "diff", "--name-only", "--no-renames", "--relative", "-z", self.commit, *_PLANNED
        )
        untracked = _git(self._directory, "ls-files", "--others", "-z", *_PLANNED)
        return frozenset((*_listed(differ), *_listed(untracked)))

    def texts(self, paths: Iterable[str]) -> Mapping[str, bytes | None]:
        """What each of *paths* held; None for what was not there."""
        wanted = dict.fromkeys(paths)
        there = [path for path in wanted if path in self._entries]
        asked = "".join(f"{self._entries[path][1]}\n" for path in there).encode()
        told = BytesIO(_git(self._directory, "cat-file", "--batch", asked=asked))
        found = {}
        for path in there:
            size = int(told.readline().rpartition(b" ")[2])
            found[path] = told.read(size)
            told.read(1)
        return {**wanted, **found}

    def below(self, folder: str) -> tuple[str, ...]:
        """The files in *folder*."""
        return tuple(path for path in self._entries if path.startswith(f"{folder}/"))


_PLANNED = ("--", "dnsauth.yaml", "observed.lock.yaml", "zones", "templates/services")


def merge_base(directory: Path) -> str:
    """The commit HEAD left origin/main at, or main where there is none; raises `DnsauthError`."""
    _inside(directory)
    for branch in ("origin/main", "main"):
        with suppress(_Refused):
            tip = _commit(directory, branch)
            return _git(directory, "merge-base", "HEAD", tip).decode().strip()
    raise DnsauthError(
        "HEAD has no commit in common with origin/main or main, or not in this clone",
        "say --base REV, or fetch more: `git fetch origin main`, and `fetch-depth: 0` in a workflow",
    )


def _inside(directory: Path) -> None:
    try:
        _git(directory, "rev-parse", "--git-dir")
    except _Refused:
        raise DnsauthError(
            f"{directory} is in no Git repository, so nobody can tell what changed",
            "leave --only-changed away, and every zone is looked at",
        ) from None


class _Refused(DnsauthError):
    """Git does not do it."""


def _commit(directory: Path, revision: str) -> str:
    text = _git(directory, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    return text.decode().strip()


def _listed(octets: bytes) -> list[str]:
    return [path for path in octets.decode("utf-8", "surrogateescape").split("\0") if path]


def _git(directory: Path, *arguments: str, asked: bytes = b"") -> bytes:
    try:
        done = subprocess.run(  # noqa: S603  no shell, and a revision never starts an option
            ["git", "-C", str(directory), *arguments],  # noqa: S607  the user's own git
            input=asked,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise DnsauthError("there is no `git` here, and a revision needs it", "install git") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip() or f"exit code {done.returncode}"
        raise _Refused(
            f"git cannot show that revision: {said}", "fetch it first, as with `git fetch origin main`"
        )
    return done.stdout
