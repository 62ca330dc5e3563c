"""What senders ask for: SPF terms in their order, key records, and what each service wants besides."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import assert_never

from dnsauth.catalogue.asks import asks
from dnsauth.catalogue.model import Asks, Catalogue
from dnsauth.catalogue.parameters import guess
from dnsauth.desired.flatten import Basis, Flat, flattened
from dnsauth.desired.rules import INV201, INV202, INV205
from dnsauth.desired.wants import SpfTerm, Want, also, want
from dnsauth.findings import Finding
from dnsauth.inventory import model
from dnsauth.inventory.model import MailDomain, Sender
from dnsauth.records import BadRecord, dkim, spf
from dnsauth.records.private_key import hidden

Found = Iterator[Want | Flat | Finding]


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
    service = catalogue[sender.service]
    asked, problems = asks(service, sender.parameters, domain.name, receives=receives)
    if not service.sends and not receives:
        problems = ("sends no mail, so it is nobody's sender", *problems)
    return asked, tuple(
        Finding(
            INV202,
            sender.where,
            domain.name,
            {"sender": sender.name, "service": sender.service, "problem": hidden(problem)},
        )
        for problem in problems
    )


def spf_terms(domain: MailDomain, catalogue: Catalogue) -> tuple[SpfTerm, ...]:
    """The terms the senders of *domain* bring to its SPF record, in their order, each once."""
    return _terms(
        domain, [(sender, service_asks(sender, domain, catalogue, ())[0]) for sender in domain.senders]
    )


def sender_wants(
    domain: MailDomain, catalogue: Catalogue, shared: Collection[str], basis: Basis | None
) -> Found:
    """Everything the senders of *domain* ask for, its SPF record included, flattened from *basis*."""
    found: list[tuple[Sender, Asks]] = []
    for sender in domain.senders:
        asked, findings = service_asks(sender, domain, catalogue, shared)
        found.append((sender, asked))
        yield from findings
        for record in asked.records:
            yield want(record.owner, record.type, record.value, domain, sender)
        yield from _key_wants(domain, sender)
    if domain.sends is not None:
        yield from _spf_wants(domain, _terms(domain, found), basis)


def _terms(domain: MailDomain, asked: Sequence[tuple[Sender, Asks]]) -> tuple[SpfTerm, ...]:
    brought: dict[str, dict[str, None]] = {}
    for sender, of in asked:
        for text in of.spf:
            term = _named(text, domain) if domain.spf.indirect else text
            brought.setdefault(term, {})[sender.name] = None
    return tuple(SpfTerm(text, tuple(senders)) for text, senders in brought.items())


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


def _named(text: str, domain: MailDomain) -> str:
    """The term *text* of *domain*, as it reads in a record at another name (RFC 7208 section 4.6.4)."""
    match spf.term(text):
        case spf.Directive(spf.A("") | spf.MX("") | spf.Ptr("") as bare, qualifier):
            return str(spf.Directive(replace(bare, domain=domain.name), qualifier))
    return text


def _spf_wants(domain: MailDomain, terms: tuple[SpfTerm, ...], basis: Basis | None) -> Found:
    closing = _ALL[domain.spf.all if domain.sends else model.All.FAIL]
    by_name = {sender.name: sender for sender in domain.senders}
    indirect = domain.spf.indirect and bool(terms)
    owner = f"_spf.{domain.name}" if indirect else domain.name
    flat = Flat(domain.name, owner, terms) if basis is None else flattened(domain, owner, terms, basis)
    named = [sender for sender in domain.senders if any(sender.name in term.senders for term in terms)]
    yield flat

    def wants(owner: str, terms: tuple[SpfTerm, ...], senders: Sequence[Sender]) -> Iterator[Want]:
        record = spf.Record(tuple(spf.term(term.text) for term in terms)).closed(closing)
        first = want(owner, "TXT", record, domain, senders[0] if senders else domain.where)
        yield from also(first._replace(terms=terms), senders[1:])

    yield from wants(owner, flat.terms, named)
    if indirect:
        include = str(spf.Directive(spf.Include(owner)))
        yield from wants(domain.name, (SpfTerm(include, tuple(sender.name for sender in named)),), named)
    for chunk, senders in flat.pieces:
        first, *others = (by_name[name] for name in senders)
        yield from also(want(chunk.owner, "TXT", chunk.text, domain, first), others)
    for owner, text in flat.retired.items():
        yield want(owner, "TXT", text, domain, domain.where)


_ALL = {
    model.All.FAIL: spf.Qualifier.FAIL,
    model.All.SOFTFAIL: spf.Qualifier.SOFTFAIL,
    model.All.NEUTRAL: spf.Qualifier.NEUTRAL,
}
