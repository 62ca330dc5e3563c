"""The project's own documents, taken apart."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[1]
_MARKDOWN = MarkdownIt("commonmark").enable("table")
_LINK = re.compile(r"\]\(([^)\s]+)\)")


class Fence(NamedTuple):
    """A fenced block: its language, the line it starts on, and what it holds."""

    language: str
    line: int
    text: str

    @property
    def path(self) -> str:
        """The file it stands for, as its first line ``# PATH`` says, or ``<!-- PATH -->``; or empty."""
        found = re.match(r"(?:# |<!-- )([\w./-]+\.(yaml|xml))(?: -->)?\n", self.text)
        return found[1] if found and self.language == found[2] else ""


class Row(NamedTuple):
    """One row of a table: cells as written, by column head."""

    cells: dict[str, str]

    @property
    def first(self) -> str:
        return next(iter(self.cells.values()))

    @property
    def codes(self) -> tuple[str, ...]:
        """What stands in backticks in the first column."""
        return codes(self.first)

    def __str__(self) -> str:
        return " | ".join(self.cells.values())


def codes(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"`([^`]+)`", text))


class Document:
    """One Markdown file."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.path = ROOT / name
        self.text = self.path.read_text()

    def __repr__(self) -> str:
        return self.name

    @cached_property
    def _tokens(self) -> list[Token]:
        return _MARKDOWN.parse(self.text)

    @cached_property
    def fences(self) -> tuple[Fence, ...]:
        return tuple(
            Fence(token.info, token.map[0] + 1, token.content)
            for token in self._tokens
            if token.type == "fence" and token.map
        )

    @cached_property
    def spans(self) -> tuple[str, ...]:
        """Every text in backticks, tables included."""
        children = (child for token in self._tokens for child in token.children or ())
        return tuple(child.content for child in children if child.type == "code_inline")

    @cached_property
    def links(self) -> tuple[str, ...]:
        """Where links lead, those to other sites left out."""
        prose = "".join(token.content for token in self._tokens if token.type == "inline")
        return tuple(link for link in _LINK.findall(prose) if "://" not in link)

    @cached_property
    def headings(self) -> tuple[str, ...]:
        pairs = zip(self._tokens, self._tokens[1:], strict=False)
        return tuple(inner.content for token, inner in pairs if token.type == "heading_open")

    @property
    def anchors(self) -> set[str]:
        """What a link may name after ``#``."""
        return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in self.headings}

    def table(self, heading: str) -> tuple[Row, ...]:
        """The rows of every table below *heading* and above the next one."""
        return tuple(self._tables[heading])

    @cached_property
    def _tables(self) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = defaultdict(list)
        heading = ""
        head: list[str] = []
        for opening, cells in self._lines():
            match opening:
                case "heading_open":
                    (heading,) = cells
                case "thead_open":
                    head = cells
                case _:
                    found[heading].append(Row(dict(zip(head, cells, strict=True))))
        return found

    def _lines(self) -> Iterator[tuple[str, list[str]]]:
        kind, cells = "", []
        for token in self._tokens:
            match token.type:
                case "heading_open" | "thead_open" | "tbody_open":
                    kind = token.type
                case "inline":
                    cells.append(token.content)
                case "heading_close" | "tr_close":
                    yield kind, cells
                    cells = []
                case "paragraph_close":
                    cells = []


DOCUMENTS = tuple(
    Document(str(path.relative_to(ROOT)))
    for path in (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")))
)
