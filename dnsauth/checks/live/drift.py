"""What changed at others since observed.lock.yaml was written; each name is told of once in a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from dnsauth import names
from dnsauth.checks.live.rules import DEARER, DRIFT, GROWTH, REREGISTERED, UNOBSERVED
from dnsauth.checks.live.targets import links
from dnsauth.checks.live.view import LiveView, Moved, by, path, registered
from dnsauth.checks.offline.spf import NEAR
from dnsauth.findings import Finding, Rule
from dnsauth.live.resolution import Asked, Resolution, Resolved
from dnsauth.lock.observed import Looked, Observed
from dnsauth.plan.kind import Kind, kind_at
from dnsauth.records.spf import MAX_LOOKUPS
from dnsauth.spf.addresses import Addresses
from dnsauth.spf.lookup import overlaid
from dnsauth.spf.tree import Branch, Tree, walk
from dnsauth.spf.tree import tree as grown

SHOWN = 6  # networks in a sentence; the facts hold all of them
GROWN = 1.25  # times as many addresses


class Use(NamedTuple):
    """A name of others that a record of ours, at *asked*, leads to; *senders* brought it.

    By a CNAME, or by the term of the record's *tree* at *place*.
    """

    name: str
    asked: Asked
    senders: tuple[str, ...]
    tree: Tree | None = None
    place: int = 0


@dataclass
class Told:
    """What a run has told of."""

    names: set[tuple[str, str]] = field(default_factory=set)

    def anew(self, name: str, kind: str) -> bool:
        """True the first time."""
        first = (name, kind) not in self.names
        self.names.add((name, kind))
        return first


def drift(view: LiveView, told: Told) -> Iterator[Finding]:
    """What is otherwise than observed.lock.yaml has it, and what it does not have."""
    observed = view.asking.observed
    if view.zone is None:  # nobody's lock is about it
        return
    if observed.refreshed is None and ("", "") in told.names:
        return
    for use in _uses(view):
        if not told.anew(use.name, str(use.tree.branches[use.place].term) if use.tree else "CNAME"):
            continue
        yield from _registration(view, use, told)
        if observed.refreshed is None:
            if told.anew("", ""):
                yield _finding(view, UNOBSERVED, use)
        elif use.tree:
            yield from _term(view, use, use.tree)
        elif use.name not in observed.keys and _has_key(view, use):
            yield _finding(view, UNOBSERVED, use)
    yield from _dearer(view) if observed.refreshed else ()


def _has_key(view: LiveView, use: Use) -> bool:
    """False where nothing is there, which is told."""
    at = Asked(use.asked.name, "TXT")
    return kind_at(*at) is Kind.DKIM and bool(view.surveyed.values(*at))


def _uses(view: LiveView) -> Iterator[Use]:
    zones = view.asking.zones
    for owner, tree in view.surveyed.trees.items():
        for place, branch in enumerate(tree.branches):
            if branch.target and branch.part.queries and names.deepest(branch.target, zones) is None:
                senders = view.brought(owner).get(str(branch.term), ())
                yield Use(branch.target, Asked(owner, "TXT"), senders, tree, place)
    for link in links(view):
        if link.target and names.deepest(link.target, zones) is None:
            yield Use(link.target, link.asked, view.senders(*link.asked))


def _term(view: LiveView, use: Use, tree: Tree) -> Iterator[Finding]:
    """Whom the term lets pass today, beside whom it would by what was recorded."""
    before, now = _recorded(view, tree).branches[use.place], tree.branches[use.place]
    if _unlooked(before):
        yield _finding(view, UNOBSERVED, use)
    elif not (now.problem or _unlooked(now)):
        yield from _moved(view, use, now.matches, before.matches)


def _recorded(view: LiveView, tree: Tree) -> Tree:
    """What the record of *tree* meant with what was recorded of others."""
    text = {(tree.domain, "TXT"): (tree.text,)}
    return grown(tree.domain, overlaid(view.asking.observed.lookup, text))


def _dearer(view: LiveView) -> Iterator[Finding]:
    """Records that others made take more lookups than by what was recorded, where one or none is left."""
    for owner, tree in view.surveyed.trees.items():
        if tree.lookups < NEAR:
            continue
        pairs = zip(tree.branches, _recorded(view, tree).branches, strict=True)
        grew = [
            (now, then.lookups) for now, then in pairs if now.lookups > then.lookups and _known(now, then)
        ]
        if not grew:
            continue
        brought = view.brought(owner)
        senders = tuple(dict.fromkeys(s for now, _ in grew for s in brought.get(str(now.term), ())))
        facts = {
            "count": tree.lookups,
            "limit": MAX_LOOKUPS,
            "before": tree.lookups - sum(now.lookups - then for now, then in grew),
            "terms": ", ".join(f"'{now.term}' takes {now.lookups}, and took {then}" for now, then in grew),
            "senders": list(senders),
            "by": by(senders),
        }
        yield view.finding(DEARER, (owner, "TXT"), facts, senders)


def _known(*branches: Branch) -> bool:
    return not any(branch.problem or _unlooked(branch) for branch in branches)


def _unlooked(branch: Branch) -> bool:
    return bool(branch.part.missing or (branch.tree and branch.tree.missing))


def _finding(view: LiveView, rule: Rule, use: Use, **facts: object) -> Finding:
    said = {"name": names.readable(use.name), "senders": list(use.senders), "by": by(use.senders)}
    return view.finding(rule, use.asked, {**said, **facts}, use.senders)


def watched(observed: Observed) -> tuple[str, ...]:
    """The domains of which *observed* has the name servers."""
    return tuple(looked.name for looked in observed.hosts if looked.type == "NS")


def moved(observed: Observed, found: Mapping[Asked, Resolution]) -> Moved:
    """Name servers before and now of those `watched` that share none: the domain may have another owner.

    *found* is what each of them resolves to, asked for NS.
    """
    sides = {}
    for domain in watched(observed):
        before, said = observed.hosts[Looked(domain, "NS")], found.get(Asked(domain, "NS"))
        if before and isinstance(said, Resolved) and said.values and not set(before) & set(said.values):
            sides[domain] = (before, said.values)
    return sides


def _registration(view: LiveView, use: Use, told: Told) -> Iterator[Finding]:
    """Names the use leads to in domains that may have another owner."""
    below = use.tree.branches[use.place].tree if use.tree else None
    targets = (branch.target for _, branch in walk(below)) if below and view.asking.moved else ()
    for name in (use.name, *filter(None, targets)) if view.asking.moved else ():
        domain = registered(name)
        if domain in view.asking.moved and told.anew(domain, "NS"):
            before, after = (", ".join(map(names.readable, side)) for side in view.asking.moved[domain])
            way = path(*dict.fromkeys((use.asked.name, use.name, name)))
            facts = {"path": way, "domain": names.readable(domain), "before": before, "after": after}
            yield _finding(view, REREGISTERED, use, **facts)


def _moved(view: LiveView, use: Use, now: Addresses, before: Addresses) -> Iterator[Finding]:
    if now == before:
        return
    lost, gained = _networks(before - now), _networks(now - before)
    parts = ((lost, "lost"), (gained, "gained"))
    facts = {
        "lost": lost,
        "gained": gained,
        "moved": "; ".join(f"{_some(networks)} {word}" for networks, word in parts if networks),
        "before": {"ipv4": before.count4, "ipv6": before.count6},
        "after": {"ipv4": now.count4, "ipv6": now.count6},
    }
    factor = max(_factor(now.count4, before.count4), _factor(now.count6, before.count6))
    if factor > GROWN:
        yield _finding(view, GROWTH, use, **facts, factor=f"{factor:.3g}")
    else:
        yield _finding(view, DRIFT, use, **facts)


def _factor(now: int, before: int) -> float:
    return now / before if before else 0


def _networks(addresses: Addresses) -> list[str]:
    return [str(network) for network in addresses.networks()]


def _some(networks: Sequence[str]) -> str:
    more = f" and {len(networks) - SHOWN:,} more networks" if len(networks) > SHOWN else ""
    return ", ".join(networks[:SHOWN]) + more
