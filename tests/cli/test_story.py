"""The main job on a real nameserver, as a person types it."""

from __future__ import annotations

import json
import re

import pytest

from demo.nameserver import Nameserver
from tests.cli.conftest import Directory
from tests.servers import KEY, SECRET

CONFIG = """\
version: 1
providers:
  ns1: {{class: octodns_bind.Rfc2136Provider, host: {address}, port: {port}, key_name: {key}, key_secret: env/TSIG_SECRET, key_algorithm: hmac-sha256}}
live: {{servers: {{example.com: ["{address}:{port}"]}}}}
defaults: {{provider: ns1, ttl: 3600}}
"""
ZONE = """\
version: 1
domains:
  "@":
    senders:
      - portal: {service: custom, spf: ["ip4:198.51.100.7"], dkim: {v1: {cname: v1.dkim.vendor.example.}}, owner: it@example.com}
    dmarc: {policy: reject}
"""
SERVED = """\
$ORIGIN example.com.
@ 3600 IN SOA ns1 hostmaster 1 7200 900 1209600 300
@ 3600 IN NS ns1
@ 300 IN TXT "google-site-verification=abc" "second string"
@ 300 IN TXT "quote\\"d; semi\\\\colon"
@ 300 IN TXT "\\000\\255 bytes"
ns1 3600 IN A 192.0.2.53
www 300 IN A 192.0.2.1
"""


@pytest.fixture
def server(nameserver, empty, monkeypatch):
    monkeypatch.setenv("TSIG_SECRET", SECRET)
    nameserver.load("example.com.", SERVED)
    empty.write("dnsauth.yaml", CONFIG.format(address=nameserver.address, port=nameserver.port, key=KEY))
    empty.write("zones/example.com.yaml", ZONE)
    return nameserver


def foreign(server: Nameserver) -> dict:
    """Everything but the serial and what dnsauth publishes."""
    return {
        id: (ttl, tuple(octets for octets in rdatas if b"v=spf1" not in octets))
        for id, (ttl, rdatas) in server.rrsets("example.com.").items()
        if id[1] != "SOA" and not id[0].startswith(("_dmarc.", "v1._domainkey."))
    }


def test_apply_verify_and_retire_leave_what_is_foreign_to_the_byte(empty: Directory, server: Nameserver):
    before = foreign(server)
    done = empty.run("apply", "--yes", "--timeout", "5")
    assert done.code == 0, done
    assert f"  {server.address}:{server.port} agrees\nApply: 1 zone applied.\n" in done.out
    assert ("_dmarc.example.com.", "TXT") in server.rrsets("example.com.")
    assert before == foreign(server)
    assert empty.run("verify", "--timeout", "5").code == 0
    assert "Plan: 1 zone agrees.\n" == empty.run("plan", "--locked", "--exit-code").out
    empty.write("zones/example.com.yaml", "version: 1\ndomains: {}\n")
    done = empty.run("plan", "--out", str(empty.path / "plan.json"))
    assert "- _dmarc TXT 3600  nothing asks for it any more" in done.out
    assert done.code == 1
    waiver = re.search(r"- (\{rule: PLN021.*\})", done.out)
    assert waiver
    stopped = empty.run("apply", str(empty.path / "plan.json"))
    assert stopped.code == 1
    assert waiver[0] in stopped.out
    empty.write("dnsauth.yaml", empty.read("dnsauth.yaml") + f"waivers:\n  {waiver[0]}\n")
    done = empty.run("apply", str(empty.path / "plan.json"), "--timeout", "5")
    assert done.code == 0, done
    assert before == foreign(server)
    assert ("_dmarc.example.com.", "TXT") not in server.rrsets("example.com.")
    receipts = [json.loads(path.read_text()) for path in (empty.path / "receipts").iterdir()]
    assert ["applied", "applied", "stopped"] == sorted(receipt["zones"][0]["outcome"] for receipt in receipts)


def test_a_wrong_key_is_named_and_nothing_is_written(empty: Directory, server: Nameserver, monkeypatch):
    before, files = server.rrsets("example.com."), empty.files()
    monkeypatch.setenv("TSIG_SECRET", "d3Jvbmc=")
    done = empty.run("apply", "--yes", "--timeout", "0")
    assert done.code == 1
    assert "[PLN007]" in done.out
    assert "example.com at ns1: stopped" in done.out
    assert "d3Jvbmc=" not in done.out + done.err
    assert before == server.rrsets("example.com.")
    assert files == empty.files()


@pytest.mark.usefixtures("server")
def test_an_unreachable_provider_is_named_and_nothing_is_written(empty: Directory):
    empty.write("dnsauth.yaml", CONFIG.format(address="127.0.0.1", port=1, key=KEY))
    files = empty.files()
    done = empty.run("plan")
    assert done.code == 1
    assert "can't be reached" in done.out
    assert files == empty.files()


def test_a_foreign_change_at_a_touched_name_makes_the_plan_stale_and_elsewhere_not(
    empty: Directory, server: Nameserver
):
    plan = str(empty.path / "plan.json")
    empty.run("plan", "--out", plan)
    server.load("example.com.", SERVED + '_acme-challenge 60 IN TXT "x"\n')
    stale = SERVED + '@ 300 IN TXT "another"\n'
    server.load("example.com.", stale)
    now = server.rrsets("example.com.")
    assert empty.run("apply", plan, "--timeout", "5").code == 5
    assert now == server.rrsets("example.com.")
    server.load("example.com.", SERVED + '_acme-challenge 60 IN TXT "x"\n')
    assert empty.run("apply", plan, "--timeout", "5").code == 0


VENDOR = """\
$ORIGIN vendor.example.
@ 3600 IN SOA ns1 hostmaster 1 7200 900 1209600 300
@ 3600 IN NS ns1
_spf 300 IN TXT "v=spf1 ip4:203.0.113.0/25 a:out.vendor.example -all"
out 300 IN A 192.0.2.99
"""
QUARANTINE = ZONE.replace("reject", "quarantine")
MAILER = '      - mailer: {service: custom, spf: ["include:_spf.vendor.example"], owner: it@example.com}\n'


def result(empty: Directory, ip: str) -> str:
    return json.loads(empty.run("explain", "example.com", "--ip", ip, "--format", "json").out)["spf"][
        "result"
    ]


def test_a_plan_that_drops_a_sender_says_which_addresses_stop_passing(empty: Directory, server: Nameserver):
    server.load("vendor.example.", VENDOR)
    config = empty.read("dnsauth.yaml").replace(
        "servers: {", f'servers: {{vendor.example: "{server.address}:{server.port}", '
    )
    empty.write("dnsauth.yaml", config)
    empty.write("zones/example.com.yaml", QUARANTINE.replace("    senders:\n", "    senders:\n" + MAILER))
    assert 0 == empty.run("lock", "--refresh").code
    assert 0 == empty.run("apply", "--yes", "--timeout", "5").code
    ours, theirs = "198.51.100.7", ("203.0.113.0", "203.0.113.127", "192.0.2.99")
    assert {"pass"} == {result(empty, ip) for ip in (ours, *theirs)}
    empty.write("zones/example.com.yaml", QUARANTINE)

    done = empty.run("plan", "--format", "json")

    (lost,) = (one for one in json.loads(done.out)["zones"][0]["findings"] if one["rule"] == "PLN013")
    assert ("mailer", ["192.0.2.99/32", "203.0.113.0/25"], []) == (
        lost["facts"]["sender"],
        lost["facts"]["lost"],
        lost["facts"]["gained"],
    )
    assert "192.0.2.99, 203.0.113.0/25 may no longer send: brought by sender mailer" in empty.run("plan").out
    assert 0 == empty.run("apply", "--yes", "--timeout", "5").code
    assert "pass" == result(empty, ours)
    assert {"softfail"} == {result(empty, ip) for ip in theirs}
