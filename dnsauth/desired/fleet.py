"""A repository loaded in part: some zones, and of the others what these need.

What a zone asks for lies below its own name, and belongs to the deepest zone there; only report
authorisations land elsewhere. So a zone is whole with the zones above it, and with those whose reports it may
collect. What SPF finds in zones that are not loaded is derived when it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from os.path import lexists
from threading import Lock
from types import MappingProxyType
from typing import TypeVar

from dnsauth import names
from dnsauth.catalogue.model import Catalogue
from dnsauth.desired.derive import Derived, derive
from dnsauth.desired.flatten import answers
from dnsauth.desired.load import LockText, Repository, lock_files, lock_text, only, put_together, with_keys
from dnsauth.findings import Finding
from dnsauth.inventory.model import Dmarc, MailDomain
from dnsauth.inventory.part import Part
from dnsauth.lock import file as lock_file
from dnsauth.lock.observed import Observed
from dnsauth.records import BadRecord, dmarc
from dnsauth.spf.lookup import Lookup, overlaid

_T = TypeVar("_T")

_HOST = re.compile(rb"(?:@|//)([a-z0-9._-]+)")  # of a URI in lower case


class _Unread(Exception):
    """The answer is in a *zone* that is not loaded."""

    def __init__(self, zone: str) -> None:
        self.zone = zone


class Fleet:
    """The repository of *part*, *catalogue* and *observed*, which `load` makes for some zones.

    *wrong* was found in the latter two. *locks* has, by name, what lock files hold in place of those on disk,
    None for what is not there. Several threads may look up what it loaded.
    """

    def __init__(
        self,
        part: Part,
        catalogue: Catalogue,
        observed: Observed,
        wrong: tuple[Finding, ...] = (),
        locks: Mapping[str, bytes | None] = MappingProxyType({}),
    ) -> None:
        self.part, self.catalogue, self.observed = part, catalogue, observed
        self._wrong = wrong
        self._locks = locks
        self._lock = Lock()
        self._beyond: dict[str, Repository] = {}

    def load(self, zones: Collection[str], *, reports: bool = True) -> Repository:
        """The repository with *zones* alone; raises `InventoryError` with the problems of what was read.

        Without *reports* it lacks the authorisations of reports that other zones ask for in them.
        """
        needed = self.above(zones)
        if reports:
            needed |= self._reporting(frozenset(zones))
        return only(self._closed(needed, self._loaded)[1], zones)

    def derived(self, zones: Collection[str]) -> tuple[frozenset[str], tuple[Derived, Derived]]:
        """The zones that had to be read to derive *zones*, and what they all ask of DNS.

        Then what they would ask with nothing flattened, from which others flatten.
        """
        return self._closed(self.above(zones), self._derived)

    def above(self, zones: Iterable[str]) -> frozenset[str]:
        """Those of *zones* that are there, and every zone above one of them."""
        found = set()
        for zone in zones:
            home = names.deepest(zone, self.part.zones)
            while home is not None and home not in found:
                found.add(home)
                home = names.deepest(home.partition(".")[2], self.part.zones)
        return frozenset(found)

    @property
    def wrong(self) -> bool:
        """True where dnsauth.yaml, the services or the observed lock stop everything."""
        return self.part.config is None or any(each.stops for each in self._wrong)

    def _closed(
        self, needed: frozenset[str], make: Callable[[frozenset[str]], _T]
    ) -> tuple[frozenset[str], _T]:
        """The zones *needed*, with those *make* turns out to need, and what it makes of them."""
        while True:
            needed |= self._collecting(needed)
            try:
                return needed, make(needed)
            except _Unread as unread:
                needed |= self.above({unread.zone})

    def _derived(self, needed: frozenset[str]) -> tuple[Derived, Derived]:
        inventory, wrong = self.part.inventory(needed)
        keys = {zone: lock.keys for zone, (lock, _) in with_keys(self._locked(needed)[0]).items()}
        found = derive(inventory, self.catalogue, self.observed, keys, self._within(needed))
        plain = derive(inventory, self.catalogue, None, keys)
        return found._replace(findings=(*wrong, *found.findings)), plain

    def _loaded(self, needed: frozenset[str]) -> Repository:
        inventory, wrong = self.part.inventory(needed)
        locks, unread = self._locked(needed)
        whole = put_together(
            inventory,
            self.catalogue,
            self.observed,
            locks,
            wrong=(*wrong, *self._wrong, *unread),
            lookup=self._within(needed),
        )
        return replace(whole, lookup=overlaid(self._anywhere(needed), answers(whole.desired)))

    def _locked(self, needed: Iterable[str]) -> tuple[Mapping[str, LockText], tuple[Finding, ...]]:
        found: dict[str, LockText] = {}
        findings = [*self._strays]
        for zone in needed:
            match self._lock_of(zone):
                case LockText() as text:
                    found[zone] = text
                case Finding() as unread:
                    findings.append(unread)
        return found, tuple(findings)

    def _lock_of(self, zone: str) -> LockText | Finding | None:
        file, directory = lock_file.path(zone), self.part.texts.directory
        if file in self._locks:
            octets = self._locks[file]
            return None if octets is None else LockText(file, octets)
        return lock_text(directory, zone) if lexists(directory / file) else None

    @cached_property
    def _strays(self) -> tuple[Finding, ...]:
        return lock_files(self.part.texts.directory, self.part.zones, read=False)[1]

    def _within(self, needed: Collection[str]) -> Lookup:
        """What was observed; raises `_Unread` for a name of a zone that is not *needed* so far."""

        def lookup(name: str, type: str) -> tuple[str, ...]:
            home = names.deepest(name, self.part.zones)
            if home is not None and home not in needed:
                raise _Unread(home)
            return self.observed.lookup(name, type)

        return lookup

    def _anywhere(self, needed: Collection[str]) -> Lookup:
        """What was observed; for a name of a zone that is not *needed*, what will stand there."""

        def lookup(name: str, type: str) -> tuple[str, ...]:
            home = names.deepest(name, self.part.zones)
            if home is None or home in needed:
                return self.observed.lookup(name, type)
            with self._lock:
                if home not in self._beyond:
                    self._beyond[home] = self.load({home}, reports=False)
            return self._beyond[home].lookup(name, type)

        return lookup

    def _collecting(self, needed: frozenset[str]) -> frozenset[str]:
        """The zones that collect reports of *needed*: whether they accept all decides what is asked for."""
        zones = self.part.inventory(needed)[0].zones
        found = needed
        while True:
            hosts = {_host(uri) for zone in found for domain in zones[zone].domains for uri in _uris(domain)}
            more = self.above(self._homes(hosts)) - needed
            if not more:
                return needed
            needed |= more
            found, zones = more, self.part.inventory(needed)[0].zones

    def _reporting(self, zones: frozenset[str]) -> frozenset[str]:
        """The zones that may ask for reports to be collected in one of *zones*."""
        files = (file for file, at in self._collectors.items() if at is None or not at.isdisjoint(zones))
        return self.part.named(files)

    @cached_property
    def _collectors(self) -> Mapping[str, frozenset[str] | None]:
        """The zones each file may have reports collected in, as far as its octets tell; None for any."""
        config = self.part.config
        policy = config.defaults.dmarc if config else None
        shared = {_host(uri) for uri in (*policy.rua, *policy.ruf)} if policy else set()
        common = self._homes(shared)
        found: dict[str, frozenset[str] | None] = {}
        for file, octets in self.part.texts.zones.items():
            text = octets.lower()
            if b"\\" in text:
                found[file] = None
            elif b"dmarc" in text:
                own = _HOST.findall(text) if b"rua" in text or b"ruf" in text else ()
                found[file] = common | self._homes(host.decode() for host in own)
        return found

    def _homes(self, hosts: Iterable[str]) -> frozenset[str]:
        homes = (names.deepest(f"{host.removesuffix('.')}.", self.part.zones) for host in hosts)
        return frozenset(home for home in homes if home is not None)


def _uris(domain: MailDomain) -> tuple[str, ...]:
    return (*domain.dmarc.rua, *domain.dmarc.ruf) if isinstance(domain.dmarc, Dmarc) else ()


def _host(uri: str) -> str:
    try:
        return dmarc.Uri.parse(uri).host
    except BadRecord:
        return ""
