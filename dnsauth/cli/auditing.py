"""What ``dnsauth audit`` does with the trail: verify it, print it, prune it."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime

import typer

from dnsauth.audit import rules
from dnsauth.audit.chain import Walked, anchored, entries, holds, walked
from dnsauth.audit.entry import Entry
from dnsauth.audit.trail import expired, files
from dnsauth.audit.trail import prune as pruned
from dnsauth.audit.words import concerns, counted
from dnsauth.cli import console, git, recording
from dnsauth.cli.exit import Exit
from dnsauth.cli.options import Run
from dnsauth.errors import DnsauthError
from dnsauth.findings import Finding, InventoryError, Where, by_place
from dnsauth.inventory.files import CONFIG
from dnsauth.inventory.operations import Audit
from dnsauth.inventory.read import configuration
from dnsauth.inventory.read import read as read_inventory
from dnsauth.output import json, safe, text, trail


def verify(run: Run, anchor: str | None, head: str | None) -> None:
    """Say whether the trail is whole, and goes on from *anchor*, and has *head*."""
    kept = _kept(run)
    walk = _walk(run, kept)
    found = list(walk.findings)
    if walk.head is None and not found:
        found.append(Finding(rules.NONE, Where(kept.directory), facts={"directory": kept.directory}))
    if anchor is not None:
        found += anchored(walk, _anchor(run, kept, anchor), anchor)
    if head is not None and not holds(walk, head.lower()):
        found.append(Finding(rules.NO_HEAD, Where(kept.directory), facts={"digest": f"{head:.64}"}))
    found = list(by_place(found))
    if run.format == "json":
        console.answer(json.text(trail.whole_json(walk, found)))
    else:
        style = console.style(sys.stdout, verbose=True)
        console.answer(text.findings(found, style) if found else trail.whole(walk))
    if found:
        raise typer.Exit(Exit.FAILED)


def _walk(run: Run, kept: Audit) -> Walked:
    return walked(files(run.directory / kept.directory, kept.directory))


def _anchor(run: Run, kept: Audit, anchor: str) -> Walked:
    """The trail as *anchor* holds it: a file if there is one of the name, else a revision."""
    path = run.directory / anchor
    if path.is_file():
        try:
            held = [(FILE_OF_ANY_MONTH, path.read_bytes())]
        except OSError as error:
            raise DnsauthError(f"{anchor} cannot be read: {error.strerror}") from error
    else:
        held = [*git.below(run.directory, anchor, kept.directory).items()]
    walk = walked(held)
    if not walk.places:
        raise DnsauthError(
            f"{anchor} holds no entry of a trail",
            f"name a commit that has {kept.directory}/, or a copy of a file of it",
        )
    return walk


FILE_OF_ANY_MONTH = "0000-01.jsonl"
"""What a copy is called, whatever its name is."""


def log(run: Run, since: str | None) -> None:
    """Print the entries from the day *since* on."""
    kept = _kept(run)
    first = _day(since)
    zones = _zones(run)
    shown: list[Entry] = []
    unread = 0
    for _, entry in entries(files(run.directory / kept.directory, kept.directory)):
        if entry is None:
            unread += 1
        elif entry.at >= first and (not zones or any(concerns(entry.event, zone) for zone in zones)):
            shown.append(entry)
    match run.format:
        case "json":
            console.answer(json.text(trail.as_json(shown)))
        case "markdown":
            console.answer(trail.markdown(shown))
        case _:
            style = console.style(sys.stdout, verbose=run.verbose)
            console.answer(trail.text(shown, style, verbose=run.verbose))
    if unread:
        console.talk(f"{counted(unread, 'line')} cannot be read: `dnsauth audit verify` says where")
    elif not shown and not run.quiet:
        console.talk("no entry tells of that")


def _day(since: str | None) -> datetime:
    if since is None:
        return datetime.min.replace(tzinfo=UTC)
    try:
        day = date.fromisoformat(since)
    except ValueError:
        raise typer.BadParameter(f"{since!r} is no date, as in 2026-11-01", param_hint="'--since'") from None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _zones(run: Run) -> tuple[str, ...]:
    """The zones *run* names; one that left the inventory may still stand in the trail."""
    from dnsauth import names

    try:
        return tuple(map(names.absolute, run.zones))
    except names.BadName as error:
        raise DnsauthError(str(error), "name a zone as in --zone example.com") from error


def prune(run: Run, *, yes: bool) -> None:
    """Remove the files whose time is over."""
    inventory, wrong = read_inventory(run.directory)
    if any(one.stops for one in wrong):
        raise InventoryError(wrong)
    kept = _of(inventory.audit)
    directory = run.directory / kept.directory
    gone = expired(directory, _years_before(run.now, kept.years))
    if not gone:
        console.talk(f"nothing to remove: no file is wholly older than {counted(kept.years, 'year')}")
        return
    walk = _walk(run, kept)
    if walk.findings:
        raise InventoryError(tuple(walk.findings))
    for name in gone:
        console.answer(safe.line(f"{kept.directory}/{name}") + "\n")
    if not yes and not (console.interactive() and console.confirmed(f"Remove {counted(len(gone), 'file')}?")):
        console.talk("nothing was removed; --yes removes without a question")
        raise typer.Exit(Exit.FAILED)
    entry = pruned(directory, recording.stamp(run, inventory), gone, recording.waivers(inventory))
    console.talk(f"removed {counted(len(gone), 'file')}; entry {entry.sequence:,} tells of it")


def _years_before(now: datetime, years: int) -> datetime:
    try:
        return now.replace(year=now.year - years)
    except ValueError:  # 29 February
        return now.replace(year=now.year - years, day=28)


def _kept(run: Run) -> Audit:
    """Where the trail is kept, as dnsauth.yaml alone says; raises `DnsauthError` where none is."""
    path = run.directory / CONFIG
    try:
        octets = path.read_bytes()
    except OSError as error:
        raise DnsauthError(
            f"{path} cannot be read: {error.strerror}", "say where it is with -C DIR"
        ) from error
    _, config, wrong = configuration(octets)
    if config is None:
        raise InventoryError(wrong)
    return _of(config.audit)


def _of(audit: Audit | None) -> Audit:
    if audit is None:
        raise DnsauthError(
            "dnsauth.yaml says no `audit:`, so no trail is kept", "say `audit: {}` there to begin one"
        )
    return audit
