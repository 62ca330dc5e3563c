"""The demo's nameserver answers as an authoritative server does, told by dnspython and by dig and nsupdate."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import time

import dns.flags
import dns.message
import dns.opcode
import dns.query
import dns.rcode
import dns.rdatatype
import dns.tsig
import dns.tsigkeyring
import dns.update
import dns.xfr
import dns.zone
import pytest

from demo.nameserver import Nameserver
from demo.protocol import Served
from tests.servers import KEY, SECRET
from tests.servers.process import transfer

ZONE = """
$TTL 300
@           SOA   ns1 hostmaster 7 3600 600 86400 60
@           NS    ns1
ns1         A     192.0.2.1
www         CNAME web
web         A     192.0.2.2
out         CNAME www.example.net.
dangling    CNAME gone
loop        CNAME loop2
loop2       CNAME loop
a.b         TXT   "deep"
*.wild      TXT   "any"
there.wild  A     192.0.2.3
below       NS    ns.below
ns.below    A     192.0.2.4
"""
SOA = "example.com. SOA"


@pytest.fixture
def server(nameserver: Nameserver) -> Nameserver:
    nameserver.load("example.com.", ZONE)
    return nameserver


def ask(server: Nameserver, name: str, rdtype: str, **options) -> dns.message.Message:
    query = dns.message.make_query(name, rdtype, **options)
    return dns.query.udp(query, server.address, port=server.port, timeout=5)


def short(rrsets) -> list[str]:
    return [f"{rrset.name} {dns.rdatatype.to_text(rrset.rdtype)}" for rrset in rrsets]


@pytest.mark.parametrize(
    ("name", "rdtype", "rcode", "answer", "authority"),
    [
        ("web.example.com.", "A", "NOERROR", ["web.example.com. A"], []),
        ("WEB.example.COM.", "A", "NOERROR", ["WEB.example.COM. A"], []),
        ("web.example.com.", "TXT", "NOERROR", [], [SOA]),
        ("www.example.com.", "A", "NOERROR", ["www.example.com. CNAME", "web.example.com. A"], []),
        ("www.example.com.", "TXT", "NOERROR", ["www.example.com. CNAME"], [SOA]),
        ("www.example.com.", "CNAME", "NOERROR", ["www.example.com. CNAME"], []),
        ("out.example.com.", "A", "NOERROR", ["out.example.com. CNAME"], []),
        ("dangling.example.com.", "A", "NXDOMAIN", ["dangling.example.com. CNAME"], [SOA]),
        ("gone.example.com.", "A", "NXDOMAIN", [], [SOA]),
        ("b.example.com.", "TXT", "NOERROR", [], [SOA]),
        ("x.b.example.com.", "TXT", "NXDOMAIN", [], [SOA]),
        ("x.y.wild.example.com.", "TXT", "NOERROR", ["x.y.wild.example.com. TXT"], []),
        ("x.wild.example.com.", "A", "NOERROR", [], [SOA]),
        ("there.wild.example.com.", "TXT", "NOERROR", [], [SOA]),
        ("x.there.wild.example.com.", "TXT", "NXDOMAIN", [], [SOA]),
        ("ns1.example.com.", "ANY", "NOERROR", ["ns1.example.com. A"], []),
        ("example.net.", "A", "REFUSED", [], []),
    ],
)
def test_an_answer_has_its_rcode_its_records_and_the_soa_where_there_are_none(
    server, name, rdtype, rcode, answer, authority
):
    response = ask(server, name, rdtype)
    assert (rcode, answer, authority) == (
        dns.rcode.to_text(response.rcode()),
        short(response.answer),
        short(response.authority),
    )
    assert (rcode != "REFUSED") == bool(response.flags & dns.flags.AA)
    assert Served("QUERY", name, rdtype, rcode) == server.served[-1]


def test_a_chain_of_cnames_that_bites_its_tail_ends(server):
    assert dns.rcode.NOERROR == ask(server, "loop.example.com.", "A").rcode()


def test_a_name_below_a_delegation_is_referred_with_glue(server):
    response = ask(server, "x.below.example.com.", "TXT")
    assert ([], ["below.example.com. NS"], ["ns.below.example.com. A"]) == (
        short(response.answer),
        short(response.authority),
        short(response.additional),
    )
    assert not response.flags & dns.flags.AA


def test_the_parent_answers_for_a_ds_and_refers_for_all_else(server):
    assert [[], [SOA]] == [
        short(section) for section in ask(server, "below.example.com.", "DS").sections[1:3]
    ]
    assert [] == ask(server, "below.example.com.", "TXT").answer
    assert not ask(server, "ns.below.example.com.", "DS").flags & dns.flags.AA


def test_a_root_may_be_served(nameserver):
    nameserver.load(".", "@ 300 SOA a h 1 3600 600 86400 60\n@ 300 NS a\nexample 300 NS ns.example\n")

    assert [". NS"] == short(ask(nameserver, ".", "NS").answer)
    assert ["example. NS"] == short(ask(nameserver, "www.example.", "A").authority)
    assert "NXDOMAIN" == dns.rcode.to_text(ask(nameserver, "none.", "A").rcode())


def test_a_negative_answer_lasts_as_long_as_the_soa_minimum(server):
    assert [60] == [rrset.ttl for rrset in ask(server, "gone.example.com.", "A").authority]


def test_the_deepest_zone_answers(server):
    server.load("below.example.com.", ZONE)
    assert ["web.below.example.com. A"] == short(ask(server, "web.below.example.com.", "A").answer)
    server.unload("below.example.com.")
    assert [] == short(ask(server, "web.below.example.com.", "A").answer)


@pytest.mark.parametrize(("options", "octets"), [({}, 512), ({"use_edns": 0, "payload": 4096}, 1232)])
def test_what_is_too_long_for_udp_is_cut_and_whole_by_tcp(server, options, octets):
    server.load("example.com.", ZONE + "".join(f"big TXT {'x' * 100}{i}\n" for i in range(20)))
    query = dns.message.make_query("big.example.com.", "TXT", **options)
    cut = dns.query.udp(query, server.address, port=server.port, timeout=5)
    assert cut.flags & dns.flags.TC
    assert octets >= len(cut.wire)
    whole = dns.query.tcp(query, server.address, port=server.port, timeout=5)
    assert 20 == len(whole.answer[0])


def test_a_transfer_of_many_messages_is_whole_and_signed(server):
    server.load("example.com.", ZONE + "".join(f"n{i} TXT {'x' * 100}\n" for i in range(3000)))
    rrsets = transfer(server.address, server.port, "example.com.")
    assert server.rrsets("example.com.") == rrsets
    with pytest.raises(dns.xfr.TransferError, match="REFUSED"):
        transfer(server.address, server.port, "example.com.", signed=False)


def test_without_keys_transfer_is_open_and_update_refused():
    with Nameserver({"example.com.": ZONE}) as server:
        assert server.rrsets("example.com.") == transfer(
            server.address, server.port, "example.com.", signed=False
        )
        update = dns.update.UpdateMessage("example.com.")
        update.add("new", 60, "TXT", "hello")
        response = dns.query.udp(update, server.address, port=server.port, timeout=5)
        assert dns.rcode.REFUSED == response.rcode()


def test_the_zone_text_reads_back_as_the_same_zone(server):
    text = server.zone_text("example.com.")
    server.load("copy.example.", f"$ORIGIN copy.example.\n{ZONE}")
    server.load("example.com.", text)
    assert text == server.zone_text("example.com.")


def test_a_clock_that_is_off_is_a_signed_badtime(server, monkeypatch):
    query = dns.message.make_query("example.com.", "SOA")
    query.use_tsig(dns.tsigkeyring.from_text({KEY: SECRET}))
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now - 3600)
    wire = query.to_wire()
    monkeypatch.undo()
    (response,) = server.respond(wire, stream=False)
    with pytest.raises(dns.tsig.PeerBadTime):
        dns.message.from_wire(response, keyring=query.keyring, request_mac=query.mac)


@pytest.mark.parametrize(
    ("wire", "answer"),
    [
        (b"", b""),
        (b"short", b""),
        (b"\x00\x01\x80\x00" + bytes(8), b""),
        (b"\x00\x01\x00\x00\x00\x01" + bytes(6), b"\x00\x01\x80\x01" + bytes(8)),
        (b"\x00\x01\x28\x00\x00\x01" + bytes(6) + b"\xff\xff", b"\x00\x01\xa8\x01" + bytes(8)),
    ],
    ids=["nothing", "no header", "a response", "a question that is not there", "a name that is none"],
)
def test_what_is_no_request_gets_no_answer_or_formerr(server, wire, answer):
    assert answer == b"".join(server.respond(wire, stream=False))


@pytest.mark.parametrize("opcode", [dns.opcode.NOTIFY, dns.opcode.STATUS])
def test_other_opcodes_are_not_implemented(server, opcode):
    query = dns.message.make_query("example.com.", "SOA")
    query.set_opcode(opcode)
    (response,) = server.respond(query.to_wire(), stream=False)
    assert dns.rcode.NOTIMP == dns.message.from_wire(response).rcode()


def test_requests_in_one_stream_are_answered_in_order_however_they_are_cut(server):
    queries = [
        dns.message.make_query(name, "A").to_wire(prepend_length=True) for name in ("web.example.com.", "x.")
    ]
    with socket.create_connection((server.address, server.port), timeout=5) as connection:
        for octet in b"".join(queries):
            connection.send(bytes([octet]))
        with connection.makefile("rb") as stream:
            rcodes = [
                dns.message.from_wire(stream.read(int.from_bytes(stream.read(2)))).rcode() for _ in queries
            ]
    assert [dns.rcode.NOERROR, dns.rcode.REFUSED] == rcodes


def test_it_listens_on_loopback_only():
    with pytest.raises(ValueError, match="for demos and tests only"):
        Nameserver({}, address="192.0.2.1")


def test_it_stops_at_once_with_a_connection_open_and_its_port_is_free_again():
    with Nameserver({"example.com.": ZONE}) as server:
        connection = socket.create_connection((server.address, server.port))
    with connection, contextlib.suppress(ConnectionResetError):  # it had no time to accept: an end as well
        assert b"" == connection.recv(1)
    with Nameserver({}, port=server.port) as again:
        assert server.port == again.port


def test_a_port_that_is_taken_is_an_error():
    with Nameserver({}) as server, pytest.raises(OSError, match="in use"), Nameserver({}, port=server.port):
        pass


def test_it_runs_from_the_command_line(tmp_path):
    (tmp_path / "zone").write_text(ZONE)
    argv = [
        sys.executable,
        "-m",
        "demo.nameserver",
        "--zone",
        f"example.com={tmp_path}/zone",
        "--key",
        f"{KEY}={SECRET}",
    ]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        address, _, port = process.stdout.readline().split()
        response = dns.query.udp(
            dns.message.make_query("web.example.com.", "A"), address, port=int(port), timeout=5
        )
        process.terminate()
    assert ["web.example.com. A"] == short(response.answer)


def tool(name: str) -> str:
    return shutil.which(name) or pytest.skip(f"{name} is not installed: apt-get install bind9-dnsutils")


def test_dig_and_nsupdate_understand_it(server):
    where, key = ["-p", str(server.port), f"@{server.address}"], f"hmac-sha256:{KEY}:{SECRET}"
    script = (
        f"server {server.address} {server.port}\nzone example.com.\nprereq yxrrset www.example.com. CNAME\n"
        'update add new.example.com. 60 TXT "two" "strings"\nsend\nanswer\n'
    )
    done = subprocess.run(
        [tool("nsupdate"), "-y", key], input=script, capture_output=True, text=True, check=False
    )
    assert (0, "") == (done.returncode, done.stderr)
    dig = [tool("dig"), *where, "+norecurse", "+noall", "+answer"]
    answer = subprocess.run(
        [*dig, "new.example.com", "TXT"], capture_output=True, text=True, check=True
    ).stdout
    assert ["new.example.com.", "60", "IN", "TXT", '"two"', '"strings"'] == answer.split()
    zone = subprocess.run(
        [*dig, "-y", key, "example.com", "AXFR"], capture_output=True, text=True, check=True
    ).stdout
    soas = [line for line in zone.splitlines() if "\tSOA\t" in line]
    assert 2 == len(soas)
    assert " 8 3600 " in soas[0], "the serial went up by one"
