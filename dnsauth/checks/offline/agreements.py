"""Business associate agreements: which one covers a sender of patient data, and how long it holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from dnsauth.catalogue.model import Service
from dnsauth.checks.offline.view import ZoneView
from dnsauth.checks.rules.healthcare import (
    AGREEMENT_ENDING,
    AGREEMENT_REVIEW,
    AGREEMENT_UNSIGNED,
    AGREEMENT_UNUSED,
    BAA_REFUSED,
    BAA_UNSAID,
    PHI_AGREEMENT_ENDED,
    PHI_UNAGREED,
    PHI_UNCOVERED,
    PHI_WHOSE,
)
from dnsauth.findings import Finding, Rule
from dnsauth.inventory.model import Agreement, MailDomain, Sender, Sensitivity
from dnsauth.names import readable

SOON = timedelta(days=60)  # a contract takes its time
MAX_NAMED = 3
_CUSTOM = "custom"


def agreement_of(sender: Sender, agreements: Mapping[str, Agreement], today: date) -> Agreement | None:
    """The one of *agreements* that *sender* stands under: the one it names, else one that covers its service.

    Of several, one that has not ended on *today*. None where there is none.
    """
    if sender.baa:
        return agreements.get(sender.baa)
    covering = [one for one in agreements.values() if sender.service in one.covers]
    return next((one for one in covering if not ended(one, today)), covering[0] if covering else None)


def of_sender(view: ZoneView, domain: MailDomain, sender: Sender) -> Iterator[Finding]:
    """What is wrong with the agreement of *sender*, which carries patient data."""
    service = view.catalogue.get(sender.service)
    if service is None or _own(service):
        return

    def finding(rule: Rule, **facts: object) -> Finding:
        named = {"sender": sender.name, "domain": readable(domain.name), "service": sender.service}
        return Finding(rule, sender.where, domain.name, {**named, "title": service.title, **facts})

    agreement = agreement_of(sender, view.inventory.agreements, view.today)
    if service.baa is False:
        yield finding(BAA_REFUSED)
    elif agreement is None and service.name == _CUSTOM:
        yield finding(PHI_WHOSE)
    elif agreement is None:
        yield finding(PHI_UNAGREED)
        if service.baa is None:
            yield finding(BAA_UNSAID)
    elif ended(agreement, view.today):
        yield finding(PHI_AGREEMENT_ENDED, agreement=agreement.name, expires=agreement.expires)
    elif service.name != _CUSTOM and sender.service not in agreement.covers:
        yield finding(PHI_UNCOVERED, agreement=agreement.name, covers=", ".join(agreement.covers))
    elif view.today < agreement.signed:
        yield finding(AGREEMENT_UNSIGNED, agreement=agreement.name, signed=agreement.signed)


def across(views: Sequence[ZoneView]) -> Iterator[Finding]:
    """What is to be done about each agreement itself, at its own line, once for all who rely on it."""
    if not views:
        return
    inventory, today = views[0].inventory, views[0].today
    relying: defaultdict[str, list[tuple[str, Sender]]] = defaultdict(list)
    if inventory.agreements:
        for view in views:
            for domain in view.zone.domains:
                for sender in domain.senders:
                    if sender.baa or sender.data is Sensitivity.PHI:
                        found = agreement_of(sender, inventory.agreements, today)
                        if found is not None:
                            relying[found.name].append((domain.name, sender))
    for agreement in inventory.agreements.values():
        if agreement.name in relying:
            yield from _dates(agreement, relying[agreement.name], today)
        elif inventory.whole:
            facts = {"agreement": agreement.name, "partner": agreement.partner}
            yield Finding(AGREEMENT_UNUSED, agreement.where, facts=facts)


def _dates(agreement: Agreement, relying: Sequence[tuple[str, Sender]], today: date) -> Iterator[Finding]:
    if ended(agreement, today):
        return  # told at every sender
    facts = {
        "agreement": agreement.name,
        "partner": agreement.partner,
        "senders": _named([f"{sender.name} of {readable(domain)}" for domain, sender in relying]),
        "relying": list(dict.fromkeys(domain for domain, _ in relying)),
    }
    owner = relying[0][0]  # a waiver stands at a name

    def finding(rule: Rule, **more: object) -> Finding:
        return Finding(rule, agreement.where, owner, {**facts, **more})

    if agreement.expires and agreement.expires - today <= SOON:
        days = (agreement.expires - today).days
        yield finding(AGREEMENT_ENDING, expires=agreement.expires, days=days)
    if agreement.review and agreement.review - today <= SOON:
        verb = "was" if agreement.review < today else "is"
        yield finding(AGREEMENT_REVIEW, review=agreement.review, verb=verb)


def ended(agreement: Agreement, today: date) -> bool:
    """True where *agreement* held until a day before *today*."""
    return agreement.expires is not None and agreement.expires < today


def _own(service: Service) -> bool:
    return service.category == "own" and service.name != _CUSTOM


def _named(names: Sequence[str]) -> str:
    more = len(names) - MAX_NAMED
    return ", ".join(names[:MAX_NAMED]) + (f" and {more} more" if more > 0 else "")
