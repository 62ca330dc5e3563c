"""Changes in the text of a document: what an edit is about, and not one octet else.

Comments, order, quotes, flow and block style, line ends and a byte order mark stay as they are. Each edit
says what the tree becomes; the edited text is read again, and where it is any other tree nothing is edited.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias, assert_never

import yaml
from yaml import Node, ScalarNode

from dnsauth.documents import marks
from dnsauth.documents.marks import Path, child
from dnsauth.documents.place import Place, Unedited
from dnsauth.documents.read import load
from dnsauth.documents.splices import inserted, removed, replaced
from dnsauth.documents.tree import Map, Seq
from dnsauth.documents.tree import Node as Tree
from dnsauth.documents.write import flow, quoted

__all__ = ["Edit", "Insert", "Path", "Put", "Remove", "Rename", "Unedited", "edited"]

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Put:
    """*value* in place of the one at *path*; a text in the quotes of the one before it, if it can be."""

    path: Path
    value: object


@dataclass(frozen=True, slots=True)
class Rename:
    """The key at the end of *path* becomes *key*."""

    path: Path
    key: str


@dataclass(frozen=True, slots=True)
class Remove:
    """The entry or item at *path* goes, with the comment lines right above it and those within."""

    path: Path


@dataclass(frozen=True, slots=True)
class Insert:
    """What the YAML *text* has, its comments too, goes into the collection at *path* before the child *at*.

    *text* is a mapping or a list in block style; None is behind the last child. A collection in flow style
    takes no comments.
    """

    path: Path
    text: str
    at: int | None = None


Edit: TypeAlias = Put | Rename | Remove | Insert

_Plain: TypeAlias = "str | dict[str, _Plain] | list[_Plain]"


def edited(octets: bytes, edits: Iterable[Edit]) -> bytes:
    """The document *octets* after *edits*, one after the other; raises `Unedited`."""
    tree, wrong = load(octets, "")
    if tree is None or wrong:
        raise Unedited("it is not read without problems")
    text = octets.removeprefix(_BOM).decode()
    if "\r" in text.replace("\r\n", ""):
        raise Unedited("its lines end in ways that YAML alone knows")
    expected = _plain(tree)
    try:
        for edit in edits:
            text = _edited(text, edit)
            expected = _after(expected, edit)
    except (yaml.YAMLError, KeyError, IndexError, AttributeError) as error:
        raise Unedited(f"{type(error).__name__}: {error}") from error
    result = octets[: len(_BOM)] * octets.startswith(_BOM) + text.encode()
    found, wrong = load(result, "")
    if found is None or wrong or not _same(_plain(found), expected):
        raise Unedited("the edit would make something else of it")
    return result


def _edited(text: str, edit: Edit) -> str:
    root = marks.composed(text)
    if root is None:
        raise Unedited("it is empty")
    match edit:
        case Put(path, value):
            place = _place(text, root, path)
            splices = replaced(place, _written(value, place))
        case Rename(path, key):
            place = _place(text, root, path)
            node = place.parent.value[place.number][0]
            shown = f"{{{key}: x}}" if place.parent.flow_style else f"{key}: x"
            splices = [marks.splice(node, _scalar(key, node.style, shown, {key: "x"}))]
        case Remove(path):
            splices = removed(_place(text, root, path), outermost=len(path) == 1)
        case Insert(path, fragment, at):
            splices = inserted(text, root, _place(text, root, path) if path else None, fragment, at)
        case _ as never:
            assert_never(never)
    for start, end, new in sorted(splices, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _place(text: str, root: Node, path: Path) -> Place:
    node = root
    for step in path[:-1]:
        of = marks.collection(node)
        node = marks.value(of, child(of, step))
    of = marks.collection(node)
    return Place(text, of, child(of, path[-1]))


def _written(value: object, place: Place) -> str:
    if not isinstance(value, str):
        return flow(value)
    style = place.node.style if isinstance(place.node, ScalarNode) else '"'
    return _scalar(value, style, f"[{value}]" if place.parent.flow_style else f"- {value}", [value])


def _scalar(text: str, style: str | None, shown: str, expected: object) -> str:
    """*text* in quotes of *style*; in none where there were none, and *shown* is read as *expected*."""
    if not style:
        tree, wrong = load(shown.encode(), "")
        if text and tree is not None and not wrong and _plain(tree) == expected:
            return text
    return quoted(text, style or '"')


def _plain(tree: Tree) -> _Plain:
    match tree:
        case Map():
            return {key: _plain(value) for key, value in tree.items()}
        case Seq():
            return [_plain(item) for item in tree]
        case str():
            return tree
        case _ as never:
            assert_never(never)


def _untyped(value: object) -> _Plain:
    match value:
        case Mapping():
            return {str(key): _untyped(item) for key, item in value.items()}
        case list() | tuple():
            return [_untyped(item) for item in value]
    return str(value)


def _same(one: _Plain, other: _Plain) -> bool:
    """True where they are equal, the order of keys included."""
    match one, other:
        case dict(), dict():
            return list(one) == list(other) and all(_same(one[key], other[key]) for key in one)
        case list(), list():
            return len(one) == len(other) and all(map(_same, one, other))
    return one == other


def _after(tree: _Plain, edit: Edit) -> _Plain:
    """*tree* as *edit* makes it."""
    if not edit.path:
        assert isinstance(edit, Insert)  # noqa: S101  the others were found at their path
        return _with(tree, edit)
    step, rest = edit.path[0], edit.path[1:]
    items: list[tuple[str | int, _Plain]] = list(tree.items() if isinstance(tree, dict) else enumerate(tree))
    after: list[tuple[str | int, _Plain]] = []
    for key, item in items:
        if key != step:
            after.append((key, item))
        elif rest:
            after.append((key, _after(item, replace(edit, path=rest))))
        else:
            after += _child(key, item, edit)
    return {str(key): item for key, item in after} if isinstance(tree, dict) else [item for _, item in after]


def _child(key: str | int, item: _Plain, edit: Edit) -> list[tuple[str | int, _Plain]]:
    match edit:
        case Put(_, value):
            return [(key, _untyped(value))]
        case Rename(_, new):
            return [(new, item)]
        case Remove():
            return []
        case Insert():
            return [(key, _with(item, edit))]
        case _ as never:
            assert_never(never)


def _with(tree: _Plain, edit: Insert) -> _Plain:
    """The collection *tree*, maybe an empty text, with what *edit* inserts."""
    read, wrong = load(edit.text.encode(), "")
    if read is None or wrong:
        raise Unedited("what is to be inserted is no YAML")
    match tree, _plain(read):
        case dict(), dict() as new if not new.keys() & tree.keys():
            at = len(tree) if edit.at is None else edit.at
            items = list(tree.items())
            return dict([*items[:at], *new.items(), *items[at:]])
        case list(), list() as more:
            at = len(tree) if edit.at is None else edit.at
            return [*tree[:at], *more, *tree[at:]]
        case "", (dict() | list()) as only:
            return only
    raise Unedited("what is to be inserted does not fit in there")
