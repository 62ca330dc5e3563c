"""DMARC policies of a zone: where the records stand, what they mean together, and whom they meet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from dnsauth.checks.offline.dmarc_alignment import alignment
from dnsauth.checks.offline.dmarc_policies import Own, Policies
from dnsauth.checks.offline.view import ZoneView
from dnsauth.checks.rules.dmarc import (
    DMARC_ABSENT,
    DMARC_ALIAS,
    DMARC_DIFFERS,
    DMARC_MILDER,
    DMARC_MISPLACED,
    DMARC_NP_ABSENT,
    DMARC_PARKED,
    DMARC_PSD,
    DMARC_PUBLIC_SUFFIX,
    DMARC_SP_IDLE,
    DMARC_WILDCARD,
)
from dnsauth.checks.rules.dmarc_reports import FAILURE_REPORTS, FAILURE_REPORTS_PHI, NO_REPORTS
from dnsauth.checks.texts.dmarc import STRENGTH
from dnsauth.checks.texts.judge import verdicts
from dnsauth.checks.view import place
from dnsauth.desired.model import Desired
from dnsauth.dmarc import PREFIX, suffix_list
from dnsauth.findings import Finding
from dnsauth.inventory.model import Dmarc, MailDomain, Sender
from dnsauth.names import readable
from dnsauth.plan.kind import Kind, kind_at
from dnsauth.records import dmarc
from dnsauth.records.dmarc import Policy, Psd
from dnsauth.records.text import shown

_NOBODY = "v=spf1 -all"  # receivers that look for another record step over it


def judged(view: ZoneView) -> Iterator[Finding]:
    """What is doubtful in the zone of *view*."""
    policies = view.policies
    for rrset in view.desired:
        if rrset.type in ("TXT", "CNAME"):
            yield from _places(rrset)
    for domain in view.zone.domains:
        yield from _domain(view, domain, policies)
    yield from alignment(view, policies)
    carriers = _carriers(view, policies)
    sending = {domain.name for domain in view.zone.domains if domain.senders}
    for own in policies.own.values():
        yield from _record(view, own, policies)
        yield from _reports(view, own, carriers.get(own.domain))
        if own.domain in sending and not own.record.rua:
            yield view.finding(NO_REPORTS, own.published, {})


def _places(rrset: Desired) -> Iterator[Finding]:
    """Values that stand where receivers do not look for them, or where they look for others."""
    owner, kind = rrset.owner, kind_at(rrset.owner, rrset.type)
    named = {"owner": readable(owner)}
    if rrset.type == "CNAME" and owner.startswith(PREFIX):
        facts = {**named, "target": readable(rrset.texts[0])}
        yield Finding(DMARC_ALIAS, place(rrset.values[0].origin), owner, facts)
    if kind is None:
        return
    for value in rrset.values:
        at = place(value.origin)
        if kind is Kind.DMARC and not dmarc.selects(value.text):
            for verdict in verdicts(Kind.DMARC, value.text):
                yield Finding(verdict.rule, at, owner, {**named, **verdict.facts})
        elif kind is Kind.SPF and owner.startswith("*.") and value.text != _NOBODY:
            yield Finding(DMARC_WILDCARD, at, owner, {**named, "value": shown(value.text)})
        elif kind is Kind.SPF and dmarc.selects(value.text):
            yield Finding(DMARC_MISPLACED, at, owner, {**named, "right": readable(PREFIX + owner)})


def _domain(view: ZoneView, domain: MailDomain, policies: Policies) -> Iterator[Finding]:
    name = readable(domain.name)
    policy = domain.dmarc.policy if isinstance(domain.dmarc, Dmarc) else None
    own = policies.own.get(domain.name)
    if policy is None and own is not None:
        policy = own.record.policy
    if domain.sends is False and policy not in (None, Policy.REJECT):
        where = domain.dmarc.where if isinstance(domain.dmarc, Dmarc) else domain.where
        yield Finding(DMARC_PARKED, where, domain.name, {"domain": name, "policy": policy.value})
    if domain.senders:
        if domain.dmarc is None and not policies.said(domain.name) and policies.is_whole(domain.name):
            yield view.of_domain(DMARC_ABSENT, domain, {})
        if not suffix_list()(domain.name):
            yield view.of_domain(DMARC_PUBLIC_SUFFIX, domain, {})
        yield from _discovery(view, domain, policies)


def _discovery(view: ZoneView, domain: MailDomain, policies: Policies) -> Iterator[Finding]:
    """Receivers that find different records; of zones of others nobody knows what is there."""
    if not policies.is_whole(domain.name) or policies.elsewhere(domain.name):
        return
    found = policies.discovered(domain.name)
    walk, suffix = found.by_tree_walk.found_at, found.by_suffix_list.found_at
    if walk != suffix:
        facts = {
            "walk": readable(walk) if walk else "no domain",
            "suffix": f"that of {readable(suffix)}" if suffix else "none",
        }
        yield view.of_domain(DMARC_DIFFERS, domain, facts)


def _record(view: ZoneView, own: Own, policies: Policies) -> Iterator[Finding]:
    record, published = own.record, own.published
    registered = suffix_list()(own.domain)
    facts = {"domain": readable(own.domain), "policy": record.policy.value}
    if record.psd is Psd.YES and registered:
        yield view.finding(DMARC_PSD, published, facts)
    below = record.subdomain_policy
    if own.domain == registered:
        lacking = not record.np and record.policy is not Policy.NONE and below is not Policy.REJECT
        if lacking and not any(each.name == own.domain and each.sends is False for each in view.zone.domains):
            yield view.finding(DMARC_NP_ABSENT, published, {**facts, "policy": below.value})
        return
    home = policies.discovered(own.domain).by_tree_walk.organizational
    above = policies.at(home) if home != own.domain else None
    if above is None:
        return
    facts |= {"organizational": readable(home), "above": above.subdomain_policy.value}
    if STRENGTH[record.policy] < STRENGTH[above.subdomain_policy]:
        yield view.finding(DMARC_MILDER, published, facts)
    tags = [tag for tag, policy in (("sp", record.sp), ("np", record.np)) if policy]
    if tags and registered == home:
        yield view.finding(DMARC_SP_IDLE, published, {**facts, "tags": " and ".join(tags)})


def _reports(view: ZoneView, own: Own, carrier: Sender | None) -> Iterator[Finding]:
    if own.record.ruf and carrier:
        facts = {"uri": shown(str(own.record.ruf[0])), "sender": carrier.name}
        yield view.finding(FAILURE_REPORTS_PHI, own.published, facts)
    elif own.record.ruf:
        yield view.finding(FAILURE_REPORTS, own.published, {})


def _carriers(view: ZoneView, policies: Policies) -> dict[str, Sender]:
    """A sender with patient data for each domain whose record applies to its mail."""
    found: defaultdict[str, list[Sender]] = defaultdict(list)
    for domain in view.zone.domains:
        if theirs := domain.phi:
            found[policies.discovered(domain.name).by_tree_walk.found_at] += theirs
    return {domain: senders[0] for domain, senders in found.items()}
