"""``services.lock.yaml``: what includes of the catalogue cost when they were last looked at, one a line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

from dnsauth.documents import Map, load, octets
from dnsauth.findings import Finding, Rule, Severity, Where

FILE = "services.lock.yaml"
VERSION = "1"
UNREADABLE = Rule(
    "SVC012",
    Severity.ERROR,
    "{problem}",
    "restore the file from Git; or delete it, and run `dnsauth services check --live --record`",
)

_HEAD = (
    "# `dnsauth services check --live --record` writes this file; review it and commit it. docs/services.md"
    " tells its form.\n"
)
_LINE = re.compile(r"([0-9]{1,4}) since ([0-9]{4}-[0-9]{2}-[0-9]{2})")
_NAME = re.compile(r"[a-z0-9_.-]{1,253}")


class Cost(NamedTuple):
    """The lookups an include costs, itself among them, and the day since when it was seen to."""

    lookups: int
    since: date


Costs = Mapping[str, Cost]
"""By the name included, without the final dot."""


def read(directory: Path) -> tuple[Costs, tuple[Finding, ...]]:
    """What the file of *directory* holds, and every problem found; a missing file holds nothing."""
    path = directory / FILE
    if not path.exists():
        return {}, ()
    text = octets(path, FILE)
    return ({}, (text,)) if isinstance(text, Finding) else parse(text)


def parse(text: bytes) -> tuple[Costs, tuple[Finding, ...]]:
    """What *text* holds, and every problem found."""
    document, findings = load(text, FILE)
    if findings:
        return {}, findings
    costs = document.get("lookups") if isinstance(document, Map) else None
    if not isinstance(document, Map) or document.get("version") != VERSION or not isinstance(costs, Map):
        return {}, (_broken((1, 1), f"this has no `version: {VERSION}` and `lookups:`"),)
    found: dict[str, Cost] = {}
    problems = []
    for name, line in costs.items():
        match = _LINE.fullmatch(line) if isinstance(line, str) and _NAME.fullmatch(name) else None
        try:
            found[name] = Cost(int(match[1]), date.fromisoformat(match[2])) if match else _unfit()
        except ValueError:
            problems.append(_broken(costs.where(name), f"{name!r:.80} is not NUMBER since YYYY-MM-DD"))
    return found, tuple(problems)


def write(costs: Costs) -> str:
    """The file's text; equal costs have equal texts."""
    lines = [f"  '{name}': {one.lookups} since {one.since}\n" for name, one in sorted(costs.items())]
    return f"{_HEAD}version: {VERSION}\nlookups:{'' if lines else ' {}'}\n{''.join(lines)}"


def _unfit() -> Cost:
    raise ValueError


def _broken(at: tuple[int, int], problem: str) -> Finding:
    return Finding(UNREADABLE, Where(FILE, *at), facts={"problem": problem})
