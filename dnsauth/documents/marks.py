"""Where each value of a document begins and ends, by PyYAML's marks.

A value in block style ends where its last scalar does: what stands behind, comments and blank lines, is
nobody's by its marks.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias, cast

import yaml
from yaml import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

Path: TypeAlias = tuple[str | int, ...]
"""The keys and indices that lead to a value, from the root on."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def composed(text: str) -> Node | None:
    """The root of the document *text*, or None where it is empty; raises PyYAML's errors."""
    return yaml.compose(text, _LOADER)


def collection(node: Node) -> CollectionNode:
    """*node*, which is a mapping or a list; raises `KeyError`."""
    if not isinstance(node, CollectionNode):
        raise KeyError(node.value)
    return node


def child(node: CollectionNode, step: str | int) -> int:
    """Which child of *node* the key or index *step* names; raises `KeyError`."""
    match node, step:
        case MappingNode(), str():
            for index, (key, _) in enumerate(node.value):
                if key.value == step:
                    return index
        case SequenceNode(), int() if 0 <= step < len(node.value):
            return step
    raise KeyError(step)


def value(node: CollectionNode, index: int) -> Node:
    """The value of the child at *index* of the collection *node*."""
    return cast("Node", node.value[index][1] if isinstance(node, MappingNode) else node.value[index])


def block(node: Node) -> bool:
    """True for a collection whose children stand on lines of their own."""
    return isinstance(node, CollectionNode) and not node.flow_style


def start(node: CollectionNode, index: int) -> int:
    """The index in the text at which the child at *index* of *node* begins, its key included."""
    of = node.value[index][0] if isinstance(node, MappingNode) else node.value[index]
    return int(of.start_mark.index)


def end(node: Node, text: str) -> int:
    """The index in *text* behind the last character of *node*."""
    last = _last(node)
    at = int(last.end_mark.index)
    # a block scalar is marked to its last line break
    return len(text[:at].rstrip()) if isinstance(last, ScalarNode) and last.style in ("|", ">") else at


def last_line(node: Node) -> int:
    """The last line of *node*, from 0, without the comments and blank lines after it."""
    last = _last(node)
    mark = last.end_mark
    return int(mark.line) - (mark.column == 0 and mark.line > last.start_mark.line)


def _last(node: Node) -> Node:
    while isinstance(node, CollectionNode) and not node.flow_style and node.value:
        node = value(node, -1)
    return node


class Splice(NamedTuple):
    """The characters from *start* up to *end* make way for *new*."""

    start: int
    end: int
    new: str


def splice(node: Node, new: str) -> Splice:
    """*new* in place of the scalar *node*."""
    return Splice(int(node.start_mark.index), int(node.end_mark.index), new)
