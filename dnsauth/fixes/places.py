"""Which value of a document a finding is about, by its line and column."""

from __future__ import annotations

from collections.abc import Iterator

from dnsauth.documents import Map, Node, Seq
from dnsauth.documents.edit import Path
from dnsauth.findings import Where


def at(tree: Node, path: Path) -> Node:
    """The value at *path*, which is there."""
    for step in path:
        if isinstance(tree, Map):
            tree = tree[str(step)]
        elif isinstance(tree, Seq):
            tree = tree[int(step)]
    return tree


def paths(tree: Node, where: Where) -> Iterator[Path]:
    """The values, or the keys of the values, that stand at *where*, the innermost first.

    A place without a column is any on its line.
    """
    found = [path for path, places in _walk(tree, ()) if any(_same(place, where) for place in places)]
    return reversed(found)


def _same(place: tuple[int, int], where: Where) -> bool:
    return place[0] == where.line and where.column in (0, place[1])


def _walk(tree: Node, path: Path) -> Iterator[tuple[Path, tuple[tuple[int, int], ...]]]:
    if isinstance(tree, Map):
        for key, value in tree.items():
            yield (*path, key), (tree.key_where(key), tree.where(key))
            yield from _walk(value, (*path, key))
    elif isinstance(tree, Seq):
        for index, item in enumerate(tree):
            yield (*path, index), (tree.where(index),)
            yield from _walk(item, (*path, index))
