"""The directory of a signer, which root may write and a daemon may own: no link below it is followed.

`dnsauth.files` follows links, as a person's files want it; here one could have root write or remove any file.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from dnsauth.errors import DnsauthError
from dnsauth.files import one_at_a_time

MAX_OCTETS = 16_000_000  # of a table or manifest; a hundred thousand keys have less
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Access(NamedTuple):
    """Who may read a file; an owner or group of None is who writes it."""

    mode: int
    owner: int | None = None
    group: int | None = None


class Held(NamedTuple):
    """A file as it stands."""

    octets: bytes
    access: Access

    def is_as(self, octets: bytes, access: Access) -> bool:
        """True where it holds *octets* and has every permission and owner that *access* tells."""
        return (
            octets == self.octets
            and access.mode == self.access.mode
            and access.owner in (None, self.access.owner)
            and access.group in (None, self.access.group)
        )


class Place:
    """A directory; paths are below it, and ``/`` parts them. What fails raises `DnsauthError`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @contextmanager
    def locked(self, who: str) -> Iterator[None]:
        """Keep other runs of signer *who* out until the block ends."""
        if not self.directory.is_dir():
            raise DnsauthError(
                f"signer {who}: there is no directory {self.directory}",
                "make it, or correct `directory`; dnsauth does not, for no daemon would read a misspelt one",
            )
        with ExitStack() as held:
            with self._told(".", "written to"):
                held.enter_context(one_at_a_time(self.directory / f".dnsauth-{who}.lock", f"signer {who}"))
            yield

    def read(self, path: str) -> Held | None:
        """The file at *path*, or None where there is none."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # opening a pipe would wait
        with self._told(path, "read"):
            try:
                with self._parent(path) as parent:
                    descriptor = os.open(_name(path), flags, dir_fd=parent)
            except FileNotFoundError:
                return None
            with os.fdopen(descriptor, "rb") as file:
                found = os.fstat(descriptor)
                if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_OCTETS:
                    raise OSError(errno.EINVAL, "no file of a signer's")
                access = Access(stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid)
                return Held(file.read(), access)

    def write(self, path: str, octets: bytes, access: Access) -> None:
        """Put *octets* at *path*, so that a reader and a crash see the old file or the new one.

        A crash may leave a file beside it, which the next writing or removal takes away.
        """
        with self._told(path, "written"), self._parent(path, make=True) as parent:
            new = _new(path)
            with suppress(FileNotFoundError):
                os.unlink(new, dir_fd=parent)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(new, flags, 0o600, dir_fd=parent)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    made = os.fstat(descriptor)
                    owner, group = (
                        has if wanted is None else wanted
                        for has, wanted in zip((made.st_uid, made.st_gid), access[1:], strict=True)
                    )
                    if (owner, group) != (made.st_uid, made.st_gid):
                        os.fchown(descriptor, owner, group)
                    os.fchmod(descriptor, access.mode)
                    file.write(octets)
                    file.flush()
                    os.fsync(descriptor)
                os.rename(new, _name(path), src_dir_fd=parent, dst_dir_fd=parent)
            except BaseException:  # Ctrl-C too leaves nothing beside it
                with suppress(FileNotFoundError):
                    os.unlink(new, dir_fd=parent)
                raise
            os.fsync(parent)

    def remove(self, path: str) -> None:
        """Take away *path*, and the directories it leaves empty; what is not there is no failure."""
        with self._told(path, "removed"), suppress(FileNotFoundError):
            with self._parent(path) as parent:
                for name in (_new(path), _name(path)):
                    with suppress(FileNotFoundError):
                        os.unlink(name, dir_fd=parent)
                os.fsync(parent)
            while path := _folder(path):
                with self._parent(path) as parent:
                    try:
                        os.rmdir(_name(path), dir_fd=parent)
                    except OSError:  # others have files there
                        return

    @contextmanager
    def _parent(self, path: str, *, make: bool = False) -> Iterator[int]:
        """The open directory that holds *path*, made where *make* says so; raises FileNotFoundError."""
        with ExitStack() as opened:
            at = _open(self.directory, None, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, opened)
            for name in filter(None, _folder(path).split("/")):
                try:
                    at = _open(name, at, _DIRECTORY, opened)
                except FileNotFoundError:
                    if not make:
                        raise
                    os.mkdir(name, 0o755, dir_fd=at)
                    os.fsync(at)
                    at = _open(name, at, _DIRECTORY, opened)
                    os.fchmod(at, 0o755)  # whatever the umask: a daemon reads its keys there
            yield at

    @contextmanager
    def _told(self, path: str, doing: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            odd = error.errno in (errno.ELOOP, errno.ENOTDIR)
            reason = "part of it is a symbolic link, or no directory" if odd else error.strerror
            raise DnsauthError(
                f"{self.directory}/{path} can't be {doing}: {reason}",
                "a signer's directory holds files and directories; check them, and who may write there",
            ) from error


def _open(path: str | Path, at: int | None, flags: int, opened: ExitStack) -> int:
    descriptor = os.open(path, flags, dir_fd=at)
    opened.callback(os.close, descriptor)
    return descriptor


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _new(path: str) -> str:
    """What *path* is called until it is whole: no label of a name begins so."""
    return f".{_name(path)}.new"
