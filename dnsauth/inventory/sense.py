"""What a file's keys say together: contradictions, and names of things that are declared nowhere.

These rules read the tree and not the typed file, so that they speak at once with the misfits `shape`
finds; what has the wrong shape they pass over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from dnsauth.documents import Map, Node, Seq, mapping
from dnsauth.findings import Finding, Rule, Where
from dnsauth.inventory import rules
from dnsauth.inventory.sender_form import OWN_KEYS
from dnsauth.inventory.shape import guess
from dnsauth.inventory.zone_form import DmarcPolicy

_DMARC_KEYS = DmarcPolicy.model_fields.keys() - {"policy"}  # of an unknown key `shape` speaks alone
_SECTIONS = ("providers", "agreements", "key_stores", "signers")


class Declared(NamedTuple):
    """What dnsauth.yaml declares, by section; whether its defaults say a DMARC policy."""

    names: Mapping[str, frozenset[str]]
    policy: bool


class Entry(NamedTuple):
    """One entry of ``senders``: its name, what is said of it, and its place."""

    name: str
    body: Map
    place: tuple[int, int]


def declared(tree: Node) -> Declared:
    """What the tree of dnsauth.yaml declares."""
    config = mapping(tree)
    policy = "policy" in mapping(mapping(config.get("defaults")).get("dmarc"))
    return Declared({section: frozenset(mapping(config.get(section))) for section in _SECTIONS}, policy)


def entries(senders: Node | None) -> Iterator[Entry]:
    """The entries of a list of senders, in file order."""
    if not isinstance(senders, Seq):
        return
    for index, entry in enumerate(senders):
        if isinstance(entry, str):
            yield Entry(entry, Map(), senders.where(index))
        elif isinstance(entry, Map) and len(entry) == 1:
            (name,) = entry
            yield Entry(name, mapping(entry[name]), entry.key_where(name))


def config_file(tree: Node, file: str, known: Declared) -> Iterator[Finding]:
    """What is wrong between the keys of dnsauth.yaml."""
    config = mapping(tree)
    yield from _references(mapping(config.get("defaults")), "provider", "providers", file, known)
    for body in mapping(config.get("senders")).values():
        yield from _sender(mapping(body), file, known)


def zone_file(tree: Node, file: str, known: Declared | None) -> Iterator[Finding]:
    """What is wrong between the keys of a zone file; *known* is None where dnsauth.yaml cannot be read."""
    zone = mapping(tree)
    yield from _references(zone, "provider", "providers", file, known)
    for domain in mapping(zone.get("domains")).values():
        yield from _mail_domain(mapping(domain), file, known)


def _mail_domain(domain: Map, file: str, known: Declared | None) -> Iterator[Finding]:
    parked, silent = domain.get("parked") == "true", domain.get("sends") == "false"
    if parked:
        for key in ("senders", "sends", "receives"):
            if key in domain and domain[key] != "false":
                yield _at(rules.PARKED, file, domain.key_where(key), key=key)
    elif domain.get("senders"):
        if silent:
            yield _at(rules.SENDS_FALSE, file, domain.key_where("sends"))
        if domain.get("receives") == "false":
            yield _at(rules.NULL_MX, file, domain.key_where("receives"))
    dmarc = domain.get("dmarc")
    unsaid = dmarc == "" or (isinstance(dmarc, Map) and dmarc.keys() <= _DMARC_KEYS)
    if unsaid and known is not None and not (known.policy or parked or silent):
        yield _at(rules.NO_POLICY, file, domain.key_where("dmarc"))
    yield from _senders(domain, file, known)


def _senders(domain: Map, file: str, known: Declared | None) -> Iterator[Finding]:
    first: dict[str, int] = {}
    found = tuple(entries(domain.get("senders")))
    for name, body, place in found:
        if name in first:
            yield _at(rules.TWO_SENDERS, file, place, name=name, first=first[name])
        first.setdefault(name, place[0])
        yield from _sender(body, file, known)
    for name, body, _ in found:
        old = body.get("formerly")
        if isinstance(old, str) and old in first:
            yield _at(rules.FORMERLY, file, body.where("formerly"), name=name, old=old)


def _sender(body: Map, file: str, known: Declared | None) -> Iterator[Finding]:
    if not body:
        return
    yield from _references(body, "baa", "agreements", file, known)
    dkim = mapping(body.get("dkim"))
    if "algorithms" in dkim or dkim.keys() <= OWN_KEYS:
        yield from _references(dkim, "store", "key_stores", file, known)
        yield from _references(dkim, "signer", "signers", file, known)
        return
    seen: set[str] = set()
    for selector in dkim:
        if selector.lower() in seen:
            yield _at(rules.SAME_SELECTOR, file, dkim.key_where(selector), selector=selector)
        seen.add(selector.lower())


def _references(mapping: Map, key: str, section: str, file: str, known: Declared | None) -> Iterator[Finding]:
    value = mapping.get(key)
    if known is None or not value:
        return
    declared = known.names[section]
    match value:
        case str():
            named = [(value, mapping.where(key))]
        case Seq():
            named = [(item, value.where(i)) for i, item in enumerate(value) if isinstance(item, str)]
        case _:
            return
    for name, place in named:
        if name not in declared:
            hint = guess(name, declared)
            yield _at(rules.UNDECLARED, file, place, key=key, value=name, section=section, guess=hint)


def _at(rule: Rule, file: str, place: tuple[int, int], **facts: object) -> Finding:
    return Finding(rule, Where(file, *place), facts=facts)
