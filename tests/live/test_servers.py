"""Which servers are asked; parents and resolvers are dicts."""

from __future__ import annotations

from datetime import date

import pytest

from dnsauth.errors import DnsauthError
from dnsauth.inventory.operations import Ignore, Live
from dnsauth.live.resolution import Bogus, Looping, Resolved, Unanswered
from dnsauth.live.servers import Authority, Delegation, Missing, Server, address, authorities

ZONE = "example.com."
TODAY = date(2026, 3, 1)
NAMES = ("ns1.example.net.", "ns2.example.net.")
PARENT = {ZONE: Delegation(ZONE, NAMES)}
NOBODY = {ZONE: Delegation(ZONE, why="com. has no such name (NXDOMAIN)")}
NONE = Resolved((), 0)
WORLD = {
    (ZONE, "NS"): Resolved(NAMES, 0),
    ("ns1.example.net.", "A"): Resolved(("192.0.2.1", "192.0.2.2"), 0),
    ("ns1.example.net.", "AAAA"): Resolved(("2001:db8::1",), 0),
    ("ns2.example.net.", "A"): Resolved(("198.51.100.1",), 0),
}
NS1 = tuple(Server("ns1.example.net.", host) for host in ("192.0.2.1", "192.0.2.2", "2001:db8::1"))
NS2 = Server("ns2.example.net.", "198.51.100.1")


def found(zones, live, parent=PARENT, world=WORLD, *, alone=False):
    """The authority of each of *zones*; *alone* is a world whose resolver is not to be asked."""

    def resolve(asked):
        return {each: world.get(each, NONE) for each in asked}

    return authorities(
        zones,
        live,
        TODAY,
        delegations=lambda zones: {zone: parent[zone] for zone in zones},
        addresses=resolve,
        resolver=None if alone else resolve,
    )


def authority(live, parent=PARENT, world=WORLD, *, alone=False):
    return found([ZONE], live, parent, world, alone=alone)[ZONE]


def ignoring(server: str, until: date = TODAY) -> Live:
    return Live(ignore=(Ignore(server, until, "dns@example.com", "being retired"),))


def test_every_address_of_every_ns_is_a_server():
    assert Authority(ZONE, (*NS1, NS2)) == authority(Live())


def test_glue_is_where_the_world_goes_and_is_not_looked_up():
    parent = {ZONE: Delegation(ZONE, NAMES, {"ns1.example.net.": ("203.0.113.1", "2001:db8::9")})}
    expected = (*(Server(NAMES[0], host) for host in ("203.0.113.1", "2001:db8::9")), NS2)

    assert Authority(ZONE, expected) == authority(Live(), parent)


def test_with_roots_every_server_is_asked_at_their_port():
    assert {5300} == {server.port for server in authority(Live(roots=("127.0.0.1:5300",))).servers}


def test_a_zone_the_inventory_names_servers_for_is_not_walked():
    live = Live(servers={ZONE: ("127.0.0.1:5300", "[::1]:5301")})
    expected = (Server("127.0.0.1:5300", "127.0.0.1", 5300), Server("[::1]:5301", "::1", 5301))

    assert Authority(ZONE, expected) == authority(live, {}, {})


@pytest.mark.parametrize("name", ["ns2.example.net", "NS2.example.net.", "198.51.100.1"])
def test_an_ignored_server_is_left_out_and_said(name):
    assert Authority(ZONE, NS1, (), ("ns2.example.net.",)) == authority(ignoring(name))


def test_an_ignored_server_is_asked_again_when_its_day_is_over():
    assert Authority(ZONE, (*NS1, NS2)) == authority(ignoring("ns2.example.net.", date(2026, 2, 28)))


def test_a_named_server_may_be_ignored_by_its_address_and_port():
    live = Live(
        servers={ZONE: ("127.0.0.1:5300", "127.0.0.2:5300")},
        ignore=ignoring("127.0.0.2:5300").ignore,
    )

    assert ("127.0.0.1:5300",) == tuple(s.name for s in authority(live).servers)


def test_a_zone_whose_servers_are_all_ignored_is_not_a_zone_without_servers_to_ask():
    live = Live(servers={ZONE: ("127.0.0.1:5300",)}, ignore=ignoring("127.0.0.1:5300").ignore)
    expected = Authority(
        ZONE, (), (Missing(ZONE, "dnsauth.yaml ignores every server it has"),), ("127.0.0.1:5300",)
    )

    assert expected == authority(live)


def test_where_the_parent_says_nothing_the_resolver_names_the_servers():
    assert Authority(ZONE, (*NS1, NS2)) == authority(Live(), NOBODY)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (
            NONE,
            "it has no NS records: com. has no such name (NXDOMAIN), and the resolver knows no such zone",
        ),
        (
            Unanswered("SERVFAIL"),
            "com. has no such name (NXDOMAIN); SERVFAIL",
        ),
        (
            Bogus("Signature Expired"),
            "com. has no such name (NXDOMAIN); it fails DNSSEC validation: Signature Expired",
        ),
    ],
)
def test_a_zone_that_cannot_be_walked_has_no_servers_and_says_why(said, why):
    world = WORLD | {(ZONE, "NS"): said}

    assert Authority(ZONE, (), (Missing(ZONE, why),)) == authority(Live(), NOBODY, world)


def test_in_a_world_of_its_own_no_resolver_is_asked():
    missing = Missing(ZONE, "com. has no such name (NXDOMAIN)")

    assert Authority(ZONE, (), (missing,)) == authority(Live(), NOBODY, alone=True)


@pytest.mark.parametrize(
    ("addresses", "why"),
    [
        (NONE, "it has no address"),
        (Unanswered("SERVFAIL"), "its address could not be looked up: SERVFAIL"),
        (
            Looping(("b.", "b.")),
            "its address could not be looked up: it is a CNAME that leads nowhere: b. → b.",
        ),
    ],
)
def test_an_ns_without_an_address_is_missing_and_not_forgotten(addresses, why):
    world = WORLD | {("ns2.example.net.", "A"): addresses}

    assert Authority(ZONE, NS1, (Missing("ns2.example.net.", why),)) == authority(Live(), world=world)
    assert Authority(ZONE, NS1, (), ("ns2.example.net.",)) == authority(
        ignoring("ns2.example.net"), world=world
    )


def test_an_ns_whose_other_family_could_not_be_looked_up_is_asked_by_the_one_that_is_known():
    world = WORLD | {("ns2.example.net.", "AAAA"): Unanswered("SERVFAIL")}

    assert Authority(ZONE, (*NS1, NS2)) == authority(Live(), world=world)


def test_many_zones_are_found_each_by_its_name():
    other = "example.org."
    parent = PARENT | {other: Delegation(other, ("ns2.example.net.",))}

    assert {ZONE: (*NS1, NS2), other: (NS2,)} == {
        zone: authority.servers for zone, authority in found([ZONE, other, ZONE], Live(), parent).items()
    }


def test_zones_with_the_same_servers_hold_them_once():
    parent = {zone: Delegation(zone, NAMES) for zone in (ZONE, "example.org.")}
    one, two = found(parent, Live(), parent).values()

    assert one.servers is two.servers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:5300", ("127.0.0.1", 5300)),
        ("192.0.2.1", ("192.0.2.1", 53)),
        ("[2001:db8::1]:53", ("2001:db8::1", 53)),
        ("[2001:db8::1]", ("2001:db8::1", 53)),
        ("2001:db8::1", ("2001:db8::1", 53)),
    ],
)
def test_an_address_is_read(text, expected):
    assert expected == address(text)


@pytest.mark.parametrize(
    "text",
    [
        "ns1.example.net:53",  # a name would have to be looked up
        "localhost",
        "192.0.2.1:",
        "192.0.2.1:0",
        "192.0.2.1:65536",
        "192.0.2.1:-1",
        "192.0.2.1:٥٣",  # digits, and none of ours
        "192.0.2.256:53",
        "[192.0.2.1:53",
        "2001:db8::1]:53",
        "",
    ],
)
def test_what_is_no_address_is_refused_with_the_right_form(text):
    with pytest.raises(DnsauthError, match="is no address of a server") as caught:
        address(text)

    assert "192.0.2.1:53" in caught.value.hint


def test_an_address_is_written_as_it_is_read():
    for text in ("127.0.0.1:5300", "[2001:db8::1]:53"):
        assert text == Server("ns.", *address(text)).address
