"""TXT values that speak of SPF, and that receivers who look for it do not take (RFC 7208 section 4.5)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from dnsauth.checks.rules.spf_text import MISPLACED, NOT_TAKEN, SENDER_ID
from dnsauth.checks.texts.text import Verdict
from dnsauth.plan.kind import Kind, kind_at
from dnsauth.records import spf
from dnsauth.records.text import shown

_HEAD = 16  # characters that tell what a value wants to be
_MEANT = re.compile(r"[\s\"'\\]*(?:v\s*[=:]\s*spf|spf1(?![a-z0-9_-]))", re.IGNORECASE)
_OTHERS = frozenset({Kind.DMARC, Kind.MTASTS, Kind.TLSRPT, Kind.BIMI})


def speaks(text: str) -> bool:
    """True where *text* may be meant for SPF."""
    return "spf" in text[:_HEAD].lower()


def strays(owner: str, values: Sequence[str]) -> Iterator[Verdict]:
    """What is said of the TXT *values* at *owner* beside its records."""
    found = [text for text in values if speaks(text)]
    kind = kind_at(owner, "TXT") if found else None
    if kind in _OTHERS:
        for text in filter(spf.selects, found):
            yield Verdict(MISPLACED, {"text": shown(text), "record": kind.value})
    elif kind is Kind.SPF:
        yield from _beside(found)


def _beside(found: list[str]) -> Iterator[Verdict]:
    taken = any(map(spf.selects, found))
    for text in found:
        if text.lower().startswith("spf2.0/"):
            yield Verdict(SENDER_ID, {"text": shown(text)})
        elif not taken and _MEANT.match(text):
            problem = _problem(text)
            yield Verdict(
                NOT_TAKEN,
                {"text": shown(text), "problem": problem, "fix": "let it begin with 'v=spf1' and a space"},
            )


def _problem(text: str) -> str:
    first = text[0]
    if first.isspace():
        return "it begins with a space"
    if first in "\"'\\":
        return "it begins with a quotation mark, which is a part of the value"
    if text.lower().startswith("v=spf1"):
        return f"'v=spf1' is followed by {shown(text[6])}, not by a space"
    return "it does not begin with 'v=spf1'"
