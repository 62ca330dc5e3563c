"""Files of keys, ``DIRECTORY/DOMAIN/SELECTOR.SUFFIX``: created once, whole, and through no symbolic link."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dnsauth import files
from dnsauth.errors import DnsauthError
from dnsauth.keys.name import KeyName, known

LARGEST = 1 << 16  # octets; no key is larger, encrypted to however many


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """A directory of key files; they get *mode* and their directories *directory_mode*, less the umask."""

    directory: Path
    suffix: str
    mode: int
    directory_mode: int

    def create(self, key: KeyName, octets: bytes) -> bool:
        """Put *octets* there whole; False where a file is there already. Raises `DnsauthError`."""
        path = self._path(key)
        with _told(path.parent, "made"):
            for directory in (self.directory, path.parent):
                if not directory.is_dir():
                    directory.mkdir(self.directory_mode, parents=True, exist_ok=True)
                    files.sync_directory(directory.parent)
            _real(path.parent)
        return files.create_atomically(path, octets, self.mode)

    def read(self, key: KeyName) -> bytes | None:
        """What the file of *key* holds, or None where there is none. Raises `DnsauthError`."""
        path = self._path(key)
        with _told(path, "read"):
            try:
                _real(path.parent)
                descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            except FileNotFoundError:
                return None
            with os.fdopen(descriptor, "rb") as file:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise DnsauthError(f"{path} is no regular file", "look who put it there")
                return file.read(LARGEST)

    def names(self) -> tuple[str, ...]:
        """The names of keys that have a file, sorted; what else lies there is passed over."""
        with _told(self.directory, "read"):
            return tuple(sorted(filter(None, self._named())))

    def delete(self, key: KeyName) -> None:
        """Take the file of *key* away, and what a killed `create` left of it. Raises `DnsauthError`."""
        path = self._path(key)
        with _told(path, "deleted"):
            try:
                _real(path.parent)
            except FileNotFoundError:
                return
            for each in (path, *files.leftovers(path)):
                each.unlink(missing_ok=True)
            files.sync_directory(path.parent)

    def _path(self, key: KeyName) -> Path:
        return self.directory / key.domain / f"{key.selector}{self.suffix}"

    def _named(self) -> Iterator[str]:
        if not self.directory.exists():
            return
        with os.scandir(self.directory) as domains:
            for domain in domains:
                if domain.is_dir(follow_symlinks=False):
                    with os.scandir(domain) as found:
                        for file in found:
                            if file.name.endswith(self.suffix) and file.is_file(follow_symlinks=False):
                                yield known(file.name.removesuffix(self.suffix), domain.name)


def _real(directory: Path) -> None:
    """Raise `DnsauthError` where *directory*, of a domain, is a symbolic link; OSError where it is absent."""
    if stat.S_ISLNK(directory.lstat().st_mode):
        raise _link(directory)


def _link(path: Path) -> DnsauthError:
    return DnsauthError(
        f"{path} is a symbolic link, and no key is read or written through one",
        "put the keys there themselves, and look who made the link",
    )


@contextmanager
def _told(path: Path, done: str) -> Iterator[None]:
    """What the system says inside, as an error that names *path*."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise _link(path) from error
        raise DnsauthError(
            f"{path} cannot be {done}: {error.strerror or error}",
            "check the directory and its permissions",
        ) from error
