"""Everything that is wrong with an MTA-STS policy file, RFC 8461 section 3.2.

`dnsauth.records.mtasts.Policy` is what senders read; this is for its author.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from dnsauth.records import BadRecord
from dnsauth.records.mtasts import MAX_AGE, Line, Mode, Policy, lines

_ONCE = ("version", "mode", "max_age")
_SECONDS = re.compile(r"[0-9]{1,10}")


class Fault(StrEnum):
    """A kind of fault."""

    LINE = "line"
    """It is no ``key: value``."""
    VERSION = "version"
    MODE = "mode"
    MAX_AGE = "max_age"
    NO_MX = "no mx"
    MX = "mx"
    TWICE = "twice"
    """Senders read the first."""
    BLANK = "blank"
    """It is empty, which the grammar does not know and many senders take."""
    UNKNOWN = "unknown"
    """Senders ignore it."""


class Found(NamedTuple):
    """The first *fault* of its kind, in the line *number* (0 where one is missing), and what it holds."""

    fault: Fault
    number: int = 0
    text: str = ""


def faults(body: str) -> tuple[Found, ...]:
    """What is wrong with the file *body*, each kind of fault once."""
    first: dict[Fault, Found] = {}
    for found in _faults(tuple(lines(body))):
        first.setdefault(found.fault, found)
    return tuple(first.values())


def _faults(read: tuple[Line, ...]) -> Iterator[Found]:
    known: dict[str, Line] = {}
    for line in read:
        if not line.name:
            yield Found(Fault.LINE if line.value.strip() else Fault.BLANK, line.number, line.value)
        elif line.name == "mx":
            if not _pattern(line.value):
                yield Found(Fault.MX, line.number, line.value)
        elif line.name in known:
            yield Found(Fault.TWICE, line.number, line.name)
        elif line.name not in _ONCE:
            yield Found(Fault.UNKNOWN, line.number, line.name)
        known.setdefault(line.name, line)
    good = {"version": _version, "mode": _mode, "max_age": _max_age}
    for name, fault in zip(_ONCE, (Fault.VERSION, Fault.MODE, Fault.MAX_AGE), strict=True):
        if name not in known:
            yield Found(fault)
        elif not good[name](known[name].value):
            yield Found(fault, known[name].number, known[name].value)
    if "mx" not in known and "mode" in known and known["mode"].value != Mode.NONE:
        yield Found(Fault.NO_MX)


def _version(value: str) -> bool:
    return value == "STSv1"


def _mode(value: str) -> bool:
    return value.lower() in tuple(Mode)  # in ABNF a quoted word may have either case


def _max_age(value: str) -> bool:
    return bool(_SECONDS.fullmatch(value)) and int(value) <= MAX_AGE


def _pattern(value: str) -> bool:
    try:
        Policy(Mode.ENFORCE, 0, (value,))
    except BadRecord:
        return False
    return True


def lenient(body: str) -> Policy:
    """The policy that *body* is to senders that pass over empty lines; raises `BadRecord`."""
    return Policy.parse("".join(f"{line}\n" for line in body.split("\n") if line.strip()))


def covers(pattern: str, host: str) -> bool:
    """True where *pattern* of a policy matches *host*, a name without final dot (RFC 8461 section 4.1).

    ``*.`` stands for exactly one label.
    """
    if pattern.startswith("*."):
        return host.partition(".")[2] == pattern.removeprefix("*.")
    return host == pattern
