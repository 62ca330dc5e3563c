"""Secrets that stand in dnsauth.yaml itself, where ``env/NAME`` would say which variable has them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dnsauth.documents import Map, Node, Seq
from dnsauth.findings import Finding, Where
from dnsauth.inventory import rules

_SECTIONS = ("providers", "key_stores", "signers")
_SECRET = re.compile(
    r"(?:^|[_-])(?:secret|secret_key|secret_access_key|token|password|passphrase|private_key|api_?key)$",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(r"env/|[./~]*/|https?://|\Z|(?:true|false|null)\Z")  # a variable, a file, an address
_TELLING = re.compile(r"://[^/@\s]*:[^/@\s]+@|PRIVATE KEY-----|AGE-SECRET-KEY-")


def in_the_clear(tree: Node, file: str) -> Iterator[Finding]:
    """Each secret in the settings of providers, key stores and signers in *tree*, by key or form."""
    config = tree if isinstance(tree, Map) else Map()
    for section in _SECTIONS:
        parts = config.get(section)
        for name, settings in parts.items() if isinstance(parts, Map) else ():
            for keys, place in _secrets(settings):
                key = ".".join((section, name, *keys))
                yield Finding(rules.SECRET, Where(file, *place), facts={"key": key})


def _secrets(node: Node) -> Iterator[tuple[tuple[str, ...], tuple[int, int]]]:
    """The keys that lead to each secret below *node*, and its place."""
    if isinstance(node, Map):
        for key, value in node.items():
            if isinstance(value, str):
                if (_SECRET.search(key) and not _ELSEWHERE.match(value)) or _TELLING.search(value):
                    yield (key,), node.where(key)
            else:
                for keys, place in _secrets(value):
                    yield (key, *keys), place
    elif isinstance(node, Seq):
        for item in node:
            yield from _secrets(item)
