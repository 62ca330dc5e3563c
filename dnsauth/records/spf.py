"""SPF records, RFC 7208: terms, and the record."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TypeAlias

from dnsauth.records import BadRecord, mechanisms
from dnsauth.records.macros import macro_string
from dnsauth.records.mechanisms import IP4, IP6, MX, A, All, Domain, Exists, Include, Mechanism, Ptr
from dnsauth.records.text import characters, moved, shown, value

__all__ = [
    "IP4",
    "IP6",
    "MAX_LOOKUPS",
    "MX",
    "A",
    "All",
    "Directive",
    "Exists",
    "Explanation",
    "Include",
    "Mechanism",
    "Ptr",
    "Qualifier",
    "Record",
    "Redirect",
    "Term",
    "UnknownModifier",
    "selects",
    "term",
]

MAX_LOOKUPS = 10  # terms that query DNS, RFC 7208 section 4.6.4

_VERSION = "v=spf1"
_WORD = re.compile(r"[^ ]+")
_MODIFIER = re.compile(r"([A-Za-z][A-Za-z0-9_.-]*)=")
_DIRECTIVE = re.compile(r"([+?~-]?)([A-Za-z0-9]*)(:?)")


class Qualifier(StrEnum):
    """The result where a mechanism matches, section 4.6.2."""

    PASS = "+"  # noqa: S105  a result, no password
    FAIL = "-"
    SOFTFAIL = "~"
    NEUTRAL = "?"

    __hash__ = str.__hash__  # as often as a term is looked up, and that of Enum is no C


@dataclass(frozen=True, slots=True)
class Directive:
    """A mechanism and the result where it matches, section 4.6.2."""

    mechanism: Mechanism
    qualifier: Qualifier = Qualifier.PASS

    def __str__(self) -> str:
        sign = "" if self.qualifier is Qualifier.PASS else self.qualifier
        return sign + mechanisms.text(self.mechanism)


@dataclass(frozen=True, slots=True)
class Redirect(Domain):
    """``redirect`` hands over to the record of *domain*, section 6.1."""

    def __str__(self) -> str:
        return f"redirect={self.domain}"


@dataclass(frozen=True, slots=True)
class Explanation(Domain):
    """``exp`` names the TXT record that explains a fail, section 6.2."""

    def __str__(self) -> str:
        return f"exp={self.domain}"


@dataclass(frozen=True, slots=True)
class UnknownModifier:
    """A modifier receivers ignore, section 6; *name* in lower case, *text* a macro-string."""

    name: str
    text: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name.lower())
        if not _MODIFIER.fullmatch(f"{self.name}=") or self.name in ("redirect", "exp"):
            raise BadRecord(f"{shown(self.name)} names no unknown modifier", 1, "RFC 7208 section 6")
        macro_string(self.text)

    def __str__(self) -> str:
        return f"{self.name}={self.text}"


Term: TypeAlias = Directive | Redirect | Explanation | UnknownModifier


@dataclass(frozen=True, slots=True)
class Record:
    """An SPF record; the order of *terms* is its meaning.

    Raises `BadRecord` where ``redirect`` or ``exp`` stands twice (section 6).
    """

    terms: tuple[Term, ...] = ()

    def __post_init__(self) -> None:
        if _repeated(self.terms) is not None:
            raise _once(1)

    @classmethod
    def parse(cls, text: str) -> Record:
        """The record a TXT value holds; raises `BadRecord` for an error even after ``all`` (section 4.6)."""
        if not selects(text):
            raise BadRecord("an SPF record begins with 'v=spf1' and a space", 1, "RFC 7208 section 4.5")
        words = tuple(_WORD.finditer(characters(text), len(_VERSION)))
        terms = tuple(term(word[0], word.start() + 1) for word in words)
        if (repeated := _repeated(terms)) is not None:
            raise _once(words[repeated].start() + 1)
        return cls(terms)

    def __str__(self) -> str:
        return value(" ".join((_VERSION, *map(str, self.terms))))

    @property
    def closing(self) -> Qualifier | None:
        """The qualifier of the first ``all``, or None (section 5.1)."""
        for each in self.terms:
            if isinstance(each, Directive) and isinstance(each.mechanism, All):
                return each.qualifier
        return None

    def closed(self, qualifier: Qualifier) -> Record:
        """This record with ``all`` behind its directives and before its modifiers."""
        directives = (each for each in self.terms if isinstance(each, Directive))
        modifiers = (each for each in self.terms if not isinstance(each, Directive))
        return Record((*directives, Directive(All(), qualifier), *modifiers))


def selects(text: str) -> bool:
    """True where receivers take this TXT value for an SPF record (section 4.5)."""
    return text[:6].lower() == _VERSION and text[6:7] in ("", " ")


def term(text: str, column: int = 1) -> Term:
    """The directive or modifier *text*, which stands at *column*; raises `BadRecord` (section 4.6.1)."""
    try:
        return _term(text)
    except BadRecord as error:
        raise moved(error, column - 1) from None


def _repeated(terms: tuple[Term, ...]) -> int | None:
    seen: set[type[Term]] = set()
    for index, each in enumerate(terms):
        if isinstance(each, Redirect | Explanation):
            if type(each) in seen:
                return index
            seen.add(type(each))
    return None


def _once(column: int) -> BadRecord:
    return BadRecord("'redirect' and 'exp' may stand once each", column, "RFC 7208 section 6")


@lru_cache(maxsize=4096)
def _term(text: str) -> Term:
    if modifier := _MODIFIER.match(text):
        try:
            return _modifier(modifier[1].lower(), text[modifier.end() :])
        except BadRecord as error:
            raise moved(error, modifier.end()) from None
    start = _DIRECTIVE.match(text)
    assert start is not None  # noqa: S101  every group may be empty
    sign, name, colon = start.groups()
    if name.lower() not in mechanisms.NAMES:
        reason = f"{shown(text[len(sign) :])} is none of {', '.join(mechanisms.NAMES)}, and no modifier"
        raise BadRecord(reason, start.start(2) + 1, "RFC 7208 section 4.6.1")
    try:
        mechanism = mechanisms.parse(name.lower(), colon == ":", text[start.end() :])
    except BadRecord as error:
        raise moved(error, start.end()) from None
    return Directive(mechanism, Qualifier(sign or "+"))


def _modifier(name: str, text: str) -> Term:
    match name:
        case "redirect":
            return Redirect(text)
        case "exp":
            return Explanation(text)
        case _:
            return UnknownModifier(name, text)
