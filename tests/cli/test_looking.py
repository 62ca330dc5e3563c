"""Whom a command asks: `--resolver` and `--server` stand above ``live:``."""

from __future__ import annotations

import errno
import socket

import pytest

from demo.nameserver import Nameserver
from tests.cli.conftest import Directory

ZONE = """
@ 300 SOA ns hostmaster 1 3600 600 86400 60
@ 300 NS ns
@ 3600 TXT "v=spf1 -all"
_dmarc 3600 TXT "v=DMARC1; p=reject;"
*._domainkey 3600 TXT "v=DKIM1; p="
"""
SENDS_NOTHING = 'version: 1\ndomains: {"@": {sends: false}}\n'


@pytest.fixture
def served(empty: Directory):
    """A zone that nobody sends from, where its own nameserver serves it, and ``live:`` names one that doesn't."""
    with Nameserver({}) as other, Nameserver({"example.com.": ZONE}) as server:
        text = f'version: 1\nlive: {{servers: {{example.com: ["{other.address}:{other.port}"]}}}}\n'
        empty.write("dnsauth.yaml", text)
        empty.write("zones/example.com.yaml", SENDS_NOTHING)
        yield empty, f"{server.address}:{server.port}"


def test_a_server_that_is_typed_is_asked_in_place_of_those_in_the_file(served):
    repository, at = served

    assert 1 == repository.run("verify", "--timeout", "0").code
    assert 0 == repository.run("verify", "--timeout", "0", "--server", f"example.com={at}").code


def test_several_servers_of_a_zone_are_all_asked(served):
    repository, at = served
    with Nameserver({"example.com.": ZONE}) as second:
        both = f"{second.address}:{second.port}"
        done = repository.run(
            *("verify", "--timeout", "0", "--server", f"EXAMPLE.com.={at}", "--server", f"example.com={both}")
        )

    assert 0 == done.code
    assert f"{at}, {both} agree" in done.out


def test_a_family_without_a_route_is_said_once_and_the_rest_is_asked(served, monkeypatch):
    connect = socket.socket.connect

    def without_ipv6(self: socket.socket, address: object) -> None:
        if self.family == socket.AF_INET6:
            raise OSError(errno.ENETUNREACH, "Network is unreachable")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", without_ipv6)
    repository, at = served
    servers = ("--server", "example.com=2001:db8::53", "--server", f"example.com={at}")
    done = repository.run("verify", "--timeout", "0", *servers)

    assert ["IPv6 is not reachable from here: its addresses were skipped"] == done.err.splitlines()
    assert "" == repository.run("verify", "--timeout", "0", "--quiet", *servers).err


def test_a_resolver_that_is_typed_leads_to_the_servers(served):
    repository, _ = served
    repository.write("dnsauth.yaml", "version: 1\n")
    with Nameserver({}) as resolver:
        at = f"{resolver.address}:{resolver.port}"
        done = repository.run("verify", "--timeout", "0", "--resolver", at)

    assert 1 == done.code
    assert f"{at} refuses to answer (REFUSED)" in done.out
    assert {"com.", "example.com."} == {asked.name for asked in resolver.served}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--server", "127.0.0.1:53"), "names no zone: write it as in example.com=192.0.2.1:53"),
        (("--server", "=127.0.0.1:53"), "has an empty label"),
        (("--server", "example.com="), "has no address of a server: write it as in example.com=192.0.2.1:53"),
        (("--server", "example.com=ns1.example.net"), "has no address of a server"),
        (("--server", "example.com=192.0.2.1:0"), "has no address of a server"),
        (("--server", "exa mple.com=192.0.2.1"), "may hold letters, digits, '-' and '_' only"),
        (("--resolver", "dns.example.net"), "has no address of a server: write it as in 192.0.2.1:53"),
        (("--resolver", ""), "has no address of a server"),
        (("--resolver", "192.0.2.1:dns"), "has no address of a server"),
    ],
)
def test_what_is_no_server_is_refused_with_the_right_form(served, options, message):
    repository, _ = served
    done = repository.run("verify", *options)

    assert 2 == done.code
    assert f"'{options[0]}'" in done.err
    assert message in " ".join(done.err.replace("│", " ").split())
