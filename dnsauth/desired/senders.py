"""What senders ask for: SPF terms in their order, key records, and what each service wants besides."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import assert_never

from dnsauth.catalogue.asks import asks
from dnsauth.catalogue.model import Asks, Catalogue
from dnsauth.catalogue.parameters import guess
from dnsauth.desired.rules import INV201, INV202, INV205
from dnsauth.desired.wants import Want, also, want
from dnsauth.findings import Finding
from dnsauth.inventory import model
from dnsauth.inventory.model import MailDomain, Sender
from dnsauth.records import BadRecord, dkim, spf
from dnsauth.records.private_key import hidden

Found = Iterator[Want | Finding]


def service_asks(
    sender: Sender,
    domain: MailDomain,
    catalogue: Catalogue,
    shared: Collection[str],
    *,
    receives: bool = False,
) -> tuple[Asks, tuple[Finding, ...]]:
    """What the service of *sender* asks of *domain*, and what is wrong with the parameters.

    With *receives* only its MX, and only the parameters they need. *shared* are the names dnsauth.yaml has
    senders for.
    """
    if sender.service not in catalogue:
        either = sender.service == sender.name and shared
        known = [*shared, *catalogue] if either else list(catalogue)
        nor = ", and dnsauth.yaml has no sender of that name" if either else ""
        facts = {
            "sender": sender.name,
            "service": sender.service,
            "nor": nor,
            "guess": guess(sender.service, known),
        }
        return Asks(), (Finding(INV201, sender.where, domain.name, facts),)
    asked, problems = asks(catalogue[sender.service], sender.parameters, domain.name, receives=receives)
    return asked, tuple(
        Finding(
            INV202,
            sender.where,
            domain.name,
            {"sender": sender.name, "service": sender.service, "problem": hidden(problem)},
        )
        for problem in problems
    )


def sender_wants(domain: MailDomain, catalogue: Catalogue, shared: Collection[str]) -> Found:
    """Everything the senders of *domain* ask for, its SPF record included."""
    terms: dict[str, None] = {}
    named: list[Sender] = []
    for sender in domain.senders:
        asked, findings = service_asks(sender, domain, catalogue, shared)
        yield from findings
        if asked.spf:
            terms.update(dict.fromkeys(asked.spf))
            named.append(sender)
        for record in asked.records:
            yield want(record.owner, record.type, record.value, domain, sender)
        yield from _key_wants(domain, sender)
    if domain.sends is not None:
        yield from _spf_wants(domain, tuple(terms), named)


def _key_wants(domain: MailDomain, sender: Sender) -> Found:
    for selector, value in sender.dkim.items():
        owner = f"{selector}._domainkey.{domain.name}"
        match value:
            case model.Cname(target):
                yield want(owner, "CNAME", target, domain, sender)
            case model.KeyText(text):
                try:
                    yield want(owner, "TXT", _key(text), domain, sender)
                except BadRecord as error:
                    facts = {"selector": selector, "sender": sender.name, "problem": str(error)}
                    yield Finding(INV205, sender.where, owner, facts)
            case _ as never:
                assert_never(never)


@lru_cache(maxsize=1024)
def _key(text: str) -> dkim.Record:
    return dkim.from_vendor(text)  # a shared sender has one key in many zones


def _spf_wants(domain: MailDomain, terms: tuple[str, ...], named: list[Sender]) -> Iterator[Want]:
    closing = _ALL[domain.spf.all if domain.sends else model.All.FAIL]
    record = spf.Record(tuple(map(spf.term, terms))).closed(closing)
    by = named[0] if named else domain.where
    if domain.spf.indirect and terms:
        behind = f"_spf.{domain.name}"
        yield from also(want(behind, "TXT", record, domain, by), named[1:])
        include = spf.Directive(spf.Include(behind.removesuffix(".")))
        record = spf.Record((include,)).closed(closing)
    yield from also(want(domain.name, "TXT", record, domain, by), named[1:])


_ALL = {
    model.All.FAIL: spf.Qualifier.FAIL,
    model.All.SOFTFAIL: spf.Qualifier.SOFTFAIL,
    model.All.NEUTRAL: spf.Qualifier.NEUTRAL,
}
