"""`dnsauth check`: what is doubtful in the inventory and in the records that follow from it, offline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from dnsauth import names
from dnsauth.catalogue.model import Catalogue, Service, Status
from dnsauth.checks import flattened, rotation, rules
from dnsauth.checks.live import rules as live_rules
from dnsauth.checks.records import Trees, record_findings
from dnsauth.checks.rules import (
    DKIM_MISSING,
    DKIM_NONE,
    DMARC_PARKED,
    DMARC_UNSIGNED,
    KEPT_REFUSED,
    KEY_REVEALED,
    SERVICE_UNVERIFIED,
    SPF_PARKED,
    WAIVABLE,
    WAIVER_EXPIRED,
    WAIVER_UNUSED,
)
from dnsauth.checks.senders import unsigned
from dnsauth.checks.syntax import refusal
from dnsauth.desired.model import Desired
from dnsauth.findings import Finding, Rule
from dnsauth.inventory.model import Dmarc, Inventory, MailDomain, Sender, Sensitivity, Waiver, Zone
from dnsauth.records import BadRecord, spf
from dnsauth.records.dmarc import Policy
from dnsauth.rrset import RRsetId
from dnsauth.spf.lookup import Lookup

_LIVE = {rule.code for rule in vars(live_rules).values() if isinstance(rule, Rule)}
_CODES = _LIVE | {
    rule.code
    for home in (rules, flattened, rotation)
    for rule in vars(home).values()
    if isinstance(rule, Rule)
}


def check(
    inventory: Inventory,
    catalogue: Catalogue,
    desired: Mapping[str, Sequence[Desired]],
    *,
    lookup: Lookup,
    today: date,
    beside: Mapping[str, Sequence[Finding]] = MappingProxyType({}),
    live: bool = False,
) -> Iterator[Finding]:
    """Every finding on *inventory* and on what is *desired* by zone, but those waived on *today*.

    *lookup* says what SPF will find, our own records included. What others found, by zone, stands *beside*.
    Waivers come last; those of live rules waive nothing only where somebody looked *live*.
    """
    used: set[Waiver] = set()
    good = [waiver for waiver in inventory.waivers if today <= waiver.until and not waiver.change]
    trees = Trees(lookup)
    for name, zone in inventory.zones.items():
        for found in (*_zone(zone, catalogue, tuple(desired.get(name, ())), trees), *beside.get(name, ())):
            waiver = next((one for one in good if _covers(one, found, name)), None)
            if waiver is None:
                yield found
            else:
                used.add(waiver)
    for waiver in inventory.waivers:
        judged = live or waiver.rule not in _LIVE
        yield from _waiver(waiver, waiver in used or not judged, today)


def _covers(waiver: Waiver, found: Finding, zone: str) -> bool:
    return waiver.rule == found.rule.code and waiver.domain in (found.owner, zone)


def _zone(zone: Zone, catalogue: Catalogue, desired: tuple[Desired, ...], trees: Trees) -> Iterator[Finding]:
    yield from record_findings(desired, trees)
    for domain in zone.domains:
        yield from _kept(domain)
        yield from _policy(domain, desired)
        for sender in domain.senders:
            yield from _sender(domain, sender, catalogue, desired)


def _kept(domain: MailDomain) -> Iterator[Finding]:
    for keep in domain.keep:
        for value in keep.values:
            if problem := refusal(keep.owner, keep.type, value):
                facts = {"owner": names.readable(keep.owner), "type": keep.type, "value": value}
                yield Finding(KEPT_REFUSED, keep.where, keep.owner, {**facts, "problem": problem})


def _sender(
    domain: MailDomain, sender: Sender, catalogue: Catalogue, desired: tuple[Desired, ...]
) -> Iterator[Finding]:
    facts = {"sender": sender.name, "domain": names.readable(domain.name), "service": sender.service}
    service = catalogue.get(sender.service)
    if service is not None and service.status is Status.UNVERIFIED:
        yield Finding(SERVICE_UNVERIFIED, sender.where, domain.name, facts)
    if sender.own_keys and sender in unsigned(domain, desired, strict=True):
        yield Finding(DKIM_MISSING, sender.where, domain.name, facts)
    if sender.own_keys and sender.own_keys.reveal and sender.data is Sensitivity.PHI:
        yield Finding(KEY_REVEALED, sender.where, domain.name, facts)
    if service is not None and not sender.own_keys and not sender.dkim and _hands_out_keys(service):
        yield Finding(DKIM_NONE, sender.where, domain.name, facts)


def _hands_out_keys(service: Service) -> bool:
    return any(entry.texts.get("given") == "key" for entry in service.template.get("dkim", ()))


def _policy(domain: MailDomain, desired: tuple[Desired, ...]) -> Iterator[Finding]:
    dmarc = domain.dmarc if isinstance(domain.dmarc, Dmarc) else None
    name = names.readable(domain.name)
    if dmarc and dmarc.policy is Policy.REJECT:
        for sender in unsigned(domain, desired, strict=dmarc.adkim == "s"):
            facts = {"domain": name, "sender": sender.name}
            yield Finding(DMARC_UNSIGNED, sender.where, domain.name, facts)
    if domain.sends is not False:
        return
    if dmarc and dmarc.policy is not Policy.REJECT:
        facts = {"domain": name, "policy": dmarc.policy.value}
        yield Finding(DMARC_PARKED, dmarc.where, domain.name, facts)
    for rrset in desired:
        if rrset.id == RRsetId(domain.name, "TXT"):
            for text in rrset.texts:
                if spf.selects(text) and not _sends_nothing(text):
                    yield Finding(SPF_PARKED, domain.where, domain.name, {"owner": name, "value": text})


def _sends_nothing(text: str) -> bool:
    try:
        return spf.Record.parse(text) == spf.Record((spf.Directive(spf.All(), spf.Qualifier.FAIL),))
    except BadRecord:
        return False


def _waiver(waiver: Waiver, used: bool, today: date) -> Iterator[Finding]:
    facts = {"rule": waiver.rule, "until": waiver.until}
    if waiver.until < today:
        yield Finding(WAIVER_EXPIRED, waiver.where, waiver.domain, facts)
        return
    if waiver.rule not in _CODES:
        problem = "there is no such rule"
    elif waiver.rule in WAIVABLE:
        problem = "" if waiver.change else "a guard is waived for one change; copy `change` from the plan"
    elif waiver.rule.startswith("PLN"):
        problem = "nothing waives this guard"
    else:
        problem = "" if used else f"{names.readable(waiver.domain)} has no such finding"
    if problem:
        yield Finding(WAIVER_UNUSED, waiver.where, waiver.domain, {**facts, "problem": problem})
