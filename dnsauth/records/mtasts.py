"""MTA-STS, RFC 8461: the TXT record that says a policy is there, and the policy file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from dnsauth.records import BadRecord, tags
from dnsauth.records.text import characters, moved, shown

MAX_AGE = 31_557_600  # seconds, about a year: RFC 8461 section 3.2

_RECORD = "RFC 8461 section 3.1"
_POLICY = "RFC 8461 section 3.2"
_VERSION = tags.field_version("STSv1")
_ID = re.compile(r"[A-Za-z0-9]{1,32}")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PATTERN = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})*")
_LINE = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9_.-]{0,31}):[ \t]*(?P<value>[^\x00-\x20\x7f](?:[^\x00-\x1f\x7f]*))"
)
_SECONDS = re.compile(r"[0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class Record:
    """The TXT record; *id*, 1 to 32 letters and digits, changes with the policy. Raises `BadRecord`."""

    id: str

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise BadRecord(f"'id' is 1 to 32 letters and digits, not {shown(self.id)}", 1, _RECORD)

    @classmethod
    def parse(cls, text: str) -> Record:
        """The record a TXT value holds, of several ``id`` the first (section 3.2); raises `BadRecord`."""
        if not selects(text):
            raise BadRecord("an MTA-STS record begins with 'v=STSv1;'", 1, _RECORD)
        ids = tuple(tags.fields(characters(text), "id", _RECORD))
        if not ids:
            raise BadRecord("there is no 'id'", 1, _RECORD)
        try:
            return cls(ids[0].value)
        except BadRecord as error:
            raise moved(error, ids[0].value_column - 1) from None

    def __str__(self) -> str:
        return f"v=STSv1; id={self.id}"


def selects(text: str) -> bool:
    """True where senders take this TXT value for an MTA-STS record."""
    return _VERSION.match(text) is not None


class Line(NamedTuple):
    """One line of a policy file; *name* is empty where that is no ``key: value``, *value* then all."""

    number: int
    name: str
    value: str


def lines(text: str) -> Iterator[Line]:
    """The lines of a policy file's body, ended by LF or CRLF (RFC 8461 section 3.2)."""
    for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        field = _LINE.fullmatch(line.rstrip(" \t\r"))
        yield Line(number, field["name"], field["value"]) if field else Line(number, "", line.rstrip("\r"))


class Mode(StrEnum):
    """What a sender does where TLS or the MX fails the policy, section 5."""

    ENFORCE = "enforce"
    TESTING = "testing"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Policy:
    """The policy file: *max_age* in seconds, *mx* host names or ``*.`` and a parent, in lower case.

    Raises `BadRecord` for a *max_age* beyond a year, for a bad pattern, and for no *mx* in any mode but none.
    """

    mode: Mode
    max_age: int
    mx: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "mx", tuple(pattern.lower() for pattern in self.mx))
        for pattern in self.mx:
            if len(pattern) > 253 or not _PATTERN.fullmatch(pattern):
                reason = f"{shown(pattern)} is no host name, nor '*.' and one"
                raise BadRecord(reason, 1, _POLICY)
        if not 0 <= self.max_age <= MAX_AGE:
            raise BadRecord(f"'max_age' is 0 to {MAX_AGE} seconds, not {self.max_age}", 1, _POLICY)
        if not self.mx and self.mode is not Mode.NONE:
            raise BadRecord(f"mode {self.mode} needs at least one 'mx'", 1, _POLICY)

    @classmethod
    def parse(cls, text: str) -> Policy:
        """The policy a file's body holds; the first of repeated keys counts, except ``mx``.

        Raises `BadRecord`, whose column counts within the line and whose reason names the line.
        """
        found: dict[str, str] = {}
        mx = []
        for line in lines(text):
            if not line.name:
                raise BadRecord(f"line {line.number}: {shown(line.value)} is no 'key: value'", 1, _POLICY)
            if line.name == "mx":
                mx.append(line.value)
            found.setdefault(line.name, line.value)
        if found.get("version") != "STSv1":
            raise BadRecord("there is no 'version: STSv1'", 1, _POLICY)
        if found.get("mode") not in tuple(Mode):
            raise BadRecord(f"there is no 'mode' of {', '.join(Mode)}", 1, _POLICY)
        if not _SECONDS.fullmatch(found.get("max_age", "")):
            raise BadRecord("there is no 'max_age' of 1 to 10 digits", 1, _POLICY)
        return cls(Mode(found["mode"]), int(found["max_age"]), tuple(mx))

    def __str__(self) -> str:
        """The file's body, its lines ended by CRLF."""
        keys = (
            ("version", "STSv1"),
            ("mode", self.mode),
            *(("mx", mx) for mx in self.mx),
            ("max_age", self.max_age),
        )
        return "".join(f"{name}: {value}\r\n" for name, value in keys)

    @property
    def id(self) -> str:
        """An ``id`` for the TXT record that changes exactly when the file does: 32 hex digits of SHA-256."""
        return sha256(str(self).encode()).hexdigest()[:32]
