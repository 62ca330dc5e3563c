"""An inventory of which every zone is known by name, and read as far as somebody needs it.

Most of reading ten thousand zones is parsing them. Their octets are read all the same, for the digest; what a
file cannot speak of without a certain word in it is told from these alone. An escape may hide a word, so that
a file with a backslash may speak of anything.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from dnsauth import documents, names
from dnsauth.findings import Finding, Where
from dnsauth.inventory import domain_names, rules
from dnsauth.inventory.config import Config
from dnsauth.inventory.files import CONFIG, Digest, File, templates, zone_files
from dnsauth.inventory.model import Inventory, Zone
from dnsauth.inventory.read import assembled, configuration
from dnsauth.inventory.sense import Declared
from dnsauth.inventory.zones import zones as declared_zones


@dataclass(frozen=True)
class Texts:
    """The octets of dnsauth.yaml and of every zone file of *directory*, the latter by file name.

    *config* is None where there is none. *digest* is that of `Inventory`; *findings* are about files that
    can't be read.
    """

    directory: Path
    config: bytes | None
    zones: Mapping[str, bytes]
    digest: str = ""
    findings: tuple[Finding, ...] = ()

    def otherwise(self, files: Mapping[str, bytes | None]) -> Texts:
        """The same, but for *files*, None for what is not there."""
        zones = {**self.zones, **{name: text for name, text in files.items() if name != CONFIG}}
        there = {name: text for name, text in sorted(zones.items()) if text is not None}
        return replace(self, config=files.get(CONFIG, self.config), zones=there)

    def speaking_of(self, words: Collection[str]) -> Iterator[str]:
        """The zone files that have one of *words*, in whatever case, or may hide one."""
        told = telling(words)
        return (name for name, octets in self.zones.items() if b"\\" in octets or told(octets))


def telling(words: Collection[str]) -> Callable[[bytes], bool]:
    """Whether some octets have one of *words* in them, in whatever case."""
    wanted = {word.lower().strip(".").encode() for word in words}
    if len(wanted) > _FEW:
        return lambda octets: any(token.strip(b".") in wanted for token in _TOKEN.findall(octets.lower()))
    told = re.compile(b"|".join(map(re.escape, wanted)))
    return lambda octets: bool(wanted) and bool(told.search(octets.lower()))


_FEW = 64  # words up to which one search for all of them takes less than cutting the text into words
_TOKEN = re.compile(rb"[a-z0-9._-]+")  # a name of DNS, or of a sender or service


def texts(directory: Path) -> Texts:
    """The texts of *directory* as they are on disk."""
    root = os.fspath(directory)
    findings: list[Finding] = []
    digest = Digest()

    def octets(file: File) -> bytes | None:
        found = documents.octets(file.path, file.name)
        if isinstance(found, Finding):
            findings.append(found)
            return None
        digest.add(file.name, found)
        return found

    config = None
    if os.path.lexists(f"{root}/{CONFIG}"):
        config = octets(File(f"{root}/{CONFIG}", CONFIG))
    else:
        findings.append(Finding(rules.NO_CONFIG, Where(CONFIG), facts={"directory": root}))
    for file in templates(root):
        octets(file)
    zones: dict[str, bytes] = {}
    for each in zone_files(root):
        if isinstance(each, Finding):
            findings.append(each)
        elif (text := octets(each)) is not None:
            zones[each.name] = text
    return Texts(directory, config, zones, digest.hexdigest(), tuple(findings))


Served: TypeAlias = tuple[tuple[str, Where], ...]
"""The zones of a file, each with its place."""


class Part:
    """The inventory *texts* say, in parts; what is known of files already may be given as *served*."""

    def __init__(self, texts: Texts, served: Mapping[str, Served] = MappingProxyType({})) -> None:
        self.texts = texts
        self._served = served
        self._known: dict[str, tuple[tuple[Zone, ...], tuple[Finding, ...]]] = {}
        self._declared: Declared | None = None
        self.config: Config | None = None
        self._wrong: tuple[Finding, ...] = ()
        if texts.config is not None:
            self._declared, self.config, self._wrong = configuration(texts.config)

    @cached_property
    def served(self) -> Mapping[str, Served]:
        """The zones of each file, each with its place."""
        return {
            name: self._served.get(name) or tuple(_served(name, octets))
            for name, octets in self.texts.zones.items()
        }

    @cached_property
    def zones(self) -> Mapping[str, Where]:
        """Every zone, and the place that declares it first."""
        found: dict[str, Where] = {}
        for served in self.served.values():
            for zone, where in served:
                found.setdefault(zone, where)
        return found

    def named(self, files: Iterable[str]) -> frozenset[str]:
        """The zones that *files* serve."""
        return frozenset(zone for file in files for zone, _ in self.served.get(file, ()))

    def inventory(self, wanted: Collection[str]) -> tuple[Inventory, tuple[Finding, ...]]:
        """The inventory with *wanted* as `read.read` has them, and every problem found on the way.

        Every other zone is there by its name and place, with no mail domains.
        """
        findings = [*self.texts.findings, *self._wrong]
        files = {self.zones[zone].file for zone in wanted if zone in self.zones}
        files.update(file for file, served in self.served.items() if not served)  # its name is wrong
        read: dict[str, Zone] = {}
        for file in sorted(files):
            declares, wrong = self._read(file)
            findings.extend(wrong)
            for zone in declares:
                read.setdefault(zone.name, zone)
        zones = {**self._bare, **{name: read[name] for name in wanted if name in read}}
        findings.extend(self._again)
        findings.extend(domain_names.strays(zones))
        whole = assembled(self.texts.directory, zones, self.config, self.texts.digest)
        findings.extend(domain_names.unknown(whole))
        return whole, tuple(findings)

    def _read(self, file: str) -> tuple[tuple[Zone, ...], tuple[Finding, ...]]:
        if file not in self._known:
            octets = self.texts.zones[file]
            self._known[file] = declared_zones(octets, file, self._declared, self.config)
        return self._known[file]

    def otherwise(self, files: Mapping[str, bytes | None]) -> Part:
        """The same, but for *files*, None for what is not there."""
        kept = {name: zones for name, zones in self.served.items() if name not in files}
        return Part(self.texts.otherwise(files), kept)

    @cached_property
    def _bare(self) -> Mapping[str, Zone]:
        return {name: Zone(name, where, (), ()) for name, where in self.zones.items()}

    @cached_property
    def _again(self) -> tuple[Finding, ...]:
        return tuple(
            Finding(
                rules.TWO_FILES, where, zone, {"zone": names.readable(zone), "first": str(self.zones[zone])}
            )
            for served in self.served.values()
            for zone, where in served
            if where != self.zones[zone]
        )


def _served(name: str, octets: bytes) -> Iterator[tuple[str, Where]]:
    tree = documents.load(octets, name)[0] if b"zones" in octets or b"\\" in octets else None
    for zone in domain_names.zones(tree, name):
        if not isinstance(zone, Finding):  # whoever reads the file says what is wrong with its name
            yield zone
