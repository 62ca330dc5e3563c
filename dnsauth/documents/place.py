"""Where a child of a collection stands in a document's text, with its dash, its key and its comments."""

from __future__ import annotations

import re
from typing import NamedTuple

from yaml import CollectionNode, MappingNode, Node

from dnsauth.documents import marks

_ENDING = re.compile(r"[ \t]*(?:#.*)?\Z")  # what may stand behind a value on its line
_GAP = re.compile(r"(?:\s|#[^\r\n]*)*")
_LINE_END = re.compile(r"\r?\n")


class Unedited(ValueError):
    """The text is laid out in a way that is not edited here, or the edit makes no such tree of it."""


class Place(NamedTuple):
    """The child number *number*, from 0, of the collection *parent*, in *text*."""

    text: str
    parent: CollectionNode
    number: int

    @property
    def node(self) -> Node:
        """The value of the child."""
        return marks.value(self.parent, self.number)

    @property
    def start(self) -> int:
        """Where it begins, key and dash included."""
        at = marks.start(self.parent, self.number)
        if isinstance(self.parent, MappingNode) or self.parent.flow_style:
            return at
        # the dash of an item may stand on a line above it
        column = int(self.parent.start_mark.column)
        line = line_start(self.text, at)
        while self.text[line + column : line + column + 1] != "-" or self.text[line : line + column].strip(
            " -"
        ):
            line = line_start(self.text, line - 1)
        return line + column

    @property
    def end(self) -> int:
        """Behind its last character."""
        return marks.end(self.node, self.text)

    @property
    def alone(self) -> bool:
        """True where nothing stands before it on its line."""
        return not self.text[line_start(self.text, self.start) : self.start].strip()

    @property
    def behind(self) -> int:
        """Where its value would stand: behind the colon, or the dash."""
        if isinstance(self.parent, MappingNode):
            key = int(self.parent.value[self.number][0].end_mark.index)
            return self.text.index(":", key) + 1
        return self.start + 1

    def sibling(self, number: int) -> Place:
        """The child of that number beside it."""
        return self._replace(number=number)


def line_start(text: str, at: int) -> int:
    """Where the line that holds *at* begins."""
    if at < 0:
        raise Unedited("an item has no dash")
    return text.rfind("\n", 0, at) + 1


def line_end(text: str, at: int) -> int:
    """Where the line that holds *at* ends, before its line end."""
    match = _LINE_END.search(text, at)
    return match.start() if match else len(text)


def next_line(text: str, at: int) -> int:
    """Where the line behind the one that holds *at* begins."""
    match = _LINE_END.search(text, at)
    return match.end() if match else len(text)


def eol(text: str) -> str:
    """How lines of *text* end."""
    match = _LINE_END.search(text)
    return match[0] if match else "\n"


def column(place: Place) -> int:
    """The column of *place*, from 0."""
    return place.start - line_start(place.text, place.start)


def ends(text: str, at: int) -> bool:
    """True where nothing but a comment stands behind *at* on its line."""
    return _ENDING.match(text[at : line_end(text, at)]) is not None


def behind(text: str, at: int) -> int:
    """Where the line behind that of *at* begins, which nothing but a comment follows on its own."""
    if not ends(text, at):
        raise Unedited("something else stands on its line")
    return next_line(text, at)


def comments(place: Place) -> int:
    """Where the lines of *place* begin; comments right above it, as far to the right, are its own."""
    text = place.text
    at = line_start(text, place.start)
    mark = " " * (place.start - at) + "#"
    floor = place.sibling(place.number - 1).end if place.number else 0
    while at > floor and text.startswith(mark, above := line_start(text, at - 1)):
        at = above
    return at


def comma(text: str, at: int) -> int:
    """Behind the comma that comes next after *at*, or 0 where none does."""
    match = _GAP.match(text, at)
    gap = match.end() if match else at
    return gap + 1 if text[gap : gap + 1] == "," else 0
