"""SPF as the mail domains of a zone and their senders need it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dnsauth import names
from dnsauth.catalogue.model import Envelope, Service
from dnsauth.checks.live.view import by, registered
from dnsauth.checks.offline.view import ZoneView
from dnsauth.checks.rules.spf import (
    SPF_ABSENT,
    SPF_ENVELOPE,
    SPF_GREEDY,
    SPF_HELO,
    SPF_MAILBOXES,
    SPF_NEEDLESS,
    SPF_UNDECLARED,
)
from dnsauth.desired.model import Desired
from dnsauth.findings import Finding, Rule, Where
from dnsauth.inventory.model import MailDomain, ReceivesBy, Sender
from dnsauth.names import readable
from dnsauth.records import spf
from dnsauth.records.text import shown
from dnsauth.rrset import RRsetId
from dnsauth.spf.terms import lookups_by_sender
from dnsauth.spf.tree import Branch, Tree, walk

GREEDY = spf.MAX_LOOKUPS // 2  # lookups that one sender may take
SHOWN = 5  # hosts
_CUSTOM = "custom"
_OWN_MTA = "mta"


def judged(view: ZoneView) -> Iterator[Finding]:
    """What is doubtful in the zone of *view*."""
    hosts: dict[str, Sender] = {}
    for domain in view.zone.domains:
        rrset = view.by_id.get(RRsetId(domain.name, "TXT"))
        tree = view.trees[domain.name] if rrset and any(map(spf.selects, rrset.texts)) else None
        if tree is None:
            if domain.sends is None and isinstance(domain.receives, ReceivesBy | tuple):
                yield view.of_domain(SPF_ABSENT, domain, {})
        elif tree.record is not None:
            yield from _record(view, domain, tree)
        for sender in domain.senders:
            yield from _envelope(view, domain, sender)
            hosts |= dict.fromkeys(_hosts(view, sender), sender)
    bare: dict[tuple[Where, str], list[str]] = {}
    for host, sender in hosts.items():
        if not _policy(view.by_id.get(RRsetId(host, "TXT"))):
            bare.setdefault((sender.where, sender.name), []).append(host)
    for (where, name), some in bare.items():
        yield Finding(SPF_HELO, where, some[0], {"sender": name, "hosts": _named(some), "names": some})


def _named(hosts: Sequence[str]) -> str:
    more = len(hosts) - SHOWN
    return ", ".join(map(readable, hosts[:SHOWN])) + (f" and {more} more" if more > 0 else "")


def _policy(rrset: Desired | None) -> bool:
    return rrset is not None and any(map(spf.selects, rrset.texts))


def _record(view: ZoneView, domain: MailDomain, tree: Tree) -> Iterator[Finding]:
    """What the record of *domain* says beside those who send."""
    yield from _mailboxes(view, domain, tree)
    yield from _greedy(view, domain, tree)
    for at in _own(domain, tree):
        for branch in at.branches:
            if branch.target:
                yield from _term(view, domain, at, branch)


def _own(domain: MailDomain, tree: Tree) -> Iterator[Tree]:
    """The record of *domain*, and that at ``_spf`` to which an indirect one leads."""
    yield tree
    for branch in tree.branches:
        if branch.tree and branch.target == f"_spf.{domain.name}":
            yield branch.tree


def _mailboxes(view: ZoneView, domain: MailDomain, tree: Tree) -> Iterator[Finding]:
    if not (isinstance(domain.receives, ReceivesBy) and domain.sends):
        return
    service = view.catalogue.get(domain.receives.service)
    if service is None or service.category != "mailbox" or service.envelope is not Envelope.CUSTOMER:
        return
    if not service.template.get("spf") or any(sender.service == service.name for sender in domain.senders):
        return
    others = (view.catalogue.get(sender.service) for sender in domain.senders)
    if any(other is not None and other.category == "gateway" for other in others):
        return  # what people write may all leave by it
    includes = view.services.includes
    if not any(service.name in includes.get(branch.target, ()) for _, branch in walk(tree)):
        facts = {"title": service.title, "service": service.name}
        yield _finding(SPF_MAILBOXES, domain, facts, domain.receives.where)


def _greedy(view: ZoneView, domain: MailDomain, tree: Tree) -> Iterator[Finding]:
    if tree.lookups <= GREEDY:
        return

    def terms(owner: str) -> Mapping[str, tuple[str, ...]]:
        rrset = view.by_id.get(RRsetId(owner, "TXT"))
        return rrset.terms if rrset else {}

    for name, count in lookups_by_sender(tree, terms).items() if tree.counted else ():
        if name and count > GREEDY:
            facts = {"sender": name, "count": count, "limit": spf.MAX_LOOKUPS}
            where = next((sender.where for sender in domain.senders if sender.name == name), domain.where)
            yield _finding(SPF_GREEDY, domain, facts, where)


def _term(view: ZoneView, domain: MailDomain, at: Tree, branch: Branch) -> Iterator[Finding]:
    """A term of a service that needs none, or that is not declared as what it is."""
    title = view.services.envelopes.get(registered(branch.target))
    services = view.services.includes.get(branch.target, ())
    if not (title or services):
        return
    text = str(branch.term)
    rrset = view.by_id.get(RRsetId(at.domain, "TXT"))
    bringing = rrset.terms.get(text, ()) if rrset else ()
    senders = [sender for sender in domain.senders if sender.name in bringing]
    where = senders[0].where if senders else domain.where
    facts = {"term": shown(text), "senders": list(bringing), "by": by(bringing)}
    if title:
        yield _finding(SPF_NEEDLESS, domain, {**facts, "title": title}, where)
        return
    known = any(sender.service in services for sender in domain.senders)
    if not known and all(sender.service == _CUSTOM for sender in senders):
        service = view.catalogue[services[0]]
        named = {"service": service.name, "title": service.title}
        yield _finding(SPF_UNDECLARED, domain, {**facts, **named}, where)


def _envelope(view: ZoneView, domain: MailDomain, sender: Sender) -> Iterator[Finding]:
    service = view.catalogue.get(sender.service)
    if service is None or service.envelope is not Envelope.SWITCHABLE:
        return
    parameter = _switch(service)
    if parameter and parameter not in sender.parameters:
        facts = {"sender": sender.name, "parameter": parameter, "title": service.title}
        yield _finding(SPF_ENVELOPE, domain, facts, sender.where)


def _switch(service: Service) -> str:
    """The parameter that moves MAIL FROM below the mail domain; empty where the definition names none."""
    for entry in service.template.get("records", ()):
        if entry.when and entry.texts["type"] in ("CNAME", "MX"):
            return entry.when
    return ""


def _hosts(view: ZoneView, sender: Sender) -> Iterator[str]:
    """The servers of *sender*, if they are our own, that are in the zone."""
    if sender.service != _OWN_MTA or sender.own_keys is None:
        return
    signer = view.inventory.signers.get(sender.own_keys.signer, {})
    hosts = signer.get("hosts")
    for text in hosts if isinstance(hosts, list | tuple) else ():
        try:
            host = names.absolute(str(text))
        except names.BadName:
            continue
        if names.within(host, view.zone.name) and names.deepest(host, view.inventory.zones) == view.zone.name:
            yield host


def _finding(rule: Rule, domain: MailDomain, facts: Mapping[str, object], where: Where) -> Finding:
    named = {"owner": readable(domain.name), "domain": readable(domain.name)}
    return Finding(rule, where, domain.name, {**named, **facts})
