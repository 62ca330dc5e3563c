"""The audit trail for people and programs: what was done, and whether the trail is whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from dnsauth.audit.chain import Walked
from dnsauth.audit.entry import Entry, line
from dnsauth.audit.words import by, said, told
from dnsauth.findings import Finding
from dnsauth.output import safe
from dnsauth.output.style import PLAIN, Style
from dnsauth.output.text import counted
from dnsauth.plan.digest import finding_json

SHOWN = 12  # hex digits of a digest in a table


def text(entries: Iterable[Entry], style: Style = PLAIN, *, verbose: bool = False) -> str:
    """Each entry on a line, and what it tells below; values only where *verbose*."""
    return "".join(part + "\n" for entry in entries for part in _entry(entry, style, verbose=verbose))


def _entry(entry: Entry, style: Style, *, verbose: bool) -> list[str]:
    when = style.paint(f"{entry.at:%Y-%m-%d %H:%M}Z", "bold")
    head = f"{when} {safe.line(said(entry.event))}; {safe.line(by(entry.who))}, {safe.line(entry.command)}"
    below = [one for one in told(entry.event) if verbose or not one.startswith("    ")]
    return [head, *("  " + style.value(one, indent=2) for one in below)]


def markdown(entries: Iterable[Entry]) -> str:
    """A table of entries, which a pull request or a report can hold."""
    rows = [
        f"| {entry.sequence} | {entry.at:%Y-%m-%d %H:%M}Z | {_cell(by(entry.who))} |"
        f" {_cell(said(entry.event))} | `{safe.plain(entry.digest)[:SHOWN]}` |"
        for entry in entries
    ]
    return "\n".join(["| | when | who | what | digest |", "| --- | --- | --- | --- | --- |", *rows]) + "\n"


def _cell(text: str) -> str:
    return safe.prose(text).replace("|", r"\|")


def as_json(entries: Iterable[Entry]) -> dict[str, object]:
    """``dnsauth-trail/1``: each entry as its line has it."""
    return {"format": "dnsauth-trail/1", "entries": [json.loads(line(entry)) for entry in entries]}


def whole(walk: Walked) -> str:
    """What was walked, in one line."""
    head = walk.head
    if head is None:
        return "Audit: no entry.\n"
    return (
        f"Audit: {len(walk.places):,} {'entry' if len(walk.places) == 1 else 'entries'} in"
        f" {counted(walk.files, 'file')}; the last is number {head.sequence:,}, {head.digest}\n"
    )


def whole_json(walk: Walked, found: Sequence[Finding]) -> dict[str, object]:
    """``dnsauth-trail-verify/1``: what was walked and what was found; *head* is the last entry."""
    head = walk.head
    return {
        "format": "dnsauth-trail-verify/1",
        "files": walk.files,
        "entries": len(walk.places),
        "head": head and {"sequence": head.sequence, "digest": head.digest},
        "findings": [finding_json(one) for one in found],
    }
