"""A directory's dnsauth.yaml and zone files → `Inventory`, and every problem of every file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from dnsauth import documents, names
from dnsauth.documents import Map
from dnsauth.findings import Finding, Where
from dnsauth.inventory import clear, domain_names, reach, rules, sense
from dnsauth.inventory.config import Config, config
from dnsauth.inventory.config_form import ConfigFile
from dnsauth.inventory.files import CONFIG, Digest, File, templates, zone_files
from dnsauth.inventory.model import Inventory, Zone
from dnsauth.inventory.sense import Declared
from dnsauth.inventory.shape import fitted
from dnsauth.inventory.zones import zones


def read(directory: Path) -> tuple[Inventory, tuple[Finding, ...]]:
    """The inventory of *directory*, and every problem found in its files.

    All zones are read whichever a command is about: names of one zone bear on another. A zone whose file
    is wrong is there with what is sound in it; where dnsauth.yaml is, with the names of its mail domains.
    """
    root = os.fspath(directory)
    findings: list[Finding] = []
    digest = Digest()
    declared, shared = _config(root, digest, findings)
    for file in templates(root):
        _octets(file, digest, findings)
    found: dict[str, Zone] = {}
    for each in zone_files(root):
        if isinstance(each, Finding):
            findings.append(each)
        elif (octets := _octets(each, digest, findings)) is not None:
            declares, wrong = zones(octets, each.name, declared, shared)
            findings.extend(wrong)
            for zone in declares:
                first = found.setdefault(zone.name, zone)
                if first is not zone:
                    facts = {"zone": names.readable(zone.name), "first": str(first.where)}
                    findings.append(Finding(rules.TWO_FILES, zone.where, zone.name, facts))
    findings.extend(domain_names.strays(found))
    inventory = assembled(directory, found, shared, digest.hexdigest())
    findings.extend(domain_names.unknown(inventory))
    return inventory, tuple(findings)


def assembled(directory: Path, zones: Mapping[str, Zone], shared: Config | None, digest: str) -> Inventory:
    """The inventory of *directory*: its *zones*, what they have *shared*, and the digest of its files."""
    whole = shared or Config()
    return Inventory(
        directory=directory,
        zones=zones,
        providers=whole.providers,
        live=whole.live,
        agreements=whole.agreements,
        waivers=whole.waivers,
        profiles=whole.profiles,
        key_stores=whole.key_stores,
        signers=whole.signers,
        rotation=whole.rotation,
        notify=whole.notify,
        audit=whole.audit,
        reputation=whole.reputation,
        ttl=whole.defaults.ttl,
        shared={name: each.where for name, each in whole.shared.items()},
        digest=digest,
    )


def _octets(file: File, digest: Digest, findings: list[Finding]) -> bytes | None:
    octets = documents.octets(file.path, file.name)
    if isinstance(octets, Finding):
        findings.append(octets)
        return None
    digest.add(file.name, octets)
    return octets


def _config(root: str, digest: Digest, findings: list[Finding]) -> tuple[Declared | None, Config | None]:
    path = f"{root}/{CONFIG}"
    if not os.path.lexists(path):
        findings.append(Finding(rules.NO_CONFIG, Where(CONFIG), facts={"directory": root}))
        return None, None
    octets = _octets(File(path, CONFIG), digest, findings)
    if octets is None:
        return None, None
    declared, shared, wrong = configuration(octets)
    findings.extend(wrong)
    return declared, shared


def configuration(octets: bytes) -> tuple[Declared | None, Config | None, tuple[Finding, ...]]:
    """What the *octets* of dnsauth.yaml declare, as far as they do, and every problem found in them."""
    tree, wrong = documents.load(octets, CONFIG)
    if tree is None:
        return None, None, wrong
    form, misfits = fitted(tree, ConfigFile, "config", CONFIG)
    declared = sense.declared(tree)
    contrary = tuple(sense.config_file(tree, CONFIG, declared))
    findings = (*wrong, *misfits, *contrary, *clear.in_the_clear(tree, CONFIG), *reach.too_wide(tree, CONFIG))
    if form is None or wrong or contrary or not isinstance(tree, Map):
        return declared, None, findings
    return declared, config(form, tree, CONFIG), findings
