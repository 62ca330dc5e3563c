"""What lies in key stores that keep files as they are, and who may read it."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from dnsauth.checks.offline.key_stores import KeyFile, directories
from dnsauth.inventory.model import Inventory


def listed(inventory: Inventory) -> Iterator[KeyFile]:
    """The key files that can be seen from here, by store and path; what can't be seen others can't either."""
    for store, directory in directories(inventory):
        yield from _below(store, inventory.directory / directory, directory)


def _below(store: str, directory: Path, shown: str) -> Iterator[KeyFile]:
    try:
        for path in sorted(directory.glob("*/*.pem")):
            mode = path.lstat().st_mode
            if stat.S_ISREG(mode):
                above = (directory.stat().st_mode, path.parent.stat().st_mode)
                yield KeyFile(store, f"{shown}/{path.relative_to(directory)}", mode, above)
    except OSError:
        return
