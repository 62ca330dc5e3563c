"""A zone file → its zones: mail domains under the absolute names they have in each of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from dnsauth import documents, names
from dnsauth.documents import Map, Node
from dnsauth.findings import Finding, Where
from dnsauth.inventory import domain_names, rules, sense
from dnsauth.inventory.config import Config
from dnsauth.inventory.mail_domains import mail_domain
from dnsauth.inventory.model import Keep, MailDomain, Zone
from dnsauth.inventory.sense import Declared
from dnsauth.inventory.shape import fitted
from dnsauth.inventory.zone_form import ZoneFile


def zones(
    octets: bytes, file: str, declared: Declared | None, config: Config | None
) -> tuple[tuple[Zone, ...], tuple[Finding, ...]]:
    """The zones *file* serves, and every problem found in it.

    Where something is wrong, in it or in dnsauth.yaml (*config* is None), a zone has the names of its
    mail domains and nothing else. Look-alike zones share everything but names.
    """
    tree, unread = documents.load(octets, file)
    findings = list(unread)
    form = None
    if tree is not None:
        form, misfits = fitted(tree, ZoneFile, "zone", file)
        findings += (*misfits, *sense.zone_file(tree, file, declared))
    usable = form if config and not findings else None
    providers = (form.provider or config.defaults.provider) if form and config else ()
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
        domains: tuple[MailDomain, ...]
        if usable is None or config is None or wrong:
            domains = tuple(MailDomain(named[key], _at(keys, key, file), 0) for key in named)
        else:
            common = common or _common(usable, keys, named, file, config)
            domains, wrong = _placed(common, named)
        findings.extend(each for each in wrong if each.facts["key"] not in refused)  # once, not in each zone
        refused.update(each.facts["key"] for each in wrong)
        if usable and config and config.providers and not providers:
            findings.append(Finding(rules.NO_PROVIDER, where, name, {"zone": names.readable(name)}))
        found.append(Zone(name, where, providers, domains, form is not None and form.reports is not None))
    return tuple(found), tuple(findings)


def _domains(tree: Node | None) -> Map:
    domains = tree.get("domains") if isinstance(tree, Map) else None
    return domains if isinstance(domains, Map) else Map()


def _at(keys: Map, key: str, file: str) -> Where:
    return Where(file, *keys.key_where(key))


def _common(
    form: ZoneFile, keys: Map, named: Mapping[str, str], file: str, config: Config
) -> Mapping[str, MailDomain]:
    """The mail domains of a file by key, under the names of its first zone."""
    ttl = config.defaults.ttl if form.ttl is None else form.ttl
    found = {}
    for key, domain in form.domains.items():
        node = keys[key]
        tree = node if isinstance(node, Map) else Map()
        found[key] = mail_domain(named[key], domain, tree, _at(keys, key, file), ttl=ttl, config=config)
    return found


def _placed(
    common: Mapping[str, MailDomain], named: Mapping[str, str]
) -> tuple[tuple[MailDomain, ...], tuple[Finding, ...]]:
    found: list[MailDomain] = []
    findings: list[Finding] = []
    for key, name in named.items():
        domain = common[key]
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
