"""Key records pushed without the rest of a plan, as the lock that was merged records them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from dnsauth.apply.receipt import Receipt
from dnsauth.cli import applying, git, planning
from dnsauth.cli.options import Run
from dnsauth.cli.rotating import Rings
from dnsauth.desired.load import Repository, only, rekeyed
from dnsauth.lock import file as lock_file
from dnsauth.lock.keys import Key


class Pushed(NamedTuple):
    """What was pushed, and the exit code that stands for it."""

    receipt: Receipt
    code: int


def merged(run: Run, of: Rings) -> Mapping[str, tuple[Key, ...]]:
    """The keys of each zone as the lock of HEAD records them; outside Git as the one on disk does."""
    files = git.merged(run.directory)
    if files is None:
        return of.keys
    found: dict[str, tuple[Key, ...]] = {}
    for zone in of.zones:
        path = lock_file.path(zone)
        found[zone] = lock_file.read(files[path], path, zone)[0].keys if path in files else ()
    return found


def pushed(run: Run, of: Rings, keys: Mapping[str, tuple[Key, ...]], *, timeout: float) -> Pushed | None:
    """What came of making the records of *keys* stand at the providers; None where they stand already.

    Nothing else of the plan is written. Raises `DnsauthError` where no provider can be made.
    """
    owners = {key.owner for mine in keys.values() for key in mine}
    homes = {of.home(key, zone) for zone, mine in keys.items() for key in mine}
    if not homes:
        return None
    planned = planning.read(run, _with(of, keys, homes), owners)
    if not any(zone.changes or zone.stopped for zone in planned.plan.zones):
        return None
    receipt = applying.applied(run, planned, timeout=timeout)
    code = applying.recorded(run, planned, receipt)
    applying.kept(run, receipt)
    return Pushed(receipt, code)


def _with(of: Rings, keys: Mapping[str, tuple[Key, ...]], homes: set[str]) -> Repository:
    whole = rekeyed(of.repository, {zone: mine for zone, mine in keys.items() if mine})
    return only(whole, homes)
