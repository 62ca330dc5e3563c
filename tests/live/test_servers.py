"""Which servers are asked; the resolver is a dict."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from dnsauth.errors import DnsauthError
from dnsauth.inventory.model import Ignore, Live
from dnsauth.live.servers import (
    Authority,
    Lookup,
    LookupFailed,
    Missing,
    Server,
    address,
    authorities,
    authority,
)

ZONE = "example.com."
TODAY = date(2026, 3, 1)
WORLD = {
    (ZONE, "NS"): ("ns1.example.net.", "ns2.example.net."),
    ("ns1.example.net.", "A"): ("192.0.2.1", "192.0.2.2"),
    ("ns1.example.net.", "AAAA"): ("2001:db8::1",),
    ("ns2.example.net.", "A"): ("198.51.100.1",),
}
NS1 = tuple(Server("ns1.example.net.", host) for host in ("192.0.2.1", "192.0.2.2", "2001:db8::1"))
NS2 = Server("ns2.example.net.", "198.51.100.1")


def lookup(world: Mapping[tuple[str, str], tuple[str, ...] | str]) -> Lookup:
    """*world*'s answers; a text instead of values is a failure."""

    def found(name: str, type: str) -> tuple[str, ...]:
        values = world.get((name, type), ())
        if isinstance(values, str):
            raise LookupFailed(values)
        return values

    return found


def ignoring(server: str, until: date = TODAY) -> Live:
    return Live(ignore=(Ignore(server, until, "dns@example.com", "being retired"),))


def test_every_address_of_every_ns_is_a_server():
    assert Authority(ZONE, (*NS1, NS2)) == authority(ZONE, Live(), TODAY, lookup(WORLD))


def test_a_zone_the_inventory_names_servers_for_is_not_walked():
    live = Live(servers={ZONE: ("127.0.0.1:5300", "[::1]:5301")})
    expected = (Server("127.0.0.1:5300", "127.0.0.1", 5300), Server("[::1]:5301", "::1", 5301))

    assert Authority(ZONE, expected) == authority(ZONE, live, TODAY, lookup({(ZONE, "NS"): "was asked"}))


@pytest.mark.parametrize("name", ["ns2.example.net", "NS2.example.net.", "198.51.100.1"])
def test_an_ignored_server_is_left_out_and_said(name):
    expected = Authority(ZONE, NS1, (), ("ns2.example.net.",))

    assert expected == authority(ZONE, ignoring(name), TODAY, lookup(WORLD))


def test_an_ignored_server_is_asked_again_when_its_day_is_over():
    live = ignoring("ns2.example.net.", date(2026, 2, 28))

    assert Authority(ZONE, (*NS1, NS2)) == authority(ZONE, live, TODAY, lookup(WORLD))


def test_a_named_server_may_be_ignored_by_its_address_and_port():
    live = Live(
        servers={ZONE: ("127.0.0.1:5300", "127.0.0.2:5300")},
        ignore=ignoring("127.0.0.2:5300").ignore,
    )

    assert ("127.0.0.1:5300",) == tuple(s.name for s in authority(ZONE, live, TODAY, lookup({})).servers)


def test_a_zone_whose_servers_are_all_ignored_is_not_a_zone_without_servers_to_ask():
    live = Live(servers={ZONE: ("127.0.0.1:5300",)}, ignore=ignoring("127.0.0.1:5300").ignore)
    expected = Authority(
        ZONE, (), (Missing(ZONE, "dnsauth.yaml ignores every server it has"),), ("127.0.0.1:5300",)
    )

    assert expected == authority(ZONE, live, TODAY, lookup({}))


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({(ZONE, "NS"): ()}, Missing(ZONE, "it has no NS records: the resolver knows no such zone")),
        ({(ZONE, "NS"): "SERVFAIL"}, Missing(ZONE, "its servers could not be looked up: SERVFAIL")),
    ],
)
def test_a_zone_that_cannot_be_walked_has_no_servers_and_says_why(change, missing):
    assert Authority(ZONE, (), (missing,)) == authority(ZONE, Live(), TODAY, lookup(WORLD | change))


@pytest.mark.parametrize(
    ("addresses", "why"),
    [((), "it has no address"), ("SERVFAIL", "its address could not be looked up: SERVFAIL")],
)
def test_an_ns_without_an_address_is_missing_and_not_forgotten(addresses, why):
    world = lookup(WORLD | {("ns2.example.net.", "A"): addresses})

    assert Authority(ZONE, NS1, (Missing("ns2.example.net.", why),)) == authority(ZONE, Live(), TODAY, world)
    assert Authority(ZONE, NS1, (), ("ns2.example.net.",)) == authority(
        ZONE, ignoring("ns2.example.net"), TODAY, world
    )


def test_many_zones_are_walked_each_by_its_name():
    zones = ("example.com.", "example.org.")
    world = lookup(WORLD | {("example.org.", "NS"): ("ns2.example.net.",)})

    assert {"example.com.": (*NS1, NS2), "example.org.": (NS2,)} == {
        zone: found.servers for zone, found in authorities(zones, Live(), TODAY, world).items()
    }


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
