"""A directory's dnsauth.yaml and zone files → `Inventory`, and every problem of every file."""

from __future__ import annotations

import os
from pathlib import Path

from dnsauth import documents, names
from dnsauth.documents import Map
from dnsauth.findings import Finding, Where
from dnsauth.inventory import domain_names, rules, sense
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
    whole = shared or Config()
    inventory = Inventory(
        directory=directory,
        zones=found,
        providers=whole.providers,
        live=whole.live,
        agreements=whole.agreements,
        waivers=whole.waivers,
        profiles=whole.profiles,
        key_stores=whole.key_stores,
        signers=whole.signers,
        shared={name: each.where for name, each in whole.shared.items()},
        digest=digest.hexdigest(),
    )
    return inventory, tuple(findings)


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
    tree, wrong = documents.load(octets, CONFIG)
    findings.extend(wrong)
    if tree is None:
        return None, None
    form, misfits = fitted(tree, ConfigFile, "config", CONFIG)
    declared = sense.declared(tree)
    contrary = tuple(sense.config_file(tree, CONFIG, declared))
    findings.extend((*misfits, *contrary))
    if form is None or wrong or contrary or not isinstance(tree, Map):
        return declared, None
    return declared, config(form, tree, CONFIG)
