"""Inventory × catalogue × observed → `Desired`: one per RRset we speak for, each value with its origin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from types import MappingProxyType
from typing import NamedTuple, TypeAlias, assert_never

from dnsauth import names
from dnsauth.catalogue.model import Catalogue
from dnsauth.desired import policy
from dnsauth.desired.flatten import Basis, Flat, basis
from dnsauth.desired.keys import own_key_wants
from dnsauth.desired.model import Desired, Origin, Value
from dnsauth.desired.rules import INV203, INV204, INV209
from dnsauth.desired.senders import sender_wants, service_asks
from dnsauth.desired.wants import Want, want
from dnsauth.findings import Finding, InventoryError
from dnsauth.inventory.model import MX, Inventory, MailDomain, ReceivesBy, Sender, Zone
from dnsauth.lock.keys import Key
from dnsauth.lock.model import Claim, Grammar
from dnsauth.lock.observed import Observed
from dnsauth.records import authorisation
from dnsauth.rrset import RRsetId
from dnsauth.spf.lookup import Lookup


class Derived(NamedTuple):
    """The desired RRsets of every zone, as far as they can be told, and every problem found on the way.

    *flattened* has the SPF record of each mail domain, by name.
    """

    desired: Mapping[str, tuple[Desired, ...]]
    findings: tuple[Finding, ...]
    flattened: Mapping[str, Flat]


Keys: TypeAlias = Mapping[str, tuple[Key, ...]]
"""Our own keys by zone, as the locks have them."""

_NO_KEYS: Keys = MappingProxyType({})


def desired(
    inventory: Inventory, catalogue: Catalogue, observed: Observed | None = None, keys: Keys = _NO_KEYS
) -> Mapping[str, tuple[Desired, ...]]:
    """The desired RRsets of every zone, by zone name; raises `InventoryError` with every problem."""
    derived = derive(inventory, catalogue, observed, keys)
    if derived.findings:
        raise InventoryError(derived.findings)
    return derived.desired


def derive(
    inventory: Inventory,
    catalogue: Catalogue,
    observed: Observed | None = None,
    keys: Keys = _NO_KEYS,
    lookup: Lookup | None = None,
) -> Derived:
    """What *inventory* asks of DNS, with the records of its *keys*.

    It is flattened from what was *observed*; without it nothing is flattened. *lookup* says what stands at
    names of which *inventory* says nothing, if not what was observed.
    """
    derived = _derived(inventory, catalogue, keys, None)
    flatten = (
        sender.flatten is not None
        for zone in inventory.zones.values()
        for domain in zone.domains
        for sender in domain.senders
    )
    if observed is None or not any(flatten):
        return derived
    known = basis(observed, derived.desired, lookup or observed.lookup)
    return _derived(inventory, catalogue, keys, known)


def _derived(inventory: Inventory, catalogue: Catalogue, keys: Keys, basis: Basis | None) -> Derived:
    zones = inventory.zones
    wants: dict[str, dict[RRsetId, list[Want]]] = {zone: defaultdict(list) for zone in zones}
    findings: list[Finding] = []
    flattened: dict[str, Flat] = {}
    for zone in zones.values():
        own = own_key_wants(zone, keys[zone.name], inventory) if zone.name in keys else ()
        for item in chain(_zone_wants(zone, inventory, catalogue, basis), own):
            match item:
                case Finding():
                    findings.append(item)
                case Flat():
                    flattened[item.domain] = item
                case Want():
                    home = names.deepest(item.owner, zones)
                    if home is None:
                        facts = {"owner": names.readable(item.owner)}
                        findings.append(Finding(INV209, item.where, item.owner, facts))
                    else:
                        wants[home][RRsetId(item.owner, item.type)].append(item)
                case _ as never:
                    assert_never(never)
    result = {}
    for zone_name, by_id in wants.items():
        findings.extend(_conflicts(by_id))
        result[zone_name] = tuple(_together(zone_name, id, by_id[id]) for id in sorted(by_id))
    return Derived(result, tuple(findings), flattened)


def _zone_wants(
    zone: Zone, inventory: Inventory, catalogue: Catalogue, basis: Basis | None
) -> Iterator[Want | Flat | Finding]:
    for domain in zone.domains:
        items = list(_domain_wants(domain, zone, inventory, catalogue, basis))
        kept = [
            want(keep.owner, keep.type, value, domain, keep.where)
            for keep in domain.keep
            for value in keep.values
        ]
        # verification tokens stand beside one another: what is kept takes the place of no other
        instead = {(k.owner, k.type, k.grammar) for k in kept if k.grammar is not Grammar.TOKEN}
        yield from kept
        for item in items:
            if not isinstance(item, Want) or (item.owner, item.type, item.grammar) not in instead:
                yield item
    if zone.accepts_reports and zone.domains:
        owner = authorisation.owner("*", zone.name)
        yield want(owner, "TXT", authorisation.TEXT, zone.domains[0], zone.where)


def _domain_wants(
    domain: MailDomain, zone: Zone, inventory: Inventory, catalogue: Catalogue, basis: Basis | None
) -> Iterator[Want | Flat | Finding]:
    yield from sender_wants(domain, catalogue, inventory.shared, basis)
    exchangers, findings = _exchangers(domain, catalogue, inventory.shared)
    if findings:
        yield from findings
        domain = replace(domain, mta_sts=None)  # that its MX are not known is said
    yield from policy.key_wants(domain)
    yield from policy.mx_wants(domain, exchangers)
    yield from policy.dmarc_wants(domain)
    yield from policy.transport_wants(domain, exchangers)
    yield from policy.bimi_wants(domain)
    yield from policy.report_wants(domain, zone, inventory.zones)


def _exchangers(
    domain: MailDomain, catalogue: Catalogue, shared: Collection[str]
) -> tuple[tuple[MX, ...], tuple[Finding, ...]]:
    match domain.receives:
        case ReceivesBy(service, parameters, where):
            # a sender of the same service need not be told twice
            known = next((s.parameters for s in domain.senders if s.service == service), {})
            receiver = Sender(service, service, where, {**known, **parameters})
            asked, findings = service_asks(receiver, domain, catalogue, shared, receives=True)
            return tuple(MX(*exchanger) for exchanger in asked.mx), findings
        case tuple() as exchangers:
            return exchangers, ()
    return (), ()


def _together(zone: str, id: RRsetId, wants: list[Want]) -> Desired:
    if len(wants) == 1:
        only = wants[0]
        value = Value(only.text, Claim(*id, only.grammar), (only.origin,), only.digest, only.terms)
        return Desired(zone, *id, only.ttl, (value,), only.keeps_ttl)
    by_text: dict[tuple[str, Grammar], list[Want]] = defaultdict(list)
    for item in wants:
        by_text[item.text, item.grammar].append(item)
    values = tuple(
        Value(
            text,
            Claim(*id, grammar),
            tuple(dict.fromkeys(item.origin for item in same)),
            same[0].digest,
            same[0].terms,
        )
        for (text, grammar), same in sorted(by_text.items())
    )
    keeps_ttl = all(item.keeps_ttl for item in wants)
    return Desired(zone, *id, min(item.ttl for item in wants), values, keeps_ttl)


def _conflicts(by_id: Mapping[RRsetId, list[Want]]) -> Iterator[Finding]:
    """Two askers that want different values where one record may stand, or a CNAME beside data."""
    by_owner: dict[str, list[Want]] = defaultdict(list)
    for id, wants in by_id.items():
        by_owner[id.owner].append(wants[0])
        if len(wants) > 1:
            yield from _different(id, wants)
    for owner, firsts in by_owner.items():
        cname = next((item for item in firsts if item.type == "CNAME"), None)
        if cname is not None and len(firsts) > 1:
            others = [item for item in firsts if item.type != "CNAME"]
            facts = {
                "owner": names.readable(owner),
                "types": ", ".join(sorted(item.type for item in others)),
                "first": cname.who,
                "second": others[0].who,
            }
            yield Finding(INV204, others[0].where, owner, facts)


def _different(id: RRsetId, wants: list[Want]) -> Iterator[Finding]:
    by_grammar: dict[Grammar, dict[Origin, list[Want]]] = defaultdict(lambda: defaultdict(list))
    for item in wants:
        by_grammar[item.grammar][item.origin].append(item)
    for grammar, askers in by_grammar.items():
        if grammar is Grammar.TOKEN:
            continue
        wishes: dict[frozenset[str], Want] = {}
        for origin, items in askers.items():
            # several MX of one domain, or several values that somebody keeps, are one asker's wish
            together = grammar is Grammar.RRSET or not origin.sender
            for wish in [items] if together else [[item] for item in items]:
                wishes[frozenset(item.text for item in wish)] = wish[0]
        if len(wishes) > 1:
            one, other = list(wishes.values())[:2]
            facts = {
                "owner": names.readable(id.owner),
                "type": id.type,
                "first": one.who,
                "second": other.who,
                "one": one.text,
                "other": other.text,
            }
            yield Finding(INV203, other.where, id.owner, facts)
