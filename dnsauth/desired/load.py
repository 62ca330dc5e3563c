"""Everything the files of a directory say, read and put together at once."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, TypeVar

from dnsauth import names
from dnsauth.catalogue.model import Catalogue
from dnsauth.catalogue.read import read as read_catalogue
from dnsauth.desired.derive import derive
from dnsauth.desired.flatten import Flat, answers
from dnsauth.desired.locks import updated
from dnsauth.desired.model import Desired
from dnsauth.documents import octets
from dnsauth.findings import Finding, InventoryError, Rule, Severity, Where
from dnsauth.inventory.model import Inventory
from dnsauth.inventory.read import read as read_inventory
from dnsauth.lock import file as lock_file
from dnsauth.lock import observed_file
from dnsauth.lock.keys import Key
from dnsauth.lock.model import Lock
from dnsauth.lock.observed import Observed
from dnsauth.spf.lookup import Lookup, overlaid

LCK003 = Rule(
    "LCK003",
    Severity.ERROR,
    "this lock has no zone file: records of ours may still stand in {zone}",
    "write zones/{zone}.yaml with `domains: {{}}` to retire them, or run `dnsauth lock --release {zone}` "
    "to forget them and leave them standing",
)


_V = TypeVar("_V")


class LockText(NamedTuple):
    """A lock file's name and its octets."""

    file: str
    text: bytes


@dataclass(frozen=True, slots=True)
class Repository:
    """A directory of files: what people declare, what it asks of DNS, and the locks as they stand."""

    inventory: Inventory
    catalogue: Catalogue
    desired: Mapping[str, tuple[Desired, ...]]
    locks: Mapping[str, Lock]
    findings: tuple[Finding, ...]
    """What the files' readers found that stops nothing."""
    observed: Observed
    """What third parties published when they were last asked."""
    flattened: Mapping[str, Flat]
    """The SPF record of each mail domain, with addresses where senders say `flatten`."""
    lookup: Lookup
    """DNS for SPF as it will be: what is desired, else what was observed."""


def load(directory: Path) -> Repository:
    """The repository at *directory*; raises `InventoryError` with every problem of every file."""
    inventory, wrong = read_inventory(directory)
    services, wrong_services = read_catalogue(directory)
    observed, wrong_observed = observed_file.read(directory)
    locks, unread = lock_files(directory, inventory.zones)
    wrong = (*wrong, *wrong_services, *wrong_observed, *unread)
    return put_together(inventory, services, observed, locks, wrong=wrong, lookup=observed.lookup)


def put_together(
    inventory: Inventory,
    catalogue: Catalogue,
    observed: Observed,
    locks: Mapping[str, LockText],
    *,
    wrong: tuple[Finding, ...],
    lookup: Lookup,
) -> Repository:
    """The repository these make, in which *wrong* was found before.

    *lookup* says what stands at names the *inventory* says nothing of. Raises `InventoryError`.
    """
    # only keys come before what is desired: a lock without them may be what would be written anyway
    read = with_keys(locks)
    keyed = {zone: lock.keys for zone, (lock, _) in read.items()}
    desired, contrary, flattened = derive(inventory, catalogue, observed, keyed, lookup)
    found, wrong_locks = _locks(locks, desired, read)
    findings = (*wrong, *contrary, *wrong_locks)
    if any(finding.stops for finding in findings):
        raise InventoryError(findings)
    then = overlaid(lookup, answers(desired))
    return Repository(inventory, catalogue, desired, found, findings, observed, flattened, then)


def only(repository: Repository, zones: Collection[str]) -> Repository:
    """*repository* with *zones* alone; what they ask of each other's names stays."""
    inventory = repository.inventory
    waivers = tuple(one for one in inventory.waivers if names.deepest(one.domain, zones))
    return replace(
        repository,
        inventory=replace(inventory, zones=_only(inventory.zones, zones), waivers=waivers, whole=False),
        desired=_only(repository.desired, zones),
        locks=_only(repository.locks, zones),
    )


def _only(mapping: Mapping[str, _V], keys: Collection[str]) -> Mapping[str, _V]:
    return {key: mapping[key] for key in mapping if key in keys}


def rekeyed(repository: Repository, keys: Mapping[str, tuple[Key, ...]]) -> Repository:
    """*repository*, which is whole, with *keys*, by zone, in place of those its locks have.

    Its locks record what is desired then. Raises `InventoryError`.
    """
    locks = {
        zone: replace(lock, keys=keys[zone]) if zone in keys else lock
        for zone, lock in repository.locks.items()
    }
    inventory, observed = repository.inventory, repository.observed
    keyed = {zone: lock.keys for zone, lock in locks.items() if lock.keys}
    desired, contrary, flattened = derive(inventory, repository.catalogue, observed, keyed)
    if any(finding.stops for finding in contrary):
        raise InventoryError(contrary)
    return replace(
        repository,
        desired=desired,
        locks={zone: updated(lock, desired[zone]) for zone, lock in locks.items()},
        flattened=flattened,
        lookup=overlaid(observed.lookup, answers(desired)),
    )


_KEYS = b"\nkeys:\n"


def with_keys(locks: Mapping[str, LockText]) -> Mapping[str, tuple[Lock, tuple[Finding, ...]]]:
    """Those of *locks* that hold keys, read, with what is wrong in them."""
    return {zone: lock_file.read(text, file, zone) for zone, (file, text) in locks.items() if _KEYS in text}


def lock_files(
    directory: Path, zones: Collection[str], *, read: bool = True
) -> tuple[Mapping[str, LockText], tuple[Finding, ...]]:
    """The lock file of each of *zones* that has one, if they are to be *read*.

    A lock that is of none of *zones* is a finding.
    """
    found: dict[str, LockText] = {}
    findings: list[Finding] = []
    try:
        files = sorted(entry.name for entry in os.scandir(directory / "zones"))
    except OSError:
        return found, ()  # the inventory says it
    for name in files:
        if not name.endswith(lock_file.SUFFIX):
            continue
        bare = name.removesuffix(lock_file.SUFFIX)
        zone, file = f"{bare}.", f"zones/{name}"
        if zone not in zones:
            findings.append(Finding(LCK003, Where(file), zone, {"zone": bare}))
        elif read:
            text = lock_text(directory, zone)
            if isinstance(text, Finding):
                findings.append(text)
            else:
                found[zone] = text
    return found, tuple(findings)


def lock_text(directory: Path, zone: str) -> LockText | Finding:
    """The lock file of *zone*, or why it can't be read."""
    file = lock_file.path(zone)
    text = octets(f"{directory}/{file}", file)
    return text if isinstance(text, Finding) else LockText(file, text)


def _locks(
    files: Mapping[str, LockText],
    desired: Mapping[str, tuple[Desired, ...]],
    read: Mapping[str, tuple[Lock, tuple[Finding, ...]]],
) -> tuple[Mapping[str, Lock], tuple[Finding, ...]]:
    locks = {zone: Lock(zone) for zone in desired}
    findings: list[Finding] = []
    for zone, (file, text) in files.items():
        fresh = Lock(zone) if zone in read else updated(Lock(zone), desired[zone])
        if text == lock_file.write(fresh).encode():  # as in nearly all zones of nearly all runs
            locks[zone] = fresh
            continue
        locks[zone], problems = read.get(zone) or lock_file.read(text, file, zone)
        findings.extend(problems)
    return locks, tuple(findings)
