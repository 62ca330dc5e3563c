"""libyaml's events made into a tree, without recursion and with a bound on what aliases may stand for."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NoReturn, Protocol, TypeAlias, cast

from yaml.events import (
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from dnsauth.documents.rules import ALIAS, CONTROL, DUPLICATE, KEY, MERGE, SECOND_DOCUMENT, TAG, TOO_DEEP
from dnsauth.documents.tree import BITS, Map, Node, Seq
from dnsauth.findings import Finding, Rule, Where

MAX_DEPTH = 20
MAX_ALIASES = 32  # in one file
MAX_ALIASED = 256  # values under one anchor

UNSEEN = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)  # C0 but tab and line ends, C1, and what reorders or hides text (UTR 36 section 2.5)

_DROPPED = "\0"  # stands for a key that was refused, until the document ends


class Stop(Exception):
    """The rest of the document would only yield findings that mislead."""


class _Mark(Protocol):
    line: int
    column: int


class Event(Protocol):
    """What we read of PyYAML's events; each has a mark, only scalars all of it."""

    start_mark: _Mark
    value: str
    style: str | None
    tag: str | None
    anchor: str | None


Events: TypeAlias = Callable[[], Event]


def events(text: bytes) -> Events:
    """The events of a document, one a call; a call raises PyYAML's errors."""
    try:
        from yaml._yaml import CParser
    except ImportError:  # PyYAML was built without libyaml: slower, the same events
        from yaml import Loader

        return cast("Events", Loader(text).get_event)
    return cast("Events", CParser(text).get_event)


class Reader:
    """The state of reading one document; *strict* where it may hold an anchor, a tag or an escape."""

    def __init__(self, file: str, *, strict: bool) -> None:
        self.file = file
        self.strict = strict
        self.findings: list[Finding] = []
        self._damaged: list[Map] = []
        self._misleading = False  # what a refused merge key would have brought is not known
        self._anchors: dict[str, Node] = {}
        self._unfinished: list[tuple[int, str]] = []
        self._aliases = 0

    def tree(self, get: Events) -> Node:
        """The document's root; raises `Stop`, and PyYAML's errors."""
        get()  # the stream starts
        if isinstance(get(), StreamEndEvent):
            return ""
        root = self._root(get)
        get()  # the document ends
        event = get()
        kind: type[object] = type(event)
        if kind is not StreamEndEvent:
            self._report(SECOND_DOCUMENT, event)
        for mapping in self._damaged:
            mapping.drop(_DROPPED)
        if self._misleading:
            raise Stop
        return root

    def _root(self, get: Events) -> Node:
        strict = self.strict
        stack: list[tuple[Map | Seq | None, str | None]] = []
        parent: Map | Seq | None = None  # the collection that is being filled
        mapping: Map | None = None  # the same, where it is a mapping
        key: str | None = None
        while True:
            event = get()
            kind: type[object] = type(event)
            node: Node
            if kind is ScalarEvent:
                node = event.value
                mark = event.start_mark
                if strict:
                    self._scalar(event)
                if mapping is not None and key is None:
                    key = self._key(event, mapping) if node == "<<" or node in mapping else node
                    mapping.keys_at[key] = mark.line << BITS | mark.column
                    continue
                bits = (mark.line << BITS | mark.column) << 1 | (not event.style)
            elif (kind is MappingEndEvent or kind is SequenceEndEvent) and parent is not None:
                node = parent
                bits = node.place << 1
                parent, key = stack.pop()
                mapping = parent if type(parent) is Map else None
                if strict:
                    self._finished(node, len(stack))
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                self._started(
                    event,
                    "mapping" if kind is MappingStartEvent else "list",
                    len(stack),
                    is_key=mapping is not None and key is None,
                )
                stack.append((parent, key))
                mark = event.start_mark
                place = mark.line << BITS | mark.column
                if kind is MappingStartEvent:
                    parent = mapping = Map(place)
                    key = None
                else:
                    parent, mapping = Seq(place), None
                continue
            else:
                node = self._alias(event, len(stack), is_key=mapping is not None and key is None)
                bits = (event.start_mark.line << BITS | event.start_mark.column) << 1
            if mapping is not None and key is not None:
                mapping[key] = node
                mapping.values_at[key] = bits
                key = None
            elif isinstance(parent, Seq):
                parent.append(node)
                parent.values_at.append(bits)
            else:
                return node

    def _key(self, event: Event, mapping: Map) -> str:
        if event.value in mapping:
            first, _ = mapping.key_where(event.value)
            self._report(DUPLICATE, event, key=event.value, first=first)
        elif event.style:
            return event.value
        else:
            self._report(MERGE, event)
            self._misleading = True
        self._damaged.append(mapping)
        return _DROPPED

    def _scalar(self, event: Event) -> None:
        if event.tag:
            self._report(TAG, event, tag=event.tag)
        if event.anchor:
            self._anchors[event.anchor] = event.value
        if event.style == '"' and (unseen := UNSEEN.search(event.value) or re.search("\r", event.value)):
            self._report(CONTROL, event, character=f"U+{ord(unseen[0]):04X}")

    def _started(self, event: Event, kind: str, depth: int, *, is_key: bool) -> None:
        if is_key:
            self._refuse(KEY, event, kind=kind)
        if depth == MAX_DEPTH:
            self._refuse(TOO_DEEP, event, limit=MAX_DEPTH)
        if event.tag:
            self._report(TAG, event, tag=event.tag)
        if event.anchor:
            self._unfinished.append((depth, event.anchor))
            self._anchors.pop(event.anchor, None)

    def _finished(self, node: Node, depth: int) -> None:
        if self._unfinished and self._unfinished[-1][0] == depth:
            self._anchors[self._unfinished.pop()[1]] = node

    def _alias(self, event: Event, depth: int, *, is_key: bool) -> Node:
        name = str(event.anchor)
        self._aliases += 1
        problem = ""
        if is_key:
            problem = "stands where a key is expected"
        elif self._aliases > MAX_ALIASES:
            problem = f"is one more than the {MAX_ALIASES} a file may have"
        elif any(name == anchor for _, anchor in self._unfinished):
            problem = "stands inside of what it names"
        elif name not in self._anchors:
            problem = "names no anchor above it"
        elif not _small(self._anchors[name], depth):
            problem = f"stands for more than {MAX_ALIASED} values, or nests deeper than {MAX_DEPTH} levels"
        if problem:
            self._refuse(ALIAS, event, name=name, problem=problem)
        return self._anchors[name]

    def _refuse(self, rule: Rule, event: Event, **facts: object) -> NoReturn:
        self._report(rule, event, **facts)
        raise Stop

    def _report(self, rule: Rule, event: Event, **facts: object) -> None:
        mark = event.start_mark
        self.findings.append(Finding(rule, Where(self.file, mark.line + 1, mark.column + 1), facts=facts))


def _small(node: Node, depth: int) -> bool:
    left = MAX_ALIASED
    level = [node]
    while level:
        left -= len(level)
        if left < 0 or depth > MAX_DEPTH:
            return False
        inner = [each for each in level if not isinstance(each, str)]
        level = [item for each in inner for item in (each.values() if isinstance(each, Map) else each)]
        depth += 1
    return True
