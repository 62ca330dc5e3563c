"""Files that are there whole or not at all: locks, plans, receipts."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from dnsauth.errors import DnsauthError


def write_atomically(path: Path, text: str, mode: int = 0o644) -> None:
    """Put *text* at *path* as UTF-8, so that a reader and a crash see the old file or the new one.

    A file that is there keeps its permissions, a new one gets *mode* less the umask; a symbolic link stays
    one, and its target is written. Raises `DnsauthError` where the file can't be written, and leaves nothing
    beside it.
    """
    target = path.resolve()
    temporary = target.with_name(f".dnsauth-{secrets.token_hex(8)}.tmp")
    try:
        kept = _permissions(target)
        try:
            # 0600 until the permissions are right: what is secret at the old path is secret here
            descriptor = os.open(
                temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode if kept is None else 0o600
            )
            with os.fdopen(descriptor, "wb") as file:
                if kept is not None:
                    os.fchmod(descriptor, kept)
                file.write(text.encode())
                file.flush()
                os.fsync(descriptor)
            temporary.replace(target)
        except BaseException:  # Ctrl-C too leaves nothing half-written
            temporary.unlink(missing_ok=True)
            raise
        _sync_directory(target.parent)
    except OSError as error:
        raise DnsauthError(
            f"{path} cannot be written: {error.strerror or error}",
            "check the directory, its permissions and the space on its disk",
        ) from error


def _permissions(target: Path) -> int | None:
    """The permissions of the file at *target*, or None where there is none."""
    try:
        found = target.stat().st_mode
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found):  # renaming over a device or a pipe would replace it
        raise DnsauthError(f"{target} is no regular file", "name a file; a pipe reads the answer from stdout")
    return stat.S_IMODE(found)


def _sync_directory(directory: Path) -> None:
    """Make the renaming last: a directory has its own pages to write."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
