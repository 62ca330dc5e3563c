"""Which zones a change of the files concerns: those whose plan may be another one than before.

Judged are files alone. A zone whose provider holds something else by now did not change; the full plan finds
it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from dnsauth import names
from dnsauth.catalogue.read import DIRECTORY as SERVICES
from dnsauth.changed.beyond import Change
from dnsauth.desired.fleet import Fleet
from dnsauth.inventory.config import Config
from dnsauth.inventory.files import LOCK_SUFFIX, ZONES
from dnsauth.inventory.model import ReceivesBy, Zone
from dnsauth.inventory.senders import Shared

_NOTHING: frozenset[str] = frozenset()


def concerned(before: Fleet, now: Fleet, files: Collection[str]) -> frozenset[str] | None:
    """The zones of *now* that a change of *files*, by name, since *before* concerns; None for every one.

    Raises `InventoryError` where what has to be read of *now* is wrong.
    """
    old, new = before.part.config, now.part.config
    if old is None or new is None or before.wrong or _common(old) != _common(new):
        return None
    change = Change(before, now)
    zones = _files(before, now, files) | _shared(before, now, old, new) | _services(now, old, new, files)
    if before.observed != now.observed:
        zones |= change.observed()
    while more := change.looking(zones):
        zones |= more
    zones |= change.publishing(zones) | _waived(now, old, new)
    if change.unsure(zones):
        return None
    return zones & now.part.zones.keys()


def _common(config: Config) -> Config:
    """What of dnsauth.yaml concerns every zone."""
    # a notice or an exception of one zone is no other zone's
    return replace(config, shared={}, waivers=(), notify=(), audit=None)


def _files(before: Fleet, now: Fleet, files: Collection[str]) -> frozenset[str]:
    """The zones whose own files changed, and those above a zone that came or went."""
    locks = {
        f"{name.removeprefix(f'{ZONES}/').removesuffix(LOCK_SUFFIX)}."
        for name in files
        if name.startswith(f"{ZONES}/") and name.endswith(LOCK_SUFFIX)
    }
    moved = now.part.zones.keys() ^ before.part.zones.keys()
    return before.part.named(files) | now.part.named(files) | locks | now.above(moved)


def _shared(before: Fleet, now: Fleet, old: Config, new: Config) -> frozenset[str]:
    """The zones that say something else because a sender of dnsauth.yaml does."""
    names = {
        name
        for name in old.shared.keys() | new.shared.keys()
        if _form(old.shared.get(name)) != _form(new.shared.get(name))
    }
    if not names:
        return _NOTHING
    zones = now.part.named(now.part.texts.speaking_of(names))
    then, since = (side.part.inventory(zones)[0].zones for side in (before, now))
    return frozenset(zone for zone in zones if then.get(zone) != since[zone])


def _form(shared: Shared | None) -> object:
    return shared and shared.form


def _services(now: Fleet, old: Config, new: Config, files: Collection[str]) -> frozenset[str]:
    """The zones that use a service whose definition changed."""
    services = {
        name.removeprefix(f"{SERVICES}/").removesuffix(".yaml")
        for name in files
        if name.startswith(f"{SERVICES}/")
    }
    if not services:
        return _NOTHING
    senders = {
        name
        for name, shared in (*old.shared.items(), *new.shared.items())
        if (shared.form.service or name) in services
    }
    zones = now.part.named(now.part.texts.speaking_of(services | senders))
    read = now.part.inventory(zones)[0].zones
    return frozenset(zone for zone in zones if not services.isdisjoint(_used(read[zone])))


def _used(zone: Zone) -> set[str]:
    senders = {sender.service for domain in zone.domains for sender in domain.senders}
    return senders | {
        domain.receives.service for domain in zone.domains if isinstance(domain.receives, ReceivesBy)
    }


def _waived(now: Fleet, old: Config, new: Config) -> frozenset[str]:
    """The zones a waiver speaks of that came, went or moved: a plan names its line."""
    homes = (
        names.deepest(one.domain, now.part.zones) for one in frozenset(old.waivers) ^ frozenset(new.waivers)
    )
    return frozenset(home for home in homes if home is not None)
