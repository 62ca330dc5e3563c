"""Names of addresses, DANE and block lists as real servers have them: reverse zones and TLSA records behind an
Unbound that validates, lists of addresses and of domains at BIND.
"""

from __future__ import annotations

import json

import pytest

from dnsauth.checks.live.reputation import Standing, standing
from dnsauth.checks.rules.reputation import STANDING
from dnsauth.findings import Finding
from tests.cli.conftest import Directory
from tests.servers.bind import Named
from tests.servers.internet import Internet
from tests.servers.unbound import Unbound

CONFIG = """\
version: 1
live: {resolver: "UNBOUND", roots: "ROOT", servers: {lists.example: ["NAMED"]}}
reputation: {addresses: [zen.lists.example, gone.lists.example], domains: dbl.lists.example}
defaults: {ttl: 300}
"""
CLINIC = """\
version: 1
domains:
  "@":
    receives: ["10 mail.clinic.example."]
    senders:
      - own: {service: mta, ip: [192.0.2.25, 192.0.2.26, 192.0.2.27, 192.0.2.28]}
"""
RECEIVES = 'version: 1\ndomains: {"@": {sends: false, receives: ["10 mail.NAME.example.", "20 mail2.NAME.example."]}}\n'
HEAD = "$TTL 300\n@ SOA ns1 hostmaster 1 3600 600 86400 60\n@ NS ns1\nns1 A 192.0.2.53\n"
LISTS = f"""{HEAD}
2.0.0.127.zen   A   127.0.0.2
25.2.0.192.zen  A   127.0.0.4
25.2.0.192.zen  A   127.0.0.10
25.2.0.192.zen  TXT "https://lists.example/why?192.0.2.25"
27.2.0.192.zen  A   127.255.255.254
test.dbl        A   127.0.1.2
clinic.example.dbl A 127.0.1.4
*.gone          A   127.0.0.2
"""


@pytest.fixture(scope="session")
def directory(tmp_path_factory, world: Internet, unbound: Unbound, named: Named) -> Directory:
    named.load("lists.example.", LISTS, checked=False)
    unbound.stub("lists.example.", (named.address, named.port))
    directory = Directory(tmp_path_factory.mktemp("reach"))
    config = CONFIG.replace("UNBOUND", unbound.endpoint).replace("ROOT", world.endpoint)
    directory.write("dnsauth.yaml", config.replace("NAMED", f"{named.address}:{named.port}"))
    directory.write("zones/clinic.example.yaml", CLINIC)
    for name in ("signed", "unsigned", "bogus"):
        directory.write(f"zones/{name}.example.yaml", RECEIVES.replace("NAME", name))
    return directory


@pytest.fixture(scope="session")
def found(directory: Directory) -> list[dict]:
    done = directory.run("check", "--live", "--format", "json")
    assert (1, "") == (done.code, done.err)
    return json.loads(done.out)["findings"]


EXPECTED = [
    ("PTR002", "clinic.example.", "192.0.2.26 is called mail.clinic.example by its PTR record"),
    ("PTR003", "clinic.example.", "192.0.2.27 is called 192-0-2-27.vendor.example"),
    ("PTR001", "clinic.example.", "192.0.2.28 has no PTR record"),
    (
        "BLK001",
        "clinic.example.",
        "192.0.2.25 is on zen.lists.example (127.0.0.10, 127.0.0.4): 'https://lists",
    ),
    ("BLK002", "clinic.example.", "the domain is on dbl.lists.example (127.0.1.4)"),
    ("BLK003?", "clinic.example.", "gone.lists.example was not asked: it has 127.0.0.1, which no list has"),
    (
        "BLK004?",
        "clinic.example.",
        "of 192.0.2.27: it answers 127.255.255.254: the question came by a public",
    ),
    ("DNS010", "clinic.example.", "is not signed"),
    ("DNS010", "unsigned.example.", "is not signed"),
    ("DAN002", "_25._tcp.mail.signed.example.", "holds the server's certificate and not its key"),
    ("DAN005", "_25._tcp.mail.signed.example.", "one TLSA record stands alone"),
    ("DAN014", "_25._tcp.mail2.signed.example.", "at _25._tcp.mail.signed.example"),
    ("DAN010", "_25._tcp.mail.unsigned.example.", "its zone is not signed"),
    ("MX021", "unsigned.example.", "mail2.unsigned.example does not exist"),
    ("DAN011", "_25._tcp.mail.bogus.example.", "fail DNSSEC validation"),
]


@pytest.mark.parametrize(("code", "owner", "part"), EXPECTED, ids=str)
def test_each_wrong_is_told_by_its_rule(found, code, owner, part):
    mine = [one["message"] for one in found if (one["owner"], _code(one)) == (owner, code)]
    assert any(part in message for message in mine), mine


def test_an_address_with_its_name_and_off_every_list_is_not_told(found):
    text = " ".join(one["message"] for one in found if one["rule"].startswith("PTR"))
    assert "192.0.2.25" not in text
    assert not [one for one in found if one["rule"] in ("MX022", "DNS012", "MX020")]


def test_a_list_that_is_no_list_is_told_once_and_how_the_run_stands_with_the_others(found):
    assert 1 == sum(one["rule"] == "BLK003" for one in found)
    told = [Finding(STANDING, facts=one["facts"]) for one in found if one["rule"] == "BLK005"]
    assert (
        Standing("dbl.lists.example", 1, 1, 0),
        Standing("gone.lists.example", 4, 0, 4),
        Standing("zen.lists.example", 4, 1, 1),
    ) == standing(told)


def _code(one: dict) -> str:
    return one["rule"] + "?" * (one["outcome"] == "not_assessed")
