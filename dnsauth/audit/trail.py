"""The trail on disk: one file a month, written at its end alone, by one writer at a time.

A line is in its file, and the file in its folder, before `append` returns. Who is killed leaves at most one
half-written line, which the next writer cuts off and tells of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from dnsauth.audit import tail
from dnsauth.audit.chain import FILE
from dnsauth.audit.entry import (
    ZEROS,
    Edited,
    Entry,
    NoEntry,
    Unknown,
    Who,
    line,
    read,
    sealed,
    waivers_digest,
)
from dnsauth.audit.events import Event, Pruned, Repaired, Waived, Waiver
from dnsauth.errors import DnsauthError
from dnsauth.files import in_turn, sync_directory

LOCK = ".writing"
MODE = 0o644


class Stamp(NamedTuple):
    """What every entry of one command says of it, as in `Entry`."""

    at: datetime
    who: Who
    command: str
    version: str
    inventory: str


class Appended(NamedTuple):
    """The entries that were written, and the line that had to be cut off first."""

    entries: tuple[Entry, ...]
    repaired: Repaired | None


def files(directory: Path, shown: str) -> Iterator[tuple[str, bytes]]:
    """What lies in *directory*, file by file in the order of names: its path below *shown*, and its octets.

    Of a file that is none of a trail they are left out.

    Raises `DnsauthError` where it can't be read.
    """
    with _refusing(directory):
        for name in tail.names(directory):
            yield f"{shown}/{name}", tail.whole(directory / name) if FILE.fullmatch(name) else b""


def append(directory: Path, stamp: Stamp, events: Sequence[Event], waivers: tuple[Waiver, ...]) -> Appended:
    """Write an entry for each of *events*, and before them one for *waivers* that came or went.

    Raises `DnsauthError` where they can't be written, and leaves what stands as it is.
    """
    with _refusing(directory):
        if not directory.is_dir():
            directory.mkdir(parents=True, exist_ok=True)
            sync_directory(directory.parent)
        with in_turn(directory / LOCK):
            last, repaired = _end(directory)
            before: list[Event] = [] if repaired is None else [repaired]
            if (last.waivers if last else waivers_digest(())) != waivers_digest(waivers):
                before.append(_waived(directory, waivers))
            entries = _chained(last, stamp, (*before, *events), waivers)
            _write(directory, entries)
    return Appended(entries, repaired)


def expired(directory: Path, before: datetime) -> tuple[str, ...]:
    """The oldest files whose every entry is of a time *before*, but never the last file."""
    found: list[str] = []
    with _refusing(directory):
        for name in tail.months(directory)[:-1]:
            last = tail.last(directory / name)
            if last is not None and last.at >= before:
                break
            found.append(name)
    return tuple(found)


def prune(directory: Path, stamp: Stamp, gone: Sequence[str], waivers: tuple[Waiver, ...]) -> Entry:
    """The entry that tells of it, once the files *gone*, the oldest of the trail, are removed.

    Raises `DnsauthError` where that can't be done.
    """
    with _refusing(directory):
        entries = (tail.last(directory / name) for name in reversed(gone))
        last = next((one for one in entries if one is not None), None)
        if last is None:
            raise DnsauthError(f"{', '.join(gone)} in {directory} hold no entry", "delete them by hand")
        told = Pruned(tuple(gone), last.sequence, last.digest, waivers)
        entry = append(directory, stamp, [told], waivers).entries[-1]
        for name in gone:  # the oldest first: whoever is killed here leaves a trail that goes on to the end
            (directory / name).unlink()
        sync_directory(directory)
    return entry


def _end(directory: Path) -> tuple[Entry | None, Repaired | None]:
    """The last entry, and what was cut off behind it."""
    repaired = None
    for name in reversed(tail.months(directory)):
        if rest := tail.cut(directory / name):
            repaired = Repaired(name, len(rest), sha256(rest).hexdigest())
        if last := tail.last(directory / name):
            return last, repaired
    return None, repaired


def _chained(
    last: Entry | None, stamp: Stamp, events: Sequence[Event], waivers: tuple[Waiver, ...]
) -> tuple[Entry, ...]:
    sequence, previous = (last.sequence, last.digest) if last else (0, ZEROS)
    stand = waivers_digest(waivers)
    found = []
    for number, event in enumerate(events, sequence + 1):
        entry = sealed(Entry(number, *stamp, stand, event, previous))
        found.append(entry)
        previous = entry.digest
    return tuple(found)


def _write(directory: Path, entries: Sequence[Entry]) -> None:
    """Add *entries* to the file of their month, or to the last one in use where a clock went back."""
    if not entries:
        return
    used = [name for name in tail.months(directory) if (directory / name).stat().st_size]
    path = directory / max(f"{entries[0].at:%Y-%m}.jsonl", *used[-1:], "")
    new = not path.exists()
    tail.add(path, b"".join(map(line, entries)), MODE)
    if new:
        sync_directory(directory)


def _waived(directory: Path, waivers: tuple[Waiver, ...]) -> Waived:
    stood = _standing(directory)
    came = tuple(one for one in waivers if one not in stood)
    return Waived(came, tuple(one for one in stood if one not in waivers), waivers)


def _standing(directory: Path) -> tuple[Waiver, ...]:
    """The waivers the trail last told of; raises `DnsauthError` where that entry can't be read."""
    for name in reversed(tail.months(directory)):
        for text in reversed(tail.whole(directory / name).split(b"\n")):
            if b'"kind":"waiver"' not in text and b'"kind":"prune"' not in text:
                continue
            try:
                event = read(text).event
            except (NoEntry, Edited, Unknown):
                raise DnsauthError(
                    f"the entry of {directory / name} that tells of waivers is not as it was written",
                    "`dnsauth audit verify` says what is wrong with the trail",
                ) from None
            if isinstance(event, Waived | Pruned):
                return event.stand
    return ()


@contextmanager
def _refusing(directory: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DnsauthError(
            f"the audit trail in {directory} cannot be read or written: {error.strerror or error}",
            "check the directory, its permissions and the space on its disk",
        ) from error
