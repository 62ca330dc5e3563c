"""Each domain beside each profile: as text, as Markdown, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from dnsauth.names import readable
from dnsauth.output import safe
from dnsauth.output.style import PLAIN, Style
from dnsauth.profiles.assess import Answer, Assessment
from dnsauth.profiles.model import Profile

NOT_A_VERDICT = "What is met supports evidence for a profile; records in DNS alone make nobody compliant."
_UNKNOWN = "?"


def table(assessments: Sequence[Assessment], profiles: Sequence[Profile], style: Style = PLAIN) -> str:
    """A line for each domain with a column for each profile: how many requirements are met, of how many.

    ``?`` counts those that nobody assessed, ``w`` those waived.
    """
    if not assessments:
        return ""
    rows = [("domain", *(profile.name for profile in profiles)), *_rows(assessments, profiles)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    head, *rest = (line.rstrip() for line in lines)
    return "\n".join([style.paint(head, "bold"), *rest, "", NOT_A_VERDICT, ""])


def markdown(assessments: Sequence[Assessment], profiles: Sequence[Profile]) -> str:
    """The same as a table of GitHub Flavored Markdown."""
    if not assessments:
        return ""
    head = ("domain", *(profile.name for profile in profiles))
    rows = [head, ("---",) * len(head), *_rows(assessments, profiles)]
    lines = [f"| {' | '.join(safe.prose(cell) if cell != '---' else cell for cell in row)} |" for row in rows]
    return "\n".join(["", "### Profiles", "", *lines, "", f"_{NOT_A_VERDICT}_", ""])


def _rows(assessments: Sequence[Assessment], profiles: Sequence[Profile]) -> Iterator[tuple[str, ...]]:
    for domain, each in groupby(assessments, lambda one: one.domain):
        by_name = {one.profile.name: one for one in each}
        cells = (_cell(by_name.get(profile.name)) for profile in profiles)
        yield (safe.line(readable(domain)), *cells)


def _cell(assessment: Assessment | None) -> str:
    if assessment is None:
        return "–"
    parts = [f"{assessment.count(Answer.MET)}/{len(assessment.answers)}"]
    if unknown := assessment.count(Answer.NOT_ASSESSED):
        parts.append(f"{unknown}{_UNKNOWN}")
    if waived := assessment.count(Answer.WAIVED):
        parts.append(f"{waived}w")
    return " ".join(parts)


def as_json(assessments: Iterable[Assessment]) -> list[Mapping[str, object]]:
    """An object for each domain and profile, with its answer to each requirement."""
    return [
        {
            "domain": one.domain,
            "profile": one.profile.name,
            "met": one.met,
            "requirements": [
                {
                    "id": answered.requirement.id,
                    "level": answered.requirement.level.value,
                    "answer": answered.answer.value,
                    "why": answered.why,
                    "rules": list(answered.codes),
                    "source": answered.requirement.source,
                    "url": answered.requirement.url,
                    "seen": answered.requirement.seen.isoformat(),
                    "supports": answered.requirement.supports,
                }
                for answered in one.answers
            ],
        }
        for one in assessments
    ]
