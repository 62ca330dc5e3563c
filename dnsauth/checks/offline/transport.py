"""MTA-STS and TLS-RPT of a zone's mail domains (RFC 8461, RFC 8460)."""

from __future__ import annotations

from collections.abc import Iterator

from dnsauth import names
from dnsauth.checks.mta_sts import PREFIX, coverage, exchanges, strength
from dnsauth.checks.offline.healthcare import in_clear
from dnsauth.checks.offline.view import ZoneView
from dnsauth.checks.rules.transport import RPT_BLIND, RPT_NONE, STS_NONE, STS_NULL_MX, STS_TESTING
from dnsauth.checks.strays import misplaced, strays
from dnsauth.checks.view import place
from dnsauth.desired.model import Desired
from dnsauth.findings import Finding
from dnsauth.inventory.model import MailDomain, MtaSts, NullMX
from dnsauth.plan.kind import kind_at
from dnsauth.records.mtasts import Mode, Policy
from dnsauth.rrset import RRsetId

_REPORTS = "_smtp._tls."


def judged(view: ZoneView) -> Iterator[Finding]:
    """What is doubtful in the zone of *view*."""
    for domain in view.zone.domains:
        yield from _domain(view, domain)
    targets = {value.text for rrset in view.desired if rrset.type == "CNAME" for value in rrset.values}
    for rrset in view.desired:
        if rrset.type == "TXT":
            yield from _texts(rrset, sought=rrset.owner in targets)


def _domain(view: ZoneView, domain: MailDomain) -> Iterator[Finding]:
    published = _stands(view, PREFIX + domain.name)
    if domain.receives is NullMX.NULL:
        if published:
            facts = {"owner": names.readable(PREFIX + domain.name)}
            yield view.of_domain(STS_NULL_MX, domain, facts)
    elif domain.receives is not None and not published and not in_clear(view, domain):
        yield view.of_domain(STS_NONE, domain, {})
    if domain.mta_sts is not None:
        yield from _policy(view, domain, domain.mta_sts)


def _policy(view: ZoneView, domain: MailDomain, sts: MtaSts) -> Iterator[Finding]:
    name = names.readable(domain.name)
    rrset = view.by_id.get(RRsetId(domain.name, "MX"))
    hosts = exchanges(rrset.texts if rrset else ())
    if sts.mx or hosts or sts.mode == Mode.NONE:
        policy = Policy(Mode(sts.mode), sts.max_age, sts.mx or hosts)
        for verdict in (*strength(policy), *coverage(policy, hosts)):
            if verdict.rule is STS_TESTING and in_clear(view, domain):
                continue  # INV144 speaks
            yield Finding(verdict.rule, sts.where, domain.name, {"domain": name, **verdict.facts})
    if not _stands(view, _REPORTS + domain.name):
        rule = RPT_BLIND if sts.mode == Mode.ENFORCE else RPT_NONE
        facts = {"domain": name, "bare": domain.name.removesuffix(".")}
        yield Finding(rule, sts.where, domain.name, facts)


def _stands(view: ZoneView, owner: str) -> bool:
    return any(RRsetId(owner, type) in view.by_id for type in ("TXT", "CNAME"))


def _texts(rrset: Desired, *, sought: bool) -> Iterator[Finding]:
    """Values that are no records where some are looked for, and records elsewhere, but behind a CNAME."""
    owner = {"owner": names.readable(rrset.owner)}
    for verdict in strays(kind_at(rrset.owner, rrset.type), rrset.texts):
        yield Finding(verdict.rule, place(rrset.values[0].origin), rrset.owner, {**owner, **verdict.facts})
    for value in () if sought else rrset.values:
        if rule := misplaced(rrset.owner, value.text):
            yield Finding(rule, place(value.origin), rrset.owner, owner)
