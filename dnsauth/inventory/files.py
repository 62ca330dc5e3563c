"""Which files of a directory say the inventory, and the digest of what they hold."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from typing import NamedTuple

from dnsauth.documents.rules import UNREADABLE
from dnsauth.findings import Finding, Where
from dnsauth.inventory import rules

CONFIG = "dnsauth.yaml"
ZONES = "zones"
SUFFIX = ".yaml"
LOCK_SUFFIX = ".lock.yaml"


class File(NamedTuple):
    """A file: its path, and its path below the directory, with ``/``, as findings call it."""

    path: str
    name: str


class Digest:
    """SHA-256 over files in the order they are added: of each, the name and the octets with their lengths."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, name: str, octets: bytes) -> None:
        """Add one file."""
        label = name.encode("utf-8", "surrogateescape")
        self._hash.update(len(label).to_bytes(8) + label + len(octets).to_bytes(8))
        self._hash.update(octets)

    def hexdigest(self) -> str:
        """The digest, 64 hex digits."""
        return self._hash.hexdigest()


def templates(root: str) -> Iterator[File]:
    """Every file below templates/, sorted, but what editors leave; none where there is no such folder."""
    for folder, folders, files in os.walk(f"{root}/templates"):
        folders.sort()
        below = os.path.relpath(folder, root).replace(os.sep, "/")
        for file in sorted(file for file in files if not file.startswith(".")):
            yield File(f"{folder}/{file}", f"{below}/{file}")


def is_zone_file(name: str) -> bool:
    """True for the *name* of a file that declares zones: people write it, right in the folder."""
    folder, _, file = name.rpartition("/")
    if folder != ZONES or file.startswith("."):
        return False
    return file.endswith(SUFFIX) and not file.endswith(LOCK_SUFFIX)


def zone_files(root: str) -> Iterator[File | Finding]:
    """Every zone file, sorted; a finding where the folder cannot be read, or a file would be passed over."""
    folder = f"{root}/{ZONES}"
    try:
        with os.scandir(folder) as listing:
            found = sorted(entry.name for entry in listing)
    except FileNotFoundError:
        yield Finding(rules.NO_ZONES, Where(ZONES), facts={"directory": root})
        return
    except OSError as error:
        yield Finding(UNREADABLE, Where(ZONES), facts={"reason": error.strerror or str(error)})
        return
    for file in found:
        if file.startswith(".") or file.endswith(LOCK_SUFFIX):
            continue  # editors leave the first, dnsauth writes the second
        name = f"{ZONES}/{file}" if file.isprintable() else f"{ZONES}/{ascii(file)[1:-1]}"
        if file.endswith(SUFFIX):
            yield File(f"{folder}/{file}", name)
        elif file.endswith(".yml"):
            yield Finding(rules.EXTENSION, Where(name), facts={"right": file.removesuffix(".yml") + SUFFIX})
