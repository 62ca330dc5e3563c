r"""Names between text and wire, RFC 1035 sections 3.1 and 4.1.4.

Text is absolute and in lower case (RFC 4343). Octets that mean something in presentation format stand behind
a backslash, those outside printable ASCII are ``\DDD`` (RFC 1035 section 5.1).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TypeAlias

from dnsauth.names import MAX_LABEL, BadName

MAX_OCTETS = 255  # of a name, with the lengths and the root: RFC 1035 section 2.3.4
MAX_POINTERS = 16  # on the way through one name; an honest server needs one

Read: TypeAlias = tuple[str, int, int, int]
"""A name as text, the offset behind it, its octets without compression, the pointers on its way."""

Known: TypeAlias = dict[int, Read]
"""What pointers have led to so far, by offset."""

POINTER = 0xC0  # RFC 1035 section 4.1.4
_COUNTED = tuple(bytes([length]) for length in range(MAX_LABEL + 1))
_SPELLED = tuple(
    f"\\{chr(octet)}"
    if octet in b'"().;\\@$'
    else chr(octet).lower()
    if ord(" ") < octet <= ord("~")
    else f"\\{octet:03}"
    for octet in range(256)
)
_JOINED = bytes(  # a dot stays, since it may stand between labels
    ord("." if octet == ord(".") else text[0]) for octet, text in enumerate(_SPELLED)
)

_ESCAPED_NAME = re.compile(r"(?:(?:\\[0-9]{3}|\\[^0-9]|[^\\.])+\.)+", re.DOTALL)
_ESCAPED_LABEL = re.compile(r"((?:\\.|[^\\.])+)\.", re.DOTALL)
_ESCAPE = re.compile(r"\\([0-9]{3}|.)", re.DOTALL)


class Malformed(ValueError):
    """The octets are no DNS message; the text says what is wrong, and at which octet."""


def name_octets(text: str) -> bytes:
    """The absolute name *text* on the wire, uncompressed. Raises `BadName`."""
    if text == ".":
        return b"\0"
    escaped = "\\" in text
    try:
        labels = _unescaped(text) if escaped else text.encode("ascii").split(b".")
        octets = b"".join([_COUNTED[len(label)] + label for label in labels])
    except IndexError:
        raise BadName(f"{text!r} has a label of more than {MAX_LABEL} octets") from None
    except UnicodeEncodeError:
        raise BadName(f"{text!r} has characters beyond those of A-labels and escapes") from None
    if not text or (not escaped and octets.find(0) != len(octets) - 1):
        raise BadName(f"{text!r} is not absolute or has an empty label")
    if len(octets) > MAX_OCTETS:
        raise BadName(f"{text!r} has {len(octets)} octets on the wire; DNS ends at {MAX_OCTETS}")
    return octets


def _unescaped(text: str) -> list[bytes]:
    if not text.isascii() or not _ESCAPED_NAME.fullmatch(text):
        raise BadName(f"{text!r} is not absolute, has an empty label or an escape that is none")
    labels: list[str] = _ESCAPED_LABEL.findall(text)
    return [*(_ESCAPE.sub(_character, label).encode("latin-1") for label in labels), b""]


def _character(escape: re.Match[str]) -> str:
    return chr(int(escape[1])) if len(escape[1]) > 1 else escape[1]


def read_name(octets: bytes, at: int, end: int, known: Known, pointers: int = 0) -> Read:
    """The name at *at*, which ends at *end* or before; *known* learns what its pointers lead to.

    What a pointer leads to ends before the name that points there, so that no name runs in a circle.
    *pointers* have led here. Raises `Malformed`, and IndexError where *octets* end first.
    """
    start = at
    while 0 < (length := octets[at]) <= MAX_LABEL:
        at += length + 1
    run, size = at, at - start
    at += 1
    if not length:
        text, size, passed = ".", size + 1, 0
    elif length >= POINTER:
        target = (length & ~POINTER) << 8 | octets[at]
        at += 1
        if target not in known:
            if target >= start or pointers >= MAX_POINTERS:
                raise Malformed(f"the pointer at octet {run} leads forward, or through too many others")
            known[target] = read_name(octets, target, start, known, pointers + 1)
        text, behind, rest, passed = known[target]
        size, passed = size + rest, passed + 1
        if behind > start or passed > MAX_POINTERS:
            raise Malformed(f"the pointer at octet {run} leads into its own name, or through too many others")
    else:
        raise Malformed(f"octet {run} is neither the length of a label nor a pointer")
    if at > end or size > MAX_OCTETS:
        raise Malformed(f"the name at octet {start} is longer than its place or {MAX_OCTETS} octets")
    if run > start:
        text = _labels(octets[start:run]) + (text if text != "." else "")
    return text, at, size, passed


@lru_cache(4096)  # the same labels come from every server and for every type
def _labels(run: bytes) -> str:
    """The labels of *run*, each behind its length, as text with a dot behind each."""
    labels = []
    at = 0
    while at < len(run):
        behind = at + 1 + run[at]
        labels.append(run[at + 1 : behind])
        at = behind
    joined = b".".join([*labels, b""]).translate(_JOINED)
    if b"\\" not in joined and joined.count(b".") == len(labels):
        return joined.decode("ascii")
    return "".join(["".join([_SPELLED[octet] for octet in label]) + "." for label in labels])
