"""A vendor changes its records: refresh says what and whom it concerns, and the plan publishes what follows."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest

from demo.nameserver import Nameserver
from dnsauth.checks.published import unknown
from dnsauth.cli.refreshed import Records, uses
from dnsauth.inventory.operations import Live
from dnsauth.live.network import Network
from dnsauth.lock.observed_changes import User
from dnsauth.lock.observed_parse import FILE, parse
from dnsauth.spf import check_host, overlaid
from tests.cli.conftest import Directory
from tests.servers import KEY, SECRET

LATER, NEXT_WEEK, MUCH_LATER = "2026-06-02T12:00:00Z", "2026-06-10T12:00:00Z", "2026-09-01T12:00:00Z"
CONFIG = """\
version: 1
providers:
  ns1: {{class: octodns_bind.Rfc2136Provider, host: {address}, port: {port}, key_name: {key}, key_secret: env/TSIG_SECRET, key_algorithm: hmac-sha256}}
live: {{resolver: "{address}:{port}", servers: {{example.com: ["{address}:{port}"], example.net: ["{address}:{port}"]}}}}
defaults: {{provider: ns1, ttl: 3600}}
senders:
  esp: {{service: custom, spf: ["include:_spf.vendor.example", "mx:vendor.example"], dkim: {{s1: {{cname: s1.dkim.vendor.example.}}}}, owner: it@example.com}}
"""
ZONE = """\
version: 1
domains:
  "@":
    senders:
      - esp
      - own: {service: custom, spf: ["ip4:198.51.100.7", "a:mail.example.com"], owner: it@example.com}
"""
FLAT = ZONE.replace("- esp", "- esp: {flatten: {max_age: 30d}}")
OTHER = """\
version: 1
domains: {"@": {senders: [esp]}}
"""
HEAD = """\
@ 3600 IN SOA ns1 hostmaster 1 7200 900 1209600 300
@ 3600 IN NS ns1
ns1 3600 IN A 127.0.0.1
"""
ED25519, ANOTHER = (
    "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=",
)
VENDOR = f"""\
{HEAD}
@ 3600 IN MX 10 mail
_spf 3600 IN TXT "v=spf1 include:_more.vendor.example ip4:192.0.2.0/25 ?all"
_spf 3600 IN TXT "another=value"
_more 3600 IN TXT "v=spf1 ip6:2001:db8:1::/48 -ip4:203.0.113.9 ip4:203.0.113.0/28"
mail 3600 IN A 192.0.2.200
s1.dkim 3600 IN TXT "v=DKIM1; k=ed25519; p={ED25519}"
"""
BIG = VENDOR.replace(
    "ip4:203.0.113.0/28",
    '" "'.join(f"ip4:198.18.{host}.{host} " for host in range(10, 90)) + "ip4:203.0.113.0/28",
)
OWN = HEAD + "mail 3600 IN A 198.51.100.8\n@ 300 IN TXT token=1\n"


@pytest.fixture
def world(empty: Directory, nameserver: Nameserver, monkeypatch):
    """A repository with a vendor, and a nameserver that is authoritative for both and resolver besides."""
    monkeypatch.setenv("TSIG_SECRET", SECRET)
    nameserver.load("vendor.example.", VENDOR)
    nameserver.load("example.com.", OWN)
    nameserver.load("example.net.", HEAD)
    empty.write("dnsauth.yaml", CONFIG.format(address=nameserver.address, port=nameserver.port, key=KEY))
    empty.write("zones/example.com.yaml", ZONE)
    empty.write("zones/example.net.yaml", OTHER)
    return nameserver


def passes(world: Nameserver, address: str) -> bool:
    """As a receiver finds it, who asks the nameserver."""
    at = f"{world.address}:{world.port}"
    with Network(Live(at, {"example.com.": (at,)}), (), date(2026, 6, 1)) as network:
        return "pass" == check_host(address, "a@example.com", "mail.example.net", network.lookup).result


FIRST = """\
+ _more.vendor.example TXT
    + v=spf1 ip6:2001:db8:1::/48 -ip4:203.0.113.9 ip4:203.0.113.0/28
    used by sender esp of example.com, example.net

+ _spf.vendor.example TXT
    + v=spf1 include:_more.vendor.example ip4:192.0.2.0/25 ?all
    used by sender esp of example.com, example.net

+ mail.example.com A
    + 198.51.100.8
    used by sender own of example.com

+ mail.vendor.example A
    + 192.0.2.200
    used by sender esp of example.com, example.net

+ vendor.example MX
    + 10 mail.vendor.example.
    used by sender esp of example.com, example.net

~ include:_spf.vendor.example  gains 143 IPv4 addresses and 1 IPv6 network
    + 192.0.2.0/25
    + 203.0.113.0/29
    + 203.0.113.8/32
    + 203.0.113.10/31
    + 203.0.113.12/30
    + 2001:db8:1::/48
    used by sender esp of example.com, example.net

~ mx:vendor.example  gains 1 IPv4 address
    + 192.0.2.200/32
    used by sender esp of example.com, example.net

~ a:mail.example.com  gains 1 IPv4 address
    + 198.51.100.8/32
    used by sender own of example.com

+ key at s1.dkim.vendor.example  ed25519 21fe31dfa154a261
    used by sender esp of s1._domainkey.example.com, s1._domainkey.example.net

Refresh: 7 names new, 3 terms with other addresses, 1 key changed.
"""


def test_the_first_refresh_says_what_is_there_and_records_it(empty, world):
    done = empty.run("lock", "--refresh")
    assert (0, FIRST, f"wrote {FILE}\n") == done
    observed, problems = parse(empty.read(FILE).encode())
    assert () == problems
    assert f"{world.address}:{world.port}" == observed.resolver
    assert ["_more.vendor.example.", "_spf.vendor.example."] == sorted(observed.spf)
    assert ("v=spf1 include:_more.vendor.example ip4:192.0.2.0/25 ?all",) == observed.lookup(
        "_spf.vendor.example.", "TXT"
    )


@pytest.mark.usefixtures("world")
def test_where_nothing_is_new_only_the_time_is_another(empty):
    assert empty.run("lock", "--refresh").code == 0
    before = empty.read(FILE)
    assert (0, "Refresh: nothing is new.\n", "") == empty.run("lock", "--refresh", "--quiet", now=LATER)
    assert before.replace("refreshed: 2026-06-01", "refreshed: 2026-06-02") == empty.read(FILE)


CHANGED = """\
~ _more.vendor.example TXT
    SPF gains ip4:203.0.113.64/26
    SPF loses ip6:2001:db8:1::/48
    - v=spf1 ip6:2001:db8:1::/48 -ip4:203.0.113.9 ip4:203.0.113.0/28
    + v=spf1 ip4:203.0.113.64/26 -ip4:203.0.113.9 ip4:203.0.113.0/28
    used by sender esp of example.com, example.net

~ mail.vendor.example A
    - 192.0.2.200
    + 192.0.2.201
    used by sender esp of example.com, example.net

~ include:_spf.vendor.example  gains 64 IPv4 addresses and loses 1 IPv6 network
    + 203.0.113.64/26
    - 2001:db8:1::/48
    used by sender esp of example.com, example.net

~ mx:vendor.example  gains 1 IPv4 address and loses 1 IPv4 address
    + 192.0.2.201/32
    - 192.0.2.200/32
    used by sender esp of example.com, example.net

! key at s1.dkim.vendor.example  ed25519 21fe31dfa154a261 → ed25519 39f713d0a644253f
    the one before was seen since 2026-06-01: 1 day
    replaced in place: mail signed before verifies no more (RFC 6376 section 3.1)
    used by sender esp of s1._domainkey.example.com, s1._domainkey.example.net

Refresh: 2 names changed, 2 terms with other addresses, 1 key changed.
"""


def test_a_change_is_told_in_terms_addresses_and_keys_and_whom_it_concerns(empty, world):
    empty.run("lock", "--refresh")
    before = empty.read(FILE)
    changed = VENDOR.replace("ip6:2001:db8:1::/48", "ip4:203.0.113.64/26").replace(
        "192.0.2.200", "192.0.2.201"
    )
    world.load("vendor.example.", changed.replace(ED25519, ANOTHER))
    assert (0, CHANGED, "") == empty.run("lock", "--refresh", "--quiet", now=LATER)
    lines = set(empty.read(FILE).splitlines()) - set(before.splitlines())
    assert {"    since: 2026-06-02T12:00:00Z", "    - '203.0.113.64/26'", "  - '192.0.2.201'"} <= lines
    assert 2 == empty.read(FILE).count("since: 2026-06-02")  # the parent's addresses are others too


def test_json_says_the_same(empty, world):
    empty.run("lock", "--refresh")
    world.load(
        "vendor.example.", VENDOR.replace("192.0.2.0/25", "192.0.2.0/26").replace("s1.dkim", "s2.dkim")
    )
    done = empty.run("lock", "--refresh", "--format", "json", "--quiet", now=LATER)
    found = json.loads(done.out)
    users = [{"owner": f"example.{top}.", "senders": ["esp"]} for top in ("com", "net")]
    assert {
        "format": "dnsauth-refresh/1",
        "refreshed": LATER,
        "resolver": f"{world.address}:{world.port}",
        "names": [
            {
                "name": "_spf.vendor.example.",
                "type": "TXT",
                "change": "changed",
                "before": {"exists": True, "values": ["v=spf1 include:_more.vendor.example ip4:192.0.2.0/25 ?all"]},
                "after": {"exists": True, "values": ["v=spf1 include:_more.vendor.example ip4:192.0.2.0/26 ?all"]},
                "used_by": users,
            }
        ],
        "addresses": [
            {"term": "include:_spf.vendor.example", "gained": [], "lost": ["192.0.2.64/26"], "used_by": users}
        ],
        "keys": [
            {
                "target": "s1.dkim.vendor.example.",
                "before": {"state": "key", "algorithm": "ed25519", "fingerprint": found["keys"][0]["before"]["fingerprint"], "since": "2026-06-01T12:00:00Z"},
                "after": {"state": "NXDOMAIN", "algorithm": "", "fingerprint": "", "since": LATER},
                "in_place": False,
                "used_by": [{"owner": f"s1._domainkey.example.{top}.", "senders": ["esp"]} for top in ("com", "net")],
            }
        ],
        "not_assessed": [],
    } == found  # fmt: skip
    assert done.code == 0


LOST = {
    "the name": ("_spf 3600", "gone 3600", r"! _spf\.vendor\.example TXT  has lost its record \(NXDOMAIN\)"),
    "the record": ('_spf 3600 IN TXT "v=spf1', 'gone 3600 IN TXT "v=spf1', r"! _spf\.vendor\.example TXT  has lost its record \(NODATA\)"),
    "nothing left": ("v=spf1 include:_more.vendor.example ip4:192.0.2.0/25", "v=spf1 ip4:203.0.113.200", r"! _spf\.vendor\.example TXT  has no address and no term left"),
    "other servers": ("@ 3600 IN NS ns1\n", "@ 3600 IN NS ns1.parking.example.\n", r"! vendor\.example NS  has no server left of what it had: somebody else"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), LOST.values(), ids=LOST)
def test_a_lost_or_taken_over_record_stands_first(empty, world, old, new, said):
    empty.run("lock", "--refresh")
    world.load("vendor.example.", VENDOR.replace(old, new).replace("192.0.2.200", "192.0.2.201"))
    assert re.match(said, empty.run("lock", "--refresh", now=LATER).out)


@pytest.mark.usefixtures("world")
def test_what_nobody_uses_any_more_is_forgotten(empty):
    empty.run("lock", "--refresh")
    for name in ("example.com", "example.net"):
        empty.write(f"zones/{name}.yaml", 'version: 1\ndomains: {"@": {parked: true}}\n')
    done = empty.run("lock", "--refresh", "--quiet", now=LATER)
    assert "- _spf.vendor.example TXT  nothing of yours leads there any more\n" in done.out
    assert "- key at s1.dkim.vendor.example  nothing of yours leads there any more\n" in done.out
    assert "vendor" not in empty.read(FILE)


def test_without_senders_of_others_no_file_is_made(empty, world):
    for name in ("example.com", "example.net"):
        empty.write(f"zones/{name}.yaml", 'version: 1\ndomains: {"@": {parked: true}}\n')
    assert (0, "Refresh: nothing is new.\n", "") == empty.run("lock", "--refresh")
    assert not (empty.path / FILE).exists()
    assert not world.served


def test_what_could_not_be_asked_stays_is_named_and_ends_with_1(empty, world):
    empty.run("lock", "--refresh")
    before = empty.read(FILE)
    world.unload("vendor.example.")  # refused from now on
    done = empty.run("lock", "--refresh", now=LATER)
    assert done.code == 1
    assert "not assessed: _spf.vendor.example TXT could not be asked: " in done.out
    assert "    what it was at 2026-06-01T12:00:00Z stands\n" in done.out
    assert "7 names not assessed.\n" in done.out
    after, problems = parse(empty.read(FILE).encode())
    assert () == problems
    then, _ = parse(before.encode())
    assert (then.spf, then.hosts, then.keys) == (after.spf, after.hosts, after.keys)
    assert {"2026-06-01 12:00:00+00:00"} == {str(at) for at in after.stale.values()}
    assert "2026-06-02 12:00:00+00:00" == str(after.refreshed)
    world.load("vendor.example.", VENDOR)
    assert empty.run("lock", "--refresh", now=LATER).code == 0
    assert before.replace("refreshed: 2026-06-01", "refreshed: 2026-06-02") == empty.read(FILE)


def test_where_nothing_could_be_asked_the_file_stays(empty, world):
    empty.run("lock", "--refresh")
    before = empty.files()
    for name in ("vendor.example.", "example.com."):
        world.unload(name)
    done = empty.run("lock", "--refresh", now=LATER)
    assert (1, "") == (done.code, done.out)
    assert f"error: no name could be asked, so {FILE} stays as it is" in done.err
    assert "hint: name a resolver that answers" in done.err
    assert before == empty.files()


def test_one_zone_asks_for_its_names_and_leaves_the_rest(empty, world):
    empty.run("lock", "--refresh")
    world.load("vendor.example.", VENDOR.replace("192.0.2.0/25", "192.0.2.0/26"))
    world.load("example.com.", OWN.replace("198.51.100.8", "198.51.100.9"))
    world.served.clear()
    done = empty.run("lock", "--refresh", "--zone", "example.net", now=LATER)
    assert done.code == 0
    assert "include:_spf.vendor.example  loses 64 IPv4 addresses" in done.out
    assert "used by sender esp of example.net\n" in done.out
    assert "example.com" not in done.out
    text = empty.read(FILE)
    assert (
        "refreshed: 2026-06-01T12:00:00Z" in text
    )  # for what was not asked, and nothing is younger than it says
    assert "'198.51.100.8'" in text
    assert "192.0.2.0/26" in text


@pytest.mark.usefixtures("world")
def test_an_own_name_that_is_desired_is_not_asked(empty):
    empty.write(
        "zones/example.net.yaml",
        'version: 1\ndomains: {"@": {senders: [{x: {service: custom, spf: ["include:example.com"]}}]}}\n',
    )
    done = empty.run("lock", "--refresh")
    assert "\n+ example.com TXT" not in done.out
    assert "~ include:example.com  gains 145 IPv4 addresses and 1 IPv6 network\n" in done.out


@pytest.mark.usefixtures("world")
def test_a_kept_record_is_looked_up_too(empty):
    keep = '{sends: false, keep: [{owner: "@", type: TXT, values: ["v=spf1 include:_more.vendor.example -all"]}]}'
    empty.write("zones/example.net.yaml", f'version: 1\ndomains: {{"@": {keep}}}\n')
    done = empty.run("lock", "--refresh", "--zone", "example.net")
    assert "used by a kept or adopted record of example.net\n" in done.out
    assert "_more.vendor.example TXT" in done.out
    assert "_spf.vendor" not in done.out


# What stands and nobody asks for any more


@pytest.fixture
def stands(empty, world):
    """example.com as it was looked up and applied, without keys."""
    empty.write(
        "dnsauth.yaml",
        empty.read("dnsauth.yaml").replace(", dkim: {s1: {cname: s1.dkim.vendor.example.}}", ""),
    )
    assert empty.run("lock", "--refresh").code == 0
    done = empty.run("apply", "--yes", "--timeout", "5", "--zone", "example.com")
    assert done.code == 0, done
    return world


WITHOUT = ZONE.replace("      - esp\n", "")
MOVED = ZONE.replace("- esp", '- esp: {service: custom, spf: ["ip4:192.0.2.200"], owner: it@example.com}')
PARKED = 'version: 1\ndomains: {"@": {parked: true}}\n'


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        (WITHOUT, "may no longer send: brought by sender esp (RFC 7208 section 5) [PLN013]"),
        (MOVED, "may no longer send: brought by sender esp, which stays (RFC 7208 section 5) [PLN029]"),
    ],
    ids=["gone", "moved"],
)
@pytest.mark.usefixtures("stands")
def test_a_refresh_in_between_hides_from_no_plan_what_it_takes_away(empty, zone, said):
    empty.write("zones/example.com.yaml", zone)
    empty.write("zones/example.net.yaml", PARKED)
    assert "Refresh: nothing is new.\n" == empty.run("lock", "--refresh", "--quiet", now=LATER).out
    plan = empty.run("plan", "--zone", "example.com", now=LATER).out
    assert said in plan
    assert "PLN016" not in plan


@pytest.mark.usefixtures("stands")
def test_what_a_record_led_to_is_forgotten_with_it(empty):
    empty.write("zones/example.com.yaml", WITHOUT)
    empty.write("zones/example.net.yaml", PARKED)
    done = empty.run("apply", "--yes", "--timeout", "5", "--zone", "example.com")
    assert done.code == 0, done
    assert empty.run("lock", "--prune", "--zone", "example.com").code == 0
    assert "vendor" not in empty.read("zones/example.com.lock.yaml")
    done = empty.run("lock", "--refresh", "--quiet", now=LATER)
    assert "- _spf.vendor.example TXT  nothing of yours leads there any more\n" in done.out
    assert "vendor" not in empty.read(FILE)


def test_what_is_new_behind_a_term_that_is_left_says_whose_it_was(empty, stands):
    empty.write("zones/example.com.yaml", WITHOUT)
    stands.load("vendor.example.", VENDOR.replace("192.0.2.0/25", "192.0.2.0/26"))
    done = empty.run("lock", "--refresh", "--zone", "example.com", now=LATER)
    assert (
        "~ include:_spf.vendor.example  loses 64 IPv4 addresses\n"
        "    - 192.0.2.64/26\n"
        "    used by sender esp of example.com\n" in done.out
    )


def test_what_an_adopted_record_leads_to_is_asked(empty, world):
    world.load(
        "example.com.",
        OWN + '@ 300 IN TXT "v=spf1 -include:_more.vendor.example redirect=_spf.vendor.example"\n',
    )
    empty.write("zones/example.com.yaml", WITHOUT)
    plan = empty.run("plan", "--adopt", "--zone", "example.com").out
    assert "was never looked up, so addresses and lookups are told without it [PLN016]" in plan
    done = empty.run("lock", "--refresh", "--zone", "example.com")
    assert "~ include:_spf.vendor.example  gains 143 IPv4 addresses and 1 IPv6 network\n" in done.out
    assert "used by a kept or adopted record of example.com\n" in done.out
    plan = empty.run("plan", "--zone", "example.com").out
    assert "192.0.2.0/25 may no longer send: brought by terms of no sender" in plan
    assert "PLN016" not in plan


def test_chunks_that_were_forgotten_are_not_asked(empty, flat):
    empty.write("zones/example.com.yaml", WITHOUT)
    flat.served.clear()
    assert empty.run("lock", "--refresh", now=LATER).code == 0
    assert "_spf-" not in empty.read(FILE).partition("retired:")[0]


def test_another_resolver_may_be_named(empty, world):
    with Nameserver({"vendor.example.": VENDOR}) as other:
        world.unload("vendor.example.")
        at = f"{other.address}:{other.port}"
        assert empty.run("lock", "--refresh", "--resolver", at).code == 0
        assert f"resolver: '{at}'" in empty.read(FILE)


@pytest.mark.parametrize(
    "options", [("--format", "json"), ("--resolver", "127.0.0.1:53"), ("--refresh", "--prune")]
)
@pytest.mark.usefixtures("world")
def test_options_that_do_not_go_together_are_wrong_usage(empty, options):
    assert 2 == empty.run("lock", *options).code


def test_what_strangers_publish_reaches_the_terminal_and_the_file_escaped(empty, world):
    hostile = r"v=spf1 ip4:192.0.2.1 x=\"#'\027[31m%%\226\128\174: - & -all"
    world.load(
        "vendor.example.",
        VENDOR.replace("v=spf1 include:_more.vendor.example ip4:192.0.2.0/25 ?all", hostile),
    )
    done = empty.run("lock", "--refresh")
    assert done.out.isprintable() or set(done.out) - {"\n", "→"} <= set(map(chr, range(32, 127)))
    assert "\x1b" not in empty.read(FILE)
    assert () == parse(empty.read(FILE).encode())[1]


def test_a_term_is_compared_with_itself_whatever_the_record_was_before():
    vendor = {
        "_a.vendor.example.": "v=spf1 ip4:192.0.2.1 -all",
        "_b.vendor.example.": "v=spf1 ip4:192.0.2.2 -all",
    }
    known = {(name, "TXT"): (text,) for name, text in vendor.items()}
    own = {("example.com.", "TXT"): ("v=spf1 include:_a.vendor.example include:_b.vendor.example -all",)}
    then = {("example.com.", "TXT"): ("v=spf1 include:_b.vendor.example -all",)}
    records = Records(own, {"example.com.": {"include:_b.vendor.example": ("esp",)}})
    sides = (overlaid(unknown, {**known, **more}) for more in ({}, then))
    assert {
        "include:_a.vendor.example": (True, User("example.com.")),
        "include:_b.vendor.example": (True, User("example.com.", ("esp",))),
    } == {use.term: (use.before == use.after, *use.users) for use in uses([records], *sides)}


# Flattened


@pytest.fixture
def flat(empty, world):
    """example.com flattened, looked up, and applied."""
    world.load("vendor.example.", BIG)
    empty.write("zones/example.com.yaml", FLAT)
    assert empty.run("lock", "--refresh").code == 0
    done = empty.run("apply", "--yes", "--timeout", "5", "--zone", "example.com")
    assert done.code == 0, done
    return world


def chunks(world: Nameserver) -> dict[str, bytes]:
    return {
        name: b"".join(texts)
        for (name, type), (_, texts) in world.rrsets("example.com.").items()
        if type == "TXT" and name.startswith("_spf-")
    }


def test_what_is_flattened_is_served_and_passes(empty, flat):
    assert 5 == len(chunks(flat))
    served = b"".join(flat.rrsets("example.com.")["example.com.", "TXT"][1])
    assert b"token=1" in served
    assert b"vendor" not in served
    flat.unload("vendor.example.")  # receivers need it no more
    for address in (
        "198.18.10.10",
        "198.18.89.89",
        "192.0.2.3",
        "203.0.113.8",
        "2001:db8:1::7",
        "198.51.100.8",
    ):
        assert passes(flat, address)
    assert not passes(flat, "203.0.113.9")
    assert "Plan: 1 zone agrees.\n" == empty.run("plan", "--zone", "example.com").out


def test_a_vendors_new_addresses_are_one_refresh_and_one_plan_away(empty, flat):
    before = chunks(flat)
    flat.load("vendor.example.", BIG.replace("ip4:198.18.50.50", "ip4:198.18.50.50/31"))
    assert "Plan: 1 zone agrees.\n" == empty.run("plan", "--zone", "example.com").out
    assert "+ 198.18.50.51/32\n" in empty.run("lock", "--refresh", now=LATER).out
    assert not passes(flat, "198.18.50.51")
    done = empty.run("apply", "--yes", "--timeout", "5", "--zone", "example.com", now=LATER)
    assert done.code == 0, done
    assert passes(flat, "198.18.50.51")
    after = chunks(flat)
    assert before.keys() == after.keys()  # in place: the record that includes them is as it was
    assert 1 == sum(before[name] != after[name] for name in before)


def test_chunks_that_are_replaced_stay_until_caches_have_forgotten_them(empty, flat):
    before = chunks(flat)
    flat.load(
        "vendor.example.", VENDOR.replace("ip6:2001:db8:1::/48", "ip6:2001:db8:1::/48 ip4:198.18.10.10")
    )
    assert empty.run("lock", "--refresh", now=LATER).code == 0
    assert "retired:" in empty.read(FILE)
    plan = empty.run("plan", "--zone", "example.com", "--format", "json", now=LATER)
    actions = {change["owner"]: change["action"] for change in json.loads(plan.out)["zones"][0]["changes"]}
    assert {"example.com.": "update"} == actions
    assert before == chunks(flat)
    done = empty.run("lock", "--refresh", now=NEXT_WEEK)
    assert (0, "Refresh: nothing is new.\n") == (done.code, done.out)
    assert "retired:" not in empty.read(FILE)
    plan = json.loads(empty.run("plan", "--zone", "example.com", "--format", "json", now=NEXT_WEEK).out)
    gone = {change["owner"] for change in plan["zones"][0]["changes"] if change["action"] == "delete"}
    assert before.keys() == gone


def test_without_a_lock_it_is_named_and_nothing_of_it_is_written(empty, world):
    empty.write("zones/example.com.yaml", FLAT)
    done = empty.run("check", "--zone", "example.com")
    assert done.code == 1
    assert (
        "zones/example.com.yaml:5:9: error: example.com: 'include:_spf.vendor.example' of esp can't be flattened: observed.lock.yaml does not have _spf.vendor.example TXT [SPF040]\n"
        in done.out
    )
    assert "next: run `dnsauth lock --refresh`" in done.out
    done = empty.run("apply", "--yes", "--timeout", "0", "--zone", "example.com")
    assert done.code == 1
    assert "[SPF040]" in done.out
    assert {("example.com.", "TXT")} == {id for id in world.rrsets("example.com.") if id[1] == "TXT"}


def test_a_lock_that_is_too_old_stops_a_change_and_nothing_else(empty, flat):
    assert "[SPF045]" in empty.run("check", "--zone", "example.com", now=NEXT_WEEK).out
    done = empty.run("check", "--zone", "example.com", now=MUCH_LATER)
    assert (
        "example.com: the addresses of esp were looked up 92 days ago, and may be 30 days old [SPF044]"
        in done.out
    )
    assert "Plan: 1 zone agrees.\n" == empty.run("plan", "--zone", "example.com", now=MUCH_LATER).out
    empty.write(
        "zones/example.com.yaml",
        FLAT.replace("ip4:198.51.100.7", "ip4:198.51.100.9") + "    dmarc: {policy: none}\n",
    )
    before = flat.rrsets("example.com.")
    done = empty.run("apply", "--yes", "--timeout", "0", "--zone", "example.com", now=MUCH_LATER)
    assert done.code == 1
    assert "[SPF044]" in done.out
    assert before == flat.rrsets("example.com.")
    empty.write("zones/example.com.yaml", FLAT + "    dmarc: {policy: none}\n")
    assert empty.run("apply", "--yes", "--timeout", "5", "--zone", "example.com", now=MUCH_LATER).code == 0


def test_a_broken_vendor_takes_no_address_away(empty, flat):
    before = flat.rrsets("example.com.")
    flat.load("vendor.example.", BIG.replace("ip4:192.0.2.0/25", "ip4:192.0.2.0/255"))
    assert empty.run("lock", "--refresh", now=LATER).code == 0
    done = empty.run("apply", "--yes", "--timeout", "0", "--zone", "example.com", now=LATER)
    assert done.code == 1
    assert "[SPF041]" in done.out
    assert before == flat.rrsets("example.com.")
