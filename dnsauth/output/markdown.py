"""Plans and findings as Markdown for a pull request; DNS content stays content (GitHub Flavored Markdown)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, repeat

from dnsauth.diff.model import Difference, ZoneDiff
from dnsauth.findings import Finding, Outcome
from dnsauth.names import readable, relative
from dnsauth.output import diff as diffs
from dnsauth.output import safe
from dnsauth.output.plan import OBSERVED, UNASKED, actions, outcome, reason, remarks, summary, values
from dnsauth.output.text import counted, place, tally
from dnsauth.plan import reviewed
from dnsauth.plan.model import Change, Plan, ZonePlan

OPEN_CHANGES = 10  # a zone with more of them is collapsed
OPEN_FINDINGS = 20
MAX_COMMENT = 60_000  # characters; GitHub refuses a comment above 65,536

MAX_BESIDE = 15_000  # of them for what stands below a plan or a diff

_COLUMNS = ("| zone | at | changes | digest |", "| --- | --- | --- | --- |")
_BAR = r"\|"  # in a cell, GitHub Flavored Markdown section 4.10
_SAVED = "`dnsauth plan merge FILE` prints them from the saved plan."
_TOO_LONG = "Too long for a comment; see the output of `dnsauth diff`."


def plan(plan: Plan, found: Sequence[Finding] = ()) -> str:
    """*plan* as a comment: the summary, a line with the digest of each zone, then their changes and findings.

    What `check` *found* stands below, collapsed. Zones that do not fit a comment are counted.
    """
    shown = [zone for zone in plan.zones if zone.changes or zone.findings]
    checked = _checked(found) if found else ""
    parts = ["### dnsauth plan", *([f"> {safe.prose(OBSERVED)}"] if plan.observed else []), summary(plan)]
    left = MAX_COMMENT - len(checked) - sum(map(len, parts))
    rows = _fitting([_row(zone) for zone in shown], left, [reviewed.room(zone) for zone in shown])
    last = _digests(shown[: len(rows)])
    left -= sum(map(len, rows)) + len(rows) + len(last)
    parts += ["\n".join([*_COLUMNS, *rows])] if shown else []
    parts += [_unlisted(shown[len(rows) :])] if len(rows) < len(shown) else []
    hidden: list[ZonePlan] = []
    for zone in shown:
        part = "\n\n".join(_zone(zone))
        if len(part) > left:
            hidden.append(zone)
            continue
        left -= len(part) + len("\n\n")
        parts.append(part)
    if hidden:
        tally = f"The changes of {counted(len(hidden), 'zone')} ({_actions(hidden)}) do not fit a comment"
        parts.append(f"{tally}; {_SAVED}")
    return "\n\n".join(filter(None, [*parts, checked, last])) + "\n"


def _digests(zones: Iterable[ZonePlan]) -> str:
    """The line that shows nothing and tells `dnsauth github reviewed` what was shown of *zones*."""
    found = reviewed.of(zones)
    return reviewed.hidden(found) if found else ""


def _fitting(lines: Sequence[str], left: int, beside: Iterable[int] = repeat(0)) -> Sequence[str]:
    """The first of *lines*, as far as there are characters *left*; each takes some *beside* its own."""
    sizes = accumulate(len(line) + 1 + more for line, more in zip(lines, beside, strict=False))
    return lines[: sum(size <= left for size in sizes)]


def _row(zone: ZonePlan) -> str:
    cells = (safe.code(readable(zone.zone)), _at(zone), _outcome(zone), safe.code(zone.digest))
    return f"| {' | '.join(cell.replace('|', _BAR) for cell in cells)} |"


def _unlisted(zones: Sequence[ZonePlan]) -> str:
    stopped = sum(zone.stopped for zone in zones)
    among = f"; {stopped:,} of them {'is' if stopped == 1 else 'are'} stopped" if stopped else ""
    more = f"and {counted(len(zones), 'more zone')}: {_actions(zones)}{among}"
    return f"{more}; {_SAVED}"


def _actions(zones: Iterable[ZonePlan]) -> str:
    return actions(change for zone in zones for change in zone.changes)


def _checked(found: Sequence[Finding]) -> str:
    """*found*, collapsed; those that would leave the plan no room are counted."""
    lines = "\n".join(_listed(found, OPEN_FINDINGS, MAX_BESIDE))
    return f"<details><summary>check: {tally(found)}</summary>\n\n{lines}\n\n</details>"


def _listed(found: Sequence[Finding], most: int, left: int) -> Iterator[str]:
    """The first of *found*, *most* in number and *left* in characters, and how many more they are."""
    lines = _fitting([_finding(one) for one in found[:most]], left)
    yield from lines
    if len(found) > len(lines):
        yield f"- and {len(found) - len(lines):,} more; see the output of `dnsauth check`"


def findings(found: Sequence[Finding], command: str = "check") -> str:
    """*found* by *command* as a list, and how many there are; those that do not fit a comment are counted."""
    lines = _listed(found, len(found), MAX_COMMENT)
    return "\n".join([f"### dnsauth {command}", "", tally(found), "", *lines]).rstrip() + "\n"


def diff(found: Sequence[ZoneDiff]) -> str:
    """*found* as a comment: the summary, then each zone that differs or was not assessed in full.

    Zones that do not fit a comment are named without their differences, and counted where names do not fit.
    """
    parts = ["### dnsauth diff", diffs.summary(found)]
    shown, alike = diffs.gathered(found)
    gathered = [*_fitting([_alike(zones, whys) for whys, zones in alike.items()], MAX_BESIDE)]
    if untold := [*alike.values()][len(gathered) :]:
        more = counted(sum(map(len, untold)), "more zone")
        gathered.append(f"{more}: not assessed in full. {_TOO_LONG}")
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


def _at(zone: ZonePlan) -> str:
    return "public DNS" if zone.observed else safe.code(zone.provider)


def _outcome(zone: ZonePlan) -> str:
    return outcome(zone) + (" · **stopped**" if zone.stopped else "")


def _zone(zone: ZonePlan) -> Iterator[str]:
    at = "in public DNS" if zone.observed else f"at {_at(zone)}"
    yield f"#### {safe.code(readable(zone.zone))} {at}: {_outcome(zone)}"
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
    return f"{text}\n  Next: {_step(found.next)}" if found.next else text


def _step(next: str) -> str:
    """A next step; what two blanks set off is a line to paste, and stays one."""
    said, gap, line = next.partition(":  ")
    return safe.prose(said) + (f": {safe.code(line)}" if gap else "")
