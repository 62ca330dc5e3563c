"""Texts for GitHub as they are posted: found again by their first line, cut at a whole line, with a patch."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from dnsauth.github import marker
from dnsauth.github.outcome import Done, Posted
from dnsauth.output import safe
from dnsauth.plan import reviewed

MAX_TEXT = 65_536  # characters of a comment, an issue or a pull request
MAX_SUMMARY = 2**20  # octets of a step's summary

_FENCE = re.compile(r"(`{3,})[a-z]*\Z")
_PATCH = "This patch brings it up to date; `git apply` takes it, and so does `dnsauth lock` without it."
_LONG = "The patch is too long for a comment: run `dnsauth lock`, and commit what it writes."


def text(mark: str, body: str, patch: str = "", more: str = "") -> str:
    """*body* below the line of *mark*, cut to what GitHub takes; the digests of its plans stay its last line.

    *patch* is shown so that nothing in it is markup; *more* tells where to read on where *body* was cut.
    """
    first, last = marker.line(mark), ""
    lines = body.rstrip().split("\n")
    if reviewed.is_hidden(lines[-1]):
        last = f"\n\n{lines.pop()}"
        lines = "\n".join(lines).rstrip().split("\n")
    whole = "\n".join(lines)
    shown = f"\n\n{_patch(patch)}" if patch else ""
    if shown and len(first) + len(whole) + len(shown) + len(last) + 2 > MAX_TEXT:
        shown = f"\n\n{_LONG}"
    room = MAX_TEXT - len(first) - len(shown) - len(last) - 2
    return f"{first}\n{cut(whole, room, more)}{shown}{last}\n"


def summary(body: str, taken: int, more: str = "") -> str:
    """*body* cut to what a step's summary takes, of which *taken* octets are taken."""
    return cut(body.rstrip(), MAX_SUMMARY - taken - 1, more, lambda line: len(line.encode())) + "\n"


def cut(body: str, room: int, more: str, size: Callable[[str], int] = len) -> str:
    """As many whole lines of *body* as *room* takes; a fence or a fold that is open then is closed."""
    if size(body) <= room:
        return body
    note = f"\nCut here, since it is too long for GitHub{f': {more}' if more else '.'}"
    kept: list[str] = []
    left, open_ = room - size(note), _Open()
    for line in body.split("\n"):
        after = open_.after(line)
        left -= size(line) + 1
        if left < size(after.closing):
            return "\n".join([*kept, open_.closing + note])
        kept.append(line)
        open_ = after
    return body


class _Open(NamedTuple):
    """What is open after some lines of Markdown: the fence of a block, and folds."""

    fence: str = ""
    folds: int = 0

    def after(self, line: str) -> _Open:
        if self.fence:
            return self._replace(fence="") if line == self.fence else self
        if found := _FENCE.match(line):
            return self._replace(fence=found[1])
        return self._replace(folds=self.folds + line.count("<details>") - line.count("</details>"))

    @property
    def closing(self) -> str:
        """The lines that close it."""
        return (f"{self.fence}\n" if self.fence else "") + "\n</details>\n" * self.folds


def _patch(patch: str) -> str:
    # a tab stays one, or the patch would apply to nothing
    lines = ["\t".join(map(safe.plain, line.split("\t"))) for line in patch.rstrip("\n").split("\n")]
    fence = "`" * max(3, safe.longest_backticks(patch) + 1)
    return "\n".join([_PATCH, "", f"{fence}diff", *lines, fence])


def said(what: str, posted: Posted) -> str:
    """One line on what became of *what*, as ``comment``."""
    match posted.done:
        case Done.NOTHING:
            return f"{what}: nothing to do\n"
        case Done.SUMMARY:
            return f"{what}: added to the summary of this step\n"
        case _:
            return safe.line(f"{what} {posted.number} {posted.done}: {posted.url}") + "\n"
