"""Where DMARC reports go: to another organisation only where it says so (RFC 9990 section 4, RFC 9991)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dnsauth import names
from dnsauth.checks.live.rules import UNASSESSED, UNAUTHORISED
from dnsauth.checks.live.view import LiveView, registered
from dnsauth.checks.texts.text import parsed
from dnsauth.dmarc import PREFIX
from dnsauth.findings import Finding, Outcome
from dnsauth.live.resolution import Asked, Resolved, resolution_said
from dnsauth.plan.kind import Kind
from dnsauth.records import authorisation, dmarc


class Destination(NamedTuple):
    """A host of another organisation that is to receive reports, and the TXT record that lets it."""

    uri: str
    host: str
    authorised: Asked


def destinations(owner: str, texts: Iterable[str]) -> Iterator[Destination]:
    """Those of the DMARC records among *texts*, TXT values at *owner*; a name too long for DNS is none."""
    domain = owner.removeprefix(PREFIX)
    if domain == owner:
        return
    for text in texts:
        for uri, host in _hosts(text):
            if host != domain and registered(host) != registered(domain):
                try:
                    name = names.absolute(authorisation.owner(domain, host))
                except names.BadName:
                    continue
                yield Destination(uri, host, Asked(name, "TXT"))


def _hosts(text: str) -> Iterator[tuple[str, str]]:
    """The URIs of a DMARC record, and their hosts as absolute names."""
    record = parsed(Kind.DMARC, text) if dmarc.selects(text) else None
    if isinstance(record, dmarc.Record):
        for uri in dict.fromkeys((*record.rua, *record.ruf)):
            if host := uri.host:
                yield str(uri), f"{host}."


def reports(view: LiveView) -> Iterator[Finding]:
    """Reports that go to a host which does not say that it takes them."""
    for asked in (asked for asked, kind in view.own.items() if kind is Kind.DMARC):
        for destination in destinations(asked.name, view.surveyed.values(*asked)):
            facts = {
                "uri": destination.uri,
                "host": names.readable(destination.host),
                "record": names.readable(destination.authorised.name),
            }
            match view.surveyed.answers.get(destination.authorised):
                case None:
                    continue
                case Resolved(values):
                    if not any(map(authorisation.selects, values)):
                        yield view.finding(UNAUTHORISED, asked, facts)
                case said:
                    why = f"{facts['record']} TXT {resolution_said(said)}"
                    yield view.finding(UNASSESSED, asked, {**facts, "why": why}, outcome=Outcome.NOT_ASSESSED)
