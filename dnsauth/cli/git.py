"""Lock files as a revision in Git has them."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from dnsauth.errors import DnsauthError
from dnsauth.lock.file import SUFFIX


def lock_files(directory: Path, revision: str) -> Mapping[str, bytes]:
    """The lock files below *directory* at *revision*, by path from there; raises `DnsauthError`."""
    commit = (
        _git(directory, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
        .decode()
        .strip()
    )
    listed = _git(directory, "ls-tree", "-z", "--name-only", commit, "zones/").decode(
        "utf-8", "surrogateescape"
    )
    paths = [path for path in listed.split("\0") if path.endswith(SUFFIX)]
    return {path: _git(directory, "show", f"{commit}:./{path}") for path in paths}


def _git(directory: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603  no shell, and a revision never starts an option
            ["git", "-C", str(directory), *arguments],  # noqa: S607  the user's own git
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise DnsauthError("there is no `git` here, and --base needs it", "install git") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip() or f"exit code {done.returncode}"
        raise DnsauthError(
            f"git cannot show that revision: {said}", "fetch it first, as with `git fetch origin main`"
        )
    return done.stdout
