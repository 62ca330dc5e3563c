"""One question to one server, over real sockets."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import dns.flags
import dns.message
import pytest

from demo.nameserver import Nameserver
from dnsauth.live.engine import LIMITS, Limits
from dnsauth.live.look import Question
from dnsauth.live.reply import Absent, Alias, Answer, Failed, Lame, Refused, Reply, Unreachable, said, serial
from dnsauth.live.servers import Server
from dnsauth.rrset import RRset
from tests.live.sockets import looking, peer, response, waited
from tests.servers.process import free_port

LONG = "x" * 2000
ZONE = rf"""
$ORIGIN example.com.
$TTL 300
@ SOA ns1 hostmaster 17 3600 600 86400 300
@ NS ns1
@ TXT "v=spf1 " "-all"
@ TXT "quoted \" and \\ and \007"
@ MX 10 MX.Example.com.
ns1 A 127.0.0.1
alias CNAME gone.example.com.
long TXT {" ".join(f'"{LONG[i : i + 255]}"' for i in range(0, 2000, 255))}
*._domainkey TXT "v=DKIM1; p="
child NS ns.child.example.net.
"""


def ask(server: Server, owner: str, type: str, limits: Limits = LIMITS) -> Reply:
    question = Question(server, owner, type)
    return looking(limits)([question])[question]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Nameserver({"example.com.": ZONE}) as running:
        yield Server("ns1.example.com.", running.address, running.port)


def test_an_answer_has_joined_texts_sorted_and_escaped(server):
    values = ('quoted " and \\092 and \\007', "v=spf1 -all")

    assert Answer(RRset("example.com.", "TXT", 300, values)) == ask(server, "example.com.", "TXT")


def test_names_in_an_answer_are_in_lower_case(server):
    assert Answer(RRset("example.com.", "MX", 300, ("10 mx.example.com.",))) == ask(
        server, "example.com.", "MX"
    )


def test_an_answer_too_long_for_a_datagram_comes_by_tcp(server):
    reply = ask(server, "long.example.com.", "TXT")

    assert Answer(RRset("long.example.com.", "TXT", 300, (LONG,))) == reply


def test_a_wildcard_is_asked_by_its_own_name(server):
    reply = ask(server, "*._domainkey.example.com.", "TXT")

    assert Answer(RRset("*._domainkey.example.com.", "TXT", 300, ("v=DKIM1; p=",))) == reply


def test_the_serial_is_read_from_the_soa_and_from_nothing_else(server):
    assert 17 == serial(ask(server, "example.com.", "SOA"))
    assert None is serial(ask(server, "example.com.", "TXT"))
    assert None is serial(Refused())


def test_a_type_that_is_not_there_and_a_name_that_is_not_there_are_told_apart(server):
    assert Absent.NODATA is ask(server, "example.com.", "CAA")
    assert Absent.NXDOMAIN is ask(server, "none.example.com.", "TXT")


def test_a_cname_is_what_stands_at_the_owner_and_is_not_followed(server):
    rrset = RRset("alias.example.com.", "CNAME", 300, ("gone.example.com.",))

    assert Alias(rrset) == ask(server, "alias.example.com.", "TXT")
    assert Answer(rrset) == ask(server, "alias.example.com.", "CNAME")


def test_a_zone_the_server_does_not_serve_is_refused_and_not_absent(server):
    assert Refused() == ask(server, "example.net.", "TXT")


def test_a_referral_is_lame_and_not_absent(server):
    assert Lame() == ask(server, "x.child.example.com.", "TXT")


def test_another_error_is_named_by_its_rcode():
    with peer(lambda query: [response(query, rcode=2)]) as odd:
        assert Failed("SERVFAIL") == ask(odd.server, "example.com.", "TXT")


def test_a_response_to_another_question_is_passed_over():
    forged = dns.message.make_response(dns.message.make_query("example.org.", "TXT", id=0)).to_wire()

    with peer(lambda query: [response(query, id=1), query[:2] + forged[2:], b"\0", response(query)]) as odd:
        assert Absent.NODATA is ask(odd.server, "example.com.", "TXT")


def test_a_silent_server_is_asked_some_times_and_is_unreachable():
    with peer(lambda _: []) as odd:
        started = time.monotonic()
        reply = ask(odd.server, "example.com.", "TXT", Limits(timeout=0.05, tries=3))
        took = time.monotonic() - started

    assert 0.4 <= waited(reply, odd.server) < took + 0.1
    assert 3 == len(odd.received)


def test_a_question_asks_for_no_recursion_and_takes_datagrams_that_pass_every_path():
    with peer(lambda query: [response(query)]) as odd:
        ask(odd.server, "example.com.", "TXT")

    (query,) = map(dns.message.from_wire, odd.received)
    assert (0, 0, 1232) == (query.flags & dns.flags.RD, query.edns, query.payload)


def test_a_lost_datagram_is_no_lost_answer():
    lost: list[bytes] = []

    def second(query: bytes) -> list[bytes]:
        lost.append(query)
        return [response(query)] if len(lost) == 2 else []

    with peer(second) as odd:
        assert Absent.NODATA is ask(odd.server, "example.com.", "TXT", Limits(timeout=0.1))


def test_a_server_that_points_to_tcp_and_does_not_answer_there_is_unreachable():
    with peer(lambda query: [response(query, flags=dns.flags.AA | dns.flags.TC)]) as odd:
        reply = ask(odd.server, "example.com.", "TXT")

    assert Unreachable(f"{odd.server.address}: Connection refused", cut=True) == reply


def _break_off(stream: socket.socket) -> None:
    connection, _ = stream.accept()
    connection.close()


def test_a_server_that_breaks_off_by_tcp_is_unreachable():
    port = free_port()  # for UDP and TCP: what one took by itself may be taken for the other
    with (
        peer(lambda query: [response(query, flags=dns.flags.AA | dns.flags.TC)], port) as odd,
        socket.create_server(("127.0.0.1", port)) as stream,
        ThreadPoolExecutor(1) as accepting,
    ):
        accepting.submit(_break_off, stream)
        reply = ask(odd.server, "example.com.", "TXT", Limits(patience=0.5))

    assert isinstance(reply, Unreachable)


def test_a_family_without_a_route_is_said():
    server = Server("ns.example.net.", "2001:db8::53")
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
        if not probe.connect_ex((server.host, server.port)):
            pytest.skip("this host has a route for IPv6")

    assert Unreachable("there is no route for IPv6 from here", routed=False) == ask(
        server, "example.com.", "TXT"
    )


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (Answer(RRset("a.", "TXT", 1, ('a"b', "\\027[31m"))), r'answers "a\"b", "\027[31m"'),
        (Alias(RRset("a.", "CNAME", 1, ("b.",))), "has a CNAME there, to b."),
        (Absent.NODATA, "has nothing there (NODATA)"),
        (Refused(), "refuses to answer (REFUSED)"),
        (Lame(), "answers without authority: it does not serve this zone"),
        (Failed("SERVFAIL"), "fails with SERVFAIL"),
        (Unreachable("no answer"), "cannot be asked: no answer"),
    ],
)
def test_a_reply_is_said_in_words(reply, sentence):
    assert sentence == said(reply)
