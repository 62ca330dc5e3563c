"""What offline rules look at: one zone as it is declared, and the records that follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

from dnsauth import names
from dnsauth.catalogue.model import Catalogue
from dnsauth.checks.offline.dmarc_policies import Policies
from dnsauth.checks.offline.services import Services
from dnsauth.checks.texts.text import Text, read
from dnsauth.checks.view import place
from dnsauth.desired.model import Desired, Value
from dnsauth.findings import Finding, Rule
from dnsauth.inventory.model import Inventory, MailDomain, Zone
from dnsauth.plan.kind import Kind, kind_at, selects
from dnsauth.rrset import RRsetId
from dnsauth.spf.lookup import Lookup
from dnsauth.spf.tree import Tree, tree


class Trees:
    """SPF records as the trees they bring in; those that domains share are built once."""

    def __init__(self, lookup: Lookup) -> None:
        self.lookup = lookup
        self._known: dict[str, Tree] = {}

    def __getitem__(self, domain: str) -> Tree:
        """The tree at *domain*, an absolute name."""
        known = self._known.get(domain)
        return tree(domain, self.lookup, self._known) if known is None else known


class Published(NamedTuple):
    """A desired value that receivers take for a record at *owner*."""

    owner: str
    value: Value
    text: Text


@dataclass(frozen=True)
class ZoneView:
    """One zone of *inventory* and what is *desired* in it, on the day *today*."""

    zone: Zone
    inventory: Inventory
    catalogue: Catalogue
    desired: tuple[Desired, ...]
    trees: Trees
    services: Services
    today: date

    @cached_property
    def by_id(self) -> Mapping[RRsetId, Desired]:
        """What is desired, by owner and type."""
        return {rrset.id: rrset for rrset in self.desired}

    @cached_property
    def policies(self) -> Policies:
        """The DMARC policies of the zone."""
        return Policies(self)

    @cached_property
    def published(self) -> tuple[Published, ...]:
        """The records of email authentication among what is desired; those refused by their grammar too."""
        return tuple(self.of_kinds(*Kind))

    def of_kinds(self, *kinds: Kind) -> Iterator[Published]:
        """Those of `published` that are of *kinds*, read again: who looks at all zones keeps none of them."""
        for rrset in self.desired:
            kind = kind_at(rrset.owner, rrset.type)
            if kind is None or kind not in kinds:
                continue
            for value in rrset.values:
                if kind is Kind.DKIM or selects(kind, value.text):
                    yield Published(rrset.owner, value, read(kind, value.text))

    def finding(self, rule: Rule, published: Published, facts: Mapping[str, object]) -> Finding:
        """A finding at the line that asks for *published*, with the owner among its facts."""
        owner = {"owner": names.readable(published.owner)}
        return Finding(rule, place(published.value.origin), published.owner, {**owner, **facts})

    def of_domain(self, rule: Rule, domain: MailDomain, facts: Mapping[str, object]) -> Finding:
        """A finding at *domain*'s own line, with its name among the facts."""
        return Finding(rule, domain.where, domain.name, {"domain": names.readable(domain.name), **facts})
