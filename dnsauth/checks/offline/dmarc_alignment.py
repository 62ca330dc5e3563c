"""Whether the mail of a zone's senders can pass DMARC: by SPF or DKIM for an aligned domain.

Keys of the same zone are aligned where alignment is relaxed: the zone stands for the organizational domain
(RFC 9989 section 4.4).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from dnsauth.catalogue.model import Envelope
from dnsauth.checks.offline.dmarc_policies import Policies
from dnsauth.checks.offline.view import ZoneView
from dnsauth.checks.rules.dmarc import (
    DMARC_DKIM_STRICT,
    DMARC_NEITHER,
    DMARC_NEVER,
    DMARC_SPF_STRICT,
    DMARC_UNSIGNED,
)
from dnsauth.checks.senders import key_domain, works
from dnsauth.desired.model import Origin
from dnsauth.findings import Finding
from dnsauth.inventory.model import MailDomain, Sender
from dnsauth.names import readable
from dnsauth.records import spf
from dnsauth.records.dmarc import Alignment, Policy, Record
from dnsauth.rrset import RRsetId

_Entry = tuple[str, int, str]


def alignment(view: ZoneView, policies: Policies) -> Iterator[Finding]:
    """What keeps mail of senders from passing under the policy that applies to it."""
    brought = _Brought(view)
    for domain in view.zone.domains:
        record = policies.applied(domain) if domain.senders else None
        if record is not None:
            for sender in domain.senders:
                yield from _sender(view, domain, sender, record, brought)


def _sender(
    view: ZoneView, domain: MailDomain, sender: Sender, record: Record, brought: _Brought
) -> Iterator[Finding]:
    by_spf, by_dkim = (
        _spf(view, domain, sender, record, brought),
        _dkim(view, domain, sender, record, brought),
    )
    facts = {
        "domain": readable(domain.name),
        "sender": sender.name,
        "service": sender.service,
        "policy": record.policy.value,
        "spf": by_spf,
        "dkim": by_dkim,
    }
    strict = by_dkim and brought.signs(domain, sender, strict=False)
    if by_spf and by_dkim and not brought.keeps_key(domain):
        enforced = record.policy is not Policy.NONE and not record.t
        yield Finding(DMARC_NEITHER if enforced else DMARC_NEVER, sender.where, domain.name, facts)
    elif by_dkim and record.policy is Policy.REJECT:
        yield Finding(DMARC_UNSIGNED, sender.where, domain.name, facts)
    elif strict:
        yield Finding(DMARC_DKIM_STRICT, sender.where, domain.name, facts)
    elif by_spf and record.aspf is Alignment.STRICT and brought.below(domain, sender):
        yield Finding(DMARC_SPF_STRICT, sender.where, domain.name, facts)


def _dkim(view: ZoneView, domain: MailDomain, sender: Sender, record: Record, brought: _Brought) -> str:
    """Why no signature of *sender* aligns; empty where one may (RFC 9989 section 4.4.1)."""
    service = view.catalogue.get(sender.service)
    if service and service.alignment.get("dkim") == "none":
        return "it signs with a name of its own"
    strict = record.adkim is Alignment.STRICT
    if brought.signs(domain, sender, strict=strict):
        return ""
    if brought.signs(domain, sender, strict=False):
        return "its keys are of other names, and adkim=s"
    return "it has no key"


def _spf(view: ZoneView, domain: MailDomain, sender: Sender, record: Record, brought: _Brought) -> str:
    """Why no MAIL FROM of *sender* aligns; empty where one may (RFC 9989 section 4.4.2)."""
    service = view.catalogue.get(sender.service)
    if service and (service.envelope is Envelope.VENDOR or service.alignment.get("spf") == "none"):
        return "MAIL FROM is a name of its own"
    if brought.terms(domain, sender):
        return ""
    if not brought.below(domain, sender):
        return "it brings neither a term nor a MAIL FROM domain"
    return "MAIL FROM is a subdomain, and aspf=s" if record.aspf is Alignment.STRICT else ""


class _Brought:
    """What each sender of the zone of *view* brings into DNS."""

    def __init__(self, view: ZoneView) -> None:
        self._view = view

    def signs(self, domain: MailDomain, sender: Sender, *, strict: bool) -> bool:
        """True where *sender* has a working key of *domain*; where not *strict*, of any name in the zone."""
        at = self._keys.get(_entry(sender), ())
        return domain.name in at if strict else bool(at)

    def keeps_key(self, domain: MailDomain) -> bool:
        """True where *domain* keeps a working key, of which nobody says whose it is."""
        return any(
            key_domain(keep.owner) == domain.name and any(works(keep.type, value) for value in keep.values)
            for keep in domain.keep
        )

    def terms(self, domain: MailDomain, sender: Sender) -> bool:
        """True where *sender* brings a term into the SPF record of *domain*, or where that is kept."""
        if any(map(spf.selects, (value for keep in domain.keep for value in keep.values))):
            return True
        return any(
            sender.name in senders
            for owner in (domain.name, f"_spf.{domain.name}")
            if (rrset := self._view.by_id.get(RRsetId(owner, "TXT"))) is not None
            for senders in rrset.terms.values()
        )

    def below(self, domain: MailDomain, sender: Sender) -> bool:
        """True where *sender* brings what may be a MAIL FROM domain below *domain*."""
        return any(owner.endswith(f".{domain.name}") for owner in self._hosts.get(_entry(sender), ()))

    @cached_property
    def _keys(self) -> dict[_Entry, set[str]]:
        found: dict[_Entry, set[str]] = {}
        for rrset in self._view.desired:
            at = key_domain(rrset.owner)
            for value in rrset.values if at is not None else ():
                if at is not None and works(rrset.type, value.text):
                    for origin in value.origin:
                        found.setdefault(_of(origin), set()).add(at)
        return found

    @cached_property
    def _hosts(self) -> dict[_Entry, set[str]]:
        found: dict[_Entry, set[str]] = {}
        for rrset in self._view.desired:
            for value in rrset.values if key_domain(rrset.owner) is None else ():
                if rrset.type in ("CNAME", "MX") or (rrset.type == "TXT" and spf.selects(value.text)):
                    for origin in value.origin:
                        found.setdefault(_of(origin), set()).add(rrset.owner)
        return found


def _of(origin: Origin) -> _Entry:
    return origin.file, origin.line, origin.sender


def _entry(sender: Sender) -> _Entry:
    return sender.where.file, sender.where.line, sender.name
