"""Everything the files of a directory say, read and put together at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

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
    desired, contrary, flattened = derive(inventory, services, observed)
    locks, wrong_locks = _locks(directory, desired)
    findings = (*wrong, *wrong_services, *contrary, *wrong_locks, *wrong_observed)
    if any(finding.stops for finding in findings):
        raise InventoryError(findings)
    lookup = overlaid(observed.lookup, answers(desired))
    return Repository(inventory, services, desired, locks, findings, observed, flattened, lookup)


def _locks(
    directory: Path, desired: Mapping[str, tuple[Desired, ...]]
) -> tuple[Mapping[str, Lock], tuple[Finding, ...]]:
    locks = {zone: Lock(zone) for zone in desired}
    findings: list[Finding] = []
    try:
        files = sorted(entry.name for entry in os.scandir(directory / "zones"))
    except OSError:
        return locks, ()  # the inventory says it
    for name in files:
        if not name.endswith(lock_file.SUFFIX):
            continue
        bare = name.removesuffix(lock_file.SUFFIX)
        zone, file = f"{bare}.", f"zones/{name}"
        if zone not in locks:
            findings.append(Finding(LCK003, Where(file), zone, {"zone": bare}))
            continue
        text = octets(f"{directory}/{file}", file)
        if isinstance(text, Finding):
            findings.append(text)
            continue
        fresh = updated(Lock(zone), desired[zone])
        if text == lock_file.write(fresh).encode():  # as in nearly all zones of nearly all runs
            locks[zone] = fresh
            continue
        locks[zone], problems = lock_file.read(text, file, zone)
        findings.extend(problems)
    return locks, tuple(findings)
