"""Files and directories of aggregate reports, one after the other; a bad one is told, and passed by."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from dnsauth.findings import Finding, Rule, Severity, Where
from dnsauth.reports import feedback
from dnsauth.reports.model import BadReport, Report
from dnsauth.reports.unpack import unpacked

UNREAD = Rule(
    "REP001",
    Severity.ERROR,
    "{why}",
    "leave it out, or ask who sent it; whatever else was named is read",
)


def read(paths: Iterable[Path], now: datetime) -> Iterator[Report | Finding]:
    """What is in *paths*, in order; a directory is walked, hidden files and links to directories are not.

    The same report is given once, however often it is there: receivers send again, and people forward.
    One of a period that ends after *now* is none: a clock is wrong, ours or theirs.
    """
    known: set[int] = set()
    for path in paths:
        for file in files(path):
            for found in _read(file, now):
                if isinstance(found, Report):
                    if (once := hash(found)) in known:
                        continue
                    known.add(once)
                yield found


def files(path: Path) -> Iterator[Path]:
    """The files of the directory at *path*, or *path* itself."""
    if not path.is_dir():
        yield path
        return
    for directory, inner, found in os.walk(path):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        yield from (Path(directory, name) for name in sorted(found) if not name.startswith("."))


def _read(path: Path, now: datetime) -> Iterator[Report | Finding]:
    if path.exists() and not path.is_file():  # nobody may write into that pipe
        yield _unread(str(path), "it is no file")
        return
    try:
        with path.open("rb") as file:
            for part, xml in unpacked(file):
                try:
                    yield _past(feedback.read(xml), now)
                except BadReport as error:
                    yield _unread(f"{path}, {part}" if part else str(path), str(error))
    except BadReport as error:
        yield _unread(str(path), str(error))
    except OSError as error:
        yield _unread(str(path), f"it cannot be read: {error.strerror}")


def _unread(file: str, why: str) -> Finding:
    return Finding(UNREAD, Where(file), facts={"why": why})


def _past(report: Report, now: datetime) -> Report:
    if report.end > now:
        raise BadReport(f"its period ends {report.end:%Y-%m-%d %H:%M}Z, which is not yet")
    return report
