"""Plans and findings as Markdown for a pull request; DNS content stays content (GitHub Flavored Markdown)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dnsauth.diff.model import Difference, ZoneDiff
from dnsauth.findings import Finding, Outcome
from dnsauth.names import readable, relative
from dnsauth.output import diff as diffs
from dnsauth.output import safe
from dnsauth.output.plan import UNASKED, actions, outcome, reason, remarks, summary, values
from dnsauth.output.text import counted, place, tally
from dnsauth.plan.model import Change, Plan, ZonePlan

OPEN_CHANGES = 10  # a zone with more of them is collapsed
OPEN_FINDINGS = 20
MAX_COMMENT = 60_000  # characters; GitHub refuses a comment above 65,536

_TOO_LONG = "Too long for a comment; see the output of `dnsauth diff`."


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


def diff(found: Sequence[ZoneDiff]) -> str:
    """*found* as a comment: the summary, then each zone that differs or was not assessed in full.

    Zones that do not fit a comment are named without their differences, and counted where names do not fit.
    """
    parts = ["### dnsauth diff", diffs.summary(found)]
    shown, alike = diffs.gathered(found)
    gathered = [_alike(zones, whys) for whys, zones in alike.items()]
    left = MAX_COMMENT - sum(map(len, gathered))
    for number, zone in enumerate(shown):
        title = f"#### {safe.code(readable(zone.zone))}: {diffs.outcome(zone)}"
        part = "\n\n".join([title, *_differences(zone)])
        if len(part) > left:
            part = f"{title}\n\n{_TOO_LONG}"
        if len(part) > left:
            parts.append(f"{counted(len(shown) - number, 'more zone')}. {_TOO_LONG}")
            break
        left -= len(part)
        parts.append(part)
    return "\n\n".join([*parts, *gathered]) + "\n"


def _alike(zones: Sequence[ZoneDiff], whys: Sequence[str]) -> str:
    lines = "\n".join(f"- **not assessed** {safe.prose(why)}" for why in whys)
    title = f"#### {counted(len(zones), 'zone')}: not assessed in full"
    return f"{title}\n\n{safe.prose(diffs.first(zones))}\n\n{lines}"


def _differences(zone: ZoneDiff) -> Iterator[str]:
    if zone.servers:
        yield "\n".join(f"- {safe.prose(line)}" for line in diffs.servers(zone))
    yield from (_difference(one, zone) for one in zone.differences)
    if zone.not_assessed:
        yield "\n".join(
            f"- **not assessed** {safe.prose(why)}: {safe.code(what)}" for why, what in diffs.unheard(zone)
        )


def _difference(one: Difference, zone: ZoneDiff) -> str:
    """As a change of a plan, but what it means comes first, and where it is so comes last."""
    notes = [f"- {safe.prose(remark)}" for remark in remarks(one.change)]
    at = diffs.holders(one, zone)
    last = [safe.prose(at)] if at else []
    return _joined(_sentence(one.change, zone.zone), notes, _fence(one.change), last)


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
    notes = [f"- {safe.prose(remark)}" for remark in remarks(change)]
    return _joined(_sentence(change, zone), _fence(change), notes)


def _joined(*parts: list[str]) -> str:
    return "\n\n".join("\n".join(lines) for lines in parts if lines)


def _sentence(change: Change, zone: str) -> list[str]:
    why = reason(change)
    asked = why if why == UNASKED else safe.code(why)
    verb, owner = change.action.value.capitalize(), safe.code(relative(change.owner, zone))
    return [f"{verb} {owner} {safe.code(change.type)} · {asked}"]


def _fence(change: Change) -> list[str]:
    """The values as a fenced diff whose fence no value can close."""
    lines = [f"{sign} {safe.plain(value)}" for sign, value in values(change)]
    fence = "`" * max(3, safe.longest_backticks("\n".join(lines)) + 1)
    return [f"{fence}diff", *lines, fence] if lines else []


def _finding(found: Finding) -> str:
    word = "not assessed" if found.outcome is Outcome.NOT_ASSESSED else found.rule.severity.value
    at = place(found)
    where = f" at {safe.code(at)}" if at else ""
    text = f"- **{word}** {found.rule.code}{where}: {safe.prose(found.message)}"
    return f"{text}\n  Next: {safe.prose(found.next)}" if found.next else text
