"""The parameters of a definition, from what its entries say of their variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dnsauth.domain_connect.model import Entry
from dnsauth.domain_connect.sending import TERM
from dnsauth.domain_connect.template import Template
from dnsauth.domain_connect.variables import (
    APEX,
    HOST,
    Kind,
    Parameter,
    Pieces,
    Variable,
    help_of,
    named,
    names,
    own,
)


def parameters(entries: Sequence[Entry], template: Template) -> dict[Variable, Parameter]:
    """The parameter for each variable of *entries*, in order, with what *template* says of it."""
    every = named(text for record in template.records for text in (record.host, record.value))
    kinds: dict[Variable, Kind] = {}
    examples: dict[Variable, str] = {}
    for entry in entries:
        for variable, kind in entry.kinds.items():
            kinds[variable] = min(kind, kinds.get(variable, kind))
        examples = {**entry.examples, **examples}
    called = names(kinds)
    optional = {variable for whole in switches(entries).values() for variable in whole}
    return {
        variable: Parameter(
            called[variable],
            kind,
            examples.get(variable) or _example(variable, kind, called[variable], entries, number),
            _help(kind, help_of(variable, every, template.variables)),
            required=variable not in optional,
        )
        for number, (variable, kind) in enumerate(kinds.items(), 1)
    }


def switches(entries: Sequence[Entry]) -> dict[str, tuple[Variable, ...]]:
    """The variables that bring the entries of each group along, by group ("Group Filtering").

    They belong to the group alone. A group that has none cannot be left out, nor can the only one there is;
    and what a mail domain is asked for that receives mail is never left out.
    """
    groups = {entry.group for entry in entries}
    if len(groups) == 1:
        return {}
    found = {}
    for group in dict.fromkeys(entry.group for entry in entries if entry.group):
        inside = [entry for entry in entries if entry.group == group and entry.section != "mx"]
        outside = {
            variable
            for entry in entries
            if entry.group != group or entry.section == "mx"
            for variable in entry.kinds
        }
        mine = dict.fromkeys(variable for entry in inside for variable in entry.kinds)
        if whole := tuple(variable for variable in mine if variable not in outside):
            found[group] = whole
    return found


def _help(kind: Kind, text: str) -> str:
    return f"the SPF terms, one an item, without v=spf1 and all: {text}" if kind is Kind.TERMS else text


def _example(variable: Variable, kind: Kind, name: str, entries: Sequence[Entry], number: int) -> str:
    word = name.replace("_", "-")[:40].strip("-")
    if variable in (APEX, HOST):
        return "example.com" if variable == APEX else "news"
    match kind:
        case Kind.NUMBER:
            return "10"
        case Kind.IP4 | Kind.NET4:
            return "192.0.2.10"
        case Kind.IP6 | Kind.NET6:
            return "2001:db8::10"
        case Kind.SELECTOR:
            return f"s{number}"
        case Kind.LABEL:
            return word
        case Kind.NAME:
            return f"{word}.vendor.example" if _points(variable, entries) else word
        case Kind.TERMS:
            return TERM
        case Kind.TEXT:
            return f"{word}-0a1b2c"


def _points(variable: Variable, entries: Sequence[Entry]) -> bool:
    """True where *variable* is all of a name that something points to, and no part of an owner."""
    texts: list[tuple[str, Pieces]] = [item for entry in entries for item in entry.texts.items()]
    if any(key == "owner" and variable in value for key, value in texts):
        return False
    return any(variable in value and _whole(variable, value) for _, value in texts)


def _whole(variable: Variable, value: Pieces) -> bool:
    at = value.index(variable)
    before, after = value[:at], value[at + 1 :]
    leads = not before or (isinstance(before[-1], str) and before[-1][-1] in ": ")
    return leads and (not after or (isinstance(after[0], str) and (after[0] == "." or after[0][0] in "/ ")))


def when(entry: Entry, known: Mapping[str, tuple[Variable, ...]]) -> Variable | None:
    """The variable that brings *entry* along, where another one might be missed beside it or it has none."""
    group = known.get(entry.group)
    if not group or entry.section == "mx" or entry.given:
        return None
    return None if len(group) == 1 and own_of(entry) == {group[0]} else group[0]


def own_of(entry: Entry) -> set[Variable]:
    """The variables of *entry*."""
    return {variable for value in entry.texts.values() for variable in own(value)}
