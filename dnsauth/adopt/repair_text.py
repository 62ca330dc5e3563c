"""What a text became that receivers would not take as it stands, and what was changed in it."""

from __future__ import annotations

import re
from typing import NamedTuple


class Repaired(NamedTuple):
    """The text that was meant, and what was *changed* to get it, each for people."""

    text: str
    changed: tuple[str, ...]


_COPIED = (
    (re.compile(r'(?:"\s*"|["\u201c\u201d]|\\226\\128\\15[67])'), "", "quotes that became part of the text"),
    (re.compile(r"\\194\\160|\\009|\\010|\\013|[\t\r\n]"), " ", "blanks that are none"),
    (re.compile(r"\\226\\128\\14[78]|\\226\\136\\146"), "-", "dashes that are no hyphen"),
    (re.compile(r"\\226\\128\\13[9]|\\239\\187\\191|\\226\\129\\160"), "", "characters nobody sees"),
    (re.compile(r"(?:\\092|\\)+;"), ";", "backslashes before `;`"),
)
"""What word processors and web consoles leave behind, as a TXT value writes it (RFC 1035 section 5.1)."""


def cleaned(text: str) -> Repaired:
    """*text* without what copying it from elsewhere put in."""
    changed = []
    for pattern, right, what in _COPIED:
        text, count = pattern.subn(right, text)
        if count:
            changed.append(f"{what} are gone")
    return Repaired(text.strip(), tuple(changed))
