"""What an apply did, and how authoritative servers stand, as text for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from dnsauth.apply.receipt import Entry, Outcome, Receipt
from dnsauth.live.standing import State, Verified
from dnsauth.names import readable
from dnsauth.output import safe
from dnsauth.output.plan import actions
from dnsauth.output.style import PLAIN, Style
from dnsauth.output.text import counted, finding

_COLOURS = {
    Outcome.APPLIED: "green",
    Outcome.DONE: "dim",
    Outcome.STALE: "yellow",
    Outcome.STOPPED: "red",
    Outcome.FAILED: "red",
    Outcome.INTERRUPTED: "yellow",
}


def text(receipt: Receipt, style: Style = PLAIN) -> str:
    """Every zone that was to change with its outcome, and one line that counts the outcomes."""
    shown = [entry for entry in receipt.entries if entry.outcome is not Outcome.DONE]
    lines = [line for entry in shown for line in _entry(entry, style)]
    if receipt.unverified:
        lines.append(f"{style.paint('not verified', 'red')}: {safe.line(receipt.unverified)}")
    tally = Counter(entry.outcome for entry in receipt.entries)
    counts = ", ".join(
        f"{counted(tally[outcome], 'zone')} {outcome.value}" for outcome in Outcome if tally[outcome]
    )
    behind = sum(1 for entry in shown if entry.verified and not entry.verified.agrees)
    lines.append(f"Apply: {counts or 'no zones'}.")
    if behind:
        lines.append(f"{counted(behind, 'zone')} not served everywhere yet: `dnsauth verify` asks again.")
    return "\n".join(lines) + "\n"


def entry(one: Entry, style: Style = PLAIN) -> str:
    """One line of progress: a zone, its provider and its outcome."""
    outcome = style.paint(one.outcome.value, _COLOURS[one.outcome])
    return f"{safe.line(readable(one.plan.zone))} at {safe.line(one.plan.provider)}: {outcome}"


def verified(found: Iterable[Verified], style: Style = PLAIN) -> str:
    """Every zone with how its servers stand, and one line that counts the zones that agree."""
    zones = tuple(found)
    lines = [line for zone in zones for line in _zone(zone, style)]
    agree = sum(zone.agrees for zone in zones)
    return "\n".join([*lines, f"Verify: {agree:,} of {counted(len(zones), 'zone')} served as asked."]) + "\n"


def lagging(found: Iterable[Verified]) -> str:
    """Which servers are waited for, those of most zones first, for a line of progress; empty for none."""
    zones = tuple(found)
    tally = Counter(name for zone in zones for name in _behind(zone))
    named = [
        safe.line(readable(name)) + (f" ({counted(count, 'zone')})" if len(zones) > 1 else "")
        for name, count in sorted(tally.items(), key=lambda one: (-one[1], one[0]))
    ]
    return f"waiting for {', '.join(named)}" if named else ""


def _behind(zone: Verified) -> frozenset[str]:
    """The servers of *zone* that are wrong at some address, or at none were reached."""
    if zone.agrees:
        return frozenset()
    agree = {s.server.name for s in zone.standings if s.state is State.AGREES}
    return frozenset(
        s.server.name
        for s in zone.standings
        if s.state is not State.AGREES and not (s.state is State.UNREACHABLE and s.server.name in agree)
    ) | {missing.name for missing in zone.missing}


def _entry(one: Entry, style: Style) -> Iterator[str]:
    changes = f", {actions(one.plan.changes)}" if one.outcome is Outcome.APPLIED else ""
    yield entry(one, style) + changes
    if one.outcome is Outcome.STOPPED:
        stops = (finding(found, style) for found in one.plan.findings if found.stops)
        yield from ("  " + line for text in stops for line in text.splitlines())
        return
    if one.message:
        yield f"  {safe.line(one.message)}"
    if one.next:
        yield f"  next: {safe.line(one.next)}"
    if one.verified:
        yield from ("  " + line for line in _standings(one.verified, style))


def _zone(zone: Verified, style: Style) -> Iterator[str]:
    word = (
        style.paint("served as asked", "green") if zone.agrees else style.paint("not served as asked", "red")
    )
    yield f"{safe.line(readable(zone.zone))}: {word}"
    yield from ("  " + line for line in _standings(zone, style))


def _standings(zone: Verified, style: Style) -> Iterator[str]:
    """One line for each server; those that agree on one line together.

    Where this host has no route to one address of a server and another agrees, there is nothing to say.
    """
    agree = [standing.server for standing in zone.standings if standing.state is State.AGREES]
    if agree:
        addresses = ", ".join(safe.line(server.address) for server in agree)
        yield f"{addresses} {'agrees' if len(agree) == 1 else 'agree'}"
    skipped = {
        s.server
        for s in zone.standings
        if s.state is State.UNREACHABLE
        and s.server.family in zone.unrouted
        and any(s.server.name == server.name for server in agree)
    }
    for standing in zone.standings:
        if standing.state is not State.AGREES and standing.server not in skipped:
            name = f"{standing.server.name} " if standing.server.name != standing.server.address else ""
            state = style.paint(standing.state.value, "yellow")
            yield f"{safe.line(name + standing.server.address)} {state}: {safe.line(standing.why)}"
    for missing in zone.missing:
        yield f"{safe.line(missing.name)} {style.paint('not assessed', 'yellow')}: {safe.line(missing.why)}"
