"""Expressions of a service definition read backwards: from a record to the parameters that would yield it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from dnsauth.catalogue.model import Entry, Service
from dnsauth.templating import expression

_ANY = r"[!#-:<-\[\]-~]+?"  # a parameter without a pattern, where it is part of a text
_BEFORE = {
    "ip_term": "ip[46]:",
    "lower": "",
    "upper": "",
}  # the way back through a filter: what it put before


class Parameter(NamedTuple):
    """A parameter of a service, or one *field* of it where it is a mapping."""

    name: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Inverse:
    """What a text of an entry looks like; *parameters* says what each group holds."""

    pattern: re.Pattern[str]
    parameters: tuple[Parameter, ...]

    def read(self, text: str) -> Mapping[Parameter, str] | None:
        """The parameters that make *text*, or None where none do."""
        match = self.pattern.fullmatch(text)
        return dict(zip(self.parameters, match.groups(), strict=True)) if match else None


class _Hole(NamedTuple):
    """Where a parameter stood: what is before it, and what its value looks like."""

    parameter: Parameter
    before: str
    inside: str


def inverse(service: Service, entry: Entry, text: str, domain: str) -> Inverse | None:
    """*text*, put together of what *entry* says, read backwards for *domain* (without the final dot).

    Letters of either case are taken, since names and mechanisms have none. None where a filter has no way
    back.
    """
    try:
        return _compiled(tuple(_pieces(service, entry, text, domain)))
    except LookupError:
        return None


def _pieces(service: Service, entry: Entry, text: str, domain: str) -> Iterator[str | _Hole]:
    for part in expression(text).parts:
        if isinstance(part, str):
            yield part
            continue
        if part.name == "domain":
            yield part.render({"domain": domain})
            continue
        name = entry.each if part.name == "item" else part.name
        parameter = service.parameters[name]
        inside = parameter.fields[part.attribute] if part.attribute else parameter
        before = "".join(_BEFORE[filter] for filter, _ in part.filters)
        yield _Hole(Parameter(name, part.attribute), before, inside.pattern or _ANY)


@lru_cache(maxsize=16384)
def _compiled(pieces: tuple[str | _Hole, ...]) -> Inverse:
    groups: dict[Parameter, int] = {}
    found = []
    for piece in pieces:
        if isinstance(piece, str):
            found.append(re.escape(piece))
        elif piece.parameter in groups:
            found.append(rf"{piece.before}(?:\{groups[piece.parameter]})")
        else:
            groups[piece.parameter] = len(groups) + 1
            found.append(f"{piece.before}({piece.inside})")
    return Inverse(re.compile("".join(found), re.ASCII | re.IGNORECASE), tuple(groups))
