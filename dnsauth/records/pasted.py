"""TXT records as people paste them: from a zone file, a web console, or a mail that wrapped the line."""

from __future__ import annotations

import re

from dnsauth.records import BadRecord
from dnsauth.records.text import shown

_FORMAT = "RFC 1035 section 5.1"
_BEFORE = re.compile(
    r"\s*(?:[^\s\"=;()]+\s+){0,4}TXT\s+", re.ASCII | re.IGNORECASE
)  # owner, TTL, class, type
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_INNER = re.compile(r'"\s*"')
_BETWEEN = re.compile(r"(?:[\s()]|;[^\n]*(?:\n|\Z))*")
_ESCAPE = re.compile(r"\\(?:([0-9]{3})|(.))", re.DOTALL)


def unwrapped(text: str) -> str:
    """The characters of the one TXT record in *text*, with every run of blanks and line ends one space.

    Owner, TTL, class and type before it, parentheses and comments around it go; its quoted strings are joined
    and their escapes undone. Raises `BadRecord` where quotes do not pair.
    """
    before = _BEFORE.match(text)
    start = before.end() if before else 0
    if text[start:].lstrip("( \t\r\n").startswith('"'):
        body = _strings(text, start)
    else:  # at most the inner quotes were copied: v=DKIM1; p=MIIB" "IjAN
        body = _INNER.sub("", text[start:])
        if '"' in body:
            raise BadRecord("a quote has no partner", text.rindex('"') + 1, _FORMAT)
    return " ".join(_ESCAPE.sub(lambda m: chr(int(m[1])) if m[1] else m[2], body).split())


def _strings(text: str, at: int) -> str:
    strings = []
    while (at := _past(_BETWEEN, text, at)) < len(text):
        string = _STRING.match(text, at)
        if string is None:
            raise BadRecord(f"{shown(text[at:])} stands outside of quotes", at + 1, _FORMAT)
        strings.append(string[1])
        at = string.end()
    return "".join(strings)


def _past(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at
