"""Where the mail of our domains arrives: the MX that are served, and the hosts they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_address

from dnsauth.checks.live.rules import REGISTRABLE, UNASSESSED
from dnsauth.checks.live.view import LiveView, path, registered
from dnsauth.checks.reach import Exchange, Reach
from dnsauth.checks.rules.dns import MX_ALIAS_LIVE, MX_HOMELESS, MX_UNANSWERABLE, MX_UNREACHABLE
from dnsauth.checks.special import is_special
from dnsauth.checks.texts import mx
from dnsauth.findings import Finding, Outcome
from dnsauth.live.resolution import Asked, Resolution, Resolved, resolution_said
from dnsauth.names import readable
from dnsauth.rrset import RRsetId

Found = Mapping[Asked, Resolution]


def questions(reach: Reach, found: Found) -> Iterator[Asked]:
    """What is asked of *reach*, and what follows from what was *found*."""
    for domain in reach.answering:
        yield Asked(domain, "MX")
        if _is_empty(found.get(Asked(domain, "MX"))):
            yield from of_host(domain, found)
    for exchange in reach.exchanges:
        yield from of_host(exchange.host, found)
        said = found.get(Asked(exchange.host, "A"))
        if isinstance(said, Resolved) and not said.exists:
            domain = registered(said.chain[-1] if said.chain else exchange.host)
            if domain:
                yield Asked(domain, "NS")


def of_host(name: str, found: Found) -> Iterator[Asked]:
    """IPv4 addresses of *name*, and IPv6 addresses where it was *found* to have none."""
    yield Asked(name, "A")
    if _is_empty(found.get(Asked(name, "A"))):
        yield Asked(name, "AAAA")


def addresses(name: str, found: Found) -> Resolution | None:
    """The addresses of *name* as `of_host` asks for them; None where nobody asked."""
    said = found.get(Asked(name, "A"))
    return found.get(Asked(name, "AAAA")) if _is_empty(said) else said


def _is_empty(said: Resolution | None) -> bool:
    """True where the name is there, and has no such record."""
    return isinstance(said, Resolved) and said.exists and not said.values


def hosts(view: LiveView) -> Iterator[Finding]:
    """What is wrong with MX that nobody asked for, with hosts of ours, and with domains that have no MX."""
    for asked in view.own:
        if asked.type == "MX":
            yield from _served(view, asked)
    reach = view.surveyed.subject.reach
    for domain in reach.answering:
        yield from _served(view, Asked(domain, "MX"))
        yield from _answerable(view, domain)
    for exchange in reach.exchanges:
        yield from _host(view, exchange)


def _served(view: LiveView, asked: Asked) -> Iterator[Finding]:
    rrset = view.desired.get(RRsetId(*asked))
    values = view.surveyed.values(*asked)
    if not set(values) <= set(rrset.texts if rrset else ()):
        for verdict in mx.judged(values):
            yield view.finding(verdict.rule, asked, {"values": list(values), **verdict.facts})


def _answerable(view: LiveView, domain: str) -> Iterator[Finding]:
    asked = Asked(domain, "MX")
    found = view.surveyed.answers
    said = addresses(domain, found) if _is_empty(found.get(asked)) else found.get(asked)
    match said:
        case None | Resolved(values=("0 .",)):
            why = "it says by a null MX that it takes no mail" if said else ""
        case Resolved(exists=False):
            why = "the name does not exist (NXDOMAIN)"
        case Resolved(values=()):
            why = "it has neither MX nor address"
        case Resolved():
            why = ""
        case _ if view.unserved(domain):
            return
        case _:
            why = f"whether it takes answers: it {resolution_said(said)}"
            yield view.finding(UNASSESSED, asked, {"why": why}, (), Outcome.NOT_ASSESSED)
            return
    if why:
        yield view.finding(MX_UNANSWERABLE, asked, {"domain": readable(domain), "why": why})


def _host(view: LiveView, exchange: Exchange) -> Iterator[Finding]:
    asked = Asked(exchange.owner, "MX")
    facts = {"host": readable(exchange.host)}
    match addresses(exchange.host, view.surveyed.answers):
        case None:
            return
        case Resolved(exists=False, chain=chain):
            last = chain[-1] if chain else exchange.host
            if domain := view.surveyed.registrable(last):
                way = (exchange.owner, exchange.host, *chain)
                said = {"path": path(*way), "names": list(way), "domain": readable(domain), "by": ""}
                yield view.finding(REGISTRABLE, asked, said)
                return
            why = "does not exist (NXDOMAIN)"
            yield view.finding(MX_HOMELESS, asked, {**facts, "why": why})
        case Resolved(values=()):
            yield view.finding(MX_HOMELESS, asked, {**facts, "why": "has no address"})
        case Resolved(values, chain=chain):
            if chain:
                yield view.finding(MX_ALIAS_LIVE, asked, {**facts, "target": readable(chain[-1])})
            for value in values:
                if is_special(ip_address(value)):
                    yield view.finding(MX_UNREACHABLE, asked, {**facts, "address": value})
        case _ if view.unserved(exchange.host):
            return
        case said:
            why = f"the MX {facts['host']} {resolution_said(said)}"
            yield view.finding(UNASSESSED, asked, {**facts, "why": why}, (), Outcome.NOT_ASSESSED)
