"""Variables of a template, and the parameters of a definition they become.

A text of a template is pieces: literal text, and names of variables. What a parameter may be follows from
where its variable stands: a pattern refuses what could not stand there, and nothing that could.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple, TypeAlias

from dnsauth.catalogue.schema import RESERVED
from dnsauth.domain_connect.template import visible

MAX_HELP = 200  # characters

_VARIABLE = re.compile(r"%([A-Za-z0-9_-]+)%")
_WORDS_OF_JINJA = frozenset(
    (
        *("true", "false", "none", "and", "or", "not", "in", "is", "if", "else", "elif", "for", "block"),
        *("set", "macro", "call", "filter", "import", "from", "include", "extends", "raw", "self", "loop"),
    )
)


class Variable(NamedTuple):
    """A variable of a template by its name, between the percent signs."""

    name: str


Piece: TypeAlias = "str | Variable"
Pieces: TypeAlias = "tuple[Piece, ...]"

DOMAIN = Variable("fqdn")
"""The name the template is applied to, which is the mail domain: ``[host.]domain``."""
APEX, HOST = Variable("domain"), Variable("host")
BUILT_IN = frozenset((DOMAIN, APEX, HOST))


class Kind(IntEnum):
    """Where a variable stands, the narrower place first; its value must fit all of its places."""

    NUMBER = 1
    IP4 = 2
    IP6 = 3
    NET4 = 4
    NET6 = 5
    LABEL = 6
    SELECTOR = 7
    NAME = 8
    TEXT = 9
    TERMS = 10


_SELECTOR = "[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9.-]*[A-Za-z0-9]"
_NAME = "[A-Za-z0-9_]|[A-Za-z0-9_][A-Za-z0-9_.-]*[A-Za-z0-9_]"
PATTERNS: Mapping[Kind, str] = {
    Kind.NUMBER: "[0-9]{1,5}",
    Kind.IP4: "[0-9]{1,3}[.][0-9.]{3,11}",
    Kind.IP6: "[0-9A-Fa-f:.]{2,45}",
    Kind.NET4: "[0-9]{1,3}[.][0-9./]{3,14}",
    Kind.NET6: "[0-9A-Fa-f:./]{2,49}",
    Kind.LABEL: "[A-Za-z0-9_-]{1,63}",
    Kind.SELECTOR: _SELECTOR,
    Kind.NAME: _NAME,
    Kind.TERMS: "",
    Kind.TEXT: "",
}
"""No pattern: printable ASCII that cannot end a tag (`dnsauth.catalogue.patterns.PLAIN`)."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the definition; *many* lists terms, *required* tells whether a sender must give it."""

    name: str
    kind: Kind
    example: str
    help: str
    required: bool = True

    @property
    def many(self) -> bool:
        """True where a sender writes a list."""
        return self.kind is Kind.TERMS


def pieces(text: str, *, host_required: bool) -> Pieces:
    """*text* as pieces; where no host is required the template is applied to the apex itself.

    Then ``%domain%`` is the mail domain and ``%host%`` is empty. A percent sign that opens no variable stays.
    """
    found: list[Piece] = []
    at = 0
    for match in _VARIABLE.finditer(text):
        found += [text[at : match.start()], Variable(match[1])]
        at = match.end()
    found.append(text[at:])
    if not host_required:
        found = ["" if piece == HOST else DOMAIN if piece == APEX else piece for piece in found]
    return joined(found)


def joined(found: Iterable[Piece]) -> Pieces:
    """*found* without empty texts, and with no two texts side by side."""
    whole: list[Piece] = []
    for piece in found:
        if isinstance(piece, str) and whole and isinstance(whole[-1], str):
            whole[-1] += piece
        elif piece != "":
            whole.append(piece)
    return tuple(whole)


def shown(found: Pieces) -> str:
    """*found* as the template writes it."""
    return "".join(piece if isinstance(piece, str) else f"%{piece.name}%" for piece in found)


def own(found: Pieces) -> tuple[Variable, ...]:
    """The variables a sender gives, in order."""
    return tuple(piece for piece in found if isinstance(piece, Variable) and piece != DOMAIN)


def name_kinds(found: Pieces, alone: Kind = Kind.NAME) -> dict[Variable, Kind]:
    """What each variable of a name is: *alone* where it fills whole labels, else part of one label."""
    kinds = {}
    for index, piece in enumerate(found):
        if isinstance(piece, Variable) and piece != DOMAIN:
            before = found[index - 1] if index else "."
            after = found[index + 1] if index + 1 < len(found) else "."
            bounded = _ends(before, -1) and _ends(after, 0)
            kinds[piece] = alone if bounded else Kind.LABEL
    return kinds


def _ends(piece: Piece, at: int) -> bool:
    return isinstance(piece, str) and piece[at] == "."


def names(variables: Iterable[Variable]) -> dict[Variable, str]:
    """The parameter's name for each of *variables*: ``dkimKey1`` is ``dkim_key1``; no two are the same."""
    chosen: dict[Variable, str] = {}
    for variable in variables:
        if variable not in chosen:
            base = "apex" if variable == APEX else _snake(variable.name)
            name, count = base, 1
            while name in chosen.values():
                count += 1
                name = f"{base}_{count}"
            chosen[variable] = name
    return chosen


def _snake(name: str) -> str:
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    name = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:60]
    if not name[:1].isalpha():
        name = f"v_{name}".rstrip("_")
    return f"{name}_value" if name in RESERVED | _WORDS_OF_JINJA else name


_MENTION = r"(?<![A-Za-z0-9_-])%?{}%?(?![A-Za-z0-9_-])"
_VERB = re.compile(r"\A(?:is|are|refers to|represents|stands for|means) ", re.IGNORECASE)
_MARKS = " ;,.:=`'\"%(/–—-"


def help_of(variable: Variable, variables: Iterable[Variable], description: str) -> str:
    """What *description* says of *variable* up to the next one, and how the template calls it."""
    if variable == APEX:
        return "the name of the zone the mail domain lies in, without the final dot"
    if variable == HOST:
        return "the name of the mail domain relative to its zone"
    said = ""
    if found := re.search(_MENTION.format(re.escape(variable.name)), description):
        others = (
            other.start()
            for one in variables
            if one != variable
            and (other := re.compile(_MENTION.format(re.escape(one.name))).search(description, found.end()))
        )
        said = description[found.end() : min(others, default=len(description))]
        said = visible(said)[: MAX_HELP + 40].lstrip(_MARKS + ")")
        said = _VERB.sub("", said, count=1)[:MAX_HELP].rstrip(_MARKS).removesuffix(" and").rstrip(_MARKS)
    called = f"%{variable.name}% of the template"
    return f"{said} ({called})" if len(said) > 2 else called


def named(texts: Iterable[str]) -> tuple[Variable, ...]:
    """Every variable that *texts* of a template name, built-in ones too."""
    return tuple(dict.fromkeys(Variable(name) for text in texts for name in _VARIABLE.findall(text)))
