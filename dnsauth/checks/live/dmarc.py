"""DMARC as the world finds it: what stands in its place, domains without it, addresses without mail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dnsauth import names
from dnsauth.checks.live.view import LiveView
from dnsauth.checks.rules.dmarc import DMARC_MISPLACED, DMARC_UNFOUND
from dnsauth.checks.rules.dmarc_reports import COLLECTOR_ABSENT
from dnsauth.checks.texts.judge import verdicts
from dnsauth.checks.texts.text import parsed
from dnsauth.dmarc import PREFIX, walk
from dnsauth.findings import Finding
from dnsauth.inventory.model import MailDomain
from dnsauth.live.resolution import Asked, Resolution, Resolved
from dnsauth.plan.kind import Kind
from dnsauth.records import dmarc, mx
from dnsauth.records.dmarc import Uri
from dnsauth.records.text import shown
from dnsauth.rrset import RRsetId


def dmarc_records(view: LiveView) -> Iterator[Finding]:
    """What is wrong with what stands at ``_dmarc`` or in its place, and where its reports go."""
    for asked, kind in view.own.items():
        if kind in (Kind.DMARC, Kind.SPF):
            yield from _values(view, asked, kind)
        if kind is Kind.DMARC:
            for uri in addresses(view.surveyed.values(*asked)):
                yield from _address(view, asked, uri)
    for domain in view.zone.domains if view.zone else ():
        places = policy_names(domain)
        if places and all(_without(view.surveyed.answers.get(one)) for one in places):
            yield view.finding(DMARC_UNFOUND, places[0], {"domain": names.readable(domain.name)})


def _without(said: Resolution | None) -> bool:
    """True where it is known that no record is there."""
    return isinstance(said, Resolved) and not any(map(dmarc.selects, said.values))


def policy_names(domain: MailDomain) -> tuple[Asked, ...]:
    """Where a record that applies to *domain* may stand, of which the inventory says nothing."""
    if not domain.senders or domain.dmarc is not None:
        return ()
    return tuple(Asked(PREFIX + name, "TXT") for name in walk(domain.name))


def addresses(texts: Iterable[str]) -> Iterator[Uri]:
    """Where reports go by the DMARC records among *texts*, as far as they go by mail."""
    for text in texts:
        record = parsed(Kind.DMARC, text) if dmarc.selects(text) else None
        if isinstance(record, dmarc.Record):
            yield from (uri for uri in dict.fromkeys((*record.rua, *record.ruf)) if uri.scheme == "mailto")


def exchangers(uri: Uri) -> Asked:
    """The question for the MX that take the reports to *uri*."""
    return Asked(f"{uri.host}.", "MX")


def _values(view: LiveView, asked: Asked, kind: Kind) -> Iterator[Finding]:
    """Served values that the inventory does not ask for; what it asks for is judged offline."""
    wanted = view.desired.get(RRsetId(*asked))
    for text in view.surveyed.values(*asked):
        if wanted and text in wanted.texts:
            continue
        if kind is Kind.DMARC and not dmarc.selects(text):
            for verdict in verdicts(kind, text):
                yield view.finding(verdict.rule, asked, {"value": shown(text), **verdict.facts})
        elif kind is Kind.SPF and dmarc.selects(text):
            yield view.finding(DMARC_MISPLACED, asked, {"right": names.readable(PREFIX + asked.name)})


def _address(view: LiveView, asked: Asked, uri: Uri) -> Iterator[Finding]:
    said = view.surveyed.answers.get(exchangers(uri))
    if not isinstance(said, Resolved):
        return
    if not said.exists:
        why = "does not exist (NXDOMAIN)"
    elif said.values == (str(mx.NULL),):
        why = "takes no mail: it has the null MX of RFC 7505"
    else:
        return  # without MX its address is tried
    facts = {"uri": shown(str(uri)), "host": names.readable(f"{uri.host}."), "why": why}
    yield view.finding(COLLECTOR_ABSENT, asked, facts)
