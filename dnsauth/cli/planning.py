"""Planning with what it needs of the world: providers to read, and lock files to bring up to date."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import chain
from typing import NamedTuple, TypeAlias

from dnsauth.checks.flattened import flattening
from dnsauth.checks.plan import plan as judged
from dnsauth.checks.plan import zone_plan
from dnsauth.checks.rules import UNREAD
from dnsauth.cli import console
from dnsauth.cli.adopt import adopted
from dnsauth.cli.options import Run
from dnsauth.cli.stages import only, silence_octodns
from dnsauth.desired.load import Repository
from dnsauth.desired.locks import updated
from dnsauth.errors import DnsauthError
from dnsauth.files import write_atomically
from dnsauth.findings import Finding, Outcome, Where
from dnsauth.lock import file as lock_file
from dnsauth.lock.model import Lock
from dnsauth.octodns.providers import provider
from dnsauth.output import safe
from dnsauth.plan.model import Held, Plan, Provider, ZonePlan
from dnsauth.plan.zone import zone_plan as unjudged

READERS = 8  # zones read at once

At: TypeAlias = tuple[str, str]
"""Zone and provider."""


class Planned(NamedTuple):
    """A plan, the repository it is of with locks up to date, and what it was made from.

    *held* has the zones that would change, *providers* are by name.
    """

    plan: Plan
    repository: Repository
    held: Mapping[At, Held]
    providers: Mapping[str, Provider]

    @property
    def concerned(self) -> Repository:
        """The repository with the zones that would change or have findings; `check` judges those alone."""
        zones = {zone.zone for zone in self.plan.zones if zone.changes or zone.findings}
        return only(self.repository, zones)


def missing(repository: Repository) -> Mapping[str, Lock]:
    """The locks that lack something the inventory asks for, as they should be, by zone."""
    return {
        zone: new
        for zone, lock in repository.locks.items()
        if (new := updated(lock, repository.desired[zone])) is not lock
    }


def plan(run: Run, loaded: Repository, *, locked: bool, adopt: bool = False) -> Planned:
    """The plan of every zone of *loaded* at each of its providers; a zone that can't be read stops no other.

    Lock files are brought up to date on disk; *locked* refuses that, *adopt* adds what would be drift. Raises
    `DnsauthError`, before anything is written, where a provider can't be made, as without its secret.
    """
    locks = missing(loaded)
    if locks and locked:
        raise DnsauthError(
            f"these locks are out of date: {', '.join(map(lock_file.path, sorted(locks)))}",
            "run `dnsauth lock`, and commit what it writes",
        )
    planned = _read(run, replace(loaded, locks={**loaded.locks, **locks}))
    if adopt:
        planned = _adopt(run, planned)
    read = {zone.zone for zone in planned.plan.zones if all(one.rule is not UNREAD for one in zone.findings)}
    now = planned.repository.locks
    write_locks(run, {zone: now[zone] for zone in read if now[zone] is not loaded.locks[zone]})
    return planned


def write_locks(run: Run, locks: Mapping[str, Lock]) -> None:
    """Write *locks*, by zone, to their files, and say so."""
    for zone, lock in sorted(locks.items()):
        write_atomically(run.directory / lock_file.path(zone), lock_file.write(lock))
        if not run.quiet:
            console.talk(safe.line(f"wrote {lock_file.path(zone)}"))


def _read(run: Run, repository: Repository) -> Planned:
    silence_octodns()
    inventory = repository.inventory
    pairs = [(zone.name, name) for zone in inventory.zones.values() for name in zone.providers]
    if inventory.zones and not pairs:
        raise DnsauthError(
            "none of these zones has a provider",
            "say `providers:` and `defaults: {provider: NAME}` in dnsauth.yaml, or `provider:` in its file",
        )
    made = {name: provider(name, inventory, os.environ) for name in dict.fromkeys(name for _, name in pairs)}

    def one(at: At) -> tuple[ZonePlan, Held | None]:
        try:
            held = made[at[1]].read(at[0])
        except DnsauthError as error:
            return _unread(at, error, inventory.zones[at[0]].where), None
        zone = _zone_plan(run, repository, held)
        return zone, held if zone.changes else None  # ten thousand zones that agree need no memory

    found = []
    with console.progress("reading zones", quiet=run.quiet) as count, ThreadPoolExecutor(READERS) as pool:
        local = [at for at in pairs if made[at[1]].local]
        results = chain(pool.map(one, [at for at in pairs if not made[at[1]].local]), map(one, local))
        for done, result in enumerate(results, 1):
            count(done, len(pairs))
            found.append(result)
    whole = judged((zone for zone, _ in found), inventory, run.now)
    return Planned(whole, repository, {(h.zone, h.provider): h for _, h in found if h is not None}, made)


def _adopt(run: Run, planned: Planned) -> Planned:
    """*planned* once more, with what stood in the way recorded as adopted."""
    repository = planned.repository
    locks = dict(repository.locks)
    for zone in planned.plan.zones:
        locks[zone.zone] = adopted(locks[zone.zone], repository.desired[zone.zone], zone.changes)
    repository = replace(repository, locks=locks)
    zones = [
        _zone_plan(run, repository, held) if (held := planned.held.get((zone.zone, zone.provider))) else zone
        for zone in planned.plan.zones
    ]
    return planned._replace(plan=judged(zones, repository.inventory, run.now), repository=repository)


def _zone_plan(run: Run, repository: Repository, held: Held) -> ZonePlan:
    desired, lock = repository.desired[held.zone], repository.locks[held.zone]
    return zone_plan(
        repository.inventory,
        desired,
        lock,
        held,
        lookup=repository.lookup,
        today=run.now.date(),
        beside=flattening(
            repository.inventory.zones[held.zone], repository.flattened, repository.observed, run.now
        ),
    )


def _unread(at: At, error: DnsauthError, where: Where) -> ZonePlan:
    facts = {"problem": str(error), "hint": error.hint}
    found = Finding(UNREAD, where, at[0], facts, Outcome.NOT_ASSESSED)
    return replace(unjudged((), Held(*at, exists=False, rrsets={})), findings=(found,))
