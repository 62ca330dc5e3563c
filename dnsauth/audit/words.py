"""Entries in words: who did it, what was done in one line, and line by line; not yet safe to print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import assert_never

from dnsauth.audit.entry import Who
from dnsauth.audit.events import (
    Applied,
    Change,
    Checked,
    Event,
    Imported,
    KeyAccess,
    Planned,
    Pruned,
    Repaired,
    Rotated,
    Side,
    Standing,
    Verified,
    Waived,
    Waiver,
    Written,
    Zone,
)
from dnsauth.names import readable, within

_MARKS = {"create": "+", "update": "~", "delete": "-"}


def by(who: Who) -> str:
    """``ops@mx1``, or who started the workflow there."""
    return f"{who.actor} at GitHub" if who.actor else who.user


def said(event: Event) -> str:
    """What was done, in one line."""
    match event:
        case Planned():
            change = [zone for zone in event.zones if zone.changes]
            stopped = sum(bool(zone.stopped) for zone in event.zones)
            more = f", {counted(stopped, 'zone')} stopped" if stopped else ""
            against = " beside public DNS" if event.observed else ""
            return (
                f"planned{against}: {counted(len(change), 'zone')} would change{more}, {event.agree:,} agree"
            )
        case Applied():
            tally = Counter(zone.outcome for zone in event.zones)
            parts = [f"{counted(count, 'zone')} {outcome}" for outcome, count in sorted(tally.items())]
            return f"applied: {', '.join(parts) or 'nothing to do'}"
        case Verified():
            agree = sum(zone.agrees for zone in event.zones)
            return f"verified: {agree:,} of {counted(len(event.zones), 'zone')} served as asked"
        case Rotated():
            return f"rotated: {counted(len(event.keys), 'key')} made, moved or spoken of"
        case Imported():
            more = f", {len(event.refused):,} refused" if event.refused else ""
            return f"imported: {counted(len(event.files), 'file')} written{more}"
        case Waived():
            return f"waivers: {len(event.came):,} came, {len(event.went):,} went, {len(event.stand):,} stand"
        case KeyAccess():
            host = f" on {event.host}" if event.host else ""
            return f"{counted(len(event.keys), 'private key')} {event.action}{host}"
        case Checked():
            unknown = f", {event.not_assessed:,} not assessed" if event.not_assessed else ""
            figures = f"{counted(event.errors, 'error')}, {counted(event.warnings, 'warning')}"
            return f"checked {counted(event.zones, 'zone')}: {figures}, {event.waived:,} waived{unknown}"
        case Repaired():
            return f"repaired: {event.octets:,} octets of a half-written line cut off {event.file}"
        case Pruned():
            return f"pruned: {counted(len(event.files), 'file')}, up to entry {event.sequence:,}"
        case _:
            assert_never(event)


def told(event: Event) -> Iterator[str]:
    """What was done, line by line; an indented line belongs to the one before."""
    match event:
        case Planned():
            for planned in event.zones:
                yield from _zone(planned)
        case Applied():
            if event.unverified:
                yield f"not verified: {event.unverified}"
            for written in event.zones:
                yield from _written(written)
        case Verified():
            for zone in event.zones:
                yield from _standing(zone)
        case Rotated():
            for key in event.keys:
                moved = key.after if key.before in ("", key.after) else f"{key.before} → {key.after}"
                yield f"{key.selector} of {readable(key.domain)}: {moved}"
                for word in key.words:
                    vouched = f", says {word.by}" if word.by else ""
                    yield f"  {word.host} {'signs' if word.signs else 'does not sign'} with it{vouched}"
                if key.reason:
                    yield f"  not to be trusted: {key.reason}"
        case Imported():
            yield from (f"{file.file} sha256 {file.digest}" for file in event.files)
            yield from (f"refused {refused}" for refused in event.refused)
        case Waived():
            yield from (f"came {_waiver(one)}" for one in event.came)
            yield from (f"went {_waiver(one)}" for one in event.went)
        case KeyAccess():
            yield from (f"{key.name} in {key.store}" for key in event.keys)
        case Checked():
            yield from (f"{rule} {count:,}" for rule, count in event.rules.items())
        case Repaired():
            yield f"sha256 {event.digest}"
        case Pruned():
            yield from event.files
            yield f"the digest of entry {event.sequence} was {event.digest}"
        case _:
            assert_never(event)


def concerns(event: Event, zone: str) -> bool:
    """True where *event* tells something of *zone*, an absolute name, or of a name below it."""
    match event:
        case Planned() | Applied() | Verified():
            return any(one.zone == zone for one in event.zones)
        case Rotated():
            return any(within(key.domain, zone) for key in event.keys)
        case Imported():
            return any(file.file == f"zones/{zone}yaml" for file in event.files)
        case Waived():
            return any(within(one.where, zone) for one in (*event.came, *event.went))
        case KeyAccess():
            return any(within(f"{key.name}.", zone) for key in event.keys)
        case Checked():
            return any(within(fact.owner, zone) for fact in event.reputation)
        case Repaired() | Pruned():
            return False
        case _:
            assert_never(event)


def counted(count: int, noun: str) -> str:
    """``1 zone``, ``10,000 zones``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _zone(zone: Zone) -> Iterator[str]:
    stopped = f", stopped by {', '.join(zone.stopped)}" if zone.stopped else ""
    yield f"{readable(zone.zone)} at {zone.provider}: {counted(len(zone.changes), 'change')}{stopped}"
    yield from _changes(zone.changes)


def _written(zone: Written) -> Iterator[str]:
    why = f": {zone.message}" if zone.message else ""
    yield f"{readable(zone.zone)} at {zone.provider}: {zone.outcome}{why}"
    yield from _changes(zone.changes)
    if zone.standing:
        yield from (f"  {line.strip()}" for line in _servers(zone.standing))


def _standing(zone: Standing) -> Iterator[str]:
    yield f"{readable(zone.zone)}: {'' if zone.agrees else 'not '}served as asked"
    yield from _servers(zone)


def _servers(zone: Standing) -> Iterator[str]:
    for server in zone.servers:
        place = " ".join(dict.fromkeys(filter(None, (server.name, server.address))))
        why = f": {server.why}" if server.why else ""
        yield f"  {place} {server.state}{why}"


def _changes(changes: Iterable[Change]) -> Iterator[str]:
    for one in changes:
        yield f"  {_MARKS.get(one.action, '?')} {readable(one.owner)} {one.type}"
        before, after = _values(one.before), _values(one.after)
        yield from (f"    - {text}" for text in before if text not in after)
        yield from (f"    + {text}" for text in after if text not in before)


def _values(side: Side | None) -> tuple[str, ...]:
    return side.values if side else ()


def _waiver(one: Waiver) -> str:
    return f"{one.rule} at {readable(one.where)} until {one.until}, {one.owner}: {one.why}"
