"""The servers themselves: what a test loads stands there to the octet, and updates, lag and refusals are real."""

from __future__ import annotations

import dns.query
import dns.rcode
import dns.tsig
import dns.tsigkeyring
import dns.update
import pytest

from tests.servers import KEY, SECRET
from tests.servers.bind import Named
from tests.servers.knot import Knot
from tests.servers.process import answers, until
from tests.servers.route53 import Route53

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


@pytest.mark.parametrize("name", ["nameserver", "named", "powerdns"])
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
