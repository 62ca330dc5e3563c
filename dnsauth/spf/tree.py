"""What the SPF record of a domain means for every message at once, over any source of answers (RFC 7208).

A tree is what check_host() would do, told for all addresses. A record that is brought in more than once is
read once and shared: the work is bounded by the names, however many ways lead to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from dnsauth.names import readable
from dnsauth.records.spf import MAX_LOOKUPS, Term
from dnsauth.spf.addresses import ALL, EMPTY, Addresses
from dnsauth.spf.asking import MAX_VOIDS
from dnsauth.spf.graph import Placed, explored, ordered
from dnsauth.spf.lookup import Lookup
from dnsauth.spf.model import NOTHING, Branch, Cost, Tree
from dnsauth.spf.passing import NO_RECORD, NOT_LOOKED, Below, Ends, limited, unlimited
from dnsauth.spf.reading import Kind, Part, Problem, Reach, Reading, read

__all__ = ["Branch", "Kind", "Problem", "Reach", "Tree", "tree", "walk"]


def tree(domain: str, lookup: Lookup, known: dict[str, Tree] | None = None) -> Tree:
    """The meaning of the record published at *domain*, an absolute name.

    Nothing is raised: what *lookup* cannot say is a problem of the tree, or missing. *known* holds trees over
    the same answers and is added to, so that domains which share includes share their trees.
    """
    return grown(domain, lambda name: read(name, lookup), {} if known is None else known)


def grown(domain: str, read: Callable[[str], Reading], known: dict[str, Tree]) -> Tree:
    """The tree of *domain* over records as they are *read*, see `tree`."""
    if domain in known:
        return known[domain]
    readings = explored(domain, read, known)
    trees: dict[str, Tree] = {}
    partial: set[str] = set()  # trees that do not hold everything they lead to
    ends = _Below(readings, known, trees)
    for placed in ordered(domain, readings):
        children = tuple(_child(part, placed, known, trees) for part in readings[placed.domain].parts)
        if any(child and (child.domain in partial or _is_cut(child)) for child in children):
            partial.add(placed.domain)
        tree = trees[placed.domain] = _built(readings[placed.domain], children, ends)
        for name in placed.settled:
            if name != placed.domain:  # a loop, in which each leads to whatever the others do
                trees[name] = replace(trees[name], opaque=tree.opaque, missing=tree.missing)
                partial.add(name)
        if placed.settled and placed.domain not in partial:
            known[placed.domain] = tree
    return trees[domain]


def walk(tree: Tree) -> Iterator[tuple[Tree, Branch]]:
    """Every branch, with the tree whose record it stands in; those of a record brought in twice come once."""
    seen = {tree.domain}
    ahead = [(tree, iter(tree.branches))]
    while ahead:
        at, branches = ahead[-1]
        branch = next(branches, None)
        if branch is None:
            ahead.pop()
            continue
        yield at, branch
        if branch.tree and branch.tree.branches and branch.tree.domain not in seen:
            seen.add(branch.tree.domain)
            ahead.append((branch.tree, iter(branch.tree.branches)))


def _child(part: Part, placed: Placed, known: Mapping[str, Tree], trees: Mapping[str, Tree]) -> Tree | None:
    """The tree of the record that *part* brings in; one without branches where it is not looked at."""
    if not part.brings:
        return None
    if part.brings in placed.loops:
        way = " → ".join(map(readable, (*placed.loops[part.brings], part.brings)))
        text = (
            f"{readable(part.brings)} brings itself in, {way}, and receivers give up (RFC 7208 section 4.6.4)"
        )
        return _leaf(part.brings, Problem(Kind.LOOP, text), MAX_LOOKUPS)
    if part.brings in known:
        return known[part.brings]
    if part.brings in trees:
        return trees[part.brings]
    text = f"{readable(part.brings)} is not looked up: no receiver evaluates as much as leads to it"
    return _leaf(part.brings, Problem(Kind.CUT, text), 0)


def _is_cut(tree: Tree) -> bool:
    return tree.problem is not None and tree.problem.kind is Kind.CUT


def _leaf(domain: str, problem: Problem, lookups: int) -> Tree:
    return Tree(domain, problem=problem, cost=Cost(lookups), errors=ALL, counted=False)


class _Below:
    """The ends of any record, each found once; in a loop, where there is no tree yet, by what was read."""

    def __init__(
        self, readings: Mapping[str, Reading], known: Mapping[str, Tree], trees: Mapping[str, Tree]
    ) -> None:
        self._readings = readings
        self._known = known
        self._trees = trees
        self._memo: dict[tuple[str, int], Ends] = {}

    def __call__(self, domain: str, budget: int) -> Ends:
        tree = self._trees.get(domain) or self._known.get(domain)
        if tree is None:
            return self._read(domain, budget)
        if tree.record is None:
            return NO_RECORD if tree.problem else NOT_LOOKED
        if tree.ends is None:
            ends, _ = limited([branch.part for branch in tree.branches], self, MAX_LOOKUPS)
            object.__setattr__(tree, "ends", ends)
            return ends
        return tree.ends

    def _read(self, domain: str, budget: int) -> Ends:
        if (domain, budget) not in self._memo:
            reading = self._readings.get(domain)
            found = limited(reading.parts, self, budget)[0] if reading else NO_RECORD
            self._memo[domain, budget] = found
        return self._memo[domain, budget]


def _built(reading: Reading, children: Sequence[Tree | None], below: Below) -> Tree:
    """The tree of what was read, with the trees that its terms bring in."""
    domain, text, record, problem, parts, missing = reading
    if record is None:
        counted = problem is not None and problem.kind is not Kind.TEMPERROR
        errors = ALL if problem else EMPTY
        return Tree(domain, text, problem=problem, errors=errors, missing=missing, counted=counted)
    homes = [part if child is None else child for part, child in zip(parts, children, strict=True)]
    matched = [home.matches if isinstance(home, Part) else home.passes for home in homes]
    passes, errors, gains, shadowed = unlimited(parts, matched, [home.errors for home in homes])
    costs = [_cost(part, child) for part, child in zip(parts, children, strict=True)]
    cost = Cost(*map(sum, zip(NOTHING, *costs, strict=True)))
    ends = None
    if cost.lookups > MAX_LOOKUPS or cost.voids > MAX_VOIDS:
        ends, gains = limited(parts, below, MAX_LOOKUPS)
        passes = Addresses.union(ends.passes.values())
        errors = ALL - passes - Addresses.union(ends.others.values())
    branches = tuple(map(Branch, parts, children, matched, gains, costs, shadowed, _repeated(parts)))
    opaque = any(home.opaque for home in homes)
    if below_missing := [child.missing for child in children if child and child.missing]:
        missing = missing.union(*below_missing)
    counted = all(home.counted for home in homes)
    return Tree(domain, text, record, None, branches, cost, passes, errors, opaque, missing, counted, ends)


def _cost(part: Part, child: Tree | None) -> Cost:
    if child is None:
        return Cost(1, int(bool(part.void.four[0])), int(bool(part.void.six[0]))) if part.queries else NOTHING
    return Cost(1 + child.cost.lookups, child.cost.voids4, child.cost.voids6)


def _repeated(parts: Sequence[Part]) -> Iterator[bool]:
    """Whether the same term stands before each of *parts*."""
    before: set[Term] = set()
    for part in parts:
        yield part.term in before
        before.add(part.term)
