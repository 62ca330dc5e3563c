"""Where the DMARC reports of all zones go, and whether anybody takes them there (RFC 9990 section 4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from dnsauth import names
from dnsauth.catalogue.model import Catalogue
from dnsauth.checks.offline.view import Published, ZoneView
from dnsauth.checks.rules.dmarc_reports import (
    AUTHORISATION_STALE,
    COLLECTOR_SILENT,
    COLLECTOR_UNAUTHORISED,
    COLLECTOR_UNKNOWN,
)
from dnsauth.dmarc import PREFIX, suffix_list
from dnsauth.findings import Finding, Rule
from dnsauth.inventory.model import NullMX
from dnsauth.plan.kind import Kind
from dnsauth.records import authorisation, dmarc
from dnsauth.records.dmarc import Uri
from dnsauth.records.text import shown


class _Sent(NamedTuple):
    """A record of *domain*, and an address its reports go to."""

    view: ZoneView
    domain: str
    published: Published
    uri: Uri

    @property
    def host(self) -> str:
        """The domain reports go to, absolute."""
        return f"{self.uri.host}."


def across(views: Sequence[ZoneView]) -> Iterator[Finding]:
    """What is doubtful between the records of *views* and those that collect their reports."""
    silent = {domain.name for view in views for domain in view.zone.domains if domain.receives is NullMX.NULL}
    zones = {view.zone.name: view for view in views}
    accepted = {
        published.owner: (view, published)
        for view in views
        for published in view.of_kinds(Kind.AUTHORISATION)
    }
    hosts: dict[str, set[str]] = {}
    unknown: set[str] = set()
    known = _known(views[0].catalogue) if views else frozenset()
    for sent in _sent(views, hosts):
        if sent.host in silent:
            yield _finding(COLLECTOR_SILENT, sent)
        collector = names.deepest(sent.host, zones)
        if collector is not None:
            if _needed(sent, collector) and not _accepts(accepted, sent):
                record = authorisation.owner(sent.domain, sent.host)
                yield _finding(COLLECTOR_UNAUTHORISED, sent, record=names.readable(record))
        elif sent.view.inventory.whole and sent.host not in unknown and not _theirs(sent, known):
            unknown.add(sent.host)
            yield _finding(COLLECTOR_UNKNOWN, sent)
    yield from _stale(accepted, hosts)


def _sent(views: Sequence[ZoneView], hosts: dict[str, set[str]]) -> Iterator[_Sent]:
    """Every address of every record, once each; *hosts* takes those of each domain."""
    for view in views:
        for published in view.of_kinds(Kind.DMARC):
            record = published.text.record
            if isinstance(record, dmarc.Record):
                domain = published.owner.removeprefix(PREFIX)
                theirs = hosts.setdefault(domain, set())
                for uri in dict.fromkeys((*record.rua, *record.ruf)):
                    if uri.host:
                        theirs.add(f"{uri.host}.")
                        yield _Sent(view, domain, published, uri)


def _finding(rule: Rule, sent: _Sent, **facts: object) -> Finding:
    said = {"uri": shown(str(sent.uri)), "host": names.readable(sent.host)}
    return sent.view.finding(rule, sent.published, {**said, **facts})


def _needed(sent: _Sent, collector: str) -> bool:
    """True where the collector is of another organization, by the zones and by the suffix list."""
    zone = sent.view.zone.name
    if names.within(zone, collector) or names.within(collector, zone):
        return False
    return suffix_list()(sent.host) != suffix_list()(sent.domain)


def _accepts(accepted: Mapping[str, object], sent: _Sent) -> bool:
    return any(authorisation.owner(whose, sent.host) in accepted for whose in (sent.domain, "*"))


def _known(catalogue: Catalogue) -> frozenset[str]:
    """The domains at which services of the catalogue collect reports."""
    return frozenset(f"{suffix}." for service in catalogue.values() for suffix in service.detect.rua)


def _theirs(sent: _Sent, known: frozenset[str]) -> bool:
    """True where reports go to the domain's own organization, or to a service."""
    same = suffix_list()(sent.host) == suffix_list()(sent.domain)
    return same or names.deepest(sent.host, known) is not None


def _stale(
    accepted: Mapping[str, tuple[ZoneView, Published]], hosts: Mapping[str, set[str]]
) -> Iterator[Finding]:
    for owner, (view, published) in accepted.items():
        whose, _, host = owner.partition("._report._dmarc.")
        domain = f"{whose}."
        if domain in hosts and host not in hosts[domain]:
            facts = {"domain": names.readable(domain), "host": names.readable(host)}
            yield view.finding(AUTHORISATION_STALE, published, facts)
