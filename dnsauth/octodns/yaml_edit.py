"""Changes made in the text of an octoDNS zone file: the lines of a record that changes, and no other.

Whoever writes the result reads it back first, so an edit may give up (None) but need not foresee every
layout a file can have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import yaml
from natsort import natsort_keygen
from octodns.idna import IdnaError, idna_encode
from yaml import MappingNode, Node, ScalarNode, SequenceNode

from dnsauth.documents.marks import composed, last_line
from dnsauth.names import relative
from dnsauth.plan.model import Change
from dnsauth.rrset import RRset, txt_octets

_sorted_by = natsort_keygen()  # octoDNS's order of keys


class _GiveUp(Exception):
    """The file's layout is none that is edited here."""


class _Entry(NamedTuple):
    """The records of one name: where its key stands, and its value."""

    name: str
    key: ScalarNode
    value: Node


class _Edit(NamedTuple):
    """Lines *start* up to *end* make way for *lines*."""

    start: int
    end: int
    lines: list[str]


def edited(text: str, zone: str, changes: Iterable[Change], ttl: int, *, escaped: bool) -> str | None:
    r"""*text*, the file of *zone*, after *changes*, or None where it must be rewritten.

    *ttl* is the one of records that name none; *escaped* says that ``;`` in TXT values is written ``\;``.
    """
    style = _Style(ttl, escaped)
    try:
        # a name that stays throughout keeps the comment above it
        for change in sorted(changes, key=lambda change: change.after is None):
            lines = text.splitlines(keepends=True)
            if lines and not lines[-1].endswith("\n"):
                lines[-1] += "\n"
            for edit in sorted(_edits(text, lines, zone, change, style), reverse=True):
                lines[edit.start : edit.end] = edit.lines
            text = "".join(lines)
    except (_GiveUp, yaml.YAMLError, UnicodeDecodeError):
        return None
    return text


class _Style(NamedTuple):
    ttl: int
    escaped: bool

    def record(self, rrset: RRset) -> dict[str, object]:
        """*rrset* as octoDNS writes it."""
        values = [self.value(rrset.type, text) for text in rrset.values]
        held = {"value": values[0]} if len(values) == 1 else {"values": values}
        return {"type": rrset.type, **held} | ({"ttl": rrset.ttl} if rrset.ttl != self.ttl else {})

    def value(self, type: str, text: str) -> object:
        """One value as octoDNS writes it."""
        match type:
            case "TXT":
                plain = txt_octets(text).decode()
                plain = f'"{plain}"' if plain.startswith('"') else plain  # octoDNS takes one pair off
                return plain.replace(";", "\\;") if self.escaped else plain
            case "MX":
                preference, _, exchange = text.partition(" ")
                return {"exchange": exchange, "preference": int(preference)}
            case "A" | "AAAA" | "CNAME" | "NS":
                return text
        raise _GiveUp  # the parts of other types are octoDNS's business


def _edits(text: str, lines: list[str], zone: str, change: Change, style: _Style) -> list[_Edit]:
    entries = list(_entries(text))
    name = relative(change.owner, zone).removeprefix("@")
    entry = next((entry for entry in entries if _encoded(entry.name) == name), None)
    record = _of_type(entry, change.type) if entry else None
    match entry, record, change.after:
        case None, _, RRset() as after:
            return [_inserted(entries, len(lines), name, style.record(after))]
        case _Entry(), None, RRset() as after:
            return _appended(lines, entry, style.record(after))
        case _Entry(), MappingNode(), None:
            return [_removed(entry, record)]
        case _Entry(), MappingNode(), RRset():
            return [*_values(lines, record, change, style), *_ttl(lines, record, change)]
    raise _GiveUp


def _entries(text: str) -> Iterator[_Entry]:
    root = composed(text)
    if not isinstance(root, MappingNode) or root.flow_style:
        raise _GiveUp
    for key, value in root.value:
        if not isinstance(key, ScalarNode) or key.tag.endswith(":merge"):
            raise _GiveUp
        yield _Entry(key.value, key, value)


def _encoded(name: str) -> str:
    try:
        return str(idna_encode(name))
    except IdnaError:
        raise _GiveUp from None


def _of_type(entry: _Entry, type: str) -> MappingNode | None:
    for record in entry.value.value if isinstance(entry.value, SequenceNode) else [entry.value]:
        if not isinstance(record, MappingNode) or record.flow_style:
            raise _GiveUp
        if any(key.value == "type" and value.value == type for key, value in record.value):
            return record
    return None


def _inserted(entries: list[_Entry], end: int, name: str, record: dict[str, object]) -> _Edit:
    """A new name where octoDNS's order of keys wants it, right behind the entry before it."""
    before = [entry for entry in entries if _sorted_by(entry.name) < _sorted_by(name)]
    at = end
    if before:
        at = last_line(before[-1].value) + 1
    elif entries:
        at = entries[0].key.start_mark.line
    return _Edit(at, at, _dumped({name: record}))


def _appended(lines: list[str], entry: _Entry, record: dict[str, object]) -> list[_Edit]:
    """One more record at a name that has others; a single one becomes the first of a list."""
    start, end = entry.value.start_mark, last_line(entry.value) + 1
    indent = " " * start.column
    added = _Edit(end, end, _dumped([record], indent))
    if isinstance(entry.value, SequenceNode):
        if entry.value.flow_style:
            raise _GiveUp
        return [added]
    if start.line == entry.key.start_mark.line:
        raise _GiveUp
    first = f"{indent}- {lines[start.line][start.column :]}"
    rest = [f"  {line}" if line.strip() else line for line in lines[start.line + 1 : end]]
    return [added, _Edit(start.line, end, [first, *rest])]


def _removed(entry: _Entry, record: MappingNode) -> _Edit:
    """The record's lines away, and its name's where it was the last one there."""
    others = isinstance(entry.value, SequenceNode) and len(entry.value.value) > 1
    start = record.start_mark.line if others else entry.key.start_mark.line
    return _Edit(start, last_line(record) + 1, [])


def _values(lines: list[str], record: MappingNode, change: Change, style: _Style) -> Iterator[_Edit]:
    before, after = (rrset.values if rrset else () for rrset in (change.before, change.after))
    if before == after:
        return
    pairs = [(key, value) for key, value in record.value if key.value in ("value", "values")]
    if len(pairs) != 1:
        raise _GiveUp
    key, held = pairs[0]
    if not isinstance(held, SequenceNode):
        wanted = [style.value(change.type, text) for text in after]
        new = _dumped(
            {"value": wanted[0]} if len(wanted) == 1 else {"values": wanted}, " " * key.start_mark.column
        )
        new[0] = lines[key.start_mark.line][: key.start_mark.column] + new[0].lstrip()
        yield _Edit(key.start_mark.line, last_line(held) + 1, new)
        return
    if held.flow_style:
        raise _GiveUp
    gone = [style.value(change.type, text) for text in before if text not in after]
    for item in held.value:
        if _plain(item) in gone:
            yield _Edit(item.start_mark.line, last_line(item) + 1, [])
    added = [style.value(change.type, text) for text in after if text not in before]
    if added:
        at = last_line(held) + 1
        yield _Edit(at, at, _dumped(added, " " * held.start_mark.column))


def _plain(item: Node) -> object:
    """An item of a list of values, comparable with `_Style.value`."""
    if isinstance(item, MappingNode):
        parts = {key.value: value.value for key, value in item.value}
        return parts | {"preference": int(parts["preference"])} if "preference" in parts else parts
    return item.value


def _ttl(lines: list[str], record: MappingNode, change: Change) -> Iterator[_Edit]:
    if change.before is None or change.after is None or change.before.ttl == change.after.ttl:
        return
    found = {key.value: (key.start_mark, value) for key, value in record.value}
    mark, _ = found["type"]
    line = lines[mark.line]
    if "ttl" in found:
        mark, value = found["ttl"]
        line = lines[mark.line]
        new = f"{line[: value.start_mark.column]}{change.after.ttl}{line[value.end_mark.column :]}"
        yield _Edit(mark.line, mark.line + 1, [new])
    else:
        # before `type`, where octoDNS's order of keys wants it
        new = f"{line[: mark.column]}ttl: {change.after.ttl}\n"
        yield _Edit(mark.line, mark.line + 1, [new, " " * mark.column + line[mark.column :]])


def _dumped(data: object, indent: str = "") -> list[str]:
    text = yaml.safe_dump(data, allow_unicode=True, default_flow_style=False, width=1 << 30)
    return [indent + line for line in text.splitlines(keepends=True)]
