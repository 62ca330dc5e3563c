"""Which DMARC policy applies to the mail domains of a zone, by what the inventory asks for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from dnsauth import names
from dnsauth.desired.policy import dmarc_record
from dnsauth.dmarc import PREFIX, Discovery, discover, selected, suffix_list, walk
from dnsauth.inventory.model import Cname, Dmarc, MailDomain
from dnsauth.plan.kind import Kind
from dnsauth.records import BadRecord, dmarc
from dnsauth.rrset import RRsetId
from dnsauth.spf.lookup import NoSuchName, TempError

if TYPE_CHECKING:
    from dnsauth.checks.offline.view import Published, ZoneView


class Own(NamedTuple):
    """The one DMARC *record* that is asked for at *domain*, which its grammar takes."""

    domain: str
    published: Published
    record: dmarc.Record


class Policies:
    """The DMARC policies of the zone of *view*; what no zone asks for counts as absent."""

    def __init__(self, view: ZoneView) -> None:
        self._view = view
        self._found: dict[str, Discovery] = {}
        self._elsewhere: dict[str, bool] = {}

    @cached_property
    def own(self) -> Mapping[str, Own]:
        """The records of the zone by domain, in their order; none where receivers take none."""
        found: dict[str, list[Published]] = {}
        for published in self._view.published:
            if published.text.kind is Kind.DMARC:
                found.setdefault(published.owner.removeprefix(PREFIX), []).append(published)
        return {
            domain: Own(domain, each[0], each[0].text.record)
            for domain, each in found.items()
            if len(each) == 1 and isinstance(each[0].text.record, dmarc.Record)
        }

    def said(self, domain: str) -> bool:
        """True where something is asked for at ``_dmarc`` of *domain*, or at that of a name above it.

        Another may answer there, as by a CNAME.
        """
        return any(self._asked(name) for name in walk(domain))

    def is_whole(self, domain: str) -> bool:
        """True where the inventory has the zone of *domain*'s organizational domain too.

        Else a record above may apply of which nothing is known here.
        """
        home = suffix_list()(domain) or domain
        return names.deepest(home, self._view.inventory.zones) is not None

    def elsewhere(self, domain: str) -> bool:
        """True where the policy of *domain* may be another's: a CNAME stands there, or above."""
        if domain not in self._elsewhere:
            self._elsewhere[domain] = any(map(self._alias, walk(domain)))
        return self._elsewhere[domain]

    def discovered(self, domain: str) -> Discovery:
        """What either kind of receiver finds for *domain*."""
        if domain not in self._found:
            self._found[domain] = discover(domain, self._lookup)
        return self._found[domain]

    def applied(self, domain: MailDomain) -> dmarc.Record | None:
        """The record that applies to *domain*: its own, or that of a name above; None where it is unknown.

        Where it is that of a name above, *p* is what that asks of subdomains.
        """
        if isinstance(domain.dmarc, Dmarc) and domain.name not in self.own:
            return dmarc_record(domain.dmarc)
        if self.elsewhere(domain.name):
            return None
        found = self.discovered(domain.name).by_tree_walk
        if found.record is None or found.found_at == domain.name:
            return found.record
        above = found.record
        return dmarc.Record(p=above.subdomain_policy, t=above.t, adkim=above.adkim, aspf=above.aspf)

    def _lookup(self, name: str, type: str) -> tuple[str, ...]:
        """What the inventory says; every name exists."""
        if type != "TXT":
            return ()
        try:
            return self._view.trees.lookup(name, type)
        except TempError as error:
            raise NoSuchName(str(error)) from error

    def at(self, domain: str) -> dmarc.Record | None:
        """The record at *domain*, in whatever zone of the inventory."""
        try:
            text = selected(self._lookup(PREFIX + domain, "TXT"))
            return dmarc.Record.parse(text) if text else None
        except (NoSuchName, BadRecord):
            return None

    def _asked(self, name: str) -> bool:
        types = ("TXT", "CNAME", "NS")
        here = any(RRsetId(PREFIX + name, type) in self._view.by_id for type in types)
        return here or self.at(name) is not None or self._alias(name)

    def _alias(self, name: str) -> bool:
        if RRsetId(PREFIX + name, "CNAME") in self._view.by_id:
            return True
        zone = names.deepest(name, self._view.inventory.zones)
        if zone is None or zone == self._view.zone.name:
            return False
        domains = self._view.inventory.zones[zone].domains
        return any(each.name == name and isinstance(each.dmarc, Cname) for each in domains)
