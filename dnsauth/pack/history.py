"""What was done, by the trail: pure, of its entries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple, assert_never

from dnsauth.audit.entry import Entry, Seal, Who
from dnsauth.audit.events import (
    Applied,
    Checked,
    Imported,
    KeyAccess,
    KeyMove,
    Planned,
    Pruned,
    Repaired,
    Rotated,
    Standing,
    Verified,
    Waived,
    Written,
)
from dnsauth.findings import Finding
from dnsauth.names import readable
from dnsauth.pack.model import Counted, Event, Remedy, Report, Trail

DIGEST = 16  # hex digits that tell digests apart for a reader


class Read(NamedTuple):
    """An entry, and its place in the trail, ``audit/2026-11.jsonl:7``."""

    place: str
    entry: Entry


def with_history(
    report: Report, entries: Sequence[Read], broken: Iterable[Finding], head: Seal | None
) -> Report:
    """*report* with what *entries*, in their order, say was done since its day.

    *broken* is what a walk along the whole trail found, *head* the last entry of it.
    """
    since = datetime.combine(report.since, datetime.min.time(), UTC)
    told = [one for one in entries if one.entry.at >= since]
    checks = [(one.entry.at, one.entry.event) for one in told if isinstance(one.entry.event, Checked)]
    return replace(
        report,
        trail=Trail(len(entries), head.digest if head else "", tuple(map(str, broken))),
        changes=tuple(event for one in told for event in _changes(one)),
        rotations=tuple(event for one in told for event in _rotations(one)),
        checks=tuple(Counted(at, check.errors, check.warnings) for at, check in checks),
        remedies=tuple(_remedies(checks)),
    )


def _changes(read: Read) -> Iterator[Event]:
    match read.entry.event:
        case Applied(zones=zones, plan=plan):
            for zone in zones:
                yield _event(read, "apply", _written(zone), _proof(zone, plan))
        case Imported(files=files):
            yield _event(read, "import", f"wrote {', '.join(one.file for one in files) or 'nothing'}", "")
        case Waived(came=came, went=went):
            for sign, waivers in (("waived", came), ("waived no more", went)):
                for one in waivers:
                    what = f"{sign}: {one.rule} at {readable(one.where)} until {one.until} ({one.why})"
                    yield _event(read, "waiver", what, f"owner {one.owner}")
        case Pruned(files=files):
            yield _event(read, "prune", f"removed {', '.join(files)}", "")
        case Repaired(file=file, octets=octets):
            yield _event(read, "repair", f"cut {octets} octets of a half-written line off {file}", "")
        case Planned() | Verified() | Rotated() | KeyAccess() | Checked():
            return
        case never:
            assert_never(never)


def _written(zone: Written) -> str:
    changes = "; ".join(f"{one.action} {readable(one.owner)} {one.type}" for one in zone.changes)
    said = f": {zone.message}" if zone.message else ""
    return f"{readable(zone.zone)} at {zone.provider}, {zone.outcome}{said}. {changes or 'No change'}."


def _proof(zone: Written, plan: str) -> str:
    saved = f"plan {plan[:DIGEST]}" if plan else ""
    return "; ".join(filter(None, (saved, f"zone {zone.digest[:DIGEST]}", _standing(zone.standing))))


def _standing(standing: Standing | None) -> str:
    if standing is None:
        return ""
    agree = sum(server.state == "agrees" for server in standing.servers)
    return f"{agree} of {len(standing.servers)} servers agree"


def _rotations(read: Read) -> Iterator[Event]:
    match read.entry.event:
        case Rotated(keys=keys):
            for key in keys:
                yield _event(read, "rotate", _moved(key), key.reason)
        case KeyAccess(action=action, keys=stored, host=host):
            names = ", ".join(f"{one.name} of {one.store}" for one in stored)
            yield _event(read, f"key {action}", f"{names}{f' to {host}' if host else ''}", "")
        case _:
            return


def _moved(key: KeyMove) -> str:
    words = [f"{word.host} {'signs' if word.signs else 'signs no more'}" for word in key.words]
    way = f"{key.before} → {key.after}" if key.before else f"made, {key.after}"
    said = f" ({', '.join(words)})" if words else ""
    return f"{key.selector} of {readable(key.domain)}, {key.algorithm}: {way}{said}"


def _event(read: Read, kind: str, what: str, proof: str) -> Event:
    return Event(read.entry.at, kind, _who(read.entry.who), what, proof, read.place)


def _who(who: Who) -> str:
    parts = [who.actor and f"{who.actor} at GitHub", who.user, who.author and f"commit by {who.author}"]
    return ", ".join(filter(None, parts)) or "unknown"


def _remedies(checks: Sequence[tuple[datetime, Checked]]) -> Iterator[Remedy]:
    """What fired less often than at the check before that looked at as much."""
    for live in (False, True):
        for (_, before), (at, after) in pairwise(one for one in checks if one[1].live is live):
            for code, count in sorted(before.rules.items()):
                left = after.rules.get(code, 0)
                if left < count:
                    yield Remedy(code, count, left, at)
