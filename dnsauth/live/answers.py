"""What was resolved so far, as a `dnsauth.spf.Lookup`: many names at once, or one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from dnsauth.live.resolution import Asked, Resolution, Resolved, unlearned
from dnsauth.spf.lookup import NoSuchName, NotLooked, TempError

Resolve: TypeAlias = Callable[[Iterable[Asked]], Mapping[Asked, Resolution]]


class Answers:
    """The answers of *resolve*, each asked for once."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self.resolutions: dict[Asked, Resolution] = {}

    def fetch(self, names: Iterable[tuple[str, str]]) -> None:
        """Ask for all *names* and types that are not known yet."""
        wanted = [asked for name in names if (asked := Asked(*name)) not in self.resolutions]
        self.resolutions |= self._resolve(wanted)

    def known(self, name: str, type: str) -> tuple[str, ...]:
        """A Lookup that asks nobody: raises `NotLooked` for what was not fetched."""
        match self.resolutions.get(Asked(name, type)):
            case None:
                raise NotLooked(f"{name} {type} was not asked yet")
            case Resolved(exists=False):
                raise NoSuchName(f"{name} does not exist (NXDOMAIN)")
            case Resolved(values):
                return values
            case said:
                raise TempError(unlearned(said))

    def lookup(self, name: str, type: str) -> tuple[str, ...]:
        """A Lookup that asks for what is not known yet."""
        self.fetch(((name, type),))
        return self.known(name, type)
