"""Other implementations of SPF and the suites they carry, fetched from a registry; none is kept here."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

PYSPF = "pyspf==2.0.14"
MAILAUTH = "mailauth@4.13.3"
PATIENCE = 120  # seconds


def pyspf() -> Path:
    """The directory of the pyspf sdist: ``spf.py``, and ``test/`` with the suites; or a skip."""
    return _cached(PYSPF, _sdist)


def mailauth() -> Path:
    """The directory of npm's mailauth, its dependencies beside it; or a skip."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("node and npm are not here")
    return _cached(MAILAUTH, _npm) / "node_modules/mailauth"


def _cached(what: str, fetch: Callable[[Path], None]) -> Path:
    """The user's cache of *what*, which one process fills while the others wait."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dnsauth-tests"
    root.mkdir(parents=True, exist_ok=True)
    place = root / what
    with (root / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.is_dir():
            with TemporaryDirectory(dir=root) as directory:
                try:
                    fetch(Path(directory))
                except (subprocess.SubprocessError, OSError) as error:
                    pytest.skip(f"{what} could not be fetched: {error}")
                Path(directory, "it").rename(place)
    return place


def _sdist(directory: Path) -> None:
    pip = (sys.executable, "-m", "pip", "--retries", "1", "download", "--quiet", "--no-deps")
    _run(*pip, "--no-binary", "pyspf", "--dest", str(directory), PYSPF)
    (archive,) = directory.glob("*.tar.gz")
    with tarfile.open(archive) as members:
        members.extractall(directory, filter="data")
    (directory / archive.name.removesuffix(".tar.gz")).rename(directory / "it")


def _npm(directory: Path) -> None:
    (directory / "it").mkdir()
    npm = ("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries", "1")
    _run(*npm, "--prefix", str(directory / "it"), MAILAUTH)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
