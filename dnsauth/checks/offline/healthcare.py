"""Patient data: who carries it, under which agreement, and how well its domains are protected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

from dnsauth.checks.offline import agreements
from dnsauth.checks.offline.dmarc_policies import Policies
from dnsauth.checks.offline.stewardship import markets
from dnsauth.checks.offline.view import ZoneView
from dnsauth.checks.rules.healthcare import (
    DATA_MIXED,
    HEALTH_UNCLASSED,
    PHI_IN_CLEAR,
    PHI_REVIEW_OVERDUE,
    PHI_UNENFORCED,
    PHI_UNOWNED,
    PHI_UNSIGNED,
    PHI_WITH_MARKETING,
)
from dnsauth.checks.senders import unsigned
from dnsauth.findings import Finding, Rule
from dnsauth.inventory.model import MailDomain, NullMX, ReceivesBy, Sender
from dnsauth.names import readable
from dnsauth.records.dmarc import Alignment, Policy
from dnsauth.rrset import RRsetId


def judged(view: ZoneView) -> Iterator[Finding]:
    """What is doubtful in the zone of *view*."""
    policies = view.policies
    for domain in view.zone.domains:
        for sender in domain.senders:
            service = view.catalogue.get(sender.service)
            if sender.data is None and service is not None and service.category == "healthcare":
                yield _of_sender(HEALTH_UNCLASSED, domain, sender, title=service.title)
        if phi := domain.phi:
            for sender in phi:
                yield from agreements.of_sender(view, domain, sender)
                yield from _steward(view, domain, sender)
            yield from _beside(view, domain, phi)
            yield from _policy(view, domain, phi, policies)
            yield from _transport(view, domain)


def _of_sender(rule: Rule, domain: MailDomain, sender: Sender, **facts: object) -> Finding:
    named = {"sender": sender.name, "domain": readable(domain.name), "service": sender.service}
    return Finding(rule, sender.where, domain.name, {**named, **facts})


def _steward(view: ZoneView, domain: MailDomain, sender: Sender) -> Iterator[Finding]:
    if not sender.owner:
        yield _of_sender(PHI_UNOWNED, domain, sender)
    if sender.review and sender.review < view.today:
        who = sender.owner or "whoever knows"
        yield _of_sender(PHI_REVIEW_OVERDUE, domain, sender, review=sender.review, who=who)


def _beside(view: ZoneView, domain: MailDomain, phi: Sequence[Sender]) -> Iterator[Finding]:
    """Marketing beside patient data, and other data there."""
    carriers = ", ".join(sender.name for sender in phi)
    others = [sender for sender in domain.senders if sender not in phi]
    marketing = [sender for sender in others if markets(sender, view.catalogue)]
    for sender in marketing:
        yield _of_sender(PHI_WITH_MARKETING, domain, sender, phi=carriers)
    mixed = [sender.name for sender in others if sender.data and sender not in marketing]
    if mixed:
        yield view.of_domain(DATA_MIXED, domain, {"phi": carriers, "others": ", ".join(mixed)})


def _policy(
    view: ZoneView, domain: MailDomain, phi: Sequence[Sender], policies: Policies
) -> Iterator[Finding]:
    own = policies.own.get(domain.name)
    record = own.record if own else policies.applied(domain)
    if record is None and (policies.said(domain.name) or not policies.is_whole(domain.name)):
        return  # it stands elsewhere, or receivers take none
    if record is None:
        yield view.of_domain(PHI_UNENFORCED, domain, {"policy": "the inventory asks for no DMARC record"})
    elif record.policy is Policy.NONE:
        yield view.of_domain(PHI_UNENFORCED, domain, {"policy": "its DMARC policy is none"})
    elif record.t and record.policy is Policy.QUARANTINE:
        yield view.of_domain(PHI_UNENFORCED, domain, {"policy": "its DMARC policy is in testing"})
    strict = record is not None and record.adkim is Alignment.STRICT
    for sender in unsigned(domain, view.desired, strict=strict):
        if sender in phi and not sender.own_keys:  # of keys still to be made, DKM010 speaks
            yield _of_sender(PHI_UNSIGNED, domain, sender)


def _transport(view: ZoneView, domain: MailDomain) -> Iterator[Finding]:
    if problem := in_clear(view, domain):
        yield view.of_domain(PHI_IN_CLEAR, domain, {"problem": problem})


def in_clear(view: ZoneView, domain: MailDomain) -> str:
    """Why mail about patients may reach *domain* in the clear, RFC 8461 and RFC 7672; else empty."""
    if not domain.phi:
        return ""
    match domain.receives:
        case None | NullMX.NULL:
            return ""  # not ours to say, or nothing
        case tuple() as exchangers:
            if all(RRsetId(f"_25._tcp.{mx.exchange}", "TLSA") in view.by_id for mx in exchangers):
                return ""
        case ReceivesBy():
            pass
        case _ as never:
            assert_never(never)
    if domain.mta_sts is None:
        kept = any(RRsetId(f"_mta-sts.{domain.name}", type) in view.by_id for type in ("TXT", "CNAME"))
        return "" if kept else "nothing makes others use TLS"
    return "" if domain.mta_sts.mode == "enforce" else f"its MTA-STS policy is in mode {domain.mta_sts.mode}"
