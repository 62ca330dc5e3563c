"""DKIM keys as the senders of a zone need them, and what stands beside them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from dnsauth.catalogue.asks import asks
from dnsauth.catalogue.model import Service
from dnsauth.checks.offline.view import Published, ZoneView
from dnsauth.checks.rules.dkim import (
    DKIM_ADSP,
    DKIM_DELEGATED,
    DKIM_ED25519_ALONE,
    DKIM_ELSEWHERE,
    DKIM_MISSING,
    DKIM_NONE,
    DKIM_POLICY,
    DKIM_WILDCARD,
    KEY_REVEALED,
)
from dnsauth.checks.senders import unsigned
from dnsauth.findings import Finding
from dnsauth.inventory.model import Keep, KeyText, MailDomain, Sender, Sensitivity
from dnsauth.names import readable
from dnsauth.plan.kind import Kind
from dnsauth.records import BadRecord, dkim
from dnsauth.records.text import shown

_RSA = ', as in `algorithms: ["rsa-2048", "ed25519"]`'


def judged(view: ZoneView) -> Iterator[Finding]:
    """What is doubtful in the zone of *view*."""
    for domain in view.zone.domains:
        for sender in domain.senders:
            yield from _sender(view, domain, sender)
        for keep in domain.keep:
            if "._domainkey." in f".{keep.owner}":
                yield from _kept(view, domain, keep)
    for published in view.published:
        if published.text.kind is Kind.DKIM and published.owner.startswith("*."):
            yield from _wildcard(view, published)


def _sender(view: ZoneView, domain: MailDomain, sender: Sender) -> Iterator[Finding]:
    facts = {"sender": sender.name, "domain": readable(domain.name), "service": sender.service}
    service = view.catalogue.get(sender.service)
    if sender.own_keys and sender in unsigned(domain, view.desired, strict=True):
        yield Finding(DKIM_MISSING, sender.where, domain.name, facts)
    if sender.own_keys and sender.own_keys.reveal and sender.data is Sensitivity.PHI:
        yield Finding(KEY_REVEALED, sender.where, domain.name, facts)
    if service is not None and not sender.own_keys and not sender.dkim and _hands_out_keys(service):
        yield Finding(DKIM_NONE, sender.where, domain.name, facts)
    if _ed25519_alone(sender) and not (service and _brings_keys(service)):
        facts = {**facts, "example": _RSA if sender.own_keys else ""}
        yield Finding(DKIM_ED25519_ALONE, sender.where, domain.name, facts)


def _hands_out_keys(service: Service) -> bool:
    return any(entry.texts.get("given") == "key" for entry in service.template.get("dkim", ()))


def _brings_keys(service: Service) -> bool:
    return any({"cname", "key"} & entry.texts.keys() for entry in service.template.get("dkim", ()))


def _ed25519_alone(sender: Sender) -> bool:
    """True where no key of *sender* can be of another type; what is behind a CNAME may be."""
    if sender.own_keys:
        return set(sender.own_keys.algorithms) == {dkim.KeyType.ED25519.value}
    return bool(sender.dkim) and all(map(_is_ed25519, sender.dkim.values()))


@lru_cache(maxsize=1024)  # senders of a fleet share keys
def _is_ed25519(key: object) -> bool:
    if not isinstance(key, KeyText):
        return False
    try:
        return dkim.from_vendor(key.text).key_type is dkim.KeyType.ED25519
    except BadRecord:
        return False


def _wildcard(view: ZoneView, published: Published) -> Iterator[Finding]:
    record = published.text.record
    if isinstance(record, dkim.Record) and not record.revoked:
        yield view.finding(DKIM_WILDCARD, published, {})


def _kept(view: ZoneView, domain: MailDomain, keep: Keep) -> Iterator[Finding]:
    """What is kept at or below ``_domainkey``: no key, or one in place of what a sender asks for."""
    facts: dict[str, object] = {"owner": readable(keep.owner)}
    label, _, _ = keep.owner.partition(".")
    if label == "_domainkey" and keep.type == "NS":
        servers = ", ".join(map(readable, keep.values))
        yield Finding(DKIM_DELEGATED, keep.where, keep.owner, {**facts, "servers": servers})
    elif label == "_domainkey" and keep.type == "TXT":
        yield Finding(DKIM_POLICY, keep.where, keep.owner, facts)
    elif label == "_adsp" and keep.type == "TXT":
        yield Finding(DKIM_ADSP, keep.where, keep.owner, facts)
    elif keep.type in ("CNAME", "TXT"):
        yield from _instead(view, domain, keep, facts)


def _instead(view: ZoneView, domain: MailDomain, keep: Keep, facts: dict[str, object]) -> Iterator[Finding]:
    for sender in domain.senders:
        service = view.catalogue.get(sender.service)
        if service is None or not service.template.get("dkim"):
            continue
        asked, problems = asks(service, sender.parameters, domain.name)
        for record in () if problems else asked.records:
            if (record.owner, record.type) == (keep.owner, "CNAME") and keep.values != (record.value,):
                kept = shown(" ".join(keep.values))
                named = {"sender": sender.name, "service": sender.service, "wanted": record.value}
                found = {**facts, **named, "kept": f"{keep.type} {kept}"}
                yield Finding(DKIM_ELSEWHERE, keep.where, keep.owner, found)
