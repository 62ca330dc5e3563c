"""What becomes of a template's records: entries of a definition, and what is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dnsauth.domain_connect.template import Record
from dnsauth.domain_connect.variables import Kind, Pieces, Variable, shown


@dataclass(frozen=True, slots=True)
class Left:
    """What is not carried: the record or setting, why, and the YAML a person may write instead.

    *kind* is the same few words for all of the same kind.
    """

    kind: str
    what: str
    why: str
    instead: str = ""

    def __str__(self) -> str:
        return f"{self.what}: {self.why}"


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of *section* by its texts, still pieces; *kinds* says where each of its variables stands.

    *each* is the variable that lists SPF terms, *given* the form a sender writes the key in, *what* the
    record it comes from; *examples* are values that fit where a plain word would not.
    """

    section: str
    what: str
    texts: Mapping[str, Pieces]
    kinds: Mapping[Variable, Kind] = field(default_factory=dict)
    examples: Mapping[Variable, str] = field(default_factory=dict)
    group: str = ""
    each: Variable | None = None
    given: str = ""
    preference: str = ""


def described(record: Record) -> str:
    """*record* in a few words: its type and host, as the template writes them."""
    return f"{record.type} at {record.host or '@'}" if record.type else f"record {record.place}"


def said(found: Pieces) -> str:
    """*found* as the template writes it, cut to what a line holds."""
    text = shown(found)
    return text if len(text) <= 80 else f"{text[:77]}…"
