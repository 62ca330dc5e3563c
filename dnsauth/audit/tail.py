"""A trail's files: whole, and their ends without what stands before."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EINVAL
from pathlib import Path
from stat import S_ISREG

from dnsauth.audit.chain import FILE
from dnsauth.audit.entry import Edited, Entry, NoEntry, Unknown, read
from dnsauth.errors import DnsauthError

_SAFELY = os.O_NOFOLLOW | os.O_CLOEXEC  # a link that a pull request brings leads nowhere


def names(directory: Path) -> tuple[str, ...]:
    """The names of what lies in *directory* but folders and what is hidden, sorted.

    The files of a trail are among them; where there is no such folder there are none. Raises `OSError`.
    """
    try:
        with os.scandir(directory) as listing:
            found = [entry.name for entry in listing if not entry.name.startswith(".") and not entry.is_dir()]
    except FileNotFoundError:
        return ()
    return tuple(sorted(found))


def months(directory: Path) -> tuple[str, ...]:
    """The names of the trail's files in *directory*, oldest first; raises `OSError`."""
    return tuple(name for name in names(directory) if FILE.fullmatch(name))


def whole(path: Path) -> bytes:
    """Every octet of the file *path*; raises `OSError`, also for what is no plain file."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | _SAFELY)  # a FIFO must not hang us
    with open(descriptor, "rb") as file:  # noqa: PTH123  a path would be followed
        if not S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(EINVAL, f"{path.name} is no plain file")
        return file.read()


def last(path: Path) -> Entry | None:
    """The last entry of the file *path*, None where it has no whole line.

    Raises `DnsauthError` where its last line is none, `OSError` where it can't be read.
    """
    descriptor = os.open(path, os.O_RDONLY | _SAFELY)
    try:
        with _mapped(descriptor) as octets:
            end = octets.rfind(b"\n")
            text = octets[octets.rfind(b"\n", 0, end) + 1 : end] if end > 0 else b""
    finally:
        os.close(descriptor)
    if end < 0:
        return None
    try:
        return read(text)
    except (NoEntry, Edited, Unknown):
        raise DnsauthError(
            f"the last line of {path} is no entry that another could follow",
            "`dnsauth audit verify` says what is wrong with the trail",
        ) from None


def cut(path: Path) -> bytes:
    """What stood in the file *path* behind its last line end, and does no more; raises `OSError`."""
    descriptor = os.open(path, os.O_RDWR | _SAFELY)
    try:
        with _mapped(descriptor) as octets:
            end = octets.rfind(b"\n") + 1
            rest = octets[end:]
        if rest:
            os.ftruncate(descriptor, end)
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return rest


def add(path: Path, octets: bytes, mode: int) -> None:
    """Write *octets* at the end of the file *path*, all of them or, where that raises `OSError`, none."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | _SAFELY, mode)
    try:
        before = os.fstat(descriptor).st_size
        try:
            left = memoryview(octets)
            while left:
                left = left[os.write(descriptor, left) :]
            os.fsync(descriptor)
        except OSError:  # as on a full disk
            os.ftruncate(descriptor, before)
            raise
    finally:
        os.close(descriptor)


@contextmanager
def _mapped(descriptor: int) -> Iterator[mmap.mmap | bytes]:
    if not os.fstat(descriptor).st_size:  # which cannot be mapped
        yield b""
        return
    with mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) as octets:
        yield octets
