"""The two streams: stdout is the answer, stderr the talk."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TextIO

if TYPE_CHECKING:
    from dnsauth.output.style import Style


def style(stream: TextIO, *, verbose: bool) -> Style:
    """Colour and width of *stream*: neither but on a terminal, and no colour where NO_COLOR is set."""
    from dnsauth.output.style import Style

    if not stream.isatty():
        return Style()
    colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Style(colour, None if verbose else shutil.get_terminal_size().columns)


def answer(text: str) -> None:
    """Print *text*, which is safe already, on stdout."""
    sys.stdout.write(text)
    sys.stdout.flush()  # a closed pipe must show here, not when the interpreter ends


def talk(text: str) -> None:
    """Print one line on stderr; *text* is safe already."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def aside(text: str) -> None:
    """Print one line on stderr, be it in the midst of a `progress`; *text* is safe already."""
    talk(f"\r\x1b[K{text}" if sys.stderr.isatty() else text)


def confirmed(question: str) -> bool:
    """The answer to *question* from the terminal; anything but yes is no."""
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def interactive() -> bool:
    """True where a person can see the question and answer it."""
    return sys.stdin.isatty() and sys.stderr.isatty()


class Count(Protocol):
    """Shows how much is done, and beside it a *note* that is safe already."""

    def __call__(self, done: int, total: int, /, note: str = "") -> None:
        """Show *done* of *total*."""


@contextmanager
def progress(what: str, *, quiet: bool) -> Iterator[Count]:
    """A function to call with (done, total) after each step; it counts on stderr where that is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda _done, _total, /, note="": None  # noqa: ARG005
        return

    def show(done: int, total: int, /, note: str = "") -> None:
        columns = shutil.get_terminal_size().columns
        text = f"{what} {done:,}/{total:,}" + (f", {note}" if note else "")
        sys.stderr.write("\r" + text[: columns - 1] + "\x1b[K")  # a line that wraps cannot be taken back
        sys.stderr.flush()

    try:
        yield show
    finally:
        sys.stderr.write("\r\x1b[K")  # the count leaves nothing behind
        sys.stderr.flush()
