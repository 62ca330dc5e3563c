"""What dnsauth makes of each domain of the lab, as `check --live` and `explain` look at it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import chain
from typing import NamedTuple

from dnsauth.checks.live.hosts import addresses
from dnsauth.checks.live.judge import judged
from dnsauth.checks.live.view import Asking, Subject, Surveyed
from dnsauth.checks.reach import Exchange, Reach
from dnsauth.checks.texts import tlsa
from dnsauth.checks.texts.judge import verdicts
from dnsauth.checks.texts.mx import hosts
from dnsauth.checks.texts.text import parsed
from dnsauth.dmarc import Discovery, discover
from dnsauth.findings import Finding, Outcome, Severity
from dnsauth.inventory.operations import Live
from dnsauth.live.network import Network
from dnsauth.live.resolution import Asked, Resolution, Resolved
from dnsauth.plan.kind import Kind, selects
from dnsauth.records import BadRecord, bimi, mtasts, tlsrpt
from dnsauth.records.mx import NULL
from dnsauth.spf import TempError, check_host
from dnsauth.survey import survey
from tests.checks.lab import Lab
from tests.checks.opinions import ALONE_OF_DMARC, ALONE_OF_SPF, SAID_OF_DMARC, SAID_OF_SPF, Opinion, of_codes

AT_ONCE = 8  # zones, of which the silent ones take seconds
TODAY = date(2026, 6, 1)
CLIENTS = ("203.0.113.99", "192.0.2.25", "203.0.113.7", "198.51.100.25", "2001:db8:25::1", "192.0.2.9")
WHOLE = frozenset({"LIV007", "LIV008", "LIV009"})
"""By which the world gets no name of a zone."""
PREFIXES = {Kind.TLSRPT: "_smtp._tls.", Kind.MTASTS: "_mta-sts.", Kind.BIMI: "default._bimi."}

SAID_OF_MX = {
    "alias": ("CNAME alias", frozenset({"MX020"})),
    "no host": ("any A or AAAA|does not exist", frozenset({"MX021", "LIV021"})),
    "twice": ("multiple MX records", frozenset({"MX004"})),
    "address": ("points at the IP address", frozenset({"MX005"})),
    "null beside others": ("alongside", frozenset({"MX001"})),
    "null preference": ("is malformed", frozenset({"MX002"})),
    "null MX": ("has a null MX", frozenset({"null MX"})),
    "no MX": ("has no MX records", frozenset({"no MX"})),
    "name of the address": ("reverse DNS", frozenset()),
    "malformed host": ("not valid hostname", frozenset()),
}
SAID_OF_REPORTS = {
    "authorisation": ("does not indicate that it accepts", frozenset({"DMA030"})),
    "no collector": ("no MX records|retrieve MX records", frozenset({"DMA092"})),
    "misplaced": ("at the root of", frozenset({"DMA043"})),
    "no record below the suffix": ("one label below", frozenset()),
}


class Looked(NamedTuple):
    """What the live look found of one domain."""

    surveyed: Surveyed
    findings: Sequence[Finding]

    @property
    def lost(self) -> bool:
        """True where the zone answers nobody."""
        served = self.surveyed.served
        return served is None or not served.serving or any(one.rule.code in WHOLE for one in self.findings)

    def of(self, owner: str, type: str) -> list[Finding]:
        """What is said of an RRset."""
        return [one for one in self.findings if (one.owner, one.facts.get("type")) == (owner, type)]

    def fails(self, owner: str, type: str) -> str:
        """The errors, and what could not be asked, there; empty where it stands."""
        if self.lost:
            return "the zone answers nobody"
        wrong = (
            one
            for one in self.of(owner, type)
            if one.rule.severity is Severity.ERROR or one.outcome is Outcome.NOT_ASSESSED
        )
        return "; ".join(f"{one.rule.code} {one.message}" for one in wrong)


class Here:
    """dnsauth's opinions of the domains of *lab*, by a live look at each zone, and as receivers that ask its resolver."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self.zones = dict(lab.domains())
        zones = tuple(dict.fromkeys(self.zones.values()))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            looked, received = pool.map(self._look, zones), pool.map(self._receive, zones)
            self._looked = dict(chain.from_iterable(looked))
            self._received = dict(chain.from_iterable(received))

    def _receive(self, zone: str) -> list[tuple[str, tuple[Discovery | TempError, tuple[str, ...]]]]:
        """What a receiver comes to for each domain of *zone*: the DMARC record, and the results of `CLIENTS`."""
        names = [name for name, home in self.zones.items() if home == zone]
        with Network(Live(self._lab.resolver.endpoint), (), TODAY) as network:
            return [
                (
                    name,
                    (_discovered(name, network), tuple(_result(client, name, network) for client in CLIENTS)),
                )
                for name in names
            ]

    def _look(self, zone: str) -> list[tuple[str, Looked]]:
        """Each domain of *zone*, as it is seen by whoever has that zone alone in an inventory."""
        lab = self._lab
        servers = {zone: (f"{lab.named.address}:{lab.named.port}",)} if zone in lab.loaded else {}
        names = [name for name, home in self.zones.items() if home == zone]
        with Network(
            Live(lab.resolver.endpoint, servers, roots=(lab.world.endpoint,)), (zone,), TODAY
        ) as network:
            receiving = network.resolve(Asked(name, "MX") for name in names)
            subjects = [self._subject(name, receiving[Asked(name, "MX")]) for name in names]
            looked = tuple(judged(survey(subjects, network), Asking()))
        return [(name, Looked(*each)) for name, each in zip(names, looked, strict=True)]

    def _subject(self, name: str, said: Resolution) -> Subject:
        owners = (name, f"_dmarc.{name}", *(prefix + name for prefix in PREFIXES.values()))
        asked = (Asked(name, "MX"), *(Asked(owner, "TXT") for owner in owners))
        named = hosts(said.values) if isinstance(said, Resolved) else ()
        reach = Reach(exchanges=tuple(Exchange(host, name) for host in named))
        zone = self.zones[name]
        return Subject(zone, asked, zone=True, delegated=zone in self._lab.walked, reach=reach)

    def spf(self, domain: str) -> Opinion:
        """Taken where nothing is wrong with the record; its result are the lookups, and the void ones."""
        looked = self._looked[domain]
        tree = looked.surveyed.trees.get(domain)
        why = looked.fails(domain, "TXT")
        if tree is None or why:
            return Opinion(taken=False, why=why)
        codes = {one.rule.code for one in looked.of(domain, "TXT") if one.rule.code.startswith("SPF")}
        said = of_codes(codes, SAID_OF_SPF, ALONE_OF_SPF | ALONE_LIVE)
        return Opinion(taken=True, said=said, result=(tree.lookups, tree.voids), why=tree.text)

    def results(self, domain: str) -> Opinion:
        """What a receiver comes to for each of `CLIENTS`."""
        return Opinion(taken=True, result=self._received[domain][1])

    def dmarc(self, domain: str) -> Opinion:
        """The record found by the tree walk, where it stands, and what it asks."""
        discovered, _ = self._received[domain]
        found = discovered.by_tree_walk if isinstance(discovered, Discovery) else None
        if found is None or found.record is None:
            return Opinion(taken=False, why=str(discovered))
        record = found.record
        codes = {verdict.rule.code for verdict in verdicts(Kind.DMARC, found.text)}
        codes |= {
            one.rule.code
            for one in (
                *self._looked[found.found_at].of(f"_dmarc.{found.found_at}", "TXT"),
                *self._looked[domain].of(domain, "TXT"),
            )
            if any(one.rule.code in codes for _, codes in SAID_OF_REPORTS.values())
        }
        said = of_codes(
            codes | (set() if record.rua else {"no rua"}), SAID_OF_DMARC | SAID_OF_REPORTS, ALONE_OF_DMARC
        )
        asks = (record.policy, record.subdomain_policy, record.nonexistent_policy, record.adkim, record.aspf)
        return Opinion(taken=True, said=said, result=(found.found_at, *map(str, asks)), why=found.text)

    def policy(self, domain: str) -> Opinion:
        """The record found by the suffix list, and the policy a receiver of RFC 7489 applies by it."""
        discovered, _ = self._received[domain]
        found = discovered.by_suffix_list if isinstance(discovered, Discovery) else None
        if found is None or found.policy is None:
            return Opinion(taken=False, why=str(discovered))
        return Opinion(taken=True, result=(found.text, str(found.policy)))

    def mx(self, domain: str) -> Opinion:
        """Taken where the name is there; its result are the hosts, and whether each has an address."""
        looked = self._looked[domain]
        said = looked.surveyed.answers.get(Asked(domain, "MX"))
        if looked.lost or not isinstance(said, Resolved) or not said.exists:
            return Opinion(taken=False, why=f"{said} {looked.fails(domain, 'MX')}")
        found = looked.surveyed.answers
        there = {host: addresses(host, found) for host in hosts(said.values)}
        codes = {one.rule.code for one in looked.of(domain, "MX")}
        plain = {(): "no MX", (str(NULL),): "null MX"}.get(said.values)
        return Opinion(
            taken=True,
            said=of_codes(codes | ({plain} if plain else set()), SAID_OF_MX, ALONE_OF_MX),
            result=tuple(
                sorted((host, isinstance(one, Resolved) and bool(one.values)) for host, one in there.items())
            ),
        )

    def dane(self, domain: str) -> Opinion:
        """The hosts whose TLSA records a sender would hold them to."""
        looked = self._looked[domain]
        records = {
            host: looked.surveyed.validated.get(Asked(f"_25._tcp.{host}", "TLSA"))
            for host in hosts(looked.surveyed.values(domain, "MX"))
        }
        held = sorted(
            host
            for host, said in records.items()
            if isinstance(said, Resolved) and said.secure and any(map(tlsa.usable, said.values))
        )
        return Opinion(taken=True, result=tuple(held))

    def dnssec(self, zone: str) -> Opinion:
        """Taken where the world can validate the zone."""
        codes = [one.rule.code for one in self._looked[zone].findings]
        return Opinion(taken="LIV010" in codes, why=" ".join(codes))

    def text(self, kind: Kind, domain: str) -> Opinion:
        """The one record of *kind*, and what it says."""
        looked = self._looked[domain]
        owner = PREFIXES[kind] + domain
        found = [text for text in looked.surveyed.values(owner, "TXT") if selects(kind, text)]
        record = parsed(kind, found[0]) if len(found) == 1 else None
        why = looked.fails(owner, "TXT")
        if record is None or isinstance(record, BadRecord) or why:
            return Opinion(taken=False, why=f"{found} {why}")
        return Opinion(taken=True, result=_says(record), why=found[0])


ALONE_LIVE = frozenset({"SPF034", "SPF036"})
ALONE_OF_MX: frozenset[str] = frozenset()
"""Live rules of which checkdmarc has none alike."""


def _says(record: object) -> tuple[str, ...]:
    match record:
        case tlsrpt.Record(rua):
            return rua
        case mtasts.Record(id):
            return (id,)
        case bimi.Record(location, authority):
            return (location, authority)
        case _:
            raise AssertionError(record)


def _discovered(name: str, network: Network) -> Discovery | TempError:
    try:
        return discover(name, network.lookup)
    except TempError as error:
        return error


def _result(client: str, name: str, network: Network) -> str:
    domain = name.removesuffix(".")
    return str(check_host(client, f"user@{domain}", "mx.example.org", network.lookup).result)
