"""Secrets that stand in dnsauth.yaml itself, where ``env/NAME`` would say which variable has them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from dnsauth.documents import Map, Node, Seq, mapping
from dnsauth.findings import Finding, Where
from dnsauth.inventory import rules

if TYPE_CHECKING:
    from dnsauth.documents.marks import Path

_SECTIONS = ("providers", "key_stores", "signers")
_SECRET = re.compile(
    r"(?:^|[_-])(?:secret|secret_key|secret_access_key|token|password|passphrase|private_key|api_?key)$",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(r"env/|[./~]*/|https?://|\Z|(?:true|false|null)\Z")  # a variable, a file, an address
_TELLING = re.compile(r"://[^/@\s]*:[^/@\s]+@|PRIVATE KEY-----|AGE-SECRET-KEY-")


def in_the_clear(tree: Node, file: str) -> Iterator[Finding]:
    """Each secret in the settings of providers, key stores and signers in *tree*, by key or form."""
    for path, text, place in settings(tree):
        *above, last = path
        if len(above) > 1 and isinstance(last, str) and _is_secret(last, text):
            key = ".".join(step for step in path if isinstance(step, str))
            yield Finding(rules.SECRET, Where(file, *place), facts={"key": key})


def settings(tree: Node) -> Iterator[tuple[Path, str, tuple[int, int]]]:
    """Each text said of providers, key stores and signers in *tree*: its path, itself, its place."""
    for section in _SECTIONS:
        yield from _texts(mapping(mapping(tree).get(section)), (section,))


def _texts(node: Node, path: Path) -> Iterator[tuple[Path, str, tuple[int, int]]]:
    children: Iterable[tuple[str | int, Node, tuple[int, int]]] = ()
    match node:
        case Map():
            children = ((key, value, node.where(key)) for key, value in node.items())
        case Seq():
            children = ((index, item, node.where(index)) for index, item in enumerate(node))
    for step, child, place in children:
        if isinstance(child, str):
            yield (*path, step), child, place
        else:
            yield from _texts(child, (*path, step))


def _is_secret(key: str, text: str) -> bool:
    return bool((_SECRET.search(key) and not _ELSEWHERE.match(text)) or _TELLING.search(text))
