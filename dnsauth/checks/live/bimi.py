"""BIMI as it is served: what stands at its names, the logo, and the mark certificate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import assert_never

from dnsauth import names
from dnsauth.bimi.certificate import AUTHORITIES, BadCertificate, Mark, mark
from dnsauth.bimi.logo import OCTETS, BadLogo, Flaw, flaws, unpacked
from dnsauth.checks.live.mtasts import strange
from dnsauth.checks.live.view import LiveView, registered, short
from dnsauth.checks.rules.bimi import (
    LOGO_FORBIDDEN,
    LOGO_LARGE,
    LOGO_MEDIA_TYPE,
    LOGO_OFFSET,
    LOGO_PROFILE,
    LOGO_SHAPE,
    LOGO_TITLE,
    LOGO_UNFETCHED,
    LOGO_UNREADABLE,
    MARK_CHAIN,
    MARK_DOMAIN,
    MARK_EXPIRED,
    MARK_EXPIRING,
    MARK_ISSUER,
    MARK_LOGO,
    MARK_NO_LOGO,
    MARK_PURPOSE,
    MARK_UNFETCHED,
    MARK_UNREADABLE,
)
from dnsauth.checks.texts.text import parsed
from dnsauth.findings import Finding, Outcome, Rule
from dnsauth.live.https import Failed, Fetch, Fetched, Redirected, Refused, TooLarge, Untrusted
from dnsauth.live.resolution import Asked
from dnsauth.plan.kind import Kind, selects
from dnsauth.records.bimi import Record

SOON = timedelta(days=30)
_LABEL = "._bimi."
_FLAWS: Mapping[Flaw, Rule] = {
    Flaw.PROFILE: LOGO_PROFILE,
    Flaw.FORBIDDEN: LOGO_FORBIDDEN,
    Flaw.OFFSET: LOGO_OFFSET,
    Flaw.SHAPE: LOGO_SHAPE,
    Flaw.TITLE: LOGO_TITLE,
}


def bimi(view: LiveView) -> Iterator[Finding]:
    """What is wrong with BIMI at names of the subject, and with the files its records name."""
    for asked, kind in view.own.items():
        if kind is not Kind.BIMI:
            continue
        yield from strange(view, asked, kind)
        texts = [text for text in view.surveyed.values(*asked) if selects(kind, text)]
        record = parsed(kind, texts[0]) if len(texts) == 1 else None
        if isinstance(record, Record):
            yield from _files(view, asked, record)


def _files(view: LiveView, asked: Asked, record: Record) -> Iterator[Finding]:
    fetched = view.surveyed.fetched
    logo, certificate = fetched.get(record.location), fetched.get(record.authority)
    if logo is not None:
        yield from _logo(view, asked, record.location, logo)
    if isinstance(certificate, Fetched):
        yield from _mark(view, asked, record, certificate, logo)
    elif certificate is not None:
        yield _unfetched(view, asked, MARK_UNFETCHED, record.authority, certificate)


def _unfetched(
    view: LiveView,
    asked: Asked,
    rule: Rule,
    url: str,
    fetch: Redirected | Untrusted | TooLarge | Refused | Failed,
) -> Finding:
    outcome = Outcome.FAIL
    match fetch:
        case Redirected(status, location):
            why = f"it redirects ({status}) to '{short(location)}'"
        case TooLarge(limit):
            why = f"it has more than {limit} octets"
        case Untrusted(why):
            why = f"its host is not to be trusted: {why}"
        case Failed(why):
            outcome = Outcome.NOT_ASSESSED
        case Refused(why):
            pass
        case _ as never:
            assert_never(never)
    return view.finding(rule, asked, {"url": url, "why": why}, outcome=outcome)


def _logo(view: LiveView, asked: Asked, url: str, fetch: Fetch) -> Iterator[Finding]:
    if not isinstance(fetch, Fetched):
        yield _unfetched(view, asked, LOGO_UNFETCHED, url, fetch)
        return
    if len(fetch.body) > OCTETS:
        yield view.finding(LOGO_LARGE, asked, {"url": url, "size": len(fetch.body), "limit": OCTETS})
    if fetch.media_type != "image/svg+xml":
        yield view.finding(LOGO_MEDIA_TYPE, asked, {"url": url, "media_type": short(fetch.media_type)})
    try:
        found = flaws(fetch.body)
    except BadLogo as error:
        yield view.finding(LOGO_UNREADABLE, asked, {"url": url, "problem": str(error)})
        return
    for flaw, what in found:
        yield view.finding(_FLAWS[flaw], asked, {"url": url, "problem": what})


def _mark(
    view: LiveView, asked: Asked, record: Record, fetched: Fetched, logo: Fetch | None
) -> Iterator[Finding]:
    facts = {"url": record.authority}
    try:
        found = mark(fetched.body)
    except BadCertificate as error:
        yield view.finding(MARK_UNREADABLE, asked, {**facts, "problem": short(str(error))})
        return
    yield from _time(view, asked, found, facts)
    if found.breaks:
        yield view.finding(MARK_CHAIN, asked, {**facts, "problem": found.breaks})
    if not found.for_bimi:
        yield view.finding(MARK_PURPOSE, asked, facts)
        return
    if not any(known in found.issuer for known in AUTHORITIES):
        known = ", ".join(AUTHORITIES)
        yield view.finding(MARK_ISSUER, asked, {**facts, "issuer": short(found.issuer), "known": known})
    if not _names(found, asked.name):
        domain = names.readable(asked.name.partition(_LABEL)[2])
        said = short(", ".join(found.names)) or "no name"
        yield view.finding(MARK_DOMAIN, asked, {**facts, "names": said, "domain": domain})
    if found.logo is None:
        yield view.finding(MARK_NO_LOGO, asked, facts)
    elif isinstance(logo, Fetched) and found.logo.shows(_plain(logo.body)) is False:
        yield view.finding(MARK_LOGO, asked, {**facts, "logo": record.location})


def _time(view: LiveView, asked: Asked, found: Mark, facts: Mapping[str, object]) -> Iterator[Finding]:
    now = view.asking.now
    if now is None:
        return
    if now < found.begins:
        held = f"is valid from {found.begins.date()} on"
        yield view.finding(MARK_EXPIRED, asked, {**facts, "held": held})
    elif now > found.expires:
        held = f"ended on {found.expires.date()}"
        yield view.finding(MARK_EXPIRED, asked, {**facts, "held": held})
    elif found.expires - now < SOON:
        yield view.finding(MARK_EXPIRING, asked, {**facts, "expires": found.expires.date().isoformat()})


def _names(found: Mark, owner: str) -> bool:
    """True where the certificate is for the domain of the record at *owner*, or for its selector alone."""
    selector, _, domain = owner.removesuffix(".").partition(_LABEL)
    organisation = registered(f"{domain}.").removesuffix(".") or domain
    domains = (domain, organisation)
    wanted = {*domains, *(f"{selector}{_LABEL}{each}" for each in domains)}
    return not wanted.isdisjoint(found.names)


def _plain(body: bytes) -> bytes:
    try:
        return unpacked(body)
    except BadLogo:
        return body
