"""Files that are there whole or not at all: locks, plans, receipts; and one writer at a time."""

from __future__ import annotations

import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
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
        sync_directory(target.parent)
    except OSError as error:
        raise _unwritten(path, error) from error


def create_atomically(path: Path, octets: bytes, mode: int = 0o644) -> bool:
    """Put *octets* at *path* whole or not at all, with *mode* less the umask.

    Of two who do it at once one gets True; False where anything stands there, be it a link to nothing. Raises
    `DnsauthError` where the file can't be written. Who is killed may leave one of `leftovers` behind.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with os.fdopen(descriptor, "wb") as file:
                file.write(octets)
                file.flush()
                os.fsync(descriptor)
            os.link(temporary, path)  # unlike renaming, it takes nobody's place
        except FileExistsError:
            return False
        finally:  # after Ctrl-C too
            temporary.unlink(missing_ok=True)
        sync_directory(path.parent)
    except OSError as error:
        raise _unwritten(path, error) from error
    return True


def leftovers(path: Path) -> Iterator[Path]:
    """What `create_atomically` of *path* left beside it when it was killed; it may hold the same octets."""
    return path.parent.glob(f".{escape(path.name)}.*.tmp")


@contextmanager
def one_at_a_time(path: Path, who: str) -> Iterator[None]:
    """Hold the file at *path*, which says *who* does, until the block ends; then it is gone.

    Raises `DnsauthError` with who holds it, where somebody does, or where it can't be made; what a killed
    process left behind holds nothing.
    """
    descriptor = _held(path)
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{who}\n".encode(), 0)
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


@contextmanager
def in_turn(path: Path) -> Iterator[None]:
    """Hold the file at *path* until the block ends, waiting for whoever does; for what takes no time.

    Raises `DnsauthError` where it can't be made.
    """
    descriptor = _held(path, waits=True)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def _held(path: Path, *, waits: bool = False) -> int:
    """The descriptor of the file at *path*, locked; who *waits* gets it after whoever holds it."""
    while True:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise _unwritten(path, error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
            if os.path.samestat(os.fstat(descriptor), os.stat(path)):  # noqa: PTH116  beside fstat
                return descriptor
        except FileNotFoundError:  # whoever held it has just finished
            pass
        except OSError:
            holder = os.pread(descriptor, 200, 0).decode("utf-8", "replace").strip() or "another process"
            os.close(descriptor)
            raise DnsauthError(
                f"{holder} is at work here, and nothing was done",
                "wait until it has finished, and run it again",
            ) from None
        os.close(descriptor)


def _unwritten(path: Path, error: OSError) -> DnsauthError:
    return DnsauthError(
        f"{path} cannot be written: {error.strerror or error}",
        "check the directory, its permissions and the space on its disk",
    )


def _permissions(target: Path) -> int | None:
    """The permissions of the file at *target*, or None where there is none."""
    try:
        found = target.stat().st_mode
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found):  # renaming over a device or a pipe would replace it
        raise DnsauthError(f"{target} is no regular file", "name a file; a pipe reads the answer from stdout")
    return stat.S_IMODE(found)


def sync_directory(directory: Path) -> None:
    """Make the renaming last: a directory has its own pages to write."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
