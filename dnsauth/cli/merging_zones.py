"""What ``dnsauth import`` finds in the directory, and writes there: files that are there are merged into."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from dnsauth import documents, names
from dnsauth.adopt.merge import Standing
from dnsauth.adopt.model import Adopted, Around
from dnsauth.cli.options import Run
from dnsauth.desired.load import load
from dnsauth.errors import DnsauthError
from dnsauth.files import create_atomically, write_atomically
from dnsauth.findings import Finding, InventoryError
from dnsauth.inventory.config import Config
from dnsauth.inventory.files import CONFIG
from dnsauth.inventory.model import Zone
from dnsauth.inventory.read import configuration
from dnsauth.inventory.read import read as read_inventory
from dnsauth.inventory.sense import Declared
from dnsauth.lock import file as lock_file


def config(run: Run) -> tuple[Declared | None, Config]:
    """What dnsauth.yaml declares, nothing where there is none; raises `InventoryError` where it is wrong."""
    path = run.directory / CONFIG
    if not path.exists():
        return None, Config()
    declared, found, wrong = configuration(path.read_bytes())
    if found is None:
        raise InventoryError(wrong)
    return declared, found


def around(run: Run, zones: Collection[str]) -> tuple[Around, Mapping[str, str]]:
    """What is there before *zones* are imported, and why files of some of them are not merged into."""
    declared, shared = config(run)
    there = read_inventory(run.directory)[0].zones
    mine = {zone: there[zone] for zone in zones if zone in there}
    if not mine:
        return Around(declared, shared, there), {}
    unmerged = {zone: why for zone, one in mine.items() if (why := _several(one, there))}
    try:
        repository = load(run.directory)
    except InventoryError as error:
        first = error.findings[0]
        why = f"the inventory has errors, and nothing is merged into such files: {first}; see `dnsauth check`"
        return Around(declared, shared, there), dict.fromkeys(mine, why)
    standing = {}
    for zone, one in mine.items():
        octets = documents.octets(run.directory / one.where.file, one.where.file)
        if zone not in unmerged and not isinstance(octets, Finding):
            lock, desired = repository.locks[zone], repository.desired[zone]
            standing[zone] = Standing(one.where.file, octets, one, desired, lock)
    others = {name: one for name, one in there.items() if name not in standing}
    keys = {zone: lock.keys for zone, lock in repository.locks.items()}
    return Around(declared, shared, others, standing, repository.observed, keys), unmerged


def _several(zone: Zone, there: Mapping[str, Zone]) -> str:
    same = [one.name for one in there.values() if one.where.file == zone.where.file]
    if len(same) < 2:
        return ""
    shown = ", ".join(map(names.readable, same[:3]))
    return (
        f"{zone.where.file} serves several zones ({shown}): what one of them lacks may not be for the others"
    )


def write(run: Run, file: str, standing: Standing | None, result: Adopted) -> None:
    """Write the *file* of *result*, and its lock; raises `DnsauthError` where that is not as it was read."""
    path, lock = run.directory / file, run.directory / lock_file.path(result.zone)
    if standing is None:
        if not create_atomically(path, result.text.encode()):
            raise DnsauthError(f"{path} was made meanwhile", "import again: it is merged into")
        create_atomically(lock, lock_file.write(result.lock).encode())
        return
    if path.read_bytes() != standing.octets:
        raise DnsauthError(f"{path} was changed meanwhile", "import again: nothing was written there")
    if standing.octets.decode() != result.text:
        write_atomically(path, result.text)
    if standing.lock != result.lock:
        write_atomically(lock, lock_file.write(result.lock))
