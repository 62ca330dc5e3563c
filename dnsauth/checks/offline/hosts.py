"""Where the mail of a zone goes: MX records, and what stands beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dnsauth.checks.offline.view import ZoneView
from dnsauth.checks.rules.dns import (
    MX_ALIAS,
    MX_PARKED,
    MX_SINGLE,
    MX_UNSAID,
    MX_WILDCARD,
    TTL_LONG,
    TTL_SHORT,
)
from dnsauth.checks.texts import mx as mx_texts
from dnsauth.checks.texts import tlsa as tlsa_texts
from dnsauth.checks.texts.mx import hosts, is_literal
from dnsauth.checks.view import place
from dnsauth.desired.model import Desired
from dnsauth.findings import Finding, Rule
from dnsauth.inventory.model import MX, MailDomain, NullMX
from dnsauth.names import deepest, readable
from dnsauth.rrset import RRsetId

LEAST_TTL, MOST_TTL = 60, 172_800  # seconds; DKIM selectors turn, and vendors move, within days
_JUDGED = {"MX": mx_texts.judged, "TLSA": tlsa_texts.judged}


def judged(view: ZoneView) -> Iterator[Finding]:
    """What is doubtful in the zone of *view*."""
    for rrset in view.desired:
        if said := _JUDGED.get(rrset.type):
            for verdict in said(rrset.texts):
                yield _finding(verdict.rule, rrset, verdict.facts)
        if rrset.type == "MX":
            yield from _exchangers(view, rrset)
    for domain in view.zone.domains:
        yield from _domain(view, domain)


def _finding(rule: Rule, rrset: Desired, facts: Mapping[str, object]) -> Finding:
    where = place(rrset.values[0].origin)
    return Finding(rule, where, rrset.owner, {"owner": readable(rrset.owner), **facts})


def _exchangers(view: ZoneView, rrset: Desired) -> Iterator[Finding]:
    if rrset.owner.startswith("*."):
        yield _finding(MX_WILDCARD, rrset, {})
    for host in hosts(rrset.texts):
        if alias := view.by_id.get(RRsetId(host, "CNAME")):
            facts = {"host": readable(host), "target": readable(alias.texts[0])}
            yield _finding(MX_ALIAS, rrset, facts)


def _domain(view: ZoneView, domain: MailDomain) -> Iterator[Finding]:
    desired = view.by_id.get(RRsetId(domain.name, "MX"))
    served = hosts(desired.texts) if desired else ()
    match domain.receives:
        case (MX(exchange=host),) if deepest(host, view.services.hosts) is None and not is_literal(host):
            yield view.of_domain(MX_SINGLE, domain, {"host": readable(host)})
        case NullMX() if served:
            yield view.of_domain(MX_PARKED, domain, {"hosts": ", ".join(map(readable, served))})
        case None if domain.sends is False and desired is None:
            yield view.of_domain(MX_UNSAID, domain, {})
        case _:
            pass
    if not domain.keeps_ttl and not LEAST_TTL <= domain.ttl <= MOST_TTL:
        rule = TTL_SHORT if domain.ttl < LEAST_TTL else TTL_LONG
        yield view.of_domain(rule, domain, {"ttl": domain.ttl})
