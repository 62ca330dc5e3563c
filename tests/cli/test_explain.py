"""``dnsauth explain``: who may send, why each term is there, which policy holds; over a validating resolver."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from demo.nameserver import Nameserver
from tests.cli.conftest import Directory
from tests.servers.unbound import Unbound

CONFIG = """\
version: 1
live: {resolver: "RESOLVER", servers: {clinic.example.com: ["SERVER"]}}
"""
ZONE = """\
version: 1
domains:
  "@":
    senders:
      - own-mta: {service: custom, spf: ["ip4:192.0.2.10", "ip4:192.0.2.0/30"], owner: it@example.com}
      - portal: {service: custom, spf: ["include:_spf.vendor.example"], owner: it@example.com}
    spf: {all: fail}
    dmarc: {policy: reject, nonexistent: reject}
"""
SERVED = """\
$ORIGIN clinic.example.com.
$TTL 300
@ SOA ns1 hostmaster 2 3600 600 86400 300
@ NS ns1
@ TXT "v=spf1 ip4:192.0.2.10 ip4:192.0.2.0/24 ip4:192.0.2.7 include:_spf.vendor.example include:_spf.vendor.example -all mx"
ns1 A 127.0.0.1
_dmarc TXT "v=DMARC1; p=reject; sp=none; np=quarantine"
below A 192.0.2.1
"""

ABOVE = """\
$ORIGIN example.com.
$TTL 300
@ SOA ns1.clinic hostmaster 2 3600 600 86400 300
@ NS ns1.clinic
clinic NS ns1.clinic
"""


@pytest.fixture
def clinic(tmp_path: Path, unbound: Unbound):
    with Nameserver({"clinic.example.com.": SERVED, "example.com.": ABOVE}) as server:
        unbound.stub("clinic.example.com.", (server.address, server.port))
        unbound.stub("example.com.", (server.address, server.port))
        directory = Directory(tmp_path)
        config = CONFIG.replace("RESOLVER", unbound.endpoint).replace(
            "SERVER", f"{server.address}:{server.port}"
        )
        directory.write("dnsauth.yaml", config)
        directory.write("zones/clinic.example.com.yaml", ZONE)
        yield directory


def explained(directory: Directory, *arguments: str) -> dict:
    done = directory.run("explain", *arguments, "--format", "json")
    assert "" == done.err
    return json.loads(done.out)


def test_the_record_is_shown_with_senders_costs_and_what_does_no_work(clinic):
    done = clinic.run("explain", "clinic.example.com")

    assert 0 == done.code, done.err
    assert "10 of 10 lookups" in done.out
    assert "ip4:192.0.2.10  own-mta\n" in done.out
    assert "ip4:192.0.2.7  (shadowed: earlier terms match all it does)" in done.out
    assert (
        "include:_spf.vendor.example  portal  (5 lookups)\n    include:_spf1.vendor.example  (1 lookup)"
        in done.out
    )
    assert "include:_spf.vendor.example  portal  (5 lookups; a duplicate)" in done.out
    assert "mx  (unreachable: it stands behind `all`)" in done.out
    assert "DMARC: reject (p at _dmarc.clinic.example.com) by tree walk (RFC 9989 section 4.10)" in done.out
    assert "zones/clinic.example.com.yaml:5, sender own-mta, portal" in done.out


def test_one_message_is_judged_step_by_step(clinic):
    done = clinic.run(
        "explain", "clinic.example.com", "--ip", "198.51.100.25", "--mail-from", "a@clinic.example.com"
    )

    assert 0 == done.code
    assert "198.51.100.25 in the name of a@clinic.example.com: pass" in done.out
    assert "because a:out.vendor.example of _spf3.vendor.example matches" in done.out
    found = explained(clinic, "clinic.example.com", "--ip", "203.0.113.200")["spf"]
    assert ("fail", 10) == (found["result"], found["evaluation"]["lookups"])
    assert "-all of clinic.example.com" in found["because"]


def test_what_is_planned_can_be_asked_before_it_is_applied(clinic):
    before = explained(clinic, "clinic.example.com", "--ip", "192.0.2.200")
    after = explained(clinic, "clinic.example.com", "--ip", "192.0.2.200", "--planned")

    assert ("pass", "fail") == (before["spf"]["result"], after["spf"]["result"])
    assert "v=spf1 ip4:192.0.2.10 ip4:192.0.2.0/30 include:_spf.vendor.example -all" == after["spf"]["record"]
    assert ["own-mta"] == after["spf"]["terms"][0]["senders"]
    assert ("reject", "reject") == (before["dmarc"]["policy"], after["dmarc"]["policy"])


def test_receivers_of_two_kinds_may_apply_two_policies(clinic):
    found = explained(clinic, "gone.clinic.example.com")["dmarc"]

    assert found["differs"]
    assert ("quarantine", "np") == (found["by_tree_walk"]["policy"], found["by_tree_walk"]["tag"])
    done = clinic.run("explain", "gone.clinic.example.com")
    assert "DMARC: quarantine (np at _dmarc.clinic.example.com) by tree walk" in done.out
    assert "no policy by public suffix list" in done.out
    assert (
        "the organizational domain is clinic.example.com by the first, example.com by the second" in done.out
    )


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("big.clinic.example", 0, "17 of 10 lookups"),
        ("void.clinic.example", 0, "4 of 10 lookups, 3 of 2 void"),
        ("loop.clinic.example", 0, "a.loop.example brings itself in"),
        ("nospf.clinic.example", 0, "nospf.broken.example has no SPF record"),
        ("gone.clinic.example", 0, "does not exist"),
        ("wide.clinic.example", 0, "ip4:198.0.0.0/8  (very wide)"),
        ("macro.clinic.example", 0, "and what depends on the message may send"),
        ("bogus.clinic.example", 1, "fails DNSSEC validation"),
        ("two.example", 0, "SPF: two.example has 2 SPF records, which is a permerror"),
        ("syntax.example", 0, "SPF: the SPF record of syntax.example is wrong: column"),
    ],
)
def test_anybody_s_name_is_explained_without_an_inventory(tmp_path, unbound, name, code, said):
    done = Directory(tmp_path).run("explain", name, "--resolver", unbound.endpoint)

    assert (code, "") == (done.code, done.err)
    assert said in done.out


def test_texts_from_dns_reach_no_terminal_unescaped(tmp_path, unbound):
    done = Directory(tmp_path).run("explain", "octets.example", "--resolver", unbound.endpoint)

    assert "\x1b" not in done.out
    assert all(character.isprintable() or character == "\n" for character in done.out)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["example..com"], "empty label"),
        (["example.com", "--ip", "192.0.2.300"], "'192.0.2.300' is no IP address"),
        (["example.com", "--helo", "mail.example.com"], "a message needs --ip"),
        (["example.com", "--resolver", "dns.example.net"], "no address of a server"),
    ],
)
def test_wrong_usage_says_what_is_right(tmp_path, arguments, said):
    done = Directory(tmp_path).run("explain", *arguments)

    assert 2 == done.code
    assert said in " ".join(done.err.split())
