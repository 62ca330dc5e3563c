"""What an SPF record means together with those it brings in, as far as they are known."""

from __future__ import annotations

from typing import NamedTuple

from dnsauth.names import readable
from dnsauth.records import spf
from dnsauth.records.text import shown
from dnsauth.spf.tree import Branch, Tree

_HALF = 1 << 31  # of all IPv4 addresses
_MOST = 10  # redirects one after the other; receivers follow no more


class Anybody(NamedTuple):
    """A *branch* lets most addresses pass; *share* of all IPv4 addresses, in words."""

    branch: Branch
    share: str

    @property
    def term(self) -> str:
        """The term, for a sentence."""
        return shown(str(self.branch.term))


class Undecided(NamedTuple):
    """The records on *way*, each redirecting to the next; how the last *ends*."""

    branch: Branch
    way: tuple[str, ...]
    ends: str


def anybody(tree: Tree) -> Anybody | None:
    """The term by which nearly anybody passes; None where there is none, or the record says ``+all``."""
    passing = tree.passes.count4
    if passing < _HALF or tree.record is None or tree.record.closing is spf.Qualifier.PASS:
        return None
    widest = max(tree.branches, key=lambda branch: branch.gains.count4)
    return Anybody(widest, f"{passing * 100 // (1 << 32)} %")


def undecided(tree: Tree) -> Undecided | None:
    """A redirect at the end of which nothing is said of everybody else; None where something is."""
    first, way, at = None, [tree.domain], tree
    for _ in range(_MOST):
        if at.record is None:
            return None
        closing = at.record.closing
        redirect = next((b for b in at.branches if isinstance(b.term, spf.Redirect)), None)
        if closing is None and redirect is not None:
            if redirect.tree is None:
                return None
            first, at = first or redirect, redirect.tree
            way.append(at.domain)
        elif first is None or closing not in (None, spf.Qualifier.NEUTRAL):
            return None
        else:
            return Undecided(first, tuple(way), "ends without `all`" if closing is None else "ends in ?all")
    return None


def path(way: tuple[str, ...]) -> str:
    """Names that lead to one another, for people."""
    return " → ".join(map(readable, way))
