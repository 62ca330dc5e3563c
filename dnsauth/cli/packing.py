"""The report of a repository: for `status` at a terminal, for an auditor as a directory."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from dnsauth.audit import trail
from dnsauth.audit.chain import entries, walked
from dnsauth.cli import judging, rotating, stages, surveying
from dnsauth.cli.judging import Judged
from dnsauth.cli.options import Run
from dnsauth.cli.rotating import Rings
from dnsauth.errors import DnsauthError
from dnsauth.output.audit_pack import files
from dnsauth.pack.agenda import Agenda, agenda
from dnsauth.pack.build import report
from dnsauth.pack.history import Read, with_history
from dnsauth.pack.model import Report

AFRESH = "name a directory that is not there yet"


class Packed(NamedTuple):
    """How much was written; *broken* where the trail is not whole."""

    files: int
    findings: int
    entries: int
    broken: bool


def reported(run: Run, judged: Judged, since: date) -> Report:
    """The report of what was *judged*, from *since* to now."""
    return report(
        judged.repository,
        judged.findings,
        judged.waived,
        judged.assessments,
        judged.profiles,
        since=since,
        now=run.now,
    )


def status(run: Run, profiles: Sequence[str]) -> tuple[Report, Agenda]:
    """How the repository of *run* stands, and what needs somebody; raises `InventoryError`."""
    repository = stages.load(run)
    found = reported(run, judging.judged(run, repository, profiles), run.now.date())
    of = Rings(repository, tuple(repository.inventory.zones))
    return found, agenda(found, rotating.judged(run, of, of.keys, {}).values(), run.now)


def packed(run: Run, out: Path, since: date, profiles: Sequence[str], *, live: bool) -> Packed:
    """Write the pack to *out* whole, or not at all; raises `DnsauthError` where it can't be."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DnsauthError(f"{out} is there already, and is not empty", AFRESH)
    repository = stages.load(run)
    world = surveying.findings(run, repository) if live else None
    judged = judging.judged(run, repository, profiles, world)
    found = reported(run, judged, since)
    told = tuple(_trail(run, judged))
    history = tuple(_entries(told))
    walk = walked(told)
    if repository.inventory.audit is not None:
        found = with_history(found, history, walk.findings, walk.head)
    made = files(found, judged.assessments, run.directory, dict(told))
    _write(out, made)
    return Packed(len(made), len(found.findings), len(history), bool(walk.findings))


def _trail(run: Run, judged: Judged) -> Iterator[tuple[str, bytes]]:
    audit = judged.repository.inventory.audit
    if audit is not None and (run.directory / audit.directory).is_dir():
        yield from trail.files(run.directory / audit.directory, audit.directory)


def _entries(files: Sequence[tuple[str, bytes]]) -> Iterator[Read]:
    """The entries that can be read; what cannot is what a walk along the trail finds."""
    for where, entry in entries(files):
        if entry is not None:
            yield Read(f"{where.file}:{where.line}", entry)


def _write(out: Path, made: Mapping[str, bytes]) -> None:
    """*made* by path below *out*, which appears whole."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        raise DnsauthError(f"{out} cannot be written: {error.strerror}", AFRESH) from error
    try:
        for name, octets in made.items():
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(octets)
        fresh.chmod(0o755)
        os.replace(fresh, out)  # noqa: PTH105  a directory that is empty may be replaced
    except OSError as error:
        shutil.rmtree(fresh, ignore_errors=True)
        raise DnsauthError(f"{out} cannot be written: {error.strerror}", AFRESH) from error
