"""``dnsauth check --live``: files and world judged in one answer, at the lines that ask."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from demo.nameserver import Nameserver
from tests.cli.conftest import NOW, Directory
from tests.cli.test_shell import ROOT, terminal
from tests.live.sockets import peer
from tests.servers.process import free_port

CONFIG = """\
version: 1
live: {resolver: "SERVER", servers: {example.com: ["SERVER"]}}
defaults: {ttl: 300}
"""
ZONE = """\
version: 1
domains:
  "@":
    senders:
      - portal: {service: custom, spf: ["include:_spf.vendor.example"], dkim: {v1: {cname: v1.dkim.vendor.example.}}}
    spf: {all: fail}
    dmarc: {policy: reject, rua: ['mailto:dmarc@example.com']}
"""
SERVED = """\
$ORIGIN example.com.
$TTL 300
@             SOA ns1 hostmaster 2 3600 600 86400 300
@             NS  ns1
@             TXT "v=spf1 include:_spf.vendor.example -all"
@             MX  10 mail.vendor.example.
@             TXT "site-verification=4f2d"
_dmarc        TXT "v=DMARC1; p=reject; rua=mailto:dmarc@example.com"
v1._domainkey CNAME v1.dkim.vendor.example.
"""
VENDOR = """\
$ORIGIN vendor.example.
$TTL 300
@       SOA ns1 hostmaster 2 3600 600 86400 300
@       NS  ns1
_spf    TXT "v=spf1 ip4:198.51.100.0/24 -all"
v1.dkim TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
"""
TOP = """\
$ORIGIN example.
$TTL 300
@      SOA ns1 hostmaster 2 3600 600 86400 300
@      NS  ns1
vendor NS  ns1
"""


class Live:
    """A repository, and the one server that is the world's."""

    def __init__(self, directory: Directory, server: Nameserver) -> None:
        self.directory = directory
        self.server = server
        self.address = f"{server.address}:{server.port}"
        directory.write("dnsauth.yaml", CONFIG.replace("SERVER", self.address))
        directory.write("zones/example.com.yaml", ZONE)
        for zone, text in (("example.com.", SERVED), ("vendor.example.", VENDOR), ("example.", TOP)):
            server.load(zone, text)

    def check(self, *arguments: str):
        return self.directory.run("check", "--live", *arguments)

    def codes(self, *arguments: str) -> list[str]:
        found = json.loads(self.check("--format", "json", *arguments).out)["findings"]
        return [one["rule"] + "?" * (one["outcome"] == "not_assessed") for one in found]


@pytest.fixture
def live(empty: Directory):
    with Nameserver({}) as server:
        yield Live(empty, server)


def test_it_says_what_others_may_change_unseen_until_they_are_observed(live: Live):
    done = live.check()
    assert (0, "") == (done.code, done.err)
    assert (
        "zones/example.com.yaml:5: info: observed.lock.yaml does not have _spf.vendor.example, so that nobody sees"
        " what changes there; brought by portal [SPF039]\n"
        "  next: run `dnsauth lock --refresh`, and commit what it writes\n"
        "1 note\n"
    ) == live.check("--verbose").out
    assert "1 note; --verbose shows everything\n" == done.out
    assert 0 == live.directory.run("lock", "--refresh").code
    assert (0, "no findings\n", "") == live.check()


def test_a_change_at_a_vendor_is_told_with_addresses_and_sender(live: Live):
    assert 0 == live.directory.run("lock", "--refresh").code
    live.server.load("vendor.example.", VENDOR.replace("198.51.100.0/24", "203.0.113.0/24"))
    done = live.check()
    assert 0 == done.code, "a warning"
    assert (
        "zones/example.com.yaml:5: warning: _spf.vendor.example lets others pass than observed.lock.yaml says:"
        " 198.51.100.0/24 lost; 203.0.113.0/24 gained; brought by portal [SPF037]\n"
    ) in done.out
    assert 0 == live.directory.run("lock", "--refresh").code
    assert [] == live.codes()


def test_a_vendors_domain_that_moved_as_a_whole_is_an_error(live: Live):
    assert 0 == live.directory.run("lock", "--refresh").code
    live.server.load("vendor.example.", VENDOR.replace("NS  ns1", "NS  ns1.parking.example."))
    done = live.check()
    assert 1 == done.code
    assert (
        "vendor.example was at ns1.vendor.example by observed.lock.yaml, and is at ns1.parking.example"
        in done.out
    )
    assert 1 == done.out.count("[LIV023]")
    assert 0 == live.directory.run("lock", "--refresh").code
    assert [] == live.codes()


def test_a_dangling_key_is_an_error_at_the_senders_line(live: Live):
    live.server.load("vendor.example.", VENDOR.replace("v1.dkim", "v2.dkim"))
    done = live.check("--format", "json")
    (found,) = (one for one in json.loads(done.out)["findings"] if one["rule"] == "LIV020")
    assert 1 == done.code
    assert {"file": "zones/example.com.yaml", "line": 5, "column": 0} == found["where"]
    assert "v1._domainkey.example.com." == found["owner"]
    assert (
        "v1._domainkey.example.com → v1.dkim.vendor.example: the last name does not exist (NXDOMAIN)"
        == found["message"]
    )
    assert ["portal"] == found["facts"]["senders"]
    assert found["next"]


@pytest.mark.parametrize(
    ("format", "part"),
    [
        ("sarif", '"ruleId": "LIV020"'),
        ("github", "zones/example.com.yaml,title=LIV020 v1._domainkey.example.com.,line=5::"),
        ("markdown", "LIV020"),
        ("text", "zones/example.com.yaml:5: error: v1._domainkey.example.com → v1.dkim.vendor.example"),
    ],
)
def test_every_form_of_an_answer_has_live_findings(live: Live, format, part):
    live.server.load("vendor.example.", VENDOR.replace("v1.dkim", "v2.dkim"))
    assert part in live.check("--format", format).out


def test_what_the_inventory_asks_and_nobody_serves_is_summed_up(live: Live):
    live.directory.write("zones/example.com.yaml", ZONE.replace("reject", "quarantine"))
    done = live.check()
    assert (
        "zones/example.com.yaml:7: warning: _dmarc.example.com TXT is served otherwise than the inventory asks"
        in done.out
    )
    assert 0 == done.code


def test_rules_of_the_files_are_judged_as_well(live: Live):
    live.directory.write("zones/example.com.yaml", ZONE.replace("all: fail", "all: neutral"))
    assert {"SPF012", "LIV012", "SPF039"} == set(live.codes())


def test_a_waiver_lifts_a_live_finding_and_is_unused_only_where_somebody_looked(live: Live):
    live.server.load("vendor.example.", VENDOR.replace("v1.dkim", "v2.dkim"))
    waiver = (
        '{rule: LIV020, where: example.com, until: 2027-01-01, owner: it@example.com, why: "being set up"}'
    )
    config = live.directory.read("dnsauth.yaml")
    live.directory.write("dnsauth.yaml", f"{config}waivers: [{waiver}]\n")
    assert ["SPF039"] == live.codes()
    assert (0, "no findings\n", "") == live.directory.run("check")
    live.server.load("vendor.example.", VENDOR)
    assert {"INV103", "SPF039"} == set(live.codes())


def test_what_could_not_be_asked_is_not_assessed_and_never_absent(live: Live):
    dead = f"127.0.0.1:{free_port()}"
    done = live.check("--resolver", dead, "--format", "json")
    found = json.loads(done.out)["findings"]
    assert 1 == done.code
    assert [("LIV011", "not_assessed"), ("LIV011", "not_assessed"), ("SPF039", "fail")] == sorted(
        (one["rule"], one["outcome"]) for one in found
    )
    assert all(dead in one["message"] for one in found if one["rule"] == "LIV011")


def test_servers_may_be_named_for_this_run(live: Live):
    dead = f"127.0.0.1:{free_port()}"
    assert ["LIV002?"] == live.codes("--server", f"example.com={dead}")


@pytest.mark.parametrize("option", ["--resolver=192.0.2.53:53", "--server=example.com=192.0.2.53:53"])
def test_whom_to_ask_means_nothing_where_nobody_is_asked(live: Live, option):
    done = live.directory.run("check", option)
    assert (2, "") == (done.code, done.out)
    assert "nobody is asked without --live" in " ".join(done.err.replace("│", "").split())


def test_only_the_zones_named_are_looked_at(live: Live):
    live.directory.write("zones/example.net.yaml", 'version: 1\ndomains: {"@": {parked: true}}\n')
    assert ["SPF039"] == live.codes("--zone", "example.com")


def test_texts_of_others_do_not_reach_a_terminal_as_they_are(live: Live):
    live.server.load("vendor.example.", VENDOR.replace('"v=spf1 ip4', r'"v=spf1 \027[31m ip4'))
    done = live.check()
    assert 1 == done.code
    assert "\x1b" not in done.out


def test_progress_is_shown_on_a_terminal_and_nowhere_else(live: Live):
    code, shown = terminal(live.directory.path, "check", "--live", "--now", NOW)
    assert 0 == code
    assert "\rzones looked at: 1/1" in shown
    assert "looked at" not in live.directory.spawn("check", "--live", "--now", NOW).err


def test_interrupted_it_ends_at_once(live: Live):
    with peer(lambda _query: []) as silent:
        address = silent.server.address
        live.directory.write("dnsauth.yaml", CONFIG.replace("SERVER", address))
        process = subprocess.Popen(
            [sys.executable, "-m", "dnsauth", "check", "--live"],
            cwd=live.directory.path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        while not silent.received:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=5)
    assert (130, "") == (process.returncode, out)
    assert err.startswith("interrupted")
    assert "Traceback" not in err
