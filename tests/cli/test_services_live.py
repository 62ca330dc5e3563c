"""``dnsauth services check --live`` against BIND: what a catalogue names is there, or is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import pytest

from demo.nameserver import Nameserver
from dnsauth.catalogue.check_record import FILE, Cost, parse, write
from tests.cli.conftest import Directory, Done
from tests.servers.bind import Named
from tests.servers.process import free_port

SERVICE = """\
title: Vendor
parameters: {token: {pattern: "[a-z]+", example: abc, help: ask}}
records:
- {owner: bounce, type: CNAME, value: bounce.vendor.example.}
dkim:
- {selector: v1, cname: v1.dkim.vendor.example.}
- {selector: v2, cname: "{{ token }}.keys.vendor.example."}
spf: {envelope: customer, terms: ["include:_spf.vendor.example"]}
status: unverified
"""
KEY = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
VENDOR = f"""\
$ORIGIN vendor.example.
$TTL 300
@         SOA ns1 hostmaster 2 3600 600 86400 300
@         NS  ns1
ns1       A   127.0.0.1
_spf      TXT "v=spf1 include:_a.vendor.example ip4:198.51.100.0/24 -all"
_a        TXT "v=spf1 ip4:192.0.2.0/24 -all"
v1.dkim   TXT "{KEY}"
abc.keys  TXT "{KEY}"
bounce    MX  10 ns1
"""
DEARER = VENDOR.replace("ip4:198.51.100.0/24", "a:ns1.vendor.example mx:bounce.vendor.example")
LATER = "2026-07-01T12:00:00Z"


class Live:
    """A repository with one service of its own, and the resolver it asks."""

    def __init__(self, directory: Directory, named: Named) -> None:
        self.directory, self.named = directory, named
        self.address = f"{named.address}:{named.port}"
        directory.write("templates/services/vendor.yaml", SERVICE)
        self.load(VENDOR)

    def load(self, text: str) -> None:
        self.named.load("vendor.example.", text, checked=False)

    def check(self, *arguments: str, **how: str) -> Done:
        words = ("services", "check", "vendor", "--live", "--resolver", self.address)
        return self.directory.run(*words, *arguments, **how)

    def findings(self, *arguments: str, **how: str) -> list[dict[str, object]]:
        found = json.loads(self.check("--format", "json", *arguments, **how).out)["findings"]
        return [one for one in found if one["rule"] != "SVC009"]

    def codes(self, *arguments: str) -> list[str]:
        return [one["rule"] + "?" * (one["outcome"] == "not_assessed") for one in self.findings(*arguments)]


@pytest.fixture
def live(empty: Directory, named: Named) -> Iterator[Live]:
    return Live(empty, named)


def test_all_that_is_there_is_told_with_its_cost_where_somebody_wants_to_know(live: Live):
    assert ["SVC023"] == live.codes()
    done = live.check()
    assert (0, "") == (done.code, done.err)
    assert "SVC023" not in done.out
    assert (
        "templates/services/vendor.yaml:8:35: info: include:_spf.vendor.example of vendor publishes SPF and costs"
        " 2 of 10 lookups [SVC023]\n"
    ) in live.check("--verbose").out
    assert FILE not in live.directory.files()


@pytest.mark.parametrize(
    ("old", "new", "code", "reason"),
    [
        ("_spf      TXT", "_fps      TXT", "SVC020", "_spf.vendor.example does not exist"),
        ('"v=spf1 include', '"v=spf2 include', "SVC020", "_spf.vendor.example has no SPF record"),
        ('"v=spf1 include', '"v=spf1 inlcude', "SVC020", "the SPF record of _spf.vendor.example is wrong"),
        ("_a        TXT", "_b        TXT", "SVC020", "_a.vendor.example does not exist"),
        (
            "v1.dkim",
            "v3.dkim",
            "SVC024",
            "vendor asks for a CNAME to v1.dkim.vendor.example, which does not exist",
        ),
        ("v1.dkim   TXT", "v1.dkim   SPF", "SVC025", "where no key is: it has no TXT record"),
        (KEY, "v=DKIM1; p=", "SVC025", "it is revoked"),
        ("bounce    MX", "ecnuob    MX", "SVC024", "a CNAME to bounce.vendor.example"),
    ],
)
def test_what_is_gone_is_an_error_at_its_line(live: Live, old, new, code, reason):
    live.load(VENDOR.replace(old, new))
    done = live.check("--format", "json")
    (found,) = (one for one in json.loads(done.out)["findings"] if one["severity"] == "error")
    assert (1, code) == (done.code, found["rule"])
    assert reason in found["message"]
    assert "templates/services/vendor.yaml" == found["where"]["file"]
    assert found["where"]["line"] > 1
    assert found["next"]


def test_a_pattern_whose_domain_is_gone_is_a_warning(live: Live):
    live.load(VENDOR.replace("abc.keys", "abc.syek"))
    assert ["SVC023", "SVC026"] == sorted(live.codes())
    assert 0 == live.check().code


def test_lookups_are_told_beside_those_of_the_last_time(live: Live):
    done = live.check("--record")
    assert (0, f"wrote {FILE}\n") == (done.code, done.err)
    assert ({"_spf.vendor.example": Cost(2, date(2026, 6, 1))}, ()) == parse(
        live.directory.read(FILE).encode()
    )
    before = live.directory.files()
    assert 0 == live.check("--record", now=LATER).code
    assert before == live.directory.files(), "it says since when, so that nothing changes with nothing new"
    live.load(DEARER)
    (found,) = live.findings("--record", now=LATER)
    assert ("SVC022", "warning") == (found["rule"], found["severity"])
    assert "costs 4 of 10 lookups; it cost 2 since 2026-06-01" in found["message"]
    assert (4, 2) == (found["facts"]["lookups"], found["facts"]["recorded"])
    assert "'_spf.vendor.example': 4 since 2026-07-01\n" in live.directory.read(FILE)
    assert ["SVC023"] == live.codes(), "noted"


def test_more_lookups_than_a_record_may_cost_are_an_error(live: Live):
    hosts = " ".join(f"a:ns{number}.vendor.example" for number in range(10))
    live.load(VENDOR.replace("ip4:198.51.100.0/24", hosts))
    assert "SVC021" in live.codes()
    assert 1 == live.check().code


def test_what_could_not_be_asked_is_not_assessed_and_its_record_stays(live: Live):
    live.check("--record")
    before = live.directory.read(FILE)
    live.load(VENDOR.replace("include:_a.vendor", "include:_a.elsewhere"))
    assert ["SVC027?"] == live.codes("--record")
    assert 1 == live.check().code
    assert before == live.directory.read(FILE)


def test_where_nobody_answers_it_says_so_once_and_writes_nothing(live: Live):
    dead = f"127.0.0.1:{free_port()}"
    done = live.directory.run("services", "check", "vendor", "--live", "--record", "--resolver", dead)
    assert (1, "") == (done.code, done.out)
    assert "no name could be asked" in done.err
    assert 2 == len(done.err.splitlines())
    assert FILE not in live.directory.files()


def test_a_resolver_that_knows_nothing_takes_nothing_away(live: Live):
    with Nameserver({".": "@ 300 SOA ns1 hostmaster 2 3600 600 86400 300\n@ 300 NS ns1\n"}) as wall:
        address = f"{wall.address}:{wall.port}"
        done = live.directory.run("services", "check", "--live", "--record", "--resolver", address)
    assert (1, "") == (done.code, done.out)
    assert "so it is not the world's" in done.err
    assert FILE not in live.directory.files()


def test_what_is_recorded_of_other_services_stays_where_some_are_named(live: Live):
    other = {"_spf.other.example": Cost(3, date(2026, 1, 1))}
    live.directory.write(FILE, write(other))
    live.check("--record")
    costs, _ = parse(live.directory.read(FILE).encode())
    assert {"_spf.vendor.example", "_spf.other.example"} == costs.keys()


def test_what_no_service_includes_any_more_is_forgotten_where_all_are_looked_at(live: Live):
    live.directory.write(FILE, write({"_spf.other.example": Cost(3, date(2026, 1, 1))}))
    live.directory.run("services", "check", "--live", "--record", "--resolver", live.address)
    costs, _ = parse(live.directory.read(FILE).encode())
    assert {"_spf.vendor.example": Cost(2, date(2026, 6, 1))} == costs


def test_the_resolver_of_the_configuration_is_asked(live: Live):
    live.directory.write("dnsauth.yaml", f'version: 1\nlive: {{resolver: "{live.address}"}}\n')
    done = live.directory.run("services", "check", "vendor", "--live")
    assert (0, "") == (done.code, done.err)
    live.directory.write("dnsauth.yaml", "version: 1\nlive: {resolver: [}\n")
    assert 1 == live.directory.run("services", "check", "vendor", "--live").code


def test_a_record_that_does_not_read_is_told(live: Live):
    live.directory.write(FILE, "version: 1\nlookups: {'_spf.vendor.example': many}\n")
    done = live.check()
    assert 1 == done.code
    assert f"{FILE}:2:34: error: '_spf.vendor.example' is not NUMBER since YYYY-MM-DD [SVC012]" in done.err


@pytest.mark.parametrize(
    ("format", "part"),
    [
        ("github", "title=SVC024,line=6,col=25::vendor asks for a CNAME to v1.dkim.vendor.example"),
        ("markdown", "- **error** SVC024 at `templates/services/vendor.yaml:6:25`: vendor asks for a CNAME"),
    ],
)
def test_a_nightly_workflow_gets_its_form(live: Live, format, part):
    live.load(VENDOR.replace("v1.dkim", "v3.dkim"))
    assert part in live.check("--format", format).out
