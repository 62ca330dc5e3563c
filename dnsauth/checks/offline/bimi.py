"""BIMI of a zone's mail domains: a logo is shown where DMARC enforces (BIMI draft 14 section 2)."""

from __future__ import annotations

from collections.abc import Iterator

from dnsauth import dmarc, names
from dnsauth.checks.offline.view import Published, ZoneView
from dnsauth.checks.rules.bimi import BIMI_TESTING, BIMI_UNENFORCED
from dnsauth.findings import Finding
from dnsauth.plan.kind import Kind
from dnsauth.records import bimi
from dnsauth.records.dmarc import Policy, Record
from dnsauth.rrset import RRsetId
from dnsauth.spf.lookup import Lookup

LABEL = "._bimi."


def judged(view: ZoneView) -> Iterator[Finding]:
    """What is doubtful in the zone of *view*."""
    for published in view.published:
        record = published.text.record
        if published.text.kind is Kind.BIMI and isinstance(record, bimi.Record) and record.location:
            yield from _enforced(view, published)


def _enforced(view: ZoneView, published: Published) -> Iterator[Finding]:
    """DMARC as this zone publishes it; what others publish above it nobody knows here."""
    domain = published.owner.partition(LABEL)[2]
    found = dmarc.by_tree_walk(domain, _lookup(view))
    if found.record is None:
        return
    facts = {"at": names.readable(found.found_at)}
    why = "; ".join(_lacks(found.record, own=found.found_at == domain))
    if why:
        yield view.finding(BIMI_UNENFORCED, published, {**facts, "why": why})
    elif found.record.t:
        yield view.finding(BIMI_TESTING, published, facts)


def _lacks(record: Record, *, own: bool) -> Iterator[str]:
    if record.policy is Policy.NONE:
        yield "it asks for none"
    elif record.subdomain_policy is Policy.NONE:
        yield "it asks for none of subdomains" if own else "it asks for none here"


def _lookup(view: ZoneView) -> Lookup:
    def lookup(name: str, type: str) -> tuple[str, ...]:
        rrset = view.by_id.get(RRsetId(name, type))
        return rrset.texts if rrset else ()

    return lookup
