"""What servers told of one zone, as what a provider might hold, and what a plan of it has to know besides.

Three things are not as they stand in the zone: below a delegation others answer, at a name that is not there
a wildcard may, and of a name nobody asked for there is no word.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dnsauth import names
from dnsauth.desired.model import Desired
from dnsauth.dmarc import PREFIX
from dnsauth.live.chain import MAX_CHAIN
from dnsauth.live.reply import Absent, Alias, Answer, Lame, Reply
from dnsauth.lock.model import Lock
from dnsauth.plan.merge import merge
from dnsauth.plan.model import Change, Held
from dnsauth.plan.sides import added
from dnsauth.records import spf
from dnsauth.rrset import RRset, RRsetId
from dnsauth.spf.lookup import Lookup, NotLooked
from dnsauth.spf.tree import Tree, tree

BESIDE_CNAME = ("A", "AAAA", "MX", "TXT", "SRV", "CAA")  # types that people put where a CNAME would come


@dataclass(slots=True)
class Heard:
    """One *zone* as its servers tell it, all alike; *replies* grow as they are asked.

    *provider* is what a plan calls it. *claimed* is what a plan compares, *domains* are the zone's mail
    domains; *lookup* says what other zones publish. A `Lame` among the replies is a referral: the server
    serves the zone, and the name lies below a delegation (RFC 1034 section 4.2.1).
    """

    zone: str
    provider: str
    desired: Sequence[Desired]
    lock: Lock
    claimed: Collection[RRsetId]
    domains: Sequence[str]
    lookup: Lookup
    replies: dict[RRsetId, Reply] = field(default_factory=dict)

    def held(self) -> Held:
        """What a provider holds that has the zone served so."""
        cuts = self._cuts()
        found = {cut: RRset(*cut, 0, ()) for cut in (RRsetId(owner, "NS") for owner in cuts)}
        for id, reply in self.replies.items():
            if not isinstance(reply, Answer | Alias) or self._expanded(id, reply):
                continue
            cut = names.deepest(id.owner, cuts)
            told_apart = id.owner.startswith("*.") and id not in self.claimed
            if not told_apart and (cut is None or id == (cut, "NS")):
                found[reply.rrset.id] = reply.rrset
        return Held(self.zone, self.provider, exists=True, rrsets=found, faithful=True, observed=True)

    def wanting(self) -> set[RRsetId]:
        """What nobody was asked yet and a plan needs; empty where there is nothing to change."""
        held = self.held()
        changes, intruders = merge(self.desired, self.lock, held)
        touched = {change.owner for change in changes} | {intruder.id.owner for intruder in intruders}
        if not touched:
            return set()
        wanted = {*self._wildcards(touched), *self._led_to(held, changes)}
        for change in changes:
            wanted.update(self._beside(change))
        return wanted - self.replies.keys()

    def _cuts(self) -> set[str]:
        """The names at which others take over."""
        found = {
            id.owner
            for id, reply in self.replies.items()
            if id.type == "NS" and id.owner != self.zone and isinstance(reply, Answer | Lame)
        }
        return {owner for owner in found if not found.intersection(self._above(owner))}

    def _above(self, owner: str) -> Iterator[str]:
        """The names above *owner*, up to that of the zone."""
        while owner != self.zone:
            _, _, owner = owner.partition(".")
            yield owner

    def _wildcards(self, owners: Collection[str]) -> Iterator[RRsetId]:
        """Those that what was told of *owners* may come from."""
        for id, reply in self.replies.items():
            if id.owner in owners and isinstance(reply, Answer | Alias):
                yield from self._wild(id)

    def _wild(self, id: RRsetId) -> Iterator[RRsetId]:
        wild = (RRsetId(f"*.{above}", id.type) for above in self._above(id.owner))
        return (one for one in wild if one != id)

    def _expanded(self, id: RRsetId, reply: Answer | Alias) -> bool:
        """True where a wildcard says the same: it speaks for names that are not there (RFC 4592)."""
        wild = (self.replies.get(one) for one in self._wild(id))
        return any(
            isinstance(said, Answer | Alias) and replace(said.rrset, owner=id.owner) == reply.rrset
            for said in wild
        )

    def _delegations(self, owner: str) -> Iterator[RRsetId]:
        """Where the delegation would be that *owner* lies below."""
        return (RRsetId(name, "NS") for name in (owner, *self._above(owner)) if name != self.zone)

    def _beside(self, change: Change) -> Iterator[RRsetId]:
        """What guards look at beside *change*."""
        owner = change.owner
        if added(change):
            yield from self._delegations(owner)
        if change.type == "CNAME" and self.replies.get(change.rrset.id) is not Absent.NXDOMAIN:
            yield from (RRsetId(owner, type) for type in BESIDE_CNAME)
        if change.type == "MX":
            yield from (RRsetId(owner, type) for type in ("A", "AAAA"))
        if owner.startswith(PREFIX):
            for domain in (owner.removeprefix(PREFIX), *self.domains):
                yield from (RRsetId(PREFIX + name, "TXT") for name in (domain, *self._above(domain)))

    def _led_to(self, held: Held, changes: Iterable[Change]) -> set[RRsetId]:
        """What SPF records of the zone lead to within it, before and after *changes*, as far as is known."""
        after = dict(held.rrsets)
        for change in changes:
            if change.after is None:
                after.pop(change.rrset.id, None)
            else:
                after[change.rrset.id] = change.after
        led: set[RRsetId] = set()
        for rrsets in (held.rrsets, after):
            known: dict[str, Tree] = {}
            lookup = self._asking(rrsets, led)
            for id, rrset in rrsets.items():
                if id.type == "TXT" and any(map(spf.selects, rrset.values)):
                    tree(id.owner, lookup, known)
        return led.union(*(self._delegations(id.owner) for id in led))

    def _asking(self, rrsets: Mapping[RRsetId, RRset], led: set[RRsetId]) -> Lookup:
        """DNS with *rrsets* in this zone; what nobody told yet is put into *led*."""
        cuts = self._cuts()

        def lookup(name: str, type: str, left: int = MAX_CHAIN) -> tuple[str, ...]:
            if not names.within(name, self.zone) or names.deepest(name, cuts):
                return self.lookup(name, type)
            id = RRsetId(name, type)
            if found := rrsets.get(id):
                return found.values
            if (cname := rrsets.get(RRsetId(name, "CNAME"))) and left:
                return lookup(names.absolute(cname.values[0]), type, left - 1)
            if id not in self.replies:
                led.add(id)
                raise NotLooked(f"{name} {type} was not asked yet")
            return ()

        return lookup
