"""What a signer has written into its directory, so that it takes away its own and nothing else.

The manifest is written before the first change, with all that is there before or after it, and again when
the new state is in force. Paths of keys are not in it: they follow from names that are checked when it is
read, so that who can write it cannot have other files removed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from dnsauth.errors import DnsauthError
from dnsauth.signers.layout import Entry, misnamed

FORMAT = "dnsauth-signer/1"
MAX_OCTETS = 10_000_000


@dataclass(frozen=True, slots=True)
class Manifest:
    """The keys and tables of a signer; *pending* where a run began that is not known to have ended."""

    cls: str
    entries: tuple[Entry, ...] = ()
    tables: frozenset[str] = frozenset()
    pending: bool = False

    def without(self, wanted: Iterable[Entry]) -> tuple[Entry, ...]:
        """Its keys that are none of *wanted*; none of them signs."""
        ids = {entry.id for entry in wanted}
        return tuple(entry._replace(signs=False) for entry in self.entries if entry.id not in ids)

    def changing(self, entries: Iterable[Entry], tables: Collection[str]) -> Manifest:
        """What may be there while *entries* and *tables* take the place of these."""
        both = {entry.id: entry for entry in (*self.entries, *entries)}
        return replace(
            self, entries=tuple(sorted(both.values())), tables=self.tables.union(tables), pending=True
        )

    def __str__(self) -> str:
        head = {"format": FORMAT, "class": self.cls, "pending": self.pending, "tables": sorted(self.tables)}
        keys = ",".join(f"\n  {json.dumps(entry._asdict())}" for entry in self.entries)
        return f'{json.dumps(head)[:-1]}, "keys": [{keys}\n]}}\n'


def parse(octets: bytes, file: str) -> Manifest:
    """The manifest in *octets*, read from *file*; raises `DnsauthError`."""
    try:
        tree = json.loads(octets)
        if tree["format"] != FORMAT:
            raise _damaged(file, "has another form")
        entries = tuple(
            Entry(_str(key["domain"]), _str(key["selector"]), _str(key["algorithm"]), key["signs"] is True)
            for key in tree["keys"]
        )
        manifest = Manifest(
            _str(tree["class"]), entries, frozenset(map(_str, tree["tables"])), tree["pending"] is True
        )
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _damaged(file, "can't be read") from error
    if any(misnamed(entry) for entry in entries):
        raise _damaged(file, "names what is no key")
    return manifest


def _str(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _damaged(file: str, how: str) -> DnsauthError:
    return DnsauthError(
        f"{file} {how}: it tells which keys and tables dnsauth wrote there",
        "restore it, or move it and the files dnsauth wrote away, and run again",
    )
