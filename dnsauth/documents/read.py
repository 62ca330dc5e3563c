"""From a file's octets to its tree, and every problem found on the way."""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections.abc import Iterator
from stat import S_ISREG

from yaml.error import MarkedYAMLError, YAMLError

from dnsauth.documents.events import UNSEEN, Reader, Stop, events
from dnsauth.documents.rules import CONFLICT, CONTROL, NOT_UTF8, SYNTAX, TOO_LARGE, UNREADABLE
from dnsauth.documents.tree import Node
from dnsauth.findings import Finding, Where

MAX_OCTETS = 4 * 1024 * 1024  # of one file


def read_file(path: str | os.PathLike[str], file: str) -> tuple[Node | None, tuple[Finding, ...]]:
    """What `load` returns for the file at *path*; findings call it *file*."""
    text = octets(path, file)
    return (None, (text,)) if isinstance(text, Finding) else load(text, file)


def octets(path: str | os.PathLike[str], file: str) -> bytes | Finding:
    """The content of a plain file of at most `MAX_OCTETS`, or what is wrong with it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a FIFO must not hang us
        try:
            status = os.fstat(descriptor)
            if not S_ISREG(status.st_mode):
                return Finding(UNREADABLE, Where(file), facts={"reason": "it is no plain file"})
            if status.st_size > MAX_OCTETS:
                return Finding(TOO_LARGE, Where(file), facts={"limit": MAX_OCTETS})
            return os.read(descriptor, status.st_size)
        finally:
            os.close(descriptor)
    except OSError as error:
        return Finding(UNREADABLE, Where(file), facts={"reason": error.strerror or str(error)})


def load(text: bytes, file: str) -> tuple[Node | None, tuple[Finding, ...]]:
    """The document *text* holds, and every problem found in it; findings call it *file*.

    An empty document, like an empty value, is the empty text. None where too little could be read to
    say what is missing.
    """
    if len(text) > MAX_OCTETS:
        return None, (Finding(TOO_LARGE, Where(file), facts={"limit": MAX_OCTETS}),)
    text = text.removeprefix(b"\xef\xbb\xbf")
    if text.translate(None, _PLAIN_OCTETS):
        findings = tuple(_unseen(text, file))
        if findings:
            return None, findings
    reader = Reader(file, strict=b"&" in text or b"!" in text or b"\\" in text)
    try:
        return reader.tree(events(text)), tuple(reader.findings)
    except Stop:
        return None, tuple(reader.findings)
    except YAMLError as error:
        if isinstance(error, MarkedYAMLError) and error.problem == _DEEP and error.problem_mark:
            # libyaml 0.2.6 looks ahead to a limit of its own; what stands before it nests beyond ours
            return load(text.decode()[: error.problem_mark.index].encode(), file)
        return None, (*reader.findings, _conflict(text, file) or _syntax(error, file))


_DEEP = "exceeded maximum nesting depth"
_PLAIN_OCTETS = b"\t\n\r" + bytes(range(0x20, 0x7F))


def _unseen(text: bytes, file: str) -> Iterator[Finding]:
    try:
        characters = text.decode()
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        column = error.start - text.rfind(b"\n", 0, error.start)
        yield Finding(NOT_UTF8, Where(file, line, column), facts={"reason": error.reason})
        return
    starts = [0, *(match.end() for match in re.finditer(r"\r\n?|\n", characters))]
    for match in UNSEEN.finditer(characters):
        line = bisect_right(starts, match.start())
        where = Where(file, line, match.start() - starts[line - 1] + 1)
        yield Finding(CONTROL, where, facts={"character": f"U+{ord(match[0]):04X}"})


_STEPS = {
    "found character that cannot start any token": (
        "indent with spaces, and quote a value that starts with `@`, `%` or a backtick"
    ),
    "mapping values are not allowed in this context": (
        "check the indentation, and quote a value that holds `: `"
    ),
    "found undefined tag handle": "quote a value that starts with `!`",
}


def _conflict(text: bytes, file: str) -> Finding | None:
    mark = re.search(rb"^<<<<<<< ", text, re.MULTILINE)
    return Finding(CONFLICT, Where(file, text.count(b"\n", 0, mark.start()) + 1, 1)) if mark else None


def _syntax(error: YAMLError, file: str) -> Finding:
    if not isinstance(error, MarkedYAMLError) or error.problem is None:
        return Finding(SYNTAX, Where(file), facts={"problem": f"{error}", "step": "correct it"})
    mark = error.problem_mark or error.context_mark
    where = Where(file, mark.line + 1, mark.column + 1) if mark else Where(file)
    problem = error.problem
    if error.context and error.context_mark:
        problem += f" ({error.context} that starts on line {error.context_mark.line + 1})"
    step = _STEPS.get(error.problem, "check the indentation, the quotes and the brackets up to here")
    return Finding(SYNTAX, where, facts={"problem": problem, "step": step})
