"""Tag lists, RFC 6376 section 3.2, the syntax DKIM, DMARC, TLS-RPT, MTA-STS and BIMI records share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from dnsauth.records import BadRecord
from dnsauth.records.text import shown

_BLANKS = " \t\r\n"  # WSP, and the line ends of folding white space
BLANK = r"(?:[ \t]|\\009)*"
"""The pattern of blanks in a TXT value, which writes a tab as ``\\009``."""

_FIELD_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
_FIELD_VALUE = re.compile(r"[\x21-\x3a\x3c\x3e-\x7e]+")
_LIST_VALUE = re.compile(r"[\t\x20-\x3a\x3c-\x7e]+")


class Tag(NamedTuple):
    """One ``name=value``; columns count from 1, and *equals* is False where there is no ``=``."""

    name: str
    value: str
    column: int
    value_column: int
    equals: bool = True


def version(value: str, name: str = "v") -> re.Pattern[str]:
    """The pattern of a TXT value whose first tag is *name*, a pattern, with exactly *value*."""
    return re.compile(rf"{name}{BLANK}={BLANK}{value}{BLANK}(?:;|\Z)")


def field_version(value: str) -> re.Pattern[str]:
    """The pattern of a TXT value that begins with *value* as its version and ``;`` (RFC 8461 section 3.1)."""
    return re.compile(rf"v={value}{BLANK};")


def split(text: str) -> tuple[Tag, ...]:
    """The tags of *text* in order, blanks around names and values taken away; nothing is checked.

    A ``;`` at the end ends the last tag; any other empty tag has an empty name.
    """
    parts = text.split(";")
    if not parts[-1].strip(_BLANKS):
        parts.pop()
    found = []
    start = 1
    for part in parts:
        name, equals, value = part.partition("=")
        column = start + len(name) - len(name.lstrip(_BLANKS))
        value_column = start + len(name) + len(equals) + len(value) - len(value.lstrip(_BLANKS))
        found.append(Tag(name.strip(_BLANKS), value.strip(_BLANKS), column, value_column, bool(equals)))
        start += len(part) + 1
    return tuple(found)


def fault(tag: Tag, names: re.Pattern[str], values: re.Pattern[str], section: str) -> BadRecord | None:
    """What is wrong with one tag: no ``=``, a name not of *names*, a value not of *values*; or None."""
    if not tag.equals:
        reason = f"{shown(tag.name)} has no '='" if tag.name else "there is no tag before this ';'"
        return BadRecord(reason, tag.column, section)
    if not names.fullmatch(tag.name):
        return BadRecord(f"{shown(tag.name)} is no name of a tag", tag.column, section)
    if not values.fullmatch(tag.value):
        problem = f"must not be {shown(tag.value)}" if tag.value else "is empty"
        return BadRecord(f"the value of {shown(tag.name)} {problem}", tag.value_column, section)
    return None


def repeated(tag: Tag) -> BadRecord:
    """The error of a tag that stands twice, which makes the whole list invalid."""
    return BadRecord(f"the tag {shown(tag.name)} stands twice", tag.column, "RFC 6376 section 3.2")


def checked(text: str, names: re.Pattern[str], values: re.Pattern[str], section: str) -> dict[str, Tag]:
    """The tags of *text* by name, in order; raises `BadRecord` for a fault, and a name that stands twice."""
    found: dict[str, Tag] = {}
    for tag in split(text):
        if error := fault(tag, names, values, section):
            raise error
        if tag.name in found:
            raise repeated(tag)
        found[tag.name] = tag
    return found


def fields(text: str, known: str, section: str) -> Iterator[Tag]:
    """The tags *known* behind the version, in order, by the stricter syntax of RFC 8460 and RFC 8461.

    There are no blanks around ``=``, and an extension has a value without ``=``. Raises `BadRecord`.
    """
    for tag in split(text)[1:]:
        if error := fault(tag, _FIELD_NAME, _LIST_VALUE if tag.name == known else _FIELD_VALUE, section):
            raise error
        if tag.value_column != tag.column + len(tag.name) + 1:
            raise BadRecord("there is a blank beside '='", tag.column + len(tag.name), section)
        if tag.name == known:
            yield tag


def items(tag: Tag, separator: str) -> Iterator[tuple[str, int]]:
    """The items of the list that is *tag*'s value, blanks taken away, each with its column."""
    column = tag.value_column
    for item in tag.value.split(separator):
        yield item.strip(_BLANKS), column + len(item) - len(item.lstrip(_BLANKS))
        column += len(item) + 1
