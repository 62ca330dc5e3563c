"""dnsauth beside checkdmarc and mailauth over every domain of the lab, broken ones too: each difference is explained.

All look by themselves, at real servers. dnsauth's live look walks from the root to the servers of each zone;
the others, and what dnsauth says as a receiver, rest on the resolver, which validates.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from dnsauth.plan.kind import Kind
from tests.checks import explained, lab_explained
from tests.checks.differences import explained as explanations
from tests.checks.explained import Explained
from tests.checks.lab import ODD, ODD_ZONE, Lab, beside, walked
from tests.checks.lab_checkdmarc import Checkdmarc
from tests.checks.lab_here import CLIENTS, Here
from tests.checks.opinions import Opinion, value
from tests.servers.bind import Named
from tests.servers.internet import Internet
from tests.servers.unbound import Unbound
from tests.servers.unbound import unbound as run_unbound
from tests.spf import peers

AT_ONCE = 8  # questions; those to silent servers take seconds
AREAS: dict[str, tuple[Explained, ...]] = {
    "spf": lab_explained.SPF,
    "dmarc": lab_explained.DMARC,
    "mx": lab_explained.MX,
    "dane": (),
    Kind.TLSRPT: (),
    Kind.MTASTS: (),
    Kind.BIMI: (),
}
"""What checkdmarc is asked of each domain, and why it may differ."""


@pytest.fixture(scope="module")
def resolver(tmp_path_factory: pytest.TempPathFactory, world: Internet) -> Iterator[Unbound]:
    """A resolver of this module's own, to which zones are added that no parent delegates."""
    with run_unbound(tmp_path_factory.mktemp("differential"), world.stubs, world.anchor) as server:
        # else chance decides which version of it the others see
        server.control(
            "stub_add", "+i", "lagging.example.", "{}@{}".format(*world.server("ns1.hosting.example."))
        )
        yield server


@pytest.fixture(scope="module")
def lab(world: Internet, named: Named, resolver: Unbound) -> Iterator[Lab]:
    """The small Internet, and the zone of odd domains."""
    yield from loaded(Lab(world, named, resolver, walked(), {ODD_ZONE: ODD}))


@pytest.fixture(scope="module")
def lab_beside(world: Internet, named: Named, resolver: Unbound, shared: Path) -> Iterator[Lab]:
    """The zones that the lab beside the checkout has besides."""
    yield from loaded(Lab(world, named, resolver, {}, beside(shared)))


def loaded(lab: Lab) -> Iterator[Lab]:
    for zone, text in lab.loaded.items():
        lab.named.load(zone, text, checked=False)
        lab.resolver.control("stub_add", "+i", zone, f"{lab.named.address}@{lab.named.port}")
    lab.resolver.flush()
    yield lab
    for zone in lab.loaded:
        lab.named.unload(zone)


@pytest.fixture(scope="module")
def here(lab: Lab) -> Here:
    return Here(lab)


@pytest.fixture(scope="module")
def here_beside(lab_beside: Lab) -> Here:
    return Here(lab_beside)


def by_checkdmarc(lab: Lab, here: Here, areas: Mapping[str, tuple[Explained, ...]] = AREAS) -> set[Explained]:
    """The explanations that checkdmarc's differences need."""
    judge, domains = Checkdmarc(lab), tuple(here.zones)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        theirs = {area: pool.map(_asked(judge, area), domains) for area in areas}
        return {
            one
            for area, known in areas.items()
            for one in explanations(domains, [*map(_asked(here, area), domains)], [*theirs[area]], known)
        }


def _asked(judge: Here | Checkdmarc, area: str):
    return partial(judge.text, area) if isinstance(area, Kind) else getattr(judge, area)


def by_mailauth(lab: Lab, here: Here) -> set[Explained]:
    """The explanations that mailauth's differences need."""
    domains = tuple(here.zones)
    said = mailauth(lab.resolver, domains)
    results = [Opinion(taken=True, result=tuple(one["results"])) for one in said]
    policies = [
        Opinion(taken=bool(one["record"]), result=(value(one["record"]), one["policy"]), why=one["why"])
        for one in said
    ]
    return {
        *explanations(domains, [*map(here.results, domains)], results, lab_explained.SPF_MAILAUTH),
        *explanations(domains, [*map(here.policy, domains)], policies, lab_explained.DMARC_MAILAUTH),
    }


def mailauth(resolver: Unbound, domains: Sequence[str]) -> list[dict]:
    """What a receiver that uses mailauth comes to for each of *domains*."""
    script = Path(__file__).with_name("lab_mailauth.js")
    command = ("node", str(script), str(peers.mailauth()), str(resolver.port))
    given = "".join(json.dumps({"domain": one[:-1], "clients": CLIENTS}) + "\n" for one in domains)
    ended = subprocess.run(command, input=given, capture_output=True, text=True, timeout=60, check=True)
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_checkdmarc_differs_by_known_rules_each_of_which_is_needed(lab, here):
    assert len(here.zones) > 250
    assert set() == {one for known in AREAS.values() for one in known} - by_checkdmarc(lab, here)


def test_checkdmarc_knows_the_same_zones_for_signed(lab, here):
    judge = Checkdmarc(lab)
    ours = {zone: here.dnssec(zone).taken for zone in lab.walked}
    assert ours == {zone: judge.dnssec(zone).taken for zone in lab.walked}
    assert ["signed.example."] == [zone for zone, signed in ours.items() if signed]


def test_mailauth_differs_by_known_rules_each_of_which_is_needed(lab, here):
    known = {*lab_explained.SPF_MAILAUTH, *lab_explained.DMARC_MAILAUTH}
    assert set() == known - by_mailauth(lab, here)


def test_nor_do_they_differ_otherwise_over_the_lab_beside_the_checkout(lab_beside, here_beside):
    assert len(here_beside.zones) > 80
    areas = {**AREAS, "spf": lab_explained.SPF + lab_explained.SPF_BESIDE}
    assert {*lab_explained.SPF_BESIDE} <= by_checkdmarc(lab_beside, here_beside, areas)
    assert by_mailauth(lab_beside, here_beside) <= {*lab_explained.SPF_MAILAUTH}


def test_each_explanation_says_where_it_is_written():
    tables = [
        table
        for module in (explained, lab_explained)
        for table in vars(module).values()
        if isinstance(table, tuple)
    ]
    all = [one for table in tables for one in table]
    assert len(all) > 50
    assert [] == [one for one in all if not re.match(r"RFC \d+ sections? \d", one.why)]
