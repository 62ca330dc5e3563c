"""What a mail domain's records say of the services behind them: each record, and who would ask for it.

A record tells a service where an entry of its definition would yield it; where none does, suffixes and
beginnings of the definition's ``detect`` do, the longest first. A selector alone tells nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from dnsauth.adopt.inverse import Inverse, Parameter, inverse
from dnsauth.catalogue.marks import OWN, SUFFIXES
from dnsauth.catalogue.model import Catalogue, Entry, Service
from dnsauth.records import BadRecord, spf
from dnsauth.templating import expression

_NOBODYS = {"CNAME": "a1.b2.nobody.invalid.", "MX": "10 nobody.invalid.", "TXT": "nobody=0a1b2c"}
_NOBODYS_TERMS = (
    *("include:nobody.invalid", "exists:nobody.invalid", "a:nobody.invalid"),
    *("ip4:192.0.2.1", "ip6:2001:db8::1"),
)


class Found(NamedTuple):
    """A record of a mail domain; *owner* relative to it, ``@`` for the name itself."""

    owner: str
    type: str
    value: str


class Evidence(NamedTuple):
    """*service* would ask for this with *parameters*; *many*: each is one item of a list."""

    service: str
    parameters: Mapping[Parameter, str]
    many: str = ""


class _Known(NamedTuple):
    """A *text* of an entry; whatever it yields has its *literal* part, in lower case."""

    service: Service
    entry: Entry
    text: str
    literal: str


def _known(service: Service, entry: Entry, text: str) -> _Known:
    literals = (part.lower() for part in expression(text).parts if isinstance(part, str))
    return _Known(service, entry, text, max(literals, key=len, default=""))


@dataclass(frozen=True)
class Recogniser:
    """The services of *catalogue*, read backwards."""

    catalogue: Catalogue

    def term(self, text: str, domain: str) -> tuple[Evidence, ...]:
        """Who brings the SPF term *text* (canonical) to *domain*; by entry, else nobody."""
        return tuple(self._read(self._terms, domain, text, _NOBODYS_TERMS))

    def record(self, found: Found, domain: str) -> tuple[Evidence, ...]:
        """Who asks *domain* for the record *found*."""
        known, nobodys = self._records.get(found.type, ()), f"{found.owner} {_NOBODYS.get(found.type, '')}"
        return tuple(self._read(known, domain, f"{found.owner} {found.value}", (nobodys,)))

    def exchanger(self, value: str, domain: str) -> tuple[Evidence, ...]:
        """Who receives mail for *domain* by the MX *value*."""
        return tuple(self._read(self._exchangers, domain, value, (_NOBODYS["MX"],)))

    def title(self, name: str) -> str:
        """The title of the service *name*."""
        return self.catalogue[name].title

    def told(self, table: str, text: str) -> str:
        """The service whose ``detect`` knows *text* by *table*, the longest suffix or beginning; else empty.

        *text* is a name for the tables of suffixes, and a value for ``txt``.
        """
        if table == "txt":
            starts = [start for start in self._beginnings if text.startswith(start)]
            return self._beginnings[max(starts, key=len)] if starts else ""
        labels = text.lower().removesuffix(".").split(".")
        suffixes = self._suffixes[table]
        below = (".".join(labels[at:]) for at in range(len(labels)))
        return next((suffixes[name] for name in below if name in suffixes), "")

    def brings(self, term: str, domain: str) -> str:
        """The service that *term* speaks of, whether its definition writes it so or not; else empty."""
        named = [one.service for one in self.term(term, domain)]
        parsed = spf.term(term)
        target = getattr(getattr(parsed, "mechanism", parsed), "domain", "")
        told = self.told("spf", str(target).rpartition("}")[2].lstrip(".")) if target else ""
        return told or min(named, default="")

    def _read(
        self, known: Iterable[_Known], domain: str, text: str, nobodys: tuple[str, ...]
    ) -> Iterator[Evidence]:
        """Who of *known* yields *text*, and none of *nobodys* in its place, which would prove nothing."""
        lower = text.lower()
        for service, entry, source, literal in known:
            if literal not in lower:  # as of nearly all
                continue
            back: Inverse | None = inverse(service, entry, source, domain)
            parameters = back.read(text) if back else None
            if back and parameters is not None and not any(map(back.read, nobodys)):
                yield Evidence(service.name, {**_bringing(service, entry), **parameters}, entry.each)

    @cached_property
    def _services(self) -> tuple[Service, ...]:
        return tuple(s for s in self.catalogue.values() if s.category != OWN)

    @cached_property
    def _terms(self) -> tuple[_Known, ...]:
        return tuple(
            _known(service, entry, entry.texts["term"])
            for service in self._services
            for entry in service.template.get("spf", ())
        )

    @cached_property
    def _exchangers(self) -> tuple[_Known, ...]:
        return tuple(
            _known(service, entry, f"{entry.texts['preference']} {entry.texts['exchange']}")
            for service in self._services
            for entry in service.template.get("mx", ())
        )

    @cached_property
    def _records(self) -> Mapping[str, tuple[_Known, ...]]:
        by_type: dict[str, list[_Known]] = {}
        for service in self._services:
            for entry in service.template.get("records", ()):
                text = f"{entry.texts['owner']} {entry.texts['value']}"
                by_type.setdefault(entry.texts["type"], []).append(_known(service, entry, text))
            for entry in service.template.get("dkim", ()):
                owner = f"{entry.texts['selector']}._domainkey"
                for key, type in (("cname", "CNAME"), ("key", "TXT")):
                    if key in entry.texts:
                        by_type.setdefault(type, []).append(
                            _known(service, entry, f"{owner} {entry.texts[key]}")
                        )
        return {type: tuple(known) for type, known in by_type.items()}

    @cached_property
    def _beginnings(self) -> Mapping[str, str]:
        return {start: service.name for service in self._services for start in service.detect.txt}

    @cached_property
    def _suffixes(self) -> Mapping[str, Mapping[str, str]]:
        return {
            table: {
                suffix: service.name
                for service in self._services
                for suffix in getattr(service.detect, table)
            }
            for table in SUFFIXES
        }


def _bringing(service: Service, entry: Entry) -> Mapping[Parameter, str]:
    """The switch that brings *entry*, where it has one value alone, as ``yes``."""
    if not entry.when:
        return {}
    switch = service.parameters[entry.when]
    return {Parameter(entry.when): switch.pattern} if switch.pattern == switch.example else {}


def parsed(text: str) -> spf.Record | None:
    """The SPF record *text*, or None where it has an error."""
    try:
        return spf.Record.parse(text)
    except BadRecord:
        return None
