"""A plan as text that a person reads in one glance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from dnsauth.checks.rules.guards import UNREAD
from dnsauth.names import readable, relative
from dnsauth.output import safe
from dnsauth.output.style import PLAIN, Style
from dnsauth.output.text import counted, finding, places
from dnsauth.plan.model import Action, Change, Plan, ZonePlan
from dnsauth.plan.sides import added, gone

_SIGNS = {Action.CREATE: "+", Action.UPDATE: "~", Action.DELETE: "-"}
_COLOURS = {Action.CREATE: "green", Action.UPDATE: "yellow", Action.DELETE: "red"}
UNASKED = "nothing asks for it any more"
OBSERVED = (
    "Compared with public DNS, not with what the provider holds: what its servers do not show is not known"
    " here, and `dnsauth apply` refuses this plan."
)


def text(plan: Plan, style: Style = PLAIN, *, verbose: bool = False) -> str:
    """*plan*, zone by zone, and one line that sums it up; with *verbose*, digests and zones that agree."""
    shown = [zone for zone in plan.zones if zone.changes or zone.findings or verbose]
    head = [OBSERVED] if plan.observed else []
    blocks = ["\n".join(_zone(zone, style, verbose=verbose)) for zone in shown]
    return "\n\n".join([*head, *blocks, summary(plan)]) + "\n"


def summary(plan: Plan) -> str:
    """How many changes in how many zones, how many zones agree, how many a guard stops; one line."""
    changed = [zone for zone in plan.zones if zone.changes]
    agree = sum(1 for zone in plan.zones if not zone.changes and not zone.stopped)
    stopped = sum(1 for zone in plan.zones if zone.stopped)
    parts = []
    if changed:
        tally = actions(change for zone in changed for change in zone.changes)
        parts.append(f"{tally} in {counted(len(changed), 'zone')}")
    if agree:
        parts.append(f"{counted(agree, 'zone')} {'agrees' if agree == 1 else 'agree'}")
    if stopped:
        parts.append(f"{counted(stopped, 'zone')} {'is' if stopped == 1 else 'are'} stopped")
    return "Plan: " + ("; ".join(parts) or "no zones") + "."


def actions(changes: Iterable[Change]) -> str:
    """``1 to create, 2 to update``; an empty plan is ``no changes``."""
    tally = Counter(change.action for change in changes)
    return (
        ", ".join(f"{tally[action]:,} to {action.value}" for action in Action if tally[action])
        or "no changes"
    )


def outcome(zone: ZonePlan) -> str:
    """What would be done in *zone*, or that this is not known."""
    unread = any(found.rule.code == UNREAD.code for found in zone.findings)
    return "not planned" if unread else actions(zone.changes)


def reason(change: Change) -> str:
    """Where the inventory asks for *change*, and for which sender and service, on one line."""
    return places(change.origin) or UNASKED


def remarks(change: Change) -> Iterator[str]:
    """What stands below a change's values: a changed TTL, what it means, whose values go; each one line."""
    before, after = change.before, change.after
    if before and after and before.ttl != after.ttl:
        yield f"TTL {before.ttl} → {after.ttl}"
    yield from map(safe.line, change.meaning)
    if change.adopts:
        yield "takes away a value that was adopted"
    if change.drift:
        yield "would take away a value that dnsauth did not publish"


def values(change: Change) -> Iterator[tuple[str, str]]:
    """The values that go (``-``) and come (``+``), as they are: not yet safe to print."""
    yield from (("-", value) for value in gone(change))
    yield from (("+", value) for value in added(change))


def head(change: Change, zone: str, style: Style) -> str:
    """``~ _dmarc TXT 3600  FILE:LINE``: what is done to which RRset, and who asks for it."""
    owner = safe.line(relative(change.owner, zone))
    text = f"{_SIGNS[change.action]} {owner} {change.type} {change.rrset.ttl}"
    return f"{style.paint(text, _COLOURS[change.action])}  {style.paint(reason(change), 'dim')}"


def sides(change: Change, style: Style) -> Iterator[str]:
    """The values that go and come, each one line with its sign."""
    for sign, value in values(change):
        yield style.paint(f"{sign} {style.value(value, indent=8)}", "green" if sign == "+" else "red")


def _zone(zone: ZonePlan, style: Style, *, verbose: bool) -> Iterator[str]:
    name = style.paint(safe.line(readable(zone.zone)), "bold")
    at = "in public DNS" if zone.observed else f"at {safe.line(zone.provider)}"
    yield f"{name} {at}: {outcome(zone)}"
    if verbose:
        yield f"  digest {safe.line(zone.digest)}"
    for change in zone.changes:
        yield ""
        yield from _change(change, zone.zone, style)
    if zone.findings:
        yield ""
        for found in zone.findings:
            yield from ("  " + line for line in finding(found, style).splitlines())


def _change(change: Change, zone: str, style: Style) -> Iterator[str]:
    yield "  " + head(change, zone, style)
    yield from ("      " + line for line in sides(change, style))
    yield from ("      " + remark for remark in remarks(change))
