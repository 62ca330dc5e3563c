"""``dnsauth check --live``: policies and logos as receivers fetch them, over TLS from a host on loopback."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from demo.nameserver import Nameserver
from tests.cli.conftest import Directory
from tests.servers.certificates import issued
from tests.servers.web import Web, response, web

CONFIG = """\
version: 1
live: {resolver: "SERVER", servers: {example.com: ["SERVER"]}, MORE}
defaults: {ttl: 300}
"""
ZONE = """\
version: 1
domains:
  "@":
    dmarc: {policy: reject}
    bimi: {logo: "https://www.example.com:PORT/logo.svg"}
"""
POLICY = """\
version: 1
domains:
  "@":
    receives: [10 mx1.example.com.]
    mta_sts: {mode: testing, max_age: 14d}
    tls_rpt: ["mailto:tls@example.com"]
"""
SERVED = """\
$ORIGIN example.com.
$TTL 300
@       SOA ns1 hostmaster 2 3600 600 86400 300
@       NS  ns1
www     A   127.0.0.1
mta-sts A   127.0.0.1
_dmarc  TXT "v=DMARC1; p=reject"
"""
BIMI = 'default._bimi TXT "v=BIMI1; l=https://www.example.com:PORT/logo.svg"\n'
LOGO = (
    b'<svg xmlns="http://www.w3.org/2000/svg" version="1.2" baseProfile="tiny-ps" viewBox="0 0 1 1">'
    b"<title>Example</title></svg>"
)
REAL = {"begins": datetime.now(UTC) - timedelta(days=1), "days": 10}  # OpenSSL reads the clock
CA = issued("Our CA", **REAL)


class World:
    def __init__(self, directory: Directory, server: Nameserver, host: Web) -> None:
        self.directory = directory
        self.host = host
        self.address = f"{server.address}:{server.port}"
        server.load("example.com.", SERVED + BIMI.replace("PORT", str(host.port)))

    def check(self, zone: str, more: str):
        self.directory.write("dnsauth.yaml", CONFIG.replace("SERVER", self.address).replace("MORE", more))
        self.directory.write("zones/example.com.yaml", zone.replace("PORT", str(self.host.port)))
        return self.directory.run("check", "--live")


@pytest.fixture
def world(empty: Directory, tmp_path_factory):
    empty.write("ca.pem", CA.pem.decode())
    certificate = issued("www.example.com", "www.example.com", by=CA, **REAL)
    with Nameserver({}) as server, web(certificate, tmp_path_factory.mktemp("web")) as host:
        yield World(empty, server, host)


def test_a_logo_behind_our_own_authority_and_address_is_judged(world: World):
    world.host.pages["/logo.svg"] = response(LOGO, "image/svg+xml")
    assert "BIM02" not in world.check(ZONE, "private: true, ca: ca.pem").out
    world.host.pages["/logo.svg"] = response(LOGO.replace(b"tiny-ps", b"tiny"), "image/svg+xml")
    done = world.check(ZONE, "private: true, ca: ca.pem")
    assert 0 == done.code, "mail arrives without its logo"
    assert ": warning: default._bimi.example.com: " in done.out
    assert "is not SVG Tiny PS: baseProfile is 'tiny'" in done.out
    assert 2 == len(world.host.asked)


def test_nobody_is_sent_to_a_private_address_by_a_record(world: World):
    done = world.check(ZONE, "ca: ca.pem")
    assert "was not got: 127.0.0.1 is no public address" in done.out
    assert "MTA020" not in done.out
    done = world.check(POLICY, "ca: ca.pem")
    assert 1 == done.code
    assert (
        "error: example.com: senders find no MTA-STS policy at https://mta-sts.example.com/.well-known/mta-sts.txt:"
        " 127.0.0.1 is no public address (RFC 8461 section 3.3) [MTA020]\n"
        "  next: serve there lines 'version: STSv1', 'mode: testing', 'mx: mx1.example.com', 'max_age: 1209600'"
    ) in done.out
    assert [] == world.host.addresses


def test_a_host_of_an_authority_that_nobody_named_is_not_trusted(world: World):
    assert "its host is not to be trusted: " in world.check(ZONE, "private: true").out
    assert [] == world.host.asked


def test_authorities_that_are_not_there_are_told_in_one_line(world: World):
    done = world.check(ZONE, "ca: gone.pem")
    assert 1 == done.code
    assert "gone.pem cannot be read: No such file or directory" in done.err
    assert 1 == len(done.err.splitlines())


def test_without_records_that_name_documents_authorities_are_not_even_read(world: World):
    zone = 'version: 1\ndomains: {"@": {dmarc: {policy: reject}}}\n'
    assert "cannot be read" not in world.check(zone, "ca: gone.pem").err
    assert [] == world.host.addresses
