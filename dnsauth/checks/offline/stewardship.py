"""Who answers for a sender, and until when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from dnsauth.catalogue.model import Catalogue, Status
from dnsauth.checks.offline.view import ZoneView
from dnsauth.checks.rules.inventory import (
    BULK_AT_APEX,
    KEPT_UNDECLARED,
    REVIEW_OVERDUE,
    SENDER_LEFT,
    SENDER_UNCLASSED,
    SENDER_UNOWNED,
    SENDER_UNREVIEWED,
    SERVICE_AGED,
    SERVICE_UNVERIFIED,
)
from dnsauth.desired.senders import spf_terms
from dnsauth.findings import Finding, Rule
from dnsauth.inventory.model import MailDomain, Sender, Sensitivity, Stream
from dnsauth.names import readable
from dnsauth.records import spf
from dnsauth.records.text import shown

AGED = timedelta(days=730)
MAX_TERMS = 3
_BULK = frozenset(Stream) - {Stream.PROVIDER}


def markets(sender: Sender, catalogue: Catalogue) -> bool:
    """True for marketing: as the sender says, or where it says no stream, as its service is for."""
    if sender.stream is not None:
        return sender.stream is Stream.MARKETING
    service = catalogue.get(sender.service)
    return service is not None and service.category == "marketing"


def judged(view: ZoneView) -> Iterator[Finding]:
    """What is doubtful in the zone of *view*."""
    for domain in view.zone.domains:
        for sender in domain.senders:
            service = view.catalogue.get(sender.service)
            if service is not None and service.status is Status.UNVERIFIED:
                yield _finding(SERVICE_UNVERIFIED, domain, sender)
            yield from _dates(domain, sender, view.today)
        yield from _apex(view, domain)
        if domain.senders and domain.keep:
            yield from _kept(view, domain)


def _dates(domain: MailDomain, sender: Sender, today: date) -> Iterator[Finding]:
    if sender.review and sender.review < today and sender.data is not Sensitivity.PHI:
        who = sender.owner or "whoever knows"
        yield _finding(REVIEW_OVERDUE, domain, sender, review=sender.review, who=who)
    if sender.ends and sender.ends < today:
        yield _finding(SENDER_LEFT, domain, sender, ends=sender.ends)


def _apex(view: ZoneView, domain: MailDomain) -> Iterator[Finding]:
    if domain.name != view.zone.name:
        return
    bulk = [one for one in domain.senders if one.stream in _BULK or markets(one, view.catalogue)]
    others = ", ".join(one.name for one in domain.senders if one not in bulk)
    for sender in bulk if others else ():
        stream = (sender.stream or Stream.MARKETING).value
        yield _finding(BULK_AT_APEX, domain, sender, stream=stream, others=others)


def _kept(view: ZoneView, domain: MailDomain) -> Iterator[Finding]:
    """Terms of a kept SPF record that none of the domain's senders brings."""
    published = next((one for one in view.published if one.owner == domain.name), None)
    if published is None or not isinstance(record := published.text.record, spf.Record):
        return
    declared = {term.text for term in spf_terms(domain, view.catalogue)}
    if published.value.terms or not declared:
        return  # it is derived; or nothing says how it would be
    unknown = [str(term) for term in record.terms if _lets_pass(term) and str(term) not in declared]
    if unknown:
        facts = {"owner": readable(domain.name), "terms": ", ".join(map(shown, unknown[:MAX_TERMS]))}
        yield view.of_domain(KEPT_UNDECLARED, domain, facts)


def _lets_pass(term: spf.Term) -> bool:
    match term:
        case spf.Directive(mechanism=spf.All()):
            return False
        case spf.Directive(qualifier=qualifier):
            return qualifier is spf.Qualifier.PASS
        case _:
            return isinstance(term, spf.Redirect)


def across(views: Sequence[ZoneView]) -> Iterator[Finding]:
    """What some senders say and others do not, and services whose sources are old."""
    senders = [(domain, one) for view in views for domain in view.zone.domains for one in domain.senders]
    owned, classed, reviewed = (
        any(map(says, (one for _, one in senders)))
        for says in (lambda one: one.owner, lambda one: one.data, lambda one: one.review)
    )
    aged: set[str] = set()
    for domain, sender in senders:
        phi = sender.data is Sensitivity.PHI
        if owned and not sender.owner and not phi:
            yield _finding(SENDER_UNOWNED, domain, sender)
        if (reviewed or phi) and not sender.review:
            yield _finding(SENDER_UNREVIEWED, domain, sender)
        service = views[0].catalogue.get(sender.service)
        if service is None:
            continue
        if classed and sender.data is None and service.category != "healthcare":
            yield _finding(SENDER_UNCLASSED, domain, sender)
        seen = max((date.fromisoformat(one.seen) for one in service.sources), default=views[0].today)
        if service.name not in aged and views[0].today - seen > AGED:
            aged.add(service.name)
            yield _finding(SERVICE_AGED, domain, sender, seen=seen)


def _finding(rule: Rule, domain: MailDomain, sender: Sender, **facts: object) -> Finding:
    named = {"sender": sender.name, "domain": readable(domain.name), "service": sender.service}
    return Finding(rule, sender.where, domain.name, {**named, **facts})
