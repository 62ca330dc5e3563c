"""Macro expansion, RFC 7208 section 7, and the names that DNS can be asked for.

What is expanded is bounded by what can be used of it: 253 characters of a name, one line of an explanation.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple, TypeAlias
from urllib.parse import quote

from dnsauth.names import MAX_LABEL, MAX_NAME
from dnsauth.records.macros import explain_string, macro_string

MAX_EXPLANATION = 512  # characters; a line of reply has as many octets, RFC 5321 section 4.5.3.1.5

_MACRO = re.compile(r"%\{(.)([0-9]*)(r?)(.*)\}", re.IGNORECASE)
_LITERALS = {"%%": "%", "%_": " ", "%-": "%20"}


class Macro(NamedTuple):
    """A macro-expand: the rightmost *parts*, all where it is 0, split at each of *delimiters*."""

    letter: str
    escaped: bool
    parts: int
    reverse: bool
    delimiters: str


Template: TypeAlias = tuple[str | Macro, ...]
Value: TypeAlias = Callable[[str], str]
"""What a macro letter stands for."""


def target(spec: str, value: Value) -> str:
    """The text *spec*, a domain-spec, expands to, without the final dot.

    Labels are dropped from the left until 253 characters are left (section 7.3); where not even one label is
    left, the text is too long for any name, which `dns_name` says.
    """
    if "%" not in spec:
        return _trimmed(spec)
    text = ""
    for piece in reversed(_template(spec)):
        text = _expanded(piece, value) + text
        if len(text) > MAX_NAME + 1:  # one more may be the final dot
            break
    return _trimmed(text.removesuffix("."))


def explanation(text: str, value: Value) -> str | None:
    """The explanation that *text*, the characters of a TXT value, expands to; None where it is not ASCII.

    Cut at `MAX_EXPLANATION`. Raises `BadRecord` where *text* is no explain-string (section 6.2).
    """
    said = ""
    for piece in _parsed(explain_string(text)):
        said += _expanded(piece, value)[:MAX_EXPLANATION]
        if len(said) >= MAX_EXPLANATION:
            break
    return said[:MAX_EXPLANATION] if said.isascii() else None


def local_part_in(spec: str) -> bool:
    """True where the domain-spec *spec* depends on the local-part of the sender."""
    return "%" in spec and any(isinstance(piece, Macro) and piece.letter in "sl" for piece in _template(spec))


def dns_name(text: str) -> str | None:
    """The absolute name *text* stands for, or None where DNS holds no such name: as where it does not exist.

    RFC 7208 section 4.8 leaves it open. Labels may hold any printable ASCII, as it is, but for the backslash:
    it means nothing in *text*, and is written twice in a name (RFC 1035 section 5.1).
    """
    bare = text.removesuffix(".")
    return _name(bare) if len(bare) <= MAX_NAME else None


def host_name(value: str) -> str | None:
    """The absolute name *value*, as RDATA has it: escapes stay. None as in `dns_name`, and for the root."""
    if "\\" not in value:
        return dns_name(value)
    return value.lower().removesuffix(".") + "." if value.isascii() and value.isprintable() else None


def macro(piece: str) -> Macro:
    """The macro-expand *piece*, which the grammar has read."""
    found = _MACRO.fullmatch(piece)
    assert found is not None  # noqa: S101  the grammar says so
    letter, digits, reverse, delimiters = found.groups()
    parts = digits.lstrip("0")
    return Macro(
        letter.lower(),
        letter.isupper(),
        int(parts or 0) if len(parts) < 5 else 0,  # no value has so many parts
        bool(reverse),
        "".join(dict.fromkeys(delimiters)) or ".",
    )


@lru_cache(maxsize=4096)
def _name(bare: str) -> str | None:
    if not (bare.isascii() and bare.isprintable()):
        return None
    if not all(0 < len(label) <= MAX_LABEL for label in bare.split(".")):
        return None
    return bare.lower().replace("\\", "\\\\") + "."


def _template(spec: str) -> Template:
    return _kept(spec) if len(spec) <= MAX_NAME else _read(spec)  # what is longer is hostile, and not kept


def _read(spec: str) -> Template:
    return _parsed(macro_string(spec))


_kept = lru_cache(maxsize=1024)(_read)


def _parsed(pieces: tuple[str, ...]) -> Template:
    return tuple(
        piece if piece[0] != "%" else _LITERALS[piece] if piece in _LITERALS else macro(piece)
        for piece in pieces
    )


def _expanded(piece: str | Macro, value: Value) -> str:
    if isinstance(piece, str):
        return piece
    text = value(piece.letter)
    if piece.parts or piece.reverse or piece.delimiters != ".":
        for each in piece.delimiters:
            text = text.replace(each, piece.delimiters[0])
        parts = text.split(piece.delimiters[0])
        if piece.reverse:
            parts.reverse()
        text = ".".join(parts[-piece.parts :])
    return quote(text, safe="", errors="replace") if piece.escaped else text


def _trimmed(text: str) -> str:
    if len(text) <= MAX_NAME:
        return text
    tail = text[-MAX_NAME - 1 :]
    _, dot, kept = tail.partition(".")
    return kept if dot else tail
