"""Planning with what it needs of the world: providers to read, and lock files to bring up to date."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from itertools import chain
from threading import Event
from typing import NamedTuple, TypeAlias

from dnsauth.checks.flattened import flattening
from dnsauth.checks.plan import plan as judged
from dnsauth.checks.plan import zone_plan
from dnsauth.checks.rules.guards import UNREAD
from dnsauth.cli import console
from dnsauth.cli.adopt import adopted
from dnsauth.cli.options import Run
from dnsauth.cli.stages import silence_octodns
from dnsauth.desired.load import Repository, only
from dnsauth.desired.locks import updated
from dnsauth.errors import DnsauthError
from dnsauth.files import write_atomically
from dnsauth.findings import Finding, Outcome, Where
from dnsauth.inventory.model import Inventory
from dnsauth.lock import file as lock_file
from dnsauth.lock.model import Lock
from dnsauth.output import safe
from dnsauth.plan.model import Held, Plan, Provider, ZonePlan
from dnsauth.plan.zone import zone_plan as unjudged

READERS = 8  # zones read at once from each provider

At: TypeAlias = tuple[str, str]
"""Zone and provider."""
Public: TypeAlias = Callable[[Repository], Provider]
"""What stands in for every provider of a repository whose locks are up to date."""


class Planned(NamedTuple):
    """A plan, the repository it is of with locks up to date, and what it was made from.

    *held* has the zones that would change, *providers* are by name; *stop* ends their waiting.
    """

    plan: Plan
    repository: Repository
    held: Mapping[At, Held]
    providers: Mapping[str, Provider]
    stop: Event

    @property
    def concerned(self) -> Repository:
        """The repository with the zones that would change or have findings; `check` judges those alone."""
        zones = {zone.zone for zone in self.plan.zones if zone.concerned}
        return only(self.repository, zones)


def missing(repository: Repository) -> Mapping[str, Lock]:
    """The locks that lack something the inventory asks for, as they should be, by zone."""
    return {
        zone: new
        for zone, lock in repository.locks.items()
        if (new := updated(lock, repository.desired[zone])) is not lock
    }


def plan(
    run: Run,
    loaded: Repository,
    *,
    locked: bool,
    adopt: bool = False,
    public: Public | None = None,
    writing: AbstractContextManager[None] | None = None,
) -> Planned:
    """The plan of every zone of *loaded* at each of its providers; a zone that can't be read stops no other.

    Lock files are brought up to date on disk, within *writing* where the caller is not `alone` already;
    *locked* refuses that, *adopt* adds what would be drift. With
    *public* no provider is made, and each zone is planned once. Raises `DnsauthError`, before anything is
    written, where a provider can't be made, as without its secret.
    """
    locks = missing(loaded)
    if locks and locked:
        raise DnsauthError(
            f"these locks are out of date: {', '.join(map(lock_file.path, sorted(locks)))}",
            "run `dnsauth lock`, and commit what it writes",
        )
    planned = read(run, replace(loaded, locks={**loaded.locks, **locks}), public=public)
    if adopt:
        planned = _adopt(run, planned)
    seen = {zone.zone for zone in planned.plan.zones if all(one.rule is not UNREAD for one in zone.findings)}
    now = planned.repository.locks
    if changed := {zone: now[zone] for zone in seen if now[zone] is not loaded.locks[zone]}:
        with writing or nullcontext():
            write_locks(run, changed, loaded.locks)
    return planned


def write_locks(run: Run, locks: Mapping[str, Lock], loaded: Mapping[str, Lock]) -> None:
    """Write *locks*, by zone, to their files, and say so; the caller is `alone`.

    Raises `DnsauthError`, and writes none, where a file is no longer the one that was *loaded*: what somebody
    else wrote meanwhile, a key above all, would be lost.
    """
    for zone in locks:
        if not _unchanged(run, loaded[zone]):
            raise DnsauthError(
                f"{lock_file.path(zone)} was changed by somebody else meanwhile, and was left as it is",
                "run it again",
            )
    for zone, lock in sorted(locks.items()):
        write_atomically(run.directory / lock_file.path(zone), lock_file.write(lock))
        if not run.quiet:
            console.talk(safe.line(f"wrote {lock_file.path(zone)}"))


def _unchanged(run: Run, lock: Lock) -> bool:
    path = lock_file.path(lock.zone)
    try:
        text = (run.directory / path).read_bytes()
    except FileNotFoundError:
        return lock == Lock(lock.zone)
    there, problems = lock_file.read(text, path, lock.zone)
    return not problems and lock_file.write(there) == lock_file.write(lock)


def read(
    run: Run,
    repository: Repository,
    touching: Container[str] | None = None,
    public: Public | None = None,
) -> Planned:
    """The plan of *repository*, whose locks are up to date, at each of its providers; nothing is written.

    *touching*: the owner names whose changes are planned; None for all. *public*: as in `plan`.
    """
    inventory = repository.inventory
    stop = Event()
    if public is None:
        pairs = [(zone.name, name) for zone in inventory.zones.values() for name in zone.providers]
        made = _made(run, inventory, dict.fromkeys(name for _, name in pairs), stop)
    else:
        pairs = [(zone.name, ", ".join(zone.providers)) for zone in inventory.zones.values()]
        made = dict.fromkeys((name for _, name in pairs), public(repository))

    def one(at: At) -> tuple[ZonePlan, Held | None]:
        try:
            held = made[at[1]].read(at[0])
        except DnsauthError as error:
            where = inventory.zones[at[0]].where
            return _unread(at, error, where, observed=public is not None), None
        zone = _zone_plan(run, repository, held, touching)
        return zone, held if zone.changes else None  # ten thousand zones that agree need no memory

    found = []
    # one that is busy keeps the others from nothing
    pools = {name: ThreadPoolExecutor(READERS) for name, provider in made.items() if not provider.local}
    try:
        with console.progress("reading zones", quiet=run.quiet) as count:
            reads = [pools[at[1]].submit(one, at) for at in pairs if at[1] in pools]
            far = (read.result() for read in as_completed(reads))
            near = (one(at) for at in pairs if at[1] not in pools)
            for done, result in enumerate(chain(far, near), 1):
                count(done, len(pairs))
                found.append(result)
    except BaseException:  # Ctrl-C waits for no provider
        stop.set()
        raise
    finally:
        for pool in pools.values():
            pool.shutdown(cancel_futures=True)
    whole = judged((zone for zone, _ in found), inventory, run.now)
    return Planned(
        whole, repository, {(h.zone, h.provider): h for _, h in found if h is not None}, made, stop
    )


def _made(run: Run, inventory: Inventory, names: Iterable[str], stop: Event) -> Mapping[str, Provider]:
    """The providers of *inventory* with *names*; each wait for one is said, and *stop* ends it."""
    from dnsauth.octodns.patience import Patience
    from dnsauth.octodns.providers import provider

    def say(text: str) -> None:
        if not run.quiet:
            console.aside(safe.line(text))

    silence_octodns()
    made = {name: provider(name, inventory, os.environ, Patience(name, say, stop)) for name in names}
    if inventory.zones and not made:
        raise DnsauthError(
            "none of these zones has a provider",
            "say `providers:` and `defaults: {provider: NAME}` in dnsauth.yaml, or `provider:` in its file",
        )
    return made


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


def _zone_plan(
    run: Run, repository: Repository, held: Held, touching: Container[str] | None = None
) -> ZonePlan:
    desired, lock = repository.desired[held.zone], repository.locks[held.zone]
    return zone_plan(
        repository.inventory,
        desired,
        lock,
        held,
        lookup=repository.lookup,
        now=run.now,
        beside=flattening(
            repository.inventory.zones[held.zone], repository.flattened, repository.observed, run.now
        ),
        touching=touching,
    )


def _unread(at: At, error: DnsauthError, where: Where, *, observed: bool) -> ZonePlan:
    facts = {"problem": str(error), "hint": error.hint}
    found = Finding(UNREAD, where, at[0], facts, Outcome.NOT_ASSESSED)
    nothing = Held(*at, exists=False, rrsets={}, observed=observed)
    return replace(unjudged((), nothing), findings=(found,))
