"""What is wrong in a tree of SPF records, each with the way that leads there."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from dnsauth.spf.reading import Kind, Problem
from dnsauth.spf.tree import Branch, Tree, walk

MOST = 50  # of one record; a vendor's record that is broken in more places is broken


class Step(NamedTuple):
    """A term on the way, and the domain whose record it stands in."""

    domain: str
    term: str


class Ailment(NamedTuple):
    """A term, the last of the *way*, that a *problem* keeps from a result, or that is too wide, or void."""

    way: tuple[Step, ...]
    branch: Branch
    problem: Problem | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The domains on the way, and the one the last term leads to, where it leads to one."""
        domains = tuple(step.domain for step in self.way)
        return (*domains, self.branch.target) if self.branch.target else domains


class Ailments:
    """The ailments of trees; a record that many trees bring in is looked through once."""

    def __init__(self) -> None:
        self._sound: dict[str, tuple[Tree, bool]] = {}

    def of(self, tree: Tree) -> tuple[Ailment, ...]:
        """Those of *tree*, each with a shortest way to it; at most `MOST`."""
        for branch in tree.branches:
            if _ails(branch) or (branch.tree is not None and not self._is_sound(branch.tree)):
                return tuple(islice(_found(tree), MOST))
        return ()

    def _is_sound(self, tree: Tree) -> bool:
        known, sound = self._sound.get(tree.domain, (None, False))
        if known is not tree:
            sound = not any(_ails(branch) for _, branch in walk(tree))
            self._sound[tree.domain] = (tree, sound)
        return sound


def _ails(branch: Branch) -> bool:
    problem = branch.problem
    if branch.tree is not None:
        return problem is not None and problem.kind is not Kind.CUT
    if problem is None or not branch.part.errors:  # without an error a term only matches nothing
        lost = branch.part.void and branch.target and not branch.opaque
        return branch.wide or bool(lost)
    return problem.kind is not Kind.CUT


def _found(tree: Tree) -> Iterator[Ailment]:
    ahead: deque[tuple[tuple[Step, ...], Tree]] = deque([((), tree)])
    seen = {tree.domain}
    while ahead:
        before, at = ahead.popleft()
        for branch in at.branches:
            way = (*before, Step(at.domain, str(branch.term)))
            if _ails(branch):
                yield Ailment(way, branch, None if branch.wide else branch.problem)
            if branch.tree and branch.tree.domain not in seen:
                seen.add(branch.tree.domain)
                ahead.append((way, branch.tree))
