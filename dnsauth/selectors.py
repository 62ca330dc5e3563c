"""Selectors of new keys: valid by RFC 6376 section 3.1, told apart by chance, and never used twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import UTC, datetime

from dnsauth import names

PATTERN = "{year}{month}-{algorithm}-{random}"
RANDOM = "abcdefghijklmnopqrstuvwxyz234567"  # base32, RFC 4648 section 6
_PLACES = re.compile(r"\{(\w+)\}")
PLACES = ("year", "month", "algorithm", "random")


def problem(pattern: str) -> str:
    """What is wrong with *pattern*; empty where every selector of it is a valid one."""
    unknown = [name for name in _PLACES.findall(pattern) if name not in PLACES]
    if unknown:
        return f"{{{unknown[0]}}} is none of {', '.join(f'{{{name}}}' for name in PLACES)}"
    if "{random}" not in pattern:
        return "it has no {random}, and a selector must never be used twice (RFC 6376 section 3.1)"
    try:
        names.selector(_filled(pattern, datetime.min.replace(tzinfo=UTC), "rsa-2048", "aaaa"))
    except names.BadName as error:
        return str(error)
    return ""


def selector(
    pattern: str, algorithm: str, now: datetime, chance: Callable[[str], str], taken: Collection[str]
) -> str:
    """A selector by *pattern* that is not *taken*; *chance* picks one letter of a text."""
    while True:
        text = _filled(pattern, now, algorithm, "".join(chance(RANDOM) for _ in range(4)))
        if text not in taken:
            return text


def _filled(pattern: str, now: datetime, algorithm: str, random: str) -> str:
    values = {"year": f"{now.year:04}", "month": f"{now.month:02}", "algorithm": algorithm, "random": random}
    return _PLACES.sub(lambda place: values[place[1]], pattern)
