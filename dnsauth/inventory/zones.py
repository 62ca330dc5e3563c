"""A zone file → its zones: mail domains under the absolute names they have in each of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from dnsauth import documents, names
from dnsauth.documents import Map, Node, mapping
from dnsauth.findings import Finding, Where
from dnsauth.inventory import domain_names, rules, sense
from dnsauth.inventory.config import Config
from dnsauth.inventory.mail_domains import mail_domain
from dnsauth.inventory.model import Keep, MailDomain, Zone
from dnsauth.inventory.sense import Declared
from dnsauth.inventory.shape import fitted
from dnsauth.inventory.sound import sound
from dnsauth.inventory.zone_form import MailDomain as DomainForm
from dnsauth.inventory.zone_form import ZoneFile


def zones(
    octets: bytes, file: str, declared: Declared | None, config: Config | None
) -> tuple[tuple[Zone, ...], tuple[Finding, ...]]:
    """The zones *file* serves, and every problem found in it.

    Where something is wrong in it, the mail domains have what is sound, which may be their names alone;
    where something is wrong in dnsauth.yaml (*config* is None), just these. Look-alike zones share
    everything but names.
    """
    tree, unread = documents.load(octets, file)
    findings = list(unread)
    form = None
    if tree is not None:
        form, misfits = fitted(tree, ZoneFile, "zone", file)
        findings += (*misfits, *sense.zone_file(tree, file, declared))
    whole = form if not findings else None
    providers = (form.provider or config.defaults.provider) if form and config else ()
    reports = "reports" in tree if isinstance(tree, Map) else False
    keys = _domains(tree)
    common: Mapping[str, MailDomain] = {}
    found: list[Zone] = []
    refused: set[object] = set()
    for home in domain_names.zones(tree, file):
        if isinstance(home, Finding):
            findings.append(home)
            continue
        name, where = home
        named, wrong = domain_names.mail_domains(keys, name, file)
        if config is not None:
            forms = _whole(whole, keys) if whole else sound(tree, findings)
            ttl = config.defaults.ttl if form is None or form.ttl is None else form.ttl
            common = common or {
                key: mail_domain(named[key], domain, part, _at(keys, key, file), ttl=ttl, config=config)
                for key, domain, part in forms
                if key in named
            }
        domains, misplaced = _placed(common, named, keys, file)
        wrong = (*wrong, *misplaced)
        findings.extend(each for each in wrong if each.facts["key"] not in refused)  # once, not in each zone
        refused.update(each.facts["key"] for each in wrong)
        if whole and config and config.providers and not providers:
            findings.append(Finding(rules.NO_PROVIDER, where, name, {"zone": names.readable(name)}))
        found.append(Zone(name, where, providers, domains, reports))
    return tuple(found), tuple(findings)


def _domains(tree: Node | None) -> Map:
    return mapping(mapping(tree).get("domains"))


def _at(keys: Map, key: str, file: str) -> Where:
    return Where(file, *keys.key_where(key))


def _whole(form: ZoneFile, keys: Map) -> Iterator[tuple[str, DomainForm, Map]]:
    for key, domain in form.domains.items():
        node = keys[key]
        yield key, domain, mapping(node)


def _placed(
    common: Mapping[str, MailDomain], named: Mapping[str, str], keys: Map, file: str
) -> tuple[tuple[MailDomain, ...], tuple[Finding, ...]]:
    """The mail domains of one zone, those not in *common* with their names alone."""
    found: list[MailDomain] = []
    findings: list[Finding] = []
    for key, name in named.items():
        domain = common.get(key)
        if domain is None:
            found.append(MailDomain(name, _at(keys, key, file), 0))
            continue
        if domain.keep:
            kept = tuple(_kept(domain.keep, name))
            findings.extend(each for each in kept if isinstance(each, Finding))
            domain = replace(domain, keep=tuple(each for each in kept if isinstance(each, Keep)))
        found.append(domain if domain.name == name else replace(domain, name=name))
    return tuple(found), tuple(findings)


def _kept(keep: tuple[Keep, ...], domain: str) -> Iterator[Keep | Finding]:
    for each in keep:
        try:
            owner = names.absolute(each.owner, domain, wildcard=True)
        except names.BadName as error:
            yield Finding(rules.NAME, each.where, domain, {"key": each.owner, "reason": str(error)})
            continue
        if each.owner != "@" and (
            right := domain_names.repeated(names.absolute(each.owner, wildcard=True), domain)
        ):
            facts = {"key": each.owner, "zone": names.readable(domain), "right": right}
            yield Finding(rules.REPEATS_ZONE, each.where, domain, facts)
            continue
        yield replace(each, owner=owner)
