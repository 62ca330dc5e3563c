"""The macro grammar of SPF, RFC 7208 section 7.1: macro-string, domain-spec and explain-string."""

from __future__ import annotations

import re

from dnsauth.records import BadRecord
from dnsauth.records.text import shown

SECTION = "RFC 7208 section 7.1"

_PIECE, _EXPLANATION = (
    re.compile(
        rf"[{literals}]+|%[%_-]|%\{{[{letters}](?P<digits>[0-9]*)r?[.\-+,/_=]*\}}", re.ASCII | re.IGNORECASE
    )
    for literals, letters in ((r"\x21-\x24\x26-\x7e", "slodiphv"), (r"\x20-\x24\x26-\x7e", "slodiphvcrt"))
)
_EXPLANATION_ONLY = re.compile(r"%\{[crt][0-9]*r?[.\-+,/_=]*\}", re.ASCII | re.IGNORECASE)
_TOPLABEL = re.compile(r"[0-9]*[A-Za-z][A-Za-z0-9]*|[A-Za-z0-9]+-[A-Za-z0-9-]*[A-Za-z0-9]")


def macro_string(text: str) -> tuple[str, ...]:
    """The pieces of a macro-string: literals, and macro-expands, which begin with ``%``.

    The letters c, r and t, which section 7.2 leaves to explanations, are refused. Raises `BadRecord`.
    """
    return _pieces(text, _PIECE)


def explain_string(text: str) -> tuple[str, ...]:
    """The pieces of an explain-string: as of a macro-string, with spaces, and the letters c, r and t.

    Raises `BadRecord`.
    """
    return _pieces(text, _EXPLANATION)


def _pieces(text: str, pattern: re.Pattern[str]) -> tuple[str, ...]:
    pieces = []
    at = 0
    while at < len(text):
        piece = pattern.match(text, at)
        if piece is None:
            raise _refused(text, at)
        if piece["digits"] and not piece["digits"].strip("0"):
            raise BadRecord(f"the number in {shown(piece[0])} must not be 0", at + 1, "RFC 7208 section 7.3")
        pieces.append(piece[0])
        at = piece.end()
    return tuple(pieces)


def domain_spec(text: str) -> str:
    """*text* as a domain-spec: literals in lower case, without the final dot, macros as written.

    A domain-spec ends in a macro, or in a dot and a top label that is not all digits. Raises `BadRecord`.
    """
    if not text:
        raise BadRecord("the domain is empty", 1, SECTION)
    pieces = macro_string(text)
    last = pieces[-1]
    if not last.startswith("%"):
        _, dot, top = last.removesuffix(".").rpartition(".")
        if not dot:
            raise BadRecord(f"{shown(text)} is no domain of two labels", len(text) - len(last) + 1, SECTION)
        if not _TOPLABEL.fullmatch(top):
            column = len(text) - len(top) - last.endswith(".") + 1
            raise BadRecord(f"{shown(top)} is no top-level label", column, SECTION)
    return "".join(p if p[0] == "%" else p.lower() for p in pieces).removesuffix(".")


def _refused(text: str, at: int) -> BadRecord:
    if text[at] != "%":
        reason = f"the character {shown(text[at])} is not allowed here"
        return BadRecord(reason, at + 1, SECTION)
    if macro := _EXPLANATION_ONLY.match(text, at):
        reason = f"the macro {shown(macro[0])} stands in explanations only"
        return BadRecord(reason, at + 1, "RFC 7208 section 7.2")
    reason = "'%' must begin a macro such as %{i}, or be one of %%, %_ and %-"
    return BadRecord(reason, at + 1, "RFC 7208 section 7.3")
