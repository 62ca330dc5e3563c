"""What guards look at: one zone at one provider before and after its changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from dnsauth import names
from dnsauth.checks.published import published, unknown
from dnsauth.desired.model import Desired, Origin, Value
from dnsauth.findings import NOWHERE, Where
from dnsauth.inventory.model import MailDomain
from dnsauth.lock.model import Lock
from dnsauth.plan.model import Change, Held
from dnsauth.plan.sides import kept
from dnsauth.rrset import RRset, RRsetId
from dnsauth.spf.lookup import Lookup

RRsets = Mapping[RRsetId, RRset]


@dataclass(frozen=True)
class View:
    """One zone at one provider: what is asked, recorded and held, and the changes between.

    *domains* are the zone's mail domains, *where* the place of its file; *lookup* says what other zones
    publish.
    """

    desired: tuple[Desired, ...]
    lock: Lock
    held: Held
    changes: tuple[Change, ...]
    domains: tuple[MailDomain, ...] = ()
    lookup: Lookup = unknown
    where: Where = NOWHERE

    @property
    def zone(self) -> str:
        """The zone's absolute name."""
        return self.held.zone

    @property
    def before(self) -> RRsets:
        """Every RRset as held."""
        return self.held.rrsets

    @cached_property
    def after(self) -> RRsets:
        """Every RRset as it would be held after the changes."""
        rrsets = dict(self.held.rrsets)
        for change in self.changes:
            id = RRsetId(change.owner, change.type)
            if change.after is None:
                rrsets.pop(id, None)
            else:
                rrsets[id] = change.after
        return rrsets

    @cached_property
    def lookup_before(self) -> Lookup:
        """DNS with the zone as held."""
        return published(self.zone, self.before, self.lookup)

    @cached_property
    def lookup_after(self) -> Lookup:
        """DNS with the zone as it would be held after the changes."""
        return published(self.zone, self.after, self.lookup)

    @cached_property
    def by_id(self) -> Mapping[RRsetId, Desired]:
        """What is desired, by owner and type."""
        return {rrset.id: rrset for rrset in self.desired}

    def place(self, change: Change) -> Where:
        """The first line that asks for *change*; where none does any more, its mail domain or zone file."""
        homes = {domain.name: domain.where for domain in self.domains}
        home = names.deepest(change.owner, homes)
        return place(change.origin) if change.origin else homes[home] if home else self.where

    def value(self, change: Change, text: str) -> Value | None:
        """The desired value *text* is, or None where it is somebody else's."""
        rrset = self.by_id.get(RRsetId(change.owner, change.type))
        return next((value for value in rrset.values if value.text == text), None) if rrset else None

    def foreign(self, change: Change) -> tuple[str, ...]:
        """The values the change keeps and nobody of ours asked for in these words."""
        return tuple(text for text in kept(change) if self.value(change, text) is None)


def place(origins: tuple[Origin, ...]) -> Where:
    """The first line that asks."""
    return Where(origins[0].file, origins[0].line) if origins else NOWHERE
