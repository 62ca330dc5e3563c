"""Where private keys are kept: stores that do not encrypt, and files that others may read."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath
from typing import NamedTuple

from dnsauth import environment
from dnsauth.checks.offline.view import ZoneView
from dnsauth.checks.rules.keys import FILE_OPEN, STORE_IN_CLEAR
from dnsauth.findings import Finding, Where
from dnsauth.inventory.model import Inventory
from dnsauth.rotation.policies import policies

_IN_CLEAR = "file"  # the class of stores that keep PEM files as they are (`dnsauth.keys.file`)
_WHAT = {stat.S_IROTH: "read", stat.S_IWOTH: "change"}
_OWNER = stat.S_IRUSR | stat.S_IWUSR


class KeyFile(NamedTuple):
    """A file of key store *store*: its *path*, its permissions, and those of the *directories* it is in."""

    store: str
    path: str
    mode: int
    directories: tuple[int, ...] = ()


def directories(inventory: Inventory) -> Iterator[tuple[str, str]]:
    """The stores that keep keys in the clear, each with its directory as dnsauth.yaml names it."""
    for name, settings in inventory.key_stores.items():
        directory = settings.get("directory")
        if settings.get("class") != _IN_CLEAR or not isinstance(directory, str):
            continue
        if not directory.startswith(environment.PREFIX):
            yield name, directory


def beside_inventory(views: Sequence[ZoneView]) -> Iterator[Finding]:
    """The stores that keep keys in the clear below the inventory's directory, each at its first sender."""
    if not views:
        return
    inside = {name: path for name, path in directories(views[0].inventory) if _is_inside(path)}
    for view in views:
        if not inside:
            return
        places = {
            (domain.name, one.name): one.where for domain in view.zone.domains for one in domain.senders
        }
        for at, policy in policies(view.zone, view.inventory).items():
            if directory := inside.pop(policy.store, ""):
                facts = {"store": policy.store, "directory": directory}
                yield Finding(STORE_IN_CLEAR, places[at], policy.domain, facts)


def _is_inside(directory: str) -> bool:
    path = PurePath(directory)
    return not path.is_absolute() and ".." not in path.parts


def open_files(files: Iterable[KeyFile]) -> Iterator[Finding]:
    """Those of *files* that everybody on the machine may read or change, at their own path."""
    for file in files:
        may = [word for bit, word in _WHAT.items() if file.mode & bit]
        if may and all(mode & stat.S_IXOTH for mode in file.directories):
            mode, right = (f"{stat.S_IMODE(bits):04o}" for bits in (file.mode, file.mode & _OWNER))
            facts = {"path": file.path, "what": " and ".join(may), "mode": mode, "right": right}
            yield Finding(FILE_OPEN, Where(file.path), "", {**facts, "store": file.store})
