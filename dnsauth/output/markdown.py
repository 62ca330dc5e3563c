"""Plans and findings as Markdown for a pull request; DNS content stays content (GitHub Flavored Markdown)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dnsauth.findings import Finding, Outcome
from dnsauth.names import readable, relative
from dnsauth.output import safe
from dnsauth.output.plan import UNASKED, actions, outcome, reason, remarks, summary, values
from dnsauth.output.text import place, tally
from dnsauth.plan.model import Change, Plan, ZonePlan

OPEN_CHANGES = 10  # a zone with more of them is collapsed
OPEN_FINDINGS = 20
MAX_COMMENT = 60_000  # characters; GitHub refuses a comment above 65,536


def plan(plan: Plan, found: Sequence[Finding] = ()) -> str:
    """*plan* as a comment: the summary, then each zone with its digest, changes and findings.

    What `check` *found* stands below, collapsed. Zones that do not fit a comment are named with their
    digest and without their changes.
    """
    parts = ["### dnsauth plan", summary(plan)]
    checked = _checked(found) if found else ""
    left = MAX_COMMENT - len(checked)
    for zone in plan.zones:
        if not (zone.changes or zone.findings):
            continue
        part = "\n\n".join(_zone(zone))
        if len(part) > left:
            part = f"{_title(zone)}\n\nToo long for a comment; see the output of `dnsauth plan`."
        left -= len(part)
        parts.append(part)
    return "\n\n".join([*parts, checked] if checked else parts) + "\n"


def _checked(found: Sequence[Finding]) -> str:
    """*found*, collapsed; those that do not fit a comment are counted."""
    lines = [_finding(one) for one in found[:OPEN_FINDINGS]]
    if len(found) > OPEN_FINDINGS:
        lines.append(f"- and {len(found) - OPEN_FINDINGS:,} more; see the output of `dnsauth check`")
    return f"<details><summary>check: {tally(found)}</summary>\n\n" + "\n".join(lines) + "\n\n</details>"


def findings(found: Sequence[Finding]) -> str:
    """*found* as a list, and how many there are."""
    return "\n".join(["### dnsauth check", "", tally(found), "", *map(_finding, found)]).rstrip() + "\n"


def _title(zone: ZonePlan) -> str:
    stopped = " · **stopped**" if zone.stopped else ""
    place = f"{safe.code(readable(zone.zone))} at {safe.code(zone.provider)}"
    return f"#### {place}: {outcome(zone)}{stopped}\n\nDigest {safe.code(zone.digest)}"


def _zone(zone: ZonePlan) -> Iterator[str]:
    yield _title(zone)
    if zone.findings:
        yield "\n".join(map(_finding, zone.findings))
    changes = "\n\n".join(_change(change, zone.zone) for change in zone.changes)
    if len(zone.changes) > OPEN_CHANGES:
        changes = f"<details><summary>{actions(zone.changes)}</summary>\n\n{changes}\n\n</details>"
    if changes:
        yield changes


def _change(change: Change, zone: str) -> str:
    """A sentence, and the values as a fenced diff whose fence no value can close."""
    why = reason(change)
    asked = why if why == UNASKED else safe.code(why)
    verb, owner = change.action.value.capitalize(), safe.code(relative(change.owner, zone))
    head = f"{verb} {owner} {safe.code(change.type)} · {asked}"
    lines = [f"{sign} {safe.plain(value)}" for sign, value in values(change)]
    fence = "`" * max(3, safe.longest_backticks("\n".join(lines)) + 1)
    block = [f"{fence}diff", *lines, fence] if lines else []
    notes = [f"- {safe.prose(remark)}" for remark in remarks(change)]
    return "\n".join([head, "", *block, *([""] if block and notes else []), *notes]).rstrip()


def _finding(found: Finding) -> str:
    word = "not assessed" if found.outcome is Outcome.NOT_ASSESSED else found.rule.severity.value
    at = place(found)
    where = f" at {safe.code(at)}" if at else ""
    text = f"- **{word}** {found.rule.code}{where}: {safe.prose(found.message)}"
    return f"{text}\n  Next: {safe.prose(found.next)}" if found.next else text
