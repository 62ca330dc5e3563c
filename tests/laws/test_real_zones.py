"""Zones of a large public body, records of every quality among them: what we plan there touches nothing of theirs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import dns.exception
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import octodns_route53  # noqa: F401  octoDNS then knows the types of Route 53
import pytest
from typer.testing import CliRunner

from dnsauth.cli.app import app
from dnsauth.octodns.yaml import YamlProvider
from dnsauth.records import spf
from dnsauth.rrset import RRset, presentation

CONFIGURATION = """\
version: 1
providers:
  pdns: {{class: octodns_powerdns.PowerDnsProvider, host: {address}, port: {port}, api_key: env/API_KEY}}
  files: {{class: octodns.provider.yaml.YamlProvider, directory: ./held, escaped_semicolons: true}}
defaults: {{provider: {provider}}}
"""
PARKED = "version: 1\ndomains: {parked-by-us: {parked: true}}\n"
SENDING = "version: 1\ndomains: {'@': {senders: [{portal: {service: custom, spf: ['ip4:198.51.100.7']}}]}}\n"
ZONES = 190  # and one configuration file


@pytest.fixture(scope="module")
def files(shared) -> Path:
    """The zones as octoDNS files."""
    return shared / "data/moj-dns/zones"


@pytest.fixture(scope="module")
def held(files) -> Mapping[str, tuple[RRset, ...]]:
    """What each zone holds, as far as a nameserver takes it."""
    provider = YamlProvider("files", str(files), escaped_semicolons=True)
    names = sorted(f"{path.stem}." for path in files.glob("*.yaml") if path.stem != "octodns")
    assert ZONES == len(names)
    return {
        zone: tuple(rrset for rrset in provider.read(zone).rrsets.values() if served(rrset)) for zone in names
    }


def served(rrset: RRset) -> bool:
    """True where DNS has the type, and its values are RDATA; Route 53's aliases are neither."""
    try:
        for value in rrset.values:
            text = presentation(rrset.type, value)
            dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.from_text(rrset.type), text)
    except (dns.exception.DNSException, ValueError):
        return False
    return True


def serve(powerdns, zone: str, rrsets: tuple[RRset, ...]) -> None:
    body = [
        {
            "name": rrset.owner,
            "type": rrset.type,
            "ttl": min(rrset.ttl, 2**31 - 1),
            "records": [
                {"content": presentation(rrset.type, value), "disabled": False} for value in rrset.values
            ],
        }
        for rrset in rrsets
    ]
    powerdns.api("POST", "/zones", {"name": zone, "kind": "Native", "nameservers": [], "rrsets": body})


def plan(directory: Path, provider: str, zones: Mapping[str, object], inventory: str, **server: object):
    """The plan of *inventory* for each of *zones*, by zone."""
    (directory / "dnsauth.yaml").write_text(CONFIGURATION.format(provider=provider, **server))
    (directory / "zones").mkdir(exist_ok=True)
    for zone in zones:
        (directory / "zones" / f"{zone}yaml").write_text(inventory)
    done = CliRunner().invoke(
        app, ["-C", str(directory), "plan", "--format", "json"], env={"API_KEY": server["api_key"]}
    )
    assert done.exit_code in {0, 1}, done.output
    return {zone["zone"]: zone for zone in json.loads(done.stdout)["zones"]}


def expect_nothing_of_theirs(plans: Mapping[str, dict]) -> None:
    """Every zone was read; what others published goes only as drift at the SPF record, which a guard stops."""
    assert ZONES == len(plans)
    for zone in plans.values():
        codes = {finding["rule"] for finding in zone["findings"]}
        assert "PLN007" not in codes
        for change in zone["changes"]:
            if change["before"] is None:
                continue
            gone = {*change["before"]["values"]} - {*(change["after"] or {"values": ()})["values"]}
            assert {True} >= {spf.selects(text) for text in gone}
            assert bool(gone) is change["drift"]
            assert not gone or "PLN005" in codes
            assert change["before"]["ttl"] == change["after"]["ttl"] or gone == {*change["before"]["values"]}


def test_a_parked_name_touches_names_of_its_own_alone(powerdns, held, tmp_path):
    for zone, rrsets in held.items():
        serve(powerdns, zone, rrsets)
    facts = {"address": powerdns.address, "port": powerdns.api_port, "api_key": powerdns.api_key}
    plans = plan(tmp_path, "pdns", held, PARKED, **facts)
    expect_nothing_of_theirs(plans)
    assert {"create"} == {change["action"] for zone in plans.values() for change in zone["changes"]}
    assert {True} == {
        ("parked-by-us." + name) in change["owner"]
        for name, zone in plans.items()
        for change in zone["changes"]
    }
    plans = plan(tmp_path, "pdns", held, SENDING, **facts)
    expect_nothing_of_theirs(plans)


@pytest.mark.parametrize("inventory", [PARKED, SENDING])
def test_files_of_octodns_are_planned_alike(files, held, tmp_path, inventory):
    (tmp_path / "held").symlink_to(files)
    facts = {"address": "127.0.0.1", "port": 1, "api_key": "unused"}
    expect_nothing_of_theirs(plan(tmp_path, "files", held, inventory, **facts))
