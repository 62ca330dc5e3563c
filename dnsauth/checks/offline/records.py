"""RRsets that receivers refuse or take for two, and those too large for an answer over UDP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dnsauth import names
from dnsauth.checks.offline.view import ZoneView
from dnsauth.checks.rules.dns import TXT_LARGE, TXT_MEDIUM
from dnsauth.checks.rules.inventory import KEPT_REFUSED, KEPT_TWICE
from dnsauth.checks.syntax import refusal
from dnsauth.checks.texts import tlsa
from dnsauth.checks.texts.judge import verdicts
from dnsauth.checks.view import place
from dnsauth.desired.model import Desired, Value
from dnsauth.findings import Finding, Rule, Severity
from dnsauth.inventory.model import MailDomain
from dnsauth.plan.kind import ONLY_ONE, Kind, kind_at, selects
from dnsauth.rrset import wire_size

UDP_OCTETS = 512  # RFC 1035 section 4.2.1
EDNS_OCTETS = 1232  # what resolvers ask for since DNS flag day 2020
_HEAD = 12 + 4 + 2  # header and question of an answer, without the name, RFC 1035 section 4.1


def judged(view: ZoneView) -> Iterator[Finding]:
    """What is doubtful in the zone of *view*."""
    for rrset in view.desired:
        if rrset.type == "TXT":
            yield from _size(rrset)
            yield from _twice(rrset)
    for domain in view.zone.domains:
        yield from _kept(domain)


def _size(rrset: Desired) -> Iterator[Finding]:
    if len(rrset.values) == 1 and len(rrset.owner) + len(rrset.values[0].text) < UDP_OCTETS // 2:
        return  # as nearly all are
    size = _HEAD + len(rrset.owner) + 1 + wire_size(rrset.rrset)
    if size > UDP_OCTETS:
        rule, limit = (TXT_LARGE, EDNS_OCTETS) if size > EDNS_OCTETS else (TXT_MEDIUM, UDP_OCTETS)
        yield _finding(rule, rrset.owner, rrset.values[0], {"size": size, "limit": limit})


def _twice(rrset: Desired) -> Iterator[Finding]:
    if len(rrset.values) < 2 or (kind := kind_at(rrset.owner, rrset.type)) not in ONLY_ONE:
        return
    records = [value for value in rrset.values if kind is Kind.DKIM or selects(kind, value.text)]
    if len(records) > 1:
        facts = {"count": len(records), "record": kind.value, "section": ONLY_ONE[kind]}
        yield _finding(KEPT_TWICE, rrset.owner, records[0], facts)


def _finding(rule: Rule, owner: str, value: Value, facts: Mapping[str, object]) -> Finding:
    return Finding(rule, place(value.origin), owner, {"owner": names.readable(owner), **facts})


def _kept(domain: MailDomain) -> Iterator[Finding]:
    for keep in domain.keep:
        for value in keep.values:
            problem = refusal(keep.owner, keep.type, value)
            if problem and not _precise(keep.owner, keep.type, value):
                facts = {"owner": names.readable(keep.owner), "type": keep.type, "value": value}
                yield Finding(KEPT_REFUSED, keep.where, keep.owner, {**facts, "problem": problem})


def _precise(owner: str, type: str, text: str) -> bool:
    """True where a rule of its own says what is wrong with *text*, which the grammar refuses."""
    if type == "TLSA":
        return any(verdict.rule.severity is Severity.ERROR for verdict in tlsa.judged((text,)))
    kind = kind_at(owner, type)
    found = verdicts(kind, text) if kind and (kind is Kind.DKIM or selects(kind, text)) else ()
    return any(verdict.rule.severity is Severity.ERROR for verdict in found)
