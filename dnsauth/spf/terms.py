"""What separates two trees, and the terms that bring it."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from dnsauth.spf.addresses import Addresses
from dnsauth.spf.tree import Branch, Tree, walk

Senders: TypeAlias = Callable[[str], Mapping[str, tuple[str, ...]]]
"""The senders that bring each term of the record at an owner name; nothing where it is none of ours."""


class Brought(NamedTuple):
    """Addresses that pass because of *term*, a text, in the record of *domain*."""

    domain: str
    term: str
    addresses: Addresses


def lost(before: Tree, after: Tree) -> Addresses:
    """The addresses that pass no more."""
    return before.passes - after.passes


def gained(before: Tree, after: Tree) -> Addresses:
    """The addresses that did not pass."""
    return after.passes - before.passes


def brought_by(tree: Tree, addresses: Addresses, ours: Container[str] = ()) -> tuple[Brought, ...]:
    """Those of *addresses* that pass, each once: by the first term that matches them.

    Where a term brings in the record of one of *ours*, absolute names, the terms of that record are named.
    """
    found: list[Brought] = []
    ahead = [(tree, addresses, iter(tree.branches))]
    on_way = {tree.domain}
    while ahead:
        at, left, branches = ahead[-1]
        branch = next(branches, None)
        if branch is None:
            on_way.discard(at.domain)
            ahead.pop()
        elif here := branch.gains & left:
            inner = branch.tree
            if inner and inner.branches and inner.domain in ours and inner.domain not in on_way:
                on_way.add(inner.domain)
                ahead.append((inner, here, iter(inner.branches)))
            else:
                found.append(Brought(at.domain, str(branch.term), here))
    return tuple(found)


def lookups_by_sender(tree: Tree, senders: Senders) -> dict[str, int]:
    """How many lookups each sender brings to *tree*; under the empty text those of no sender.

    Where a term brings in another record of ours, the terms of that record are counted.
    """
    found: dict[str, int] = {}
    for branch in tree.branches:
        if branch.tree and senders(branch.target):
            inner = lookups_by_sender(branch.tree, senders)
        else:
            inner = dict.fromkeys(senders(tree.domain).get(str(branch.term), ("",)), branch.lookups)
        for name, count in inner.items():
            if count:
                found[name] = found.get(name, 0) + count
    return found


def repeated(tree: Tree) -> Iterator[tuple[Tree, Branch]]:
    """The branches that bring in a record that was brought in before, each with the tree it stands in.

    Receivers evaluate it once more, and count its lookups once more (RFC 7208 section 4.6.4).
    """
    seen = {tree.domain}
    for at, branch in walk(tree):
        if branch.tree is None or branch.problem:
            continue
        if branch.tree.domain in seen:
            yield at, branch
        seen.add(branch.tree.domain)
