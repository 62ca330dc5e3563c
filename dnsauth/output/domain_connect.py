"""What became of Domain Connect templates, as text and JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dnsauth.domain_connect.model import Left
from dnsauth.output import safe
from dnsauth.output.style import Style


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the template in *file*: the service *name*, and where its definition was *written*.

    *refused* says why nothing was, of which *kind*.
    """

    file: str
    name: str = ""
    written: str = ""
    refused: str = ""
    kind: str = ""
    left: tuple[Left, ...] = ()


def text(outcomes: Sequence[Outcome], style: Style) -> str:
    """A line for each definition that was written."""
    lines = [
        f"{style.paint('wrote', 'green')} {safe.line(one.written)}" for one in outcomes if not one.refused
    ]
    return "".join(f"{line}\n" for line in lines)


def told(outcome: Outcome, style: Style) -> Iterator[str]:
    """The lines that say what of a template is not carried, or why nothing is."""
    if outcome.refused:
        yield f"{style.paint('refused', 'red')} {safe.line(outcome.file)}: {safe.plain(outcome.refused)}"
        return
    if outcome.left:
        yield f"not carried from {safe.line(outcome.file)}:"
    for one in outcome.left:
        yield f"  {safe.line(str(one))}"
        if one.instead:
            yield f"    instead, where you want one: {safe.line(one.instead)}"


def summary(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """How many were written and refused, and what was not carried, by its kind and how often."""
    refused = Counter(one.kind for one in outcomes if one.refused)
    left = Counter(kind for one in outcomes for kind in {item.kind for item in one.left})
    yield f"{len(outcomes) - refused.total():,} written, {refused.total():,} refused"
    for head, counted in (("refused", refused), ("not carried, in so many templates", left)):
        if counted:
            most = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
            yield f"{head}: {', '.join(f'{kind} {count:,}' for kind, count in most)}"


def document(outcomes: Sequence[Outcome]) -> dict[str, object]:
    """``dnsauth-import/1``: one object for each file."""
    return {
        "format": "dnsauth-import/1",
        "files": [
            {
                "file": one.file,
                "name": one.name or None,
                "written": one.written or None,
                "reasons": [{"kind": one.kind, "text": one.refused}] if one.refused else [],
                "not_carried": [
                    {"kind": item.kind, "what": item.what, "why": item.why, "instead": item.instead}
                    for item in one.left
                ],
            }
            for one in outcomes
        ],
    }
