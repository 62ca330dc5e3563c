"""The servers themselves: what a test loads stands there to the octet, and updates, lag and refusals are real."""

from __future__ import annotations

import contextlib
import socket
import time

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.tsig
import dns.tsigkeyring
import dns.update
import pytest
from dns.rdatatype import RdataType

from tests.servers import KEY, SECRET
from tests.servers.bind import Named
from tests.servers.delay import delay
from tests.servers.internet import NIC, TOPS, Internet
from tests.servers.knot import Knot
from tests.servers.nsd import NSD
from tests.servers.process import answers, until
from tests.servers.route53 import Route53
from tests.servers.unbound import Unbound
from tests.servers.world import ADDRESSES, NS1, NS2, ZONES, Zone

ZONE = r"""
$TTL 300
@         SOA   ns1 hostmaster 1 3600 600 86400 60
@         NS    ns1
@         TXT   "v=spf1 -all"
@         TXT   "say \"hi\"; C:\\temp" "\000\255"
ns1       A     192.0.2.1
www       CNAME ns1
deep._dns TXT   "two" "strings"
"""
TXT = (b"\x0bv=spf1 -all", b'\x11say "hi"; C:\\temp\x02\x00\xff')


def update(zone: str, secret: str = SECRET, key: str = KEY) -> dns.update.UpdateMessage:
    return dns.update.UpdateMessage(zone, keyring=dns.tsigkeyring.from_text({key: secret}))


def send(server, message: dns.update.UpdateMessage) -> str:
    return dns.rcode.to_text(dns.query.tcp(message, server.address, port=server.port, timeout=5).rcode())


@pytest.mark.parametrize("name", ["nameserver", "named", "powerdns", "nsd"])
def test_what_is_loaded_stands_to_the_octet_and_a_second_load_replaces_it(name, request):
    server = request.getfixturevalue(name)
    server.load("octets.example.", ZONE)
    rrsets = server.rrsets("octets.example.")
    assert (300, tuple(sorted(TXT))) == rrsets["octets.example.", "TXT"]
    assert (300, (b"\x03two\x07strings",)) == rrsets["deep._dns.octets.example.", "TXT"]
    server.load("octets.example.", ZONE.replace("two", "2"))
    assert (300, (b"\x012\x07strings",)) == server.rrsets("octets.example.")[
        "deep._dns.octets.example.", "TXT"
    ]


@pytest.mark.parametrize("name", ["nameserver", "named"])
def test_an_update_is_seen_and_data_beside_a_cname_is_ignored_without_a_word(name, request):
    server = request.getfixturevalue(name)
    server.load("update.example.", ZONE)
    message = update("update.example.")
    message.add("new", 60, "TXT", "hello")
    message.add("www", 60, "TXT", "beside a CNAME")
    message.add("@", 60, "TXT", "more")
    message.delete("deep._dns", "TXT", "two")
    assert "NOERROR" == send(server, message)
    rrsets = server.rrsets("update.example.")
    assert (60, (b"\x05hello",)) == rrsets["new.update.example.", "TXT"]
    assert ("www.update.example.", "TXT") not in rrsets
    assert (60, tuple(sorted([*TXT, b"\x04more"]))) == rrsets["update.example.", "TXT"]
    assert ("deep._dns.update.example.", "TXT") in rrsets, "cut elsewhere it is another value"


@pytest.mark.parametrize("name", ["nameserver", "named"])
@pytest.mark.parametrize(
    ("add", "rcode"),
    [
        (lambda m: m.present("ns1"), "NOERROR"),
        (lambda m: m.present("gone"), "NXDOMAIN"),
        (lambda m: m.present("ns1", "TXT"), "NXRRSET"),
        (lambda m: m.present("ns1", "A", "192.0.2.1"), "NOERROR"),
        (lambda m: m.present("ns1", "A", "192.0.2.2"), "NXRRSET"),
        (lambda m: m.present("@", "TXT", "v=spf1 -all"), "NXRRSET"),
        (lambda m: m.absent("gone"), "NOERROR"),
        (lambda m: m.absent("ns1"), "YXDOMAIN"),
        (lambda m: m.absent("ns1", "A"), "YXRRSET"),
        (lambda m: m.absent("ns1", "TXT"), "NOERROR"),
        (lambda m: m.add("elsewhere.example.", 60, "TXT", "x"), "NOTZONE"),
    ],
)
def test_prerequisites_hold_or_nothing_is_written(name, add, rcode, request):
    server = request.getfixturevalue(name)
    server.load("prerequisite.example.", ZONE)
    message = update("prerequisite.example.")
    message.add("new", 60, "TXT", "hello")
    add(message)
    assert rcode == send(server, message)
    assert (rcode == "NOERROR") == (
        ("new.prerequisite.example.", "TXT") in server.rrsets("prerequisite.example.")
    )


@pytest.mark.parametrize("name", ["nameserver", "named"])
def test_the_apex_keeps_its_soa_and_its_last_name_server(name, request):
    server = request.getfixturevalue(name)
    server.load("apex.example.", ZONE)
    message = update("apex.example.")
    message.delete("@")
    message.delete("@", "NS", "ns1")
    assert "NOERROR" == send(server, message)
    assert {"SOA", "NS"} == {
        rdtype for owner, rdtype in server.rrsets("apex.example.") if owner == "apex.example."
    }


@pytest.mark.parametrize("name", ["nameserver", "named"])
def test_another_secret_or_another_key_is_refused_by_its_tsig_error(name, request):
    server = request.getfixturevalue(name)
    server.load("tsig.example.", ZONE)
    with pytest.raises(dns.tsig.PeerBadSignature):
        send(server, update("tsig.example.", secret="b3RoZXI="))
    with pytest.raises(dns.tsig.PeerBadKey):
        send(server, update("tsig.example.", key="other."))
    unsigned = dns.update.UpdateMessage("tsig.example.")
    unsigned.add("new", 60, "TXT", "hello")
    assert "REFUSED" == send(server, unsigned)
    assert "NOTAUTH" == send(server, update("elsewhere.example."))


def test_a_signed_zone_takes_updates_and_shows_its_own_records_only(named: Named):
    named.load("signed.example.", ZONE, signed=True)
    message = update("signed.example.")
    message.add("new", 60, "TXT", "hello")
    assert "NOERROR" == send(named, message)
    assert {"SOA", "NS", "A", "CNAME", "TXT"} == {rdtype for _, rdtype in named.rrsets("signed.example.")}
    answers(named.address, named.port, "signed.example.", "DNSKEY")


def test_a_secondary_follows_lags_while_it_is_frozen_and_catches_up(named: Named, knot: Knot):
    named.load("follow.example.", ZONE, notify=knot.endpoint)
    knot.follow("follow.example.")

    def add(label: str) -> None:
        message = update("follow.example.")
        message.add(label, 60, "TXT", "hello")
        assert "NOERROR" == send(named, message)

    def has(label: str) -> None:
        answers(knot.address, knot.port, f"{label}.follow.example.", "TXT")

    add("first")
    until(lambda: has("first"))
    knot.freeze("follow.example.")
    add("second")
    with pytest.raises(OSError, match="no TXT of second"):
        has("second")
    knot.thaw("follow.example.")
    until(lambda: has("second"))


def test_route_53_holds_what_is_loaded(route53: Route53):
    route53.load("aws.example.", ZONE)
    assert (300, ('"two" "strings"',)) == route53.rrsets("aws.example.")["deep._dns.aws.example.", "TXT"]
    route53.load("aws.example.", ZONE.replace("two", "2"))
    assert (300, ('"2" "strings"',)) == route53.rrsets("aws.example.")["deep._dns.aws.example.", "TXT"]


def ask(server: tuple[str, int], name: str, type: str = "TXT", *, flags: str = "") -> dns.message.Message:
    query = dns.message.make_query(name, type, use_edns=0, payload=1232)
    query.flags = dns.flags.from_text(flags)
    return dns.query.udp_with_fallback(query, server[0], port=server[1], timeout=5)[0]


def values(message: dns.message.Message) -> set[str]:
    return {rdata.to_text() for rrset in message.answer for rdata in rrset}


@pytest.mark.parametrize(
    ("name", "rcode", "authentic", "error"),
    [
        ("signed.example.", "NOERROR", True, None),
        ("a.wild.signed.example.", "NOERROR", True, None),
        ("nothing.signed.example.", "NXDOMAIN", True, None),
        ("alias.signed.example.", "NOERROR", False, None),
        ("unsigned.example.", "NOERROR", False, None),
        ("octets.example.", "NOERROR", False, None),
        ("huge.long.example.", "NOERROR", False, None),
        ("_dmarc.wildcard.example.", "NOERROR", False, None),
        ("glueless.example.", "NOERROR", False, None),
        ("mismatch.example.", "NOERROR", False, None),
        ("half.example.", "NOERROR", False, None),
        ("s1._domainkey.clinic.example.", "NOERROR", False, None),
        ("bogus.example.", "SERVFAIL", False, 9),
        ("stripped.example.", "SERVFAIL", False, 9),
        ("expired.example.", "SERVFAIL", False, 7),
        ("lame.example.", "SERVFAIL", False, None),
        ("silent.example.", "SERVFAIL", False, None),
        ("homeless.example.", "SERVFAIL", False, None),
        ("ring.dkim.broken.example.", "SERVFAIL", False, None),
        ("self.dkim.broken.example.", "SERVFAIL", False, None),
        ("bogus.dkim.broken.example.", "SERVFAIL", False, 9),
        ("dark.dkim.broken.example.", "SERVFAIL", False, None),
        ("gone.dkim.broken.example.", "NXDOMAIN", False, None),
        ("lapsed.dkim.broken.example.", "NXDOMAIN", False, None),
        ("unregistered.example.", "NXDOMAIN", True, None),
        ("nothing.test.", "NXDOMAIN", False, None),
        ("www.example.com.", "NXDOMAIN", True, None),
        ("www.invalid.", "NXDOMAIN", True, None),
    ],
)
def test_the_resolver_of_the_world_validates_and_nothing_leaves_it(
    unbound: Unbound, name, rcode, authentic, error
):
    unbound.flush()  # of a zone it knows to be bogus it says no more than that (6)
    message = ask((unbound.address, unbound.port), name, flags="RD AD")
    assert rcode == dns.rcode.to_text(message.rcode())
    assert authentic == bool(message.flags & dns.flags.AD)
    assert ([] if error is None else [error]) == [
        option.code for option in message.options if option.otype == dns.edns.OptionType.EDE
    ]


def test_the_resolver_gives_bogus_data_to_who_disables_checking(unbound: Unbound):
    message = ask((unbound.address, unbound.port), "bogus.example.", flags="RD CD")
    assert "NOERROR" == dns.rcode.to_text(message.rcode())
    assert {'"v=spf1 -all"'} == values(message)


def test_the_resolver_takes_another_server_for_a_zone(unbound: Unbound, named: Named):
    resolver = (unbound.address, unbound.port)
    named.load("octets.example.net.", ZONE)
    assert "NXDOMAIN" == dns.rcode.to_text(ask(resolver, "octets.example.net.", flags="RD").rcode())
    unbound.stub("octets.example.net.", (named.address, named.port))
    assert 2 == len(values(ask(resolver, "octets.example.net.", flags="RD")))
    assert not ask(resolver, "octets.example.net.", flags="RD").flags & dns.flags.AD


def referral(message: dns.message.Message) -> tuple[str, list[str], dict[str, str]]:
    """The zone a referral leads to, its NS names, and their addresses where they are told."""
    (found,) = (rrset for rrset in message.authority if rrset.rdtype == RdataType.NS)
    glue = {rrset.name.to_text(): rrset[0].to_text() for rrset in message.additional}
    return found.name.to_text(), sorted(rdata.to_text() for rdata in found), glue


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.name)
def test_a_zone_is_reached_from_the_root_at_one_port(world: Internet, zone: Zone):
    """By glue where a server's name lies below the same top, else by another walk."""
    top = zone.name.split(".", 1)[1]
    server = (world.root, world.port)
    if top in TOPS:
        assert (top, [NIC], {NIC: ADDRESSES[NIC]}) == referral(ask(server, zone.name))
        server = world.server(NIC)
    names = sorted(zone.parent or zone.ns)
    glue = {name: ADDRESSES[name] for name in names if name in ADDRESSES and name.endswith(f".{top}")}
    assert (zone.name, names, glue) == referral(ask(server, zone.name))
    for name in names:
        if name in zone.served or name == "ns.elsewhere.test.":
            assert ask(world.server(name), zone.name, "SOA").flags & dns.flags.AA


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("vendor.example.", "NOERROR", "NOERROR"),
        ("lame.example.", "REFUSED", "REFUSED"),
        ("half.example.", "NOERROR", "REFUSED"),
        ("new.lagging.example.", "NOERROR", "NXDOMAIN"),
        ("nothing.vendor.example.", "NXDOMAIN", "NXDOMAIN"),
    ],
)
def test_a_server_of_the_world_serves_lags_or_refuses(world: Internet, name, first, second):
    assert first == dns.rcode.to_text(ask(world.server(NS1), name).rcode())
    assert second == dns.rcode.to_text(ask(world.server(NS2), name).rcode())


def test_the_second_server_of_the_lagging_zone_is_one_serial_behind(world: Internet):
    serials = [ask(world.server(ns), "lagging.example.", "SOA").answer[0][0].serial for ns in (NS1, NS2)]
    assert [2, 1] == serials


def test_nobody_listens_at_the_address_of_the_dark_server(world: Internet):
    with pytest.raises(dns.exception.Timeout):
        dns.query.udp(
            dns.message.make_query("silent.example.", "TXT"),
            ADDRESSES["dark.hosting.example."],
            port=world.port,
            timeout=0.2,
        )


def test_what_the_world_has_of_long_texts_and_octets_arrives_whole(world: Internet):
    (long,) = ask(world.server(NS1), "huge.long.example.").answer[0]
    assert len(b"".join(long.strings)) > 60_000
    texts = {b"".join(rdata.strings) for rdata in ask(world.server(NS1), "octets.example.").answer[0]}
    assert b'\0\t\n\r\x1b]0;title\a\x80\xff "quoted" back\\slash; \xe2\x80\xae' in texts


def test_a_long_path_takes_its_time_and_a_lossy_one_drops_the_same_questions_again(nsd: NSD, tmp_path):
    nsd.load("path.example.", ZONE)

    def answered(seed: int) -> list[bool]:
        udp = socket.socket(type=socket.SOCK_DGRAM)
        with delay(tmp_path, (nsd.address, nsd.port), 0.05, loss=0.3, seed=seed) as path, udp:
            udp.connect((path.address, path.port))
            udp.settimeout(0.2)
            start = time.monotonic()
            for n in range(100):
                udp.send(dns.message.make_query(f"{n}.path.example.", "A", id=n).to_wire())
            found = set()
            with contextlib.suppress(TimeoutError):
                while octets := udp.recv(4096):
                    assert time.monotonic() - start >= 0.05
                    found.add(dns.message.from_wire(octets).id)
        return [n in found for n in range(100)]

    first = answered(1)
    assert 50 < sum(first) < 90
    assert first == answered(1)
    assert first != answered(2)
