"""What parents say, walked from a root of the tests' own, or looked for by a resolver."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

import dns.flags
import pytest

from demo.nameserver import Nameserver
from dnsauth.live import walk
from dnsauth.live.engine import Engine
from dnsauth.live.failover import Failover
from dnsauth.live.resolution import Asked, Resolved, Unanswered
from dnsauth.live.resolver import Resolver
from dnsauth.live.servers import Delegation, Server
from dnsauth.live.walk import Walk
from tests.live.resolvers import PATIENT, QUICK, Told, telling

DS = "1 13 2 " + "00" * 32
AA = dns.flags.AA


def apex(*ns):
    return "@ 300 SOA ns hostmaster 1 3600 600 86400 60\n" + "".join(f"@ 300 NS {name}\n" for name in ns)


ROOT, COM, NET, HOST, OWN = (f"127.0.0.{i}" for i in range(1, 6))
WORLD = {
    ROOT: {
        ".": apex("a.root.")
        + f"a.root. 300 A {ROOT}\ncom. 300 NS ns.com.\nns.com. 300 A {COM}\nnet. 300 NS ns.net.\nns.net. 300 A {NET}\n"
    },
    COM: {
        "com.": apex("ns")
        + f"""
ns 300 A {COM}
example 300 NS ns1.example
example 300 NS ns.host.net.
example 300 DS {DS}
ns1.example 300 A {OWN}
ns1.example 300 AAAA ::1
plain 300 NS ns.host.net.
empty.below 300 NS ns.host.net.
alias 300 CNAME example
circle 300 NS ns.circle.net.
lone 300 NS nowhere.host.net.
taken 300 NS ns1.example
"""
    },
    NET: {
        "net.": apex("ns")
        + f"ns 300 A {NET}\nhost 300 NS ns.host\nns.host 300 A {HOST}\ncircle 300 NS ns.circle.com.\n"
    },
    HOST: {
        "host.net.": apex("ns") + f"ns 300 A {HOST}\n",
        "plain.com.": apex("ns.host.net.") + "deep.sub 300 NS ns.host.net.\n",
    },
}


@contextmanager
def serving(world: Mapping[str, Mapping[str, str]]) -> Iterator[dict[str, Nameserver]]:
    """Nameservers at the addresses of *world*, all at one port; the first address is that of the root."""
    with ExitStack() as stack:
        port = 0
        running = {}
        for address, zones in world.items():
            running[address] = stack.enter_context(Nameserver(zones, address=address, port=port))
            port = running[address].port
        yield running


@contextmanager
def walking(*roots: Server, resolver: Server | None = None, known=None, limits=PATIENT) -> Iterator[Walk]:
    with Engine(limits) as engine:
        failover = Failover(engine)
        asked = Resolver([resolver] if resolver else [], failover, lambda: 0.0)
        yield Walk(failover, asked, roots, known or {})


def root(running: Mapping[str, Nameserver]) -> Server:
    return Server("a.root.", ROOT, running[ROOT].port)


def delegation(world, zone):
    with serving(world) as running, walking(root(running)) as walked:
        return walked.delegations([zone])[zone]


GLUE = {"ns1.example.com.": (OWN, "::1")}
NAMES = ("ns.host.net.", "ns1.example.com.")


@pytest.mark.parametrize(
    ("zone", "expected", "reason"),
    [
        ("example.com.", Delegation("example.com.", NAMES, GLUE, signed=True), "names, glue and DS"),
        ("plain.com.", Delegation("plain.com.", ("ns.host.net.",)), "no glue is needed, no DS is there"),
        ("empty.below.com.", Delegation("empty.below.com.", ("ns.host.net.",)), "below a name without records"),
        ("deep.sub.plain.com.", Delegation("deep.sub.plain.com.", ("ns.host.net.",)), "found at a server of a zone"),
        ("com.", Delegation("com.", ("ns.com.",), {"ns.com.": (COM,)}), "a top-level domain"),
        ("none.com.", Delegation("none.com.", why="com. has no such name (NXDOMAIN)"), "not registered"),
        ("below.com.", Delegation("below.com.", why="com. does not delegate it"), "a name on the way"),
        ("alias.com.", Delegation("alias.com.", why="com. does not delegate it"), "a CNAME"),
        ("x.none.com.", Delegation("x.none.com.", why="com. has no such name (NXDOMAIN)"), "below what is not there"),
        ("taken.com.", Delegation("taken.com.", ("ns1.example.com.",), {"ns1.example.com.": (OWN, "::1")}), "glue of a name that the parent delegates to somebody else"),
    ],
)  # fmt: skip
def test_a_delegation_is_what_the_parent_says(zone, expected, reason):
    assert expected == delegation(WORLD, zone), reason


def test_the_root_has_no_parent():
    with serving(WORLD) as running, walking(root(running)) as walked:
        assert Delegation(".", why="it is the root, which nobody delegates") == walked.delegations(["."])["."]


def test_many_zones_cost_their_own_questions_and_no_more():
    zones = [f"d{i}.com." for i in range(300)]
    com = WORLD[COM]["com."] + "".join(f"d{i} 300 NS ns.host.net.\n" for i in range(300))
    with (
        serving(WORLD | {COM: {"com.": com}}) as running,
        walking(root(running)) as walked,
    ):
        found = walked.delegations(zones)
        again = walked.delegations(["example.com."])

    assert {("ns.host.net.",)} == {each.names for each in found.values()}
    assert again["example.com."].signed
    assert {("com.", "NS")} == {(served.name, served.type) for served in running[ROOT].served}
    asked = {(served.name, served.type) for served in running[COM].served}
    assert {(zone, type) for zone in [*zones, "example.com."] for type in ("NS", "DS")} == asked


def test_a_parent_that_serves_the_zone_itself_answers_for_it():
    both = {
        ROOT: WORLD[ROOT],
        COM: WORLD[COM] | {"example.com.": apex("ns.host.net.", "ns2") + f"ns2 300 A {OWN}\n"},
    }
    found = delegation(both, "example.com.")

    assert Delegation("example.com.", ("ns.host.net.", "ns2.example.com.")) == found


def test_where_a_parent_is_lame_or_silent_another_one_is_asked():
    text = (
        WORLD[ROOT]["."]
        + f"com. 300 NS lame.com.\nlame.com. 300 A {HOST}\ncom. 300 NS off.com.\noff.com. 300 A {OWN}\n"
    )
    with serving(WORLD | {ROOT: {".": text}}) as running, walking(root(running)) as walked:
        found = walked.delegations(["example.com.", "plain.com.", "empty.below.com."])

    assert [NAMES, ("ns.host.net.",), ("ns.host.net.",)] == [each.names for each in found.values()]


def test_a_parent_that_nobody_can_ask_is_no_absence():
    with serving({ROOT: WORLD[ROOT]}) as running, walking(root(running)) as walked:
        found = walked.delegations(["example.com."])["example.com."]

    assert ((), False) == (found.names, found.signed)
    assert f"{COM}:{running[ROOT].port}" in found.why


def test_roots_that_nobody_can_ask_are_said():
    with telling({}) as silent, walking(silent.server, limits=QUICK) as walked:
        assert silent.server.address in walked.delegations(["example.com."])["example.com."].why


def test_addresses_are_found_from_the_roots_where_a_referral_has_none():
    world = WORLD | {ROOT: {".": WORLD[ROOT]["."] + "org. 300 NS ns.host.net.\n"}}
    world[HOST] = WORLD[HOST] | {"org.": apex("ns.host.net.") + "example 300 NS ns.host.net.\n"}
    with serving(world) as running, walking(root(running)) as walked:
        found = walked.delegations(["example.org."])["example.org."]
        host = walked.resolve([Asked("ns.host.net.", "A"), Asked("none.host.net.", "A")])

    assert Delegation("example.org.", ("ns.host.net.",)) == found
    assert [Resolved((HOST,), 300), Resolved((), 60, exists=False)] == list(host.values())


def test_name_servers_that_only_lead_to_each_other_end_in_words():
    with serving(WORLD) as running, walking(root(running)) as walked:
        host = walked.resolve([Asked("ns.circle.com.", "A")])[Asked("ns.circle.com.", "A")]
        found = walked.delegations(["sub.circle.com."])["sub.circle.com."]

    assert isinstance(host, Unanswered)
    assert "lead" in host.why
    assert ((), True) == (found.names, bool(found.why))


def test_addresses_of_names_outside_of_the_parents_zone_are_not_believed():
    told = {
        "com. NS": Told(authority="com. 300 NS ns.com.", additional=f"ns.com. 300 A {ROOT}", flags=0),
        "example.com. NS": Told(
            authority="example.com. 300 NS ns.victim.net.\nexample.com. 300 NS ns.example.com.",
            additional="ns.victim.net. 300 A 192.0.2.66\nns.example.com. 300 A 192.0.2.1\nother.com. 300 A 192.0.2.66",
            flags=0,
        ),
        "example.com. DS": Told(flags=AA),
    }
    with telling(told) as hostile, walking(hostile.server) as walked:
        found = walked.delegations(["example.com."])["example.com."]

    assert (
        Delegation("example.com.", ("ns.example.com.", "ns.victim.net."), {"ns.example.com.": ("192.0.2.1",)})
        == found
    )


@pytest.mark.parametrize(
    "referral",
    [
        Told(authority=". 300 NS a.root.", flags=0),
        Told(authority="victim.net. 300 NS ns.victim.net.", additional=f"ns.victim.net. 300 A {ROOT}", flags=0),
        Told(authority="com. 300 NS ns.com.", flags=0),
        Told("example.com. 300 NS ns.com.", flags=dns.flags.RA),
        Told(rcode="REFUSED", flags=0),
        Told(flags=0),
    ],
    ids=["upwards", "sideways", "to itself", "a cache", "REFUSED", "nothing"],
)  # fmt: skip
def test_a_parent_that_leads_nowhere_is_no_absence(referral):
    told = {
        "com. NS": Told(authority="com. 300 NS ns.com.", additional=f"ns.com. 300 A {ROOT}", flags=0),
        "example.com. NS": referral,
        "example.com. DS": Told(flags=AA),
    }
    with telling(told) as hostile, walking(hostile.server) as walked:
        found = walked.delegations(["example.com."])["example.com."]

    assert () == found.names
    assert hostile.server.address in found.why


def test_a_ds_that_nobody_tells_is_not_absent():
    told = {
        "com. NS": Told(authority="com. 300 NS ns.com.", additional=f"ns.com. 300 A {ROOT}", flags=0),
        "example.com. NS": Told(authority="example.com. 300 NS ns.com.", flags=0),
        "example.com. DS": Told(rcode="SERVFAIL", flags=0),
    }
    with telling(told) as failing, walking(failing.server) as walked:
        found = walked.delegations(["example.com."])["example.com."]

    why = f"whether it is signed could not be learned: {failing.server.address} fails with SERVFAIL"
    assert Delegation("example.com.", ("ns.com.",), why=why) == found


def test_without_roots_the_resolver_names_the_servers_of_the_parent(monkeypatch):
    soa = "com. 300 SOA ns.com. h.com. 1 3600 600 86400 60"
    with serving(WORLD) as running:
        monkeypatch.setattr(walk, "PORT", running[ROOT].port)
        told = {
            "com. NS": Told("com. 300 NS ns.com."),
            "below.com. NS": Told(authority=soa),
            "ns.com. A": Told(f"ns.com. 300 A {COM}"),
            "ns.com. AAAA": Told(authority=soa),
        }
        with telling(told) as said, walking(resolver=said.server) as walked:
            found = walked.delegations(["example.com.", "plain.com.", "empty.below.com."])

    assert [NAMES, ("ns.host.net.",), ("ns.host.net.",)] == [each.names for each in found.values()]
    assert sorted(told) == sorted(said.questions)
    assert {"AAAA", "A"}.isdisjoint(served.type for served in running[COM].served)


def test_a_resolver_that_does_not_name_the_parents_servers_is_no_absence():
    with telling(lambda _: Told(rcode="REFUSED")) as said, walking(resolver=said.server) as walked:
        found = walked.delegations(["example.com."])["example.com."]

    why = f"nobody tells who serves it: {said.server.address} refuses to answer (REFUSED)"
    assert Delegation("example.com.", why=why) == found


def test_a_parent_whose_servers_are_told_is_asked_at_those():
    with (
        serving(WORLD) as running,
        walking(known={"com.": (Server("hidden", COM, running[COM].port),)}) as walked,
    ):
        found = walked.delegations(["example.com."])

    assert NAMES == found["example.com."].names


def test_a_parent_that_failed_is_asked_again_for_the_next_zones():
    with serving(WORLD | {COM: {}}) as running, walking(root(running)) as walked:
        first = walked.delegations(["example.com."])["example.com."]
        running[COM].load("com.", WORLD[COM]["com."])
        second = walked.delegations(["example.com."])["example.com."]

    assert ("REFUSED" in first.why, NAMES) == (True, second.names)


def test_addresses_in_zones_whose_servers_are_told_are_asked_there():
    with serving(WORLD) as running, telling({}) as resolver:
        known = {"host.net.": (Server("hidden", HOST, running[HOST].port),)}
        with walking(resolver=resolver.server, known=known) as walked:
            (found,) = walked.resolve([Asked("ns.host.net.", "A")]).values()

    assert Resolved((HOST,), 300) == found
