"""What a document holds: text, mappings and lists that know where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeAlias, assert_never

BITS = 22  # enough for any line, and any column, of the largest file that is read
_MASK = (1 << BITS) - 1


def _unpacked(place: int) -> tuple[int, int]:
    return (place >> BITS) + 1, (place & _MASK) + 1


class Map(dict[str, "Node"]):
    """A mapping in file order. Places are (line, column), both from 1."""

    __slots__ = ("keys_at", "place", "values_at")

    def __init__(self, place: int = 0) -> None:
        self.place = place
        self.keys_at: dict[str, int] = {}
        self.values_at: dict[str, int] = {}

    @property
    def start(self) -> tuple[int, int]:
        """The place of the mapping itself."""
        return _unpacked(self.place)

    def where(self, key: str) -> tuple[int, int]:
        """The place of the value at *key*."""
        return _unpacked(self.values_at[key] >> 1)

    def key_where(self, key: str) -> tuple[int, int]:
        """The place of *key* itself."""
        return _unpacked(self.keys_at[key])

    def plain(self, key: str) -> bool:
        """True where the value at *key* is a scalar without quotes."""
        return bool(self.values_at[key] & 1)

    def drop(self, key: str) -> None:
        """Forget *key* and its value."""
        for each in (self, self.keys_at, self.values_at):
            each.pop(key, None)

    def only(self, keys: Iterable[str]) -> Map:
        """The part of it that *keys*, all of which it has, name; each stands where it stood."""
        part = Map(self.place)
        for key in keys:
            part[key], part.keys_at[key] = self[key], self.keys_at[key]
            part.values_at[key] = self.values_at[key]
        return part


class Seq(list["Node"]):
    """A list in file order. Places are (line, column), both from 1."""

    __slots__ = ("place", "values_at")

    def __init__(self, place: int = 0) -> None:
        self.place = place
        self.values_at: list[int] = []

    @property
    def start(self) -> tuple[int, int]:
        """The place of the list itself."""
        return _unpacked(self.place)

    def where(self, index: int) -> tuple[int, int]:
        """The place of the item at *index*."""
        return _unpacked(self.values_at[index] >> 1)

    def plain(self, index: int) -> bool:
        """True where the item at *index* is a scalar without quotes."""
        return bool(self.values_at[index] & 1)

    def only(self, indices: Iterable[int]) -> Seq:
        """The items at *indices*; each stands where it stood."""
        part = Seq(self.place)
        for index in indices:
            part.append(self[index])
            part.values_at.append(self.values_at[index])
        return part


Node: TypeAlias = "str | Map | Seq"

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = dict.fromkeys(("true", "True", "TRUE"), True) | dict.fromkeys(("false", "False", "FALSE"), False)
_INTEGER = re.compile(r"[-+]?[0-9]{1,40}\Z")
_PREFIXED = re.compile(r"0o[0-7]{1,40}\Z|0x[0-9a-fA-F]{1,40}\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_SPECIAL = re.compile(r"[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z")


def core(node: Node, *, plain: bool = True) -> object:
    """*node* with the types of the YAML 1.2 core schema (section 10.3.2), for who expects them.

    Mappings, lists, and for a *plain* scalar None, a boolean, an integer or a float; a quoted one is text.
    """
    match node:
        case Map():
            return {key: core(value, plain=node.plain(key)) for key, value in node.items()}
        case Seq():
            return [core(item, plain=node.plain(index)) for index, item in enumerate(node)]
        case str():
            return _scalar(node) if plain else node
        case _ as never:
            assert_never(never)


def _scalar(text: str) -> object:
    if text in _NULL:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.match(text):
        return int(text)
    if _PREFIXED.match(text):
        return int(text, 0)
    if _FLOAT.match(text):
        return float(text)
    if _SPECIAL.match(text):
        return float(text.replace(".", ""))
    return text


def mapping(node: Node | None) -> Map:
    """*node* where it is a mapping, else one that holds nothing."""
    return node if isinstance(node, Map) else Map()
