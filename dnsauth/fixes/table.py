"""What each rule's finding is mended by: the edits of the file, none where that is for people to say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import TypeAlias

from dnsauth.adopt import repair
from dnsauth.documents import Map, Node, Seq
from dnsauth.documents.edit import Edit, Path, Put, Remove, Rename
from dnsauth.findings import Finding
from dnsauth.fixes.places import at
from dnsauth.plan.kind import kind_at, selects

Fix: TypeAlias = Callable[[Finding, Node, Path], Iterable[Edit]]
"""A finding, the tree of its file, and the path of what it is about → edits."""

_ALIKE = 0.75  # how near a word must be to the one that was meant
_KEPT = 4  # ("domains", NAME, "keep", NUMBER)
_TRUE, _FALSE = ("true", "yes", "on"), ("false", "no", "off")


def edits(finding: Finding, tree: Node, path: Path) -> tuple[Edit, ...]:
    """What mends *finding*, which is about the value at *path* of *tree*."""
    if (fix := FIXES.get(finding.rule.code)) is not None:
        return tuple(fix(finding, tree, path))
    return tuple(_kept(finding, tree, path))


def _only(word: str, known: Iterable[str]) -> str:
    """The one of *known* that *word* is like, where there is no other it may be."""
    close = get_close_matches(word, list(known), 2, _ALIKE)
    return close[0] if len(close) == 1 else ""


def _key(finding: Finding, tree: Node, path: Path) -> Iterator[Edit]:
    """A misspelt key."""
    holder, word = at(tree, path[:-1]), path[-1]
    if isinstance(holder, Map) and isinstance(word, str) and word == finding.facts["key"]:
        meant = _only(word, str(finding.facts["known"]).split(", "))
        if meant and meant not in holder:
            yield Rename(path, meant)


def _choice(finding: Finding, tree: Node, path: Path) -> Iterator[Edit]:
    """A misspelt word of several."""
    word = at(tree, path)
    if isinstance(word, str) and word == finding.facts["value"]:
        meant = _only(word.lower(), re.findall("'([^']*)'", str(finding.facts["values"])))
        if meant:
            yield Put(path, meant)


def _boolean(finding: Finding, tree: Node, path: Path) -> Iterator[Edit]:
    """``yes`` and ``no``, as YAML 1.1 had them."""
    word = at(tree, path)
    if isinstance(word, str) and word == finding.facts["value"] and word.lower() in (*_TRUE, *_FALSE):
        yield Put(path, "true" if word.lower() in _TRUE else "false")


def _name(finding: Finding, tree: Node, path: Path) -> Iterator[Edit]:
    """A name without its final dot, maybe behind a preference."""
    text, name = at(tree, path), str(finding.facts["value"])
    if isinstance(text, str) and "." in name and text.endswith(name):
        yield Put(path, f"{text}.")


def _uri(finding: Finding, tree: Node, path: Path) -> Iterator[Edit]:
    """An address without its scheme."""
    text = at(tree, path)
    if isinstance(text, str) and finding.facts["right"] == f"mailto:{text}":
        yield Put(path, f"mailto:{text}")


def _relative(finding: Finding, tree: Node, path: Path) -> Iterator[Edit]:
    """A name that repeats what it is relative to."""
    right = str(finding.facts["right"])
    item = at(tree, path)
    if isinstance(item, Map) and "owner" in item and _is_kept(path):
        yield Put((*path, "owner"), right)
    elif len(path) == 2 and path[0] == "domains" and path[1] == finding.facts["key"]:
        yield Rename(path, right)


def _waiver(_finding: Finding, tree: Node, path: Path) -> Iterator[Edit]:
    """A waiver that waives nothing."""
    if len(path) == 2 and path[0] == "waivers":
        listed = at(tree, path[:1])
        yield Remove(path[:1] if isinstance(listed, Seq) and len(listed) == 1 else path)


def _twice(finding: Finding, tree: Node, path: Path) -> Iterator[Edit]:
    """An address that reports go to twice."""
    policy = at(tree, path)
    if path[-1] != "dmarc" or not isinstance(policy, Map):
        yield from _kept(finding, tree, path)
        return
    for key in ("rua", "ruf"):
        listed = policy.get(key)
        if isinstance(listed, Seq):
            again = [index for index, uri in enumerate(listed) if uri in listed[:index]]
            yield from (Remove((*path, key, index)) for index in reversed(again))


def _is_kept(path: Path) -> bool:
    return len(path) == _KEPT and path[0] == "domains" and path[2] == "keep"


def _kept(_finding: Finding, tree: Node, path: Path) -> Iterator[Edit]:
    """A record that is kept broken, and was meant otherwise."""
    item = at(tree, path) if _is_kept(path) else None
    if not isinstance(item, Map) or item.get("type") != "TXT" or "values" not in item:
        return
    owner, held = f"{item.get('owner', '')}.", item["values"]
    kind = kind_at(owner.removeprefix("@."), "TXT")
    values = tuple(map(str, held)) if isinstance(held, Seq) else (str(held),)
    if kind is None:
        return
    broken = tuple(value for value in values if selects(kind, value)) or values
    meant = repair.text(kind, broken)
    if meant:
        first = values.index(broken[0])
        left = [value for value in values[first + 1 :] if value not in broken]
        new = [*values[:first], meant.text, *left]
        yield Put((*path, "values"), new if len(new) > 1 else new[0])


FIXES: Mapping[str, Fix] = {
    "INV030": _key,
    "INV033": _choice,
    "INV035": _boolean,
    "INV041": _name,
    "INV043": _uri,
    "INV050": _relative,
    "INV103": _waiver,
    "DMA083": _twice,
}
"""By the code of the rule; a finding of any other may be about a record that is kept."""
