"""dnsauth.yaml for readers outside: what may be a secret in the clear is left out, and all else stays.

octoDNS takes a secret as ``env/NAME``, and as itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dnsauth import documents, names
from dnsauth.checks.live.reputation import called
from dnsauth.documents import Map, Node, Seq
from dnsauth.documents.edit import Path, Put, Unedited, edited
from dnsauth.inventory.clear import settings

MASK = "(left out)"
_WORD = r"secret|token|passw|passphrase|credential|private|auth(?!or)|access_key|apikey"
_NAMED = re.compile(rf"{_WORD}|(?:^|[_-])(?:pass|key)$", re.IGNORECASE)
_VARIABLE = re.compile(r"env/[A-Za-z_][A-Za-z0-9_]*")
_WITHIN = re.compile(r"://[^/@\s]*:[^/@\s]*@|PRIVATE KEY|AGE-SECRET-KEY-")
_COMMENT = re.compile(rf"(#.*?(?:{_WORD}|key)[\w-]*[\"']?\s*[:=]\s*)(?!env/\w+)[^\s,}}]+", re.IGNORECASE)


def masked(octets: bytes) -> bytes:
    """The dnsauth.yaml *octets*, without what may be a secret; the same where none is there."""
    tree, _ = documents.load(octets, "")
    found = list(_secrets(tree)) if isinstance(tree, Map) else []
    try:
        text = edited(octets, [Put(path, MASK) for path in found]) if found else octets
    except Unedited:  # it is laid out in an odd way
        return b"# left out: a secret stands in it, where it says env/NAME elsewhere\n"
    return _COMMENT.sub(rf"\1{MASK}", text.decode()).encode()


def _secrets(tree: Map) -> Iterator[Path]:
    for path, text, _ in settings(tree):
        named = any(isinstance(key, str) and _NAMED.search(key) for key in path[2:])
        if text and not _VARIABLE.fullmatch(text) and (named or _WITHIN.search(text)):
            yield path
    yield from _lists(tree.get("reputation", ""), ("reputation",))


def _lists(node: Node, path: Path) -> Iterator[Path]:
    """The block lists whose names hold a subscriber's key."""
    if isinstance(node, Map):
        for key, value in node.items():
            yield from _lists(value, (*path, key))
    elif isinstance(node, Seq):
        for index, item in enumerate(node):
            if isinstance(item, str) and called(item) != names.readable(item):
                yield (*path, index)
