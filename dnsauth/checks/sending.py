"""What a plan changes for those who send: whose addresses pass SPF no more, and what an evaluation costs.

The record of each name is judged as the tree it brings in, over DNS as it is held and as it would be after
the changes; what others publish is what it was when last looked up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeAlias

from dnsauth import names
from dnsauth.checks.rules.guards import (
    ADDRESSES_GAINED,
    ADDRESSES_LOST,
    ADDRESSES_UNKNOWN,
    LOOKUPS,
    LOOKUPS_CHANGED,
    SENDER_LOSES,
    VOIDS,
)
from dnsauth.checks.view import RRsets, View
from dnsauth.findings import Finding, Rule
from dnsauth.plan.digest import change_id
from dnsauth.plan.model import Change
from dnsauth.plan.sides import added, gone
from dnsauth.records import spf
from dnsauth.rrset import presentation
from dnsauth.spf import terms
from dnsauth.spf.addresses import EMPTY, Addresses, plain
from dnsauth.spf.asking import MAX_VOIDS
from dnsauth.spf.tree import Branch, Tree, tree, walk

SHOWN = 6  # networks in a sentence; the facts hold all of them

Brought: TypeAlias = Mapping[str, Mapping[str, tuple[str, ...]]]
"""The senders that bring each SPF term, by owner name and text of the term."""


class _Root(NamedTuple):
    """A name whose record no other of the zone brings in, before and after, and the change to name."""

    owner: str
    before: Tree
    after: Tree
    change: Change


class _Moved(NamedTuple):
    """The addresses of *sender* that pass on one side alone; no name where no sender brings their terms."""

    sender: str
    lost: Addresses
    gained: Addresses

    @property
    def facts(self) -> Mapping[str, object]:
        """What a finding says of them."""
        return {
            "lost": _networks(self.lost),
            "gained": _networks(self.gained),
            "sender": self.sender,
            "who": f"sender {self.sender}" if self.sender else "terms of no sender",
            "losing": _some(self.lost),
            "gaining": _some(self.gained),
            "but": f"; {_some(self.gained)} may from now on" if self.gained else "",
        }


class Effects(NamedTuple):
    """What stops a plan unless it is waived, and what is to be read and not to be waived."""

    stops: tuple[Finding, ...]
    notes: tuple[Finding, ...]


def sending(view: View) -> Effects:
    """What the changes make worse for a sender that stays, or for everybody, and what else they mean.

    A record that stands where none was is all gain, and needs no word.
    """
    stops: list[Finding] = []
    notes: list[Finding] = []
    brought = _brought(view)
    for root in _roots(view):
        stops += _budget(view, root)
        if root.before.record is None:
            continue
        stay = _stay(view, root.owner)
        for moved in _moved(root, brought):
            if moved.lost and moved.sender in stay:
                stops.append(_finding(SENDER_LOSES, view, root, moved.facts))
            else:
                rule = ADDRESSES_LOST if moved.lost else ADDRESSES_GAINED
                notes.append(_finding(rule, view, root, moved.facts))
        if root.before.lookups != root.after.lookups <= spf.MAX_LOOKUPS:
            notes.append(_finding(LOOKUPS_CHANGED, view, root, _costs(root, brought)))
        if unknown := _unknown(root):
            notes.append(_finding(ADDRESSES_UNKNOWN, view, root, {"terms": ", ".join(unknown)}))
    return Effects(tuple(stops), tuple(notes))


def _roots(view: View) -> tuple[_Root, ...]:
    touching = [change for change in view.changes if _touches(change)]
    if not touching:
        return ()
    known: tuple[dict[str, Tree], dict[str, Tree]] = ({}, {})
    owners = sorted(_owners(view.before) | _owners(view.after))
    found = [
        _Root(
            owner,
            tree(owner, view.lookup_before, known[0]),
            tree(owner, view.lookup_after, known[1]),
            next((change for change in touching if change.owner == owner), touching[-1]),
        )
        for owner in owners
    ]
    inner = {branch.target for root in found for branch in _branches(root) if branch.target != root.owner}
    mail_domains = {domain.name for domain in view.domains}
    return tuple(
        root
        for root in found
        if root.before != root.after and (root.owner in mail_domains or root.owner not in inner)
    )


def _branches(root: _Root) -> Iterator[Branch]:
    """Those of either side that bring in a record."""
    for side in (root.before, root.after):
        yield from (branch for _, branch in walk(side) if branch.tree)


def _touches(change: Change) -> bool:
    if change.type == "TXT":
        return any(map(spf.selects, (*added(change), *gone(change))))
    return change.type in ("A", "AAAA", "CNAME", "MX")


def _owners(rrsets: RRsets) -> set[str]:
    return {
        id.owner for id, rrset in rrsets.items() if id.type == "TXT" and any(map(spf.selects, rrset.values))
    }


def _finding(rule: Rule, view: View, root: _Root, facts: Mapping[str, object]) -> Finding:
    named = {"owner": names.readable(root.owner), "change": change_id(view.zone, root.change)}
    return Finding(rule, view.place(root.change), root.owner, {**named, **facts})


def _networks(addresses: Addresses) -> list[str]:
    return [str(network) for network in addresses.networks()]


def _some(addresses: Addresses) -> str:
    networks = addresses.networks()
    rest = len(networks) - SHOWN
    more = f" and {rest:,} more network{'s' * (rest > 1)}" if rest > 0 else ""
    return ", ".join(map(plain, networks[:SHOWN])) + more


def _moved(root: _Root, brought: Brought) -> Iterator[_Moved]:
    lost = _by_sender(root.before, terms.lost(root.before, root.after), brought)
    gained = _by_sender(root.after, terms.gained(root.before, root.after), brought)
    for sender in dict.fromkeys((*lost, *gained)):
        yield _Moved(sender, lost.get(sender, EMPTY), gained.get(sender, EMPTY))


def _brought(view: View) -> Brought:
    """Who brings each term now, and who did when the lock was written."""
    now = {rrset.owner: rrset.terms for rrset in view.desired if rrset.terms}
    return {
        owner: {**view.lock.terms.get(owner, {}), **now.get(owner, {})} for owner in (*view.lock.terms, *now)
    }


def _by_sender(tree: Tree, addresses: Addresses, brought: Brought) -> Mapping[str, Addresses]:
    """*addresses*, which pass because of *tree*, by the senders that bring their terms."""
    found: defaultdict[str, Addresses] = defaultdict(lambda: EMPTY)
    for each in terms.brought_by(tree, addresses, brought):
        for sender in brought.get(each.domain, {}).get(each.term, ("",)):
            found[sender] |= each.addresses
    return found


def _stay(view: View, owner: str) -> frozenset[str]:
    """The senders, by all their names, of the mail domain that *owner* is or lies below.

    Not those that are flattened: what they lose their vendor took away, as the observed lock shows.
    """
    homes = {domain.name: domain for domain in view.domains}
    home = names.deepest(owner, homes)
    senders = (sender for sender in (homes[home].senders if home else ()) if sender.flatten is None)
    return frozenset(name for sender in senders for name in (sender.name, sender.formerly) if name)


def _budget(view: View, root: _Root) -> Iterator[Finding]:
    before, after = root.before, root.after
    facts = {"least": "" if after.counted else "at least ", "after": presentation("TXT", after.text)}
    if after.lookups > spf.MAX_LOOKUPS and after.lookups > before.lookups:
        counts = {"count": after.lookups, "before": before.lookups, "limit": spf.MAX_LOOKUPS}
        yield _finding(LOOKUPS, view, root, {**counts, **facts})
    if after.voids > MAX_VOIDS and after.voids > before.voids:
        counts = {"count": after.voids, "before": before.voids, "limit": MAX_VOIDS}
        yield _finding(VOIDS, view, root, {**counts, **facts})


def _costs(root: _Root, brought: Brought) -> Mapping[str, object]:
    """Lookups before and after, whole and by sender."""
    sides = [
        terms.lookups_by_sender(side, lambda owner: brought.get(owner, {}))
        for side in (root.before, root.after)
    ]
    senders = {
        name: [side.get(name, 0) for side in sides] for name in dict.fromkeys((*sides[0], *sides[1])) if name
    }
    costs = (
        f"{name} {before}" if before == after else f"{name} {before} → {after}"
        for name, (before, after) in senders.items()
        if before or after
    )
    return {
        "before": root.before.lookups,
        "after": root.after.lookups,
        "limit": spf.MAX_LOOKUPS,
        "headroom": spf.MAX_LOOKUPS - root.after.lookups,
        "senders": senders,
        "by": "".join(f"; {cost}" for cost in costs),
    }


def _unknown(root: _Root) -> tuple[str, ...]:
    """The terms of one side alone that lead to what nobody has looked up."""
    sides = [
        {
            str(branch.term)
            for branch in side.branches
            if branch.part.missing or (branch.tree and branch.tree.missing)
        }
        for side in (root.before, root.after)
    ]
    return tuple(sorted(sides[0] ^ sides[1]))
