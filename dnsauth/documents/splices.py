"""The pieces of a text that an edit takes out and puts in."""

from __future__ import annotations

import re

from yaml import CollectionNode, MappingNode, Node

from dnsauth.documents import marks, place
from dnsauth.documents.marks import Splice
from dnsauth.documents.place import Place, Unedited, behind, column, eol, line_end, line_start, next_line
from dnsauth.documents.read import load
from dnsauth.documents.tree import Map
from dnsauth.documents.write import flow

_COMMENT = re.compile(r" *(?:#|$)")
_HOLDER = re.compile(r"[:-](?=[ \t]*(?:#.*)?$)")


def replaced(old: Place, new: str) -> list[Splice]:
    """*new* in place of the value at *old*."""
    text, node = old.text, old.node
    start, end = int(node.start_mark.index), old.end
    if isinstance(node, CollectionNode) and marks.block(node) and "\n" in text[old.behind : start]:
        first = Place(text, node, 0)
        above = Splice(old.behind, old.behind, f" {new}")
        return [above, Splice(line_start(text, first.start), behind(text, end), "")]
    if start == end:  # nothing stood there
        return [Splice(old.behind, old.behind, f" {new}")]
    return [Splice(start, end, new)]


def removed(gone: Place, *, outermost: bool) -> list[Splice]:
    """Nothing in place of the child, its key and its own comments; *outermost* for one of the root."""
    text, parent, number = gone.text, gone.parent, gone.number
    if parent.flow_style:
        return [_removed_in_flow(gone)]
    several = len(parent.value) > 1
    empty = "{}" if isinstance(parent, MappingNode) else "[]"
    if not gone.alone:
        return [_removed_beside(gone) if several else Splice(gone.start, gone.end, empty)]
    # what stands above the first entry of all is the head of the file
    start = place.comments(gone) if number or not outermost else line_start(text, gone.start)
    stop = behind(text, gone.end)
    if several:
        return [Splice(start, stop, "")]
    if outermost:
        return [Splice(start, stop, f"{empty}{eol(text)}")]
    return [Splice(start, stop, ""), _emptied(text, start, empty)]


def _removed_beside(gone: Place) -> Splice:
    """The first child of several, which begins on the line of a dash."""
    text = gone.text
    if gone.number:
        raise Unedited("two children stand on one line")
    after = gone.sibling(1)
    if place.comments(after) < line_start(text, after.start):
        return Splice(len(text[: gone.start].rstrip(" ")), line_end(text, gone.end), "")
    behind(text, gone.end)
    return Splice(gone.start, after.start, "")


def _emptied(text: str, start: int, empty: str) -> Splice:
    """*empty* behind the colon or the dash above *start*, whose block went."""
    at = start
    while at:
        at = line_start(text, at - 1)
        content = text[at : line_end(text, at)]
        if not _COMMENT.match(content):
            if match := _HOLDER.search(content):
                return Splice(at + match.end(), at + match.end(), f" {empty}")
            break
    raise Unedited("what held the block is not found")


def _removed_in_flow(gone: Place) -> Splice:
    text, start, end, count = gone.text, gone.start, gone.end, len(gone.parent.value)
    comma = place.comma(text, end)
    if count == 1:
        return Splice(start, comma or end, "")
    if gone.alone and place.ends(text, comma or end):
        return Splice(place.comments(gone), next_line(text, comma or end), "")
    if gone.number + 1 < count:
        after = gone.sibling(gone.number + 1).start
        return Splice(start, comma if "\n" in text[end:after] else after, "")
    return Splice(gone.sibling(gone.number - 1).end, end, "")


def inserted(text: str, root: Node, home: Place | None, fragment: str, at: int | None) -> list[Splice]:
    """The *fragment* among the children of the collection at *home*, or of *root*, before the child *at*."""
    node = root if home is None else home.node
    lines = [line for line in fragment.splitlines() if line.strip()]
    if not isinstance(node, CollectionNode) or not node.value:
        return _first(text, home, node, lines)
    count = len(node.value)
    number = count if at is None else at
    there = Place(text, node, min(number, count - 1))
    if node.flow_style:
        return _in_flow(there, fragment, after=number >= count)
    if number >= count:
        where = _with_comments(text, behind(text, there.end), column(there))
        return [_lines(text, where, lines, column(there))]
    if there.alone:
        where = place.comments(there) if number or home is not None else line_start(text, there.start)
        return [_lines(text, where, lines, column(there))]
    indent = f"{eol(text)}{' ' * column(there)}"
    return [Splice(there.start, there.start, indent.join([*lines, ""]))]


def _lines(text: str, where: int, lines: list[str], column: int) -> Splice:
    block = "".join(f"{' ' * column}{line}{eol(text)}" for line in lines)
    open_ended = where == len(text) and not text.endswith("\n")
    return Splice(where, where, f"{eol(text)}{block.removesuffix(eol(text))}" if open_ended else block)


def _with_comments(text: str, where: int, column: int) -> int:
    """Behind the comment lines at *where* that stand as far to the right as *column*, or farther."""
    while text[where : line_end(text, where)].lstrip(" ").startswith("#") and not (
        text[where : where + column].strip(" ")
    ):
        where = next_line(text, where)
    return where


def _first(text: str, home: Place | None, node: Node, lines: list[str]) -> list[Splice]:
    """*lines* as the first children of *node*, which is empty: in block style where there may be a block."""
    start, end = int(node.start_mark.index), int(node.end_mark.index)
    if home is None:
        return [Splice(start, next_line(text, end), "".join(f"{line}{eol(text)}" for line in lines))]
    if home.parent.flow_style:
        new = flow(load("\n".join(lines).encode(), "")[0])
        return [Splice(start, end, new if end > start else f" {new}")]
    if "\n" in text[home.behind : end] or not place.ends(text, end):
        raise Unedited("an empty collection stands on a line of its own")
    indent = f"{eol(text)}{' ' * (column(home) + 2)}"
    stop = line_end(text, end)
    block = "".join(f"{indent}{line}" for line in lines)
    return [Splice(home.behind, max(end, home.behind), ""), Splice(stop, stop, block)]


def _in_flow(there: Place, fragment: str, *, after: bool) -> list[Splice]:
    tree, _ = load(fragment.encode(), "")
    if isinstance(tree, Map) is not isinstance(there.parent, MappingNode):
        raise Unedited("what is to be inserted does not fit in there")
    text, start, end, new = there.text, there.start, there.end, flow(tree)[1:-1]
    line = f"{eol(text)}{' ' * column(there)}"
    if not after:
        return [Splice(start, start, f"{new},{line if there.alone else ' '}")]
    comma = place.comma(text, end)
    stop = line_end(text, comma or end)
    if there.alone and place.ends(text, comma or end):
        added = Splice(stop, stop, f"{line}{new}{',' if comma else ''}")
        if comma:
            return [added]
        # a comment behind the last one stays behind it
        return [Splice(end, stop, f",{text[end:stop]}{added.new}")]
    return [Splice(end, end, f", {new}")]
