"""What ``dnsauth lock`` does, one function for each form of it."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

import typer

from dnsauth import names
from dnsauth.checks.rules.guards import UNREAD
from dnsauth.cli import console, planning, serving, stages
from dnsauth.cli.alone import alone
from dnsauth.cli.exit import Exit
from dnsauth.cli.git import lock_files
from dnsauth.cli.options import Run
from dnsauth.cli.prune import candidates, pruned
from dnsauth.desired.flatten import answers
from dnsauth.desired.load import Repository
from dnsauth.errors import DnsauthError
from dnsauth.inventory.read import read as read_inventory
from dnsauth.lock import file as lock_file
from dnsauth.lock.model import Claim, Lock
from dnsauth.lock.terms import forgotten
from dnsauth.output import safe
from dnsauth.output.text import counted, finding
from dnsauth.verify import of_desired

SHOWN = 3  # of what a lock lacks


def update(run: Run) -> None:
    """Write the locks that lack something."""
    with alone(run, "lock"):
        repository = stages.load(run)
        changes = planning.missing(repository)
        planning.write_locks(run, changes, repository.locks)
    _say(run, f"{counted(len(changes), 'lock')} written, {len(repository.locks) - len(changes):,} up to date")


def check(run: Run, base: str | None) -> None:
    """Say which locks would change, and what they lost since *base*; exit 1 where there is any."""
    repository = stages.load(run)
    wrong = [
        f"{lock_file.path(zone)} is out of date: {_missing(repository.locks[zone], new)}"
        for zone, new in sorted(planning.missing(repository).items())
    ]
    hints = ["run `dnsauth lock`, and commit what it writes"] if wrong else []
    if base is not None:
        lost = list(_lost(run, repository, base))
        wrong += lost
        hints += (
            ["only `dnsauth lock --prune` may take a line away: restore the others from Git"] if lost else []
        )
    for line in wrong:
        console.answer(safe.line(line) + "\n")
    if wrong:
        raise DnsauthError("the locks are not as they must be", "; ".join(hints))
    _say(run, f"{counted(len(repository.locks), 'lock')} up to date")


def adopt(run: Run) -> None:
    """Read the providers, and record what a plan would call drift."""
    loaded = stages.load(run)
    planned = planning.plan(run, loaded, locked=False, adopt=True, writing=alone(run, "lock --adopt"))
    unread = [one for zone in planned.plan.zones for one in zone.findings if one.rule is UNREAD]
    for found in unread:
        console.talk(finding(found))
    claims = [entries for lock in planned.repository.locks.values() for entries in lock.claims.values()]
    count = sum(bool(entry.adopted) for entries in claims for entry in entries)
    _say(run, f"{counted(count, 'adopted value')} in the locks; review what is new, and commit it")
    if unread:
        raise typer.Exit(Exit.FAILED)


def release(run: Run, zone: str) -> None:
    """Delete the lock of *zone*, which has no zone file any more."""
    try:
        name = names.absolute(zone)
    except names.BadName as error:
        raise DnsauthError(str(error), "name a zone as in --release example.com") from error
    path = run.directory / lock_file.path(name)
    inventory, _ = read_inventory(run.directory)
    if name in inventory.zones:
        file = inventory.zones[name].where.file
        raise DnsauthError(
            f"{file} declares {names.readable(name)}, so its lock would be made again",
            "delete that file first, or say `domains: {}` in it to retire the zone's records",
        )
    try:
        path.unlink()
    except FileNotFoundError:
        raise DnsauthError(f"there is no {lock_file.path(name)}", "nothing is left to release") from None
    _say(run, f"removed {lock_file.path(name)}; the records of {names.readable(name)} stay as they are")


def prune(run: Run) -> None:
    """Forget what is asked for no more and gone from every authoritative server, and its SPF terms."""
    repository = stages.load(run)
    gone = {
        zone: found
        for zone, lock in repository.locks.items()
        if (found := candidates(of_desired(repository.desired[zone], lock)))
    }
    expected = [each for found in gone.values() for each in found]
    with serving.network(run, repository) as network:
        authorities = serving.authorities(run, network, gone)
        standing = serving.standing(run, network, authorities, expected, deadline=monotonic())
    verified = {each.zone: each for each in standing}
    locks = dict(repository.locks)
    for zone, found in gone.items():
        locks[zone], stays = pruned(locks[zone], found, verified[zone], authorities[zone])
        for id, why in stays.items():
            console.talk(safe.line(f"{id.owner} {id.type} stays in the lock: {why}"))
    own = answers(repository.desired)
    changes = {
        zone: new for zone, lock in locks.items() if (new := forgotten(lock, own)) != repository.locks[zone]
    }
    with alone(run, "lock --prune"):
        planning.write_locks(run, changes, repository.locks)
    _say(run, f"{counted(len(changes), 'lock')} pruned")


def _say(run: Run, text: str) -> None:
    if not run.quiet:
        console.talk(text)


def _recorded(lock: Lock) -> set[tuple[Claim, str]]:
    return {(claim, entry.digest) for claim, entries in lock.claims.items() for entry in entries}


def _missing(old: Lock, new: Lock) -> str:
    found = [f"{claim.owner} {claim.type}" for claim, _ in sorted(_recorded(new) - _recorded(old))]
    more = f" and {len(found) - SHOWN:,} more" if len(found) > SHOWN else ""
    return f"it lacks {', '.join(found[:SHOWN])}{more}"


def _lost(run: Run, repository: Repository, base: str) -> Iterator[str]:
    for path, octets in sorted(lock_files(run.directory, base).items()):
        zone = path.removeprefix("zones/").removesuffix(lock_file.SUFFIX) + "."
        if run.zones and zone not in repository.locks:
            continue
        then, findings = lock_file.read(octets, path, zone)
        if findings:
            yield f"{path} at {base} cannot be read: {findings[0].message}"
        now = repository.locks.get(zone, Lock(zone))
        for owner in sorted({key.owner for key in then.keys} - {key.owner for key in now.keys}):
            yield f"{path} lost the key {owner.removesuffix('.')}, which {base} has"
        for claim, digest in sorted(_recorded(then) - _recorded(now)):
            yield f"{path} lost {claim.owner} {claim.type} {claim.grammar} {digest}, which {base} has"
