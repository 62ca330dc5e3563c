"""Zones of a large public body, records of every quality among them: what we plan there touches nothing of theirs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import dns.exception
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import octodns_route53  # noqa: F401  octoDNS then knows the types of Route 53
import pytest

from dnsauth.desired.load import load
from dnsauth.lock.claims import covers
from dnsauth.octodns.yaml import YamlProvider
from dnsauth.records import spf
from dnsauth.rrset import RRset, presentation
from tests.cli.conftest import Directory

CONFIGURATION = """\
version: 1
providers:
  pdns: {{class: octodns_powerdns.PowerDnsProvider, host: {address}, port: {port}, api_key: env/API_KEY}}
  files: {{class: octodns.provider.yaml.YamlProvider, directory: ./held, escaped_semicolons: true}}
defaults: {{provider: {provider}}}
live: {{servers: {live}}}
"""
NOTHING = "version: 1\ndomains: {}\n"
PARKED = "version: 1\ndomains: {parked-by-us: {parked: true}}\n"
SENDING = """\
version: 1
domains:
  "@": {senders: [{portal: {service: custom, spf: ["ip4:198.51.100.7"], dkim: {by-us: {cname: dkim.example.net.}}}}]}
"""
OURS = {
    NOTHING: set(),
    PARKED: {
        *(("parked-by-us.", "MX"), ("parked-by-us.", "TXT"), ("_dmarc.parked-by-us.", "TXT")),
        ("*._domainkey.parked-by-us.", "TXT"),
    },
    SENDING: {("", "TXT"), ("by-us._domainkey.", "CNAME")},
}
"""What each inventory asks for: owner below the zone, and type."""
ZONES = 190  # and one configuration file
NO_RDATA = {"Route53Provider/ALIAS"}  # what no nameserver takes


@pytest.fixture(scope="module")
def files(shared) -> Path:
    """The zones as octoDNS files."""
    return shared / "data/moj-dns/zones"


@pytest.fixture(scope="module")
def held(files) -> Mapping[str, tuple[RRset, ...]]:
    """What each zone holds."""
    provider = YamlProvider("files", str(files), escaped_semicolons=True)
    names = sorted(f"{path.stem}." for path in files.glob("*.yaml") if path.stem != "octodns")
    assert ZONES == len(names)
    return {zone: tuple(provider.read(zone).rrsets.values()) for zone in names}


@pytest.fixture(scope="module")
def served(powerdns, held) -> Mapping[str, object]:
    """Where PowerDNS is, which has the zones, as far as a nameserver takes them."""
    refused: set[str] = set()
    for zone, rrsets in held.items():
        taken = [rrset for rrset in rrsets if is_rdata(rrset)]
        refused |= {rrset.type for rrset in {*rrsets} - {*taken}}
        body = [
            {
                "name": rrset.owner,
                "type": rrset.type,
                "ttl": rrset.ttl,
                "records": [
                    {"content": presentation(rrset.type, value), "disabled": False} for value in rrset.values
                ],
            }
            for rrset in taken
        ]
        powerdns.api("POST", "/zones", {"name": zone, "kind": "Native", "nameservers": [], "rrsets": body})
    assert NO_RDATA == refused
    return {"address": powerdns.address, "port": powerdns.api_port, "api_key": powerdns.api_key}


def is_rdata(rrset: RRset) -> bool:
    """True where DNS has the type, and the values are RDATA; Route 53's aliases are neither."""
    try:
        for value in rrset.values:
            text = presentation(rrset.type, value)
            dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.from_text(rrset.type), text)
    except (dns.exception.DNSException, ValueError):
        return False
    return True


def repository(path: Path, held: Mapping[str, object], provider: str, **server: object) -> Directory:
    """A repository of all zones at *provider*, which asks for nothing yet."""
    found = Directory(path)
    facts = {"address": "127.0.0.1", "port": 1} | server
    live = json.dumps(
        {zone: [f"{facts['address']}:{facts['port']}"] for zone in held}
    )  # nobody else is asked
    found.write("dnsauth.yaml", CONFIGURATION.format(provider=provider, live=live, **facts))
    ask(found, held, NOTHING)
    return found


def ask(repository: Directory, held: Mapping[str, object], inventory: str) -> None:
    for zone in held:
        repository.write(f"zones/{zone}yaml", inventory)


def planned(repository: Directory, **env: str) -> dict[str, dict]:
    """The plan by zone."""
    done = repository.run("plan", "--format", "json", env=env)
    assert done.code in {0, 1}, done.err
    return {zone["zone"]: zone for zone in json.loads(done.out)["zones"]}


def expect_nothing_of_theirs(
    repository: Directory, plans: dict[str, dict], inventory: str, held: Mapping[str, tuple[RRset, ...]]
) -> None:
    """Every zone was read, and what nobody of ours claims stays.

    Where SPF of theirs stands in the way of ours, the plan says so, and nothing lets it be applied.
    """
    assert held.keys() == plans.keys()
    locks, drifting = load(repository.path).locks, set()
    for name, zone in plans.items():
        codes = {finding["rule"] for finding in zone["findings"]}
        assert "PLN007" not in codes, "every zone is read"
        assert {(change["owner"], change["type"]) for change in zone["changes"]} <= {
            (f"{owner}{name}", type) for owner, type in OURS[inventory]
        }
        for change in zone["changes"]:
            if change["before"] is None:
                continue
            claims = [
                claim
                for claim in locks[name].claims
                if (claim.owner, claim.type) == (change["owner"], change["type"])
            ]
            gone = {*change["before"]["values"]} - {*(change["after"] or {"values": ()})["values"]}
            assert all(any(covers(claim, value) for claim in claims) for value in gone)
            assert bool(gone) is change["drift"]
            assert not gone or "PLN005" in codes
            assert change["before"]["ttl"] == change["after"]["ttl"] or gone == {*change["before"]["values"]}
            drifting |= {name} if gone else set()
    assert drifting == (with_spf(held) if inventory == SENDING else set())


def with_spf(held: Mapping[str, tuple[RRset, ...]]) -> set[str]:
    """The zones with an SPF record at their apex."""
    return {
        zone
        for zone, rrsets in held.items()
        for rrset in rrsets
        if (zone, "TXT") == rrset.id and any(map(spf.selects, rrset.values))
    }


@pytest.mark.parametrize("inventory", [PARKED, SENDING, NOTHING], ids=["parked", "sending", "nothing"])
def test_a_plan_against_powerdns_touches_nothing_of_theirs(tmp_path, served, held, inventory):
    directory = repository(tmp_path, held, "pdns", **served)
    ask(directory, held, inventory)
    plans = planned(directory, API_KEY=str(served["api_key"]))
    expect_nothing_of_theirs(directory, plans, inventory, held)
    assert {bool(OURS[inventory])} == {bool(zone["changes"]) for zone in plans.values()}


@pytest.mark.parametrize("inventory", [PARKED, SENDING, NOTHING], ids=["parked", "sending", "nothing"])
def test_a_plan_against_their_files_touches_nothing_of_theirs(tmp_path, files, held, inventory):
    directory = repository(tmp_path, held, "files")
    shutil.copytree(files, tmp_path / "held")
    ask(directory, held, inventory)
    expect_nothing_of_theirs(directory, planned(directory), inventory, held)


def test_their_files_keep_every_line_when_something_is_written_and_every_byte_when_nothing_is(
    tmp_path, files, held
):
    directory = repository(tmp_path, held, "files")
    shutil.copytree(files, tmp_path / "held")

    def stored() -> dict[str, list[str]]:
        return {zone: directory.read(f"held/{zone}yaml").splitlines(keepends=True) for zone in held}

    def apply() -> None:
        done = directory.run("apply", "--yes", "--timeout", "0")
        assert 0 == done.code, done

    before = stored()
    ask(directory, held, PARKED)
    apply()
    after = stored()
    for zone, lines in before.items():
        rest = iter(after[zone])
        assert all(line in rest for line in lines), f"{zone}: a line of theirs is gone or elsewhere"
    apply()
    assert after == stored()
