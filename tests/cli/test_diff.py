"""``dnsauth diff`` against real servers: two that agree or lag, frozen, lame, dead, without a route, left out."""

from __future__ import annotations

import errno
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dns.flags
import dns.message
import dns.tsigkeyring
import dns.update
import pytest
from dns.query import tcp

from demo.nameserver import Nameserver
from tests.cli.conftest import NOW, Directory
from tests.cli.test_shell import terminal
from tests.live.sockets import peer
from tests.servers import KEY, SECRET
from tests.servers.bind import Named
from tests.servers.internet import Internet
from tests.servers.knot import Knot
from tests.servers.process import free_port

CONFIG = """\
version: 1
providers: {store: {class: octodns_bind.Rfc2136Provider, host: 192.0.2.1, key_name: k, key_secret: env/NOT_SET}}
defaults: {ttl: 300, provider: store}
live:
  servers: {ZONE: [SERVERS]}
"""
ZONE = """\
version: 1
domains:
  "@":
    senders:
      - portal: {service: custom, spf: ["ip4:203.0.113.7"]}
    dmarc: {policy: reject}
"""
OLD = ZONE.replace("203.0.113.7", "198.51.100.7")
SERVED = """\
$ORIGIN example.com.
$TTL 300
@      SOA ns1 hostmaster 2 3600 600 86400 300
@      NS  ns1
@      TXT "v=spf1 ip4:203.0.113.7 ~all"
@      TXT "site-verification=4f2d"
ns1    A   192.0.2.53
_dmarc TXT "v=DMARC1; p=reject"
"""
LAGGING = SERVED.replace("203.0.113.7", "198.51.100.7").replace("hostmaster 2", "hostmaster 1")


@pytest.fixture
def first() -> Iterator[Nameserver]:
    with Nameserver({"example.com.": SERVED}) as server:
        yield server


@pytest.fixture
def second() -> Iterator[Nameserver]:
    with Nameserver({"example.com.": LAGGING}, address="127.0.0.2") as server:
        yield server


def at(server: object) -> str:
    return f"{server.address}:{server.port}"


def inventory(empty: Directory, *servers: str, zone: str = "example.com", more: str = "") -> Directory:
    """A repository whose lock records what it asked for before, with *servers* for its zone."""
    listed = ", ".join(f'"{server}"' for server in servers)
    empty.write("dnsauth.yaml", CONFIG.replace("ZONE", zone).replace("SERVERS", listed) + more)
    empty.write(f"zones/{zone}.yaml", OLD)
    assert 0 == empty.run("lock").code
    empty.write(f"zones/{zone}.yaml", ZONE)
    return empty


def test_servers_that_answer_as_asked_agree_whatever_else_stands_there(empty, first):
    done = inventory(empty, at(first)).run("diff", "--exit-code")
    assert (0, "Diff: 1 zone agrees.\n", "") == done


def test_a_server_that_lags_is_named_with_its_answer_and_serial(empty, first, second):
    repository = inventory(empty, at(first), at(second))
    before = repository.files()
    done = repository.run("diff")
    assert (
        f"""\
example.com: 1 to update; its servers disagree
  {at(first)} agrees, serial 2
  {at(second)} differs, serial 1

  ~ @ TXT 300  zones/example.com.yaml:5 portal (custom)
      SPF gains ip4:203.0.113.7
      SPF loses ip4:198.51.100.7
      keeps 1 value of others
      - v=spf1 ip4:198.51.100.7 ~all
      + v=spf1 ip4:203.0.113.7 ~all
      only at {at(second)} (serial 1); as asked at {at(first)} (serial 2)

Diff: 1 to update in 1 zone.
"""
        == done.out
    )
    assert (0, "") == (done.code, done.err)
    assert 3 == repository.run("diff", "--exit-code").code
    assert before == repository.files(), "locks are left as they are"


def test_programs_read_which_servers_a_change_is_for(empty, first, second):
    done = inventory(empty, at(first), at(second)).run("diff", "--format", "json")
    (zone,) = json.loads(done.out)["zones"]
    assert [
        {"address": at(first), "serial": 2, "state": "agrees"},
        {"address": at(second), "serial": 1, "state": "differs"},
    ] == zone["servers"]
    (change,) = zone["changes"]
    assert ("update", False, [at(second)]) == (change["action"], change["drift"], change["servers"])
    assert ["site-verification=4f2d", "v=spf1 ip4:203.0.113.7 ~all"] == change["after"]["values"]
    assert [] == zone["not_assessed"]


def test_a_pull_request_gets_markdown(empty, first, second):
    done = inventory(empty, at(first), at(second)).run("diff", "--format", "markdown")
    assert done.out.startswith("### dnsauth diff\n\nDiff: 1 to update in 1 zone.\n\n#### `example.com`")


def lame(query: bytes) -> list[bytes]:
    """The answer of a server that does not serve the zone, and says so by leaving AA away."""
    return [dns.message.make_response(dns.message.from_wire(query)).to_wire()]


def failing(query: bytes) -> list[bytes]:
    response = dns.message.make_response(dns.message.from_wire(query))
    response.flags |= dns.flags.AA
    response.set_rcode(dns.rcode.SERVFAIL)
    return [response.to_wire()]


@pytest.mark.parametrize(
    ("answers", "state", "why"),
    [
        (lame, "lame", "answers without authority: it does not serve this zone"),
        (failing, "lame", "fails with SERVFAIL"),
    ],
)
def test_a_server_that_tells_nothing_leaves_its_rrsets_not_assessed(empty, first, answers, state, why):
    with peer(answers) as odd:
        address = odd.server.address
        repository = inventory(empty, at(first), address)
        done = repository.run("diff", "--exit-code", "--format", "json")
        text = repository.run("diff").out
    (zone,) = json.loads(done.out)["zones"]
    assert 1 == done.code
    assert [] == zone["changes"], "never taken for absent"
    assert {"address": address, "serial": None, "state": state} == zone["servers"][1]
    assert [("_dmarc.example.com.", "TXT"), ("example.com.", "TXT")] == sorted(
        (one["owner"], one["type"]) for one in zone["not_assessed"]
    )
    assert {f"{address} {why}"} == {one["why"] for one in zone["not_assessed"]}
    assert f"  not assessed: {address} {why}\n" in text
    assert text.endswith("Diff: 1 zone not assessed in full.\n")


def test_a_server_that_refuses_and_a_dead_address_are_told_apart_and_win_over_changes(empty, second):
    dead = f"127.0.0.1:{free_port()}"
    with Nameserver({}) as refusing:
        repository = inventory(empty, at(second), at(refusing), dead)
        done = repository.run("diff", "--exit-code", "--format", "json")
    (zone,) = json.loads(done.out)["zones"]
    assert 1 == done.code, "not 3: 1 wins"
    assert ["differs", "refused", "unreachable"] == [one["state"] for one in zone["servers"]]
    assert [[at(second)]] == [one["servers"] for one in zone["changes"]]


def test_a_server_left_out_until_a_date_is_not_asked_until_then(empty, first):
    dead = f"127.0.0.1:{free_port()}"
    ignore = f'{{server: "{dead}", until: 2027-02-01, owner: dns@example.com, why: "being retired"}}'
    repository = inventory(empty, at(first), dead, more=f"  ignore: [{ignore}]\n")
    assert (0, "Diff: 1 zone agrees.\n") == repository.run("diff")[:2]
    assert f"{dead}: left out, as `live.ignore` says" in repository.run("diff", "--verbose").out
    assert 1 == repository.run("diff", now="2027-02-02T00:00:00Z").code


def test_a_frozen_secondary_differs_until_it_thaws(empty, named: Named, knot: Knot):
    zone = "frozen.example"
    named.load(f"{zone}.", LAGGING.replace("example.com", zone), notify=knot.endpoint)
    knot.follow(f"{zone}.")
    knot.freeze(f"{zone}.")
    update = dns.update.Update(
        zone, keyring=dns.tsigkeyring.from_text({KEY: SECRET}), keyalgorithm="hmac-sha256"
    )
    update.delete("@", "TXT", '"v=spf1 ip4:198.51.100.7 ~all"')
    update.add("@", 300, "TXT", '"v=spf1 ip4:203.0.113.7 ~all"')
    assert 0 == tcp(update, named.address, port=named.port, timeout=5).rcode()
    repository = inventory(empty, at(named), at(knot), zone=zone)

    done = repository.run("diff", "--exit-code")
    assert 3 == done.code
    assert f"only at {at(knot)} (serial 1); as asked at {at(named)} (serial 2)" in done.out

    knot.thaw(f"{zone}.")
    assert 0 == repository.run("verify", "--timeout", "20").code
    assert (0, "Diff: 1 zone agrees.\n", "") == repository.run("diff", "--exit-code")


def test_delegations_are_followed_to_every_server(empty, world: Internet):
    empty.write("dnsauth.yaml", f"version: 1\nlive: {{roots: {world.root}:{world.port}}}\n")
    for zone in ("lagging", "half", "homeless"):
        empty.write(f"zones/{zone}.example.yaml", 'version: 1\ndomains: {"@": {sends: false}}\n')
    done = empty.run("diff", "--format", "json")
    zones = {zone["zone"]: zone for zone in json.loads(done.out)["zones"]}
    assert 1 == done.code
    assert [("differs", 2), ("differs", 1)] == [
        (one["state"], one["serial"]) for one in zones["lagging.example."]["servers"]
    ]
    assert ["differs", "refused"] == [one["state"] for one in zones["half.example."]["servers"]]
    assert [] == zones["homeless.example."]["servers"]
    assert "ns.unregistered.example" in zones["homeless.example."]["not_assessed"][0]["why"]


def test_verify_names_who_lags_on_a_terminal_and_nowhere_else(empty, first, second):
    repository = inventory(empty, at(first), at(second))
    code, shown = terminal(repository.path, "verify", "--timeout", "0.3", "--now", NOW)
    assert 1 == code
    assert f"\rzones served as asked: 0/1, waiting for {at(second)}\x1b[K" in shown
    assert "waiting for" not in repository.spawn("verify", "--timeout", "0.3", "--now", NOW).err


def test_a_server_may_be_named_for_this_run(empty, first, second):
    repository = inventory(empty, at(second))
    done = repository.run("diff", "--exit-code", "--server", f"example.com={at(first)}")
    assert (0, "Diff: 1 zone agrees.\n") == done[:2]


def test_only_the_zones_named_are_asked(empty, first):
    repository = inventory(empty, at(first))
    repository.write("zones/example.net.yaml", 'version: 1\ndomains: {"@": {parked: true}}\n')
    assert (0, "Diff: 1 zone agrees.\n", "") == repository.run("diff", "--zone", "example.com")


def test_neither_a_secret_nor_a_providers_package_is_needed(empty, first, second):
    repository = inventory(empty, at(first), at(second))
    script = (
        "import sys\n"
        "from dnsauth.cli import main\n"
        "try:\n"
        "    main()\n"
        "finally:\n"
        "    print(sorted(n for n in sys.modules if n.split('.')[0] in ('octodns', 'octodns_bind')))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "diff", "--format", "json"],
        cwd=repository.path,
        env={"PYTHONPATH": str(Path(__file__).resolve().parents[2]), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ("", 0) == (done.stderr, done.returncode)
    assert done.stdout.endswith("[]\n")


@pytest.fixture
def without_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    """This host as one that has no route for IPv6."""
    connect = socket.socket.connect

    def refusing(self: socket.socket, address: object) -> None:
        if self.family == socket.AF_INET6:
            raise OSError(errno.ENETUNREACH, "Network is unreachable")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", refusing)


ROOT = """\
$ORIGIN .
@ 300 SOA a.root.example. hostmaster.example. 1 3600 600 86400 300
@ 300 NS a.root.example.
a.root.example. 300 A 127.0.0.1
example.com. 300 NS ns.example.com.
ns.example.com. 300 A 127.0.0.2
ns.example.com. 300 AAAA 2001:db8::53
"""


@pytest.mark.usefixtures("without_ipv6")
def test_a_family_without_a_route_is_skipped_and_said_once(empty):
    zone = SERVED.replace("ns1    A   192.0.2.53", "ns A 127.0.0.2\nns AAAA 2001:db8::53").replace(
        "ns1", "ns"
    )
    port = free_port("0.0.0.0")  # at each address
    with (
        Nameserver({"example.com.": zone}, address="127.0.0.2", port=port) as child,
        Nameserver({".": ROOT}, port=port) as root,
    ):
        empty.write("dnsauth.yaml", f'version: 1\nlive: {{roots: "{at(root)}"}}\ndefaults: {{ttl: 300}}\n')
        empty.write("zones/example.com.yaml", ZONE)
        done = empty.run("diff", "--exit-code")
        shown = json.loads(empty.run("diff", "--format", "json").out)["zones"][0]["servers"]
        quiet = empty.run("diff", "--quiet")
    assert (0, "Diff: 1 zone agrees.\n") == done[:2]
    assert ["IPv6 is not reachable from here: its addresses were skipped"] == done.err.splitlines()
    assert "" == quiet.err
    assert [(at(child), "agrees"), (f"[2001:db8::53]:{child.port}", "unreachable")] == [
        (one["address"], one["state"]) for one in shown
    ]
