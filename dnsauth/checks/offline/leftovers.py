"""Records beside those of email that speak of a service nothing else speaks of."""

from __future__ import annotations

from collections.abc import Iterator

from dnsauth.catalogue.model import Service
from dnsauth.checks.live.view import short
from dnsauth.checks.offline.view import ZoneView
from dnsauth.checks.rules.leftovers import AUTODISCOVER, TOKEN, TYPE_SPF
from dnsauth.checks.view import place
from dnsauth.findings import Finding
from dnsauth.inventory.model import Keep, MailDomain, ReceivesBy
from dnsauth.names import deepest, readable
from dnsauth.rrset import RRsetId

MICROSOFT = "microsoft-365"
_AT_MICROSOFT = ("outlook.com.", "office365.us.", "outlook.cn.", "microsoft.com.", "mx.microsoft.")


def judged(view: ZoneView) -> Iterator[Finding]:
    """What is left over in the zone of *view*."""
    for domain in view.zone.domains:
        yield from _autodiscover(view, domain)
        for keep in domain.keep:
            if keep.type == "TXT":
                yield from _tokens(view, keep)
            elif keep.type == "SPF":
                yield Finding(TYPE_SPF, keep.where, keep.owner, {"owner": readable(keep.owner)})


def _autodiscover(view: ZoneView, domain: MailDomain) -> Iterator[Finding]:
    alias = view.by_id.get(RRsetId(f"autodiscover.{domain.name}", "CNAME"))
    if alias is None or (service := _mailboxes(view, domain)) is None:
        return
    (target,) = alias.texts
    theirs = deepest(target, _AT_MICROSOFT) is not None
    used = service.name == MICROSOFT or any(sender.service == MICROSOFT for sender in domain.senders)
    ours = deepest(target, view.inventory.zones) is not None
    if (theirs and not used) or (not theirs and not ours and service.name == MICROSOFT):
        facts = {"owner": readable(alias.owner), "target": readable(target), "service": service.title}
        yield Finding(
            AUTODISCOVER,
            place(alias.values[0].origin),
            alias.owner,
            {"domain": readable(domain.name), **facts},
        )


def _mailboxes(view: ZoneView, domain: MailDomain) -> Service | None:
    """The service that has the mailboxes of *domain*, or None where that is not said."""
    if isinstance(domain.receives, ReceivesBy):
        service = view.catalogue.get(domain.receives.service)
        return service if service and service.category == "mailbox" else None
    return None


def _tokens(view: ZoneView, keep: Keep) -> Iterator[Finding]:
    for text in keep.values:
        known = [service for start, service in view.services.tokens if text.startswith(start)]
        if known and not any(_used(view, service) for service in known):
            facts = {"owner": readable(keep.owner), "value": short(text), "service": known[0].title}
            yield Finding(TOKEN, keep.where, keep.owner, {"zone": readable(view.zone.name), **facts})


def _used(view: ZoneView, service: Service) -> bool:
    """True where a sender, an exchanger or any other record of the zone is of *service*."""
    for domain in view.zone.domains:
        if any(sender.service == service.name for sender in domain.senders):
            return True
        if isinstance(domain.receives, ReceivesBy) and domain.receives.service == service.name:
            return True
    detect = service.detect
    marks = (*detect.spf, *detect.cname, *detect.mx, *detect.ns, *detect.rua)
    return any(mark in text for rrset in view.desired for text in rrset.texts for mark in marks)
