"""The resolver, asked over real sockets; a nameserver that answers for every zone of the test will do."""

from __future__ import annotations

import pytest

from demo.nameserver import Nameserver
from dnsauth.errors import DnsauthError
from dnsauth.live.resolver import resolver
from dnsauth.live.servers import LookupFailed
from tests.live.sockets import peer

ZONE = """
$ORIGIN example.com.
@ 300 SOA ns1 hostmaster 1 3600 600 86400 300
@ 300 NS NS1
@ 300 NS ns2
ns1 300 A 192.0.2.1
ns1 300 A 192.0.2.2
"""


def test_values_come_sorted_and_what_is_not_there_is_empty():
    with Nameserver({"example.com.": ZONE}) as server:
        lookup = resolver(f"127.0.0.1:{server.port}")

        assert ("ns1.example.com.", "ns2.example.com.") == lookup("example.com.", "NS")
        assert ("192.0.2.1", "192.0.2.2") == lookup("ns1.example.com.", "A")
        assert () == lookup("ns1.example.com.", "AAAA")
        assert () == lookup("none.example.com.", "A")


def test_an_answer_is_asked_for_once():
    with Nameserver({"example.com.": ZONE}) as server:
        lookup = resolver(f"127.0.0.1:{server.port}")
        lookup("example.com.", "NS")
        lookup("example.com.", "NS")

        assert 1 == len(server.served)


def test_a_refusal_is_a_failure_and_not_an_empty_answer():
    with Nameserver({"example.com.": ZONE}) as server, pytest.raises(LookupFailed, match="REFUSED"):
        resolver(f"127.0.0.1:{server.port}", lifetime=0.5)("example.org.", "NS")


def test_silence_is_a_failure_and_not_an_empty_answer():
    with peer(lambda _: []) as silent, pytest.raises(LookupFailed, match="timed out"):
        resolver(silent.server.address, lifetime=0.2)("example.com.", "NS")


def test_a_resolver_by_name_is_refused():
    with pytest.raises(DnsauthError, match="is no address of a server"):
        resolver("dns.example.net:53")
