"""The patterns a parameter may have: a subset of regular expressions that cannot run away.

A definition is data a pull request may bring, and Python's regular expressions backtrack: a pattern
such as ``(a+)+b`` takes a year for forty letters. Without groups, and with few quantifiers that
vary, the time stays a small power of the length of the value, which is bounded too.
"""

from __future__ import annotations

import re
from functools import cache

MAX_PATTERN = 200  # characters
MAX_MATCHED = 255  # characters of a value that is matched against a definition's own pattern
MAX_VARYING = 3  # quantifiers other than {n}, in one alternative

_CLASS = r"\[\^?(?:\\.|(?!&&|\|\||~~|--)[^\]\\\[])+\]"  # without the set operations Python reserves
_ATOM = rf"(?:\\[^1-9]|{_CLASS}|[^\\\[\](){{}}*+?|^$])"
_COUNT = r"(?:\{\d{1,3}\})"
_VARYING = r"(?:[*+?]|\{\d{0,3},\d{0,3}\})"
_PIECE = re.compile(rf"{_ATOM}(?:{_COUNT}|(?P<varying>{_VARYING}))?")

PLAIN = re.compile(r"[!#-:<-\[\]-~](?:[ !#-:<-\[\]-~]*[!#-:<-\[\]-~])?")
"""What a parameter without a pattern may be: printable ASCII, no ``"``, ``;``, backslash or outer spaces."""


@cache
def pattern(text: str) -> re.Pattern[str]:
    """*text* compiled; raises `ValueError` where it is not of the subset.

    The subset: alternatives of characters, escapes and classes, each with a count or, at most
    three times, a quantifier that varies. No groups, references, anchors or flags.
    """
    if len(text) > MAX_PATTERN:
        raise ValueError(f"it has {len(text)} characters of at most {MAX_PATTERN}")
    at, varying = 0, 0
    while at < len(text):
        if text[at] == "|":
            at, varying = at + 1, 0
            continue
        match = _PIECE.match(text, at)
        if match is None:
            raise ValueError(f"at character {at + 1}: only characters, classes, | and quantifiers may stand")
        at = match.end()
        varying += match["varying"] is not None
        if varying > MAX_VARYING:
            raise ValueError(f"it has more than {MAX_VARYING} quantifiers that vary (* + ? {{m,n}})")
    try:
        return re.compile(text, re.ASCII)
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from error
