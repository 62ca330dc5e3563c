"""DANE of hosts that receive our mail, RFC 7672: TLSA records, and whether DNSSEC holds for them.

Only a validating resolver can say that an answer is insecure; one that does not vouch for the root vouches
for nothing, and then only what the parent says of our own zone counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from dnsauth.checks.live.rules import UNASSESSED
from dnsauth.checks.live.view import LiveView
from dnsauth.checks.reach import Reach
from dnsauth.checks.rules.dane import TLSA_ABSENT, TLSA_ALIAS, TLSA_BOGUS, TLSA_INSECURE, TLSA_PARTIAL
from dnsauth.checks.rules.dns import MX_UNSIGNED
from dnsauth.checks.texts import tlsa
from dnsauth.findings import Finding, Outcome, Rule
from dnsauth.live.resolution import Asked, Bogus, Looping, Resolution, Resolved, Unanswered, resolution_said
from dnsauth.names import readable, within
from dnsauth.records.tlsa import PREFIX
from dnsauth.rrset import RRsetId

ROOT = Asked(".", "SOA")


def questions(reaches: Iterable[Reach]) -> Iterator[Asked]:
    """The TLSA records of hosts that receive, and what shows whether the resolver validates."""
    found = {PREFIX + exchange.host: None for reach in reaches for exchange in reach.exchanges}
    if found:
        yield ROOT
    for name in found:
        yield Asked(name, "TLSA")


class _Host(NamedTuple):
    """A host, the TLSA records it should have, and what was said of them."""

    name: str
    asked: Asked
    said: Resolution


def dane(view: LiveView) -> Iterator[Finding]:
    """What is wrong with the TLSA records of hosts that receive mail for each domain."""
    by_owner: dict[str, list[_Host]] = {}
    for exchange in view.surveyed.subject.reach.exchanges:
        asked = Asked(PREFIX + exchange.host, "TLSA")
        if (said := view.surveyed.validated.get(asked)) is not None:
            by_owner.setdefault(exchange.owner, []).append(_Host(exchange.host, asked, said))
    told: set[Asked] = set()
    for owner, hosts in by_owner.items():
        partial = any(map(_protected, hosts)) and not all(map(_protected, hosts))
        for host in hosts:
            if host.asked not in told:
                told.add(host.asked)
                yield from _host(view, owner, host, partial=partial)
        without = [readable(host.name) for host in hosts if _told(host) and not _protected(host)]
        if partial and without:
            facts = {"without": ", ".join(without), "hosts": without}
            yield view.finding(TLSA_PARTIAL, (owner, "MX"), facts)


def _told(host: _Host) -> bool:
    return isinstance(host.said, Resolved)


def _protected(host: _Host) -> bool:
    said = host.said
    return isinstance(said, Resolved) and said.secure and any(map(tlsa.usable, said.values))


def _host(view: LiveView, owner: str, host: _Host, *, partial: bool) -> Iterator[Finding]:
    match host.said:
        case Bogus(why):
            yield _finding(view, TLSA_BOGUS, owner, host, why=why)
        case Unanswered() | Looping() as said if not view.unserved(host.name):
            why = f"the TLSA records of this MX: {resolution_said(said)}"
            yield _finding(view, UNASSESSED, owner, host, why=why)
        case Resolved(values=(), secure=True):
            if not partial:
                yield _finding(view, TLSA_ABSENT, owner, host)
        case Resolved(values=()):
            if _validates(view.surveyed.validated) and _signed(view):
                facts = {"host": readable(host.name)}
                yield view.finding(MX_UNSIGNED, (owner, "MX"), facts)
        case Resolved(values, chain=chain, secure=secure):
            yield from _records(view, owner, host, values)
            if chain:
                yield _finding(view, TLSA_ALIAS, owner, host, target=readable(chain[-1]))
            if not secure and (_validates(view.surveyed.validated) or _unsigned(view, host.name)):
                yield _finding(view, TLSA_INSECURE, owner, host)
        case _:
            pass


def _records(view: LiveView, owner: str, host: _Host, values: tuple[str, ...]) -> Iterator[Finding]:
    """What served records say by themselves; what the inventory asks for is judged offline."""
    rrset = view.desired.get(RRsetId(*host.asked))
    if not (rrset and set(values) <= set(rrset.texts)):
        for verdict in tlsa.judged(values):
            yield _finding(view, verdict.rule, owner, host, **verdict.facts)


def _validates(validated: Mapping[Asked, Resolution]) -> bool:
    said = validated.get(ROOT)
    return isinstance(said, Resolved) and said.secure


def _signed(view: LiveView) -> bool:
    served = view.surveyed.served
    return served is not None and isinstance(served.validated, Resolved) and served.validated.secure


def _unsigned(view: LiveView, host: str) -> bool:
    """True for a host of the zone, where that has no DS at its parent."""
    served = view.surveyed.served
    return served is not None and served.delegated and not served.signed and within(host, view.domain)


def _finding(view: LiveView, rule: Rule, owner: str, host: _Host, **facts: object) -> Finding:
    """A finding on the TLSA records of *host*, at the line that names it as an MX of *owner*."""
    named = {"owner": readable(host.asked.name), "host": readable(host.name), "type": "TLSA"}
    outcome = Outcome.NOT_ASSESSED if rule is UNASSESSED else Outcome.FAIL
    return Finding(rule, view.place(owner, "MX"), host.asked.name, {**named, **facts}, outcome)
