"""OpenDKIM itself signs by the tables, switches when it is told to load them, and its testkey agrees."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from dnsauth.errors import DnsauthError
from dnsauth.signers.signer import SigningKey
from tests.laws.mail_hosts import selectors
from tests.servers.opendkim import OpenDKIM, opendkim, opendkim_testkey
from tests.servers.process import until
from tests.signers.messages import message, records, verified
from tests.signers.values import E1, OTHER, S1, S2, key, signer

KEYS = [S1, S2, E1, OTHER]


class Host(NamedTuple):
    """A mail host: an OpenDKIM for each algorithm, and the directory its signer writes."""

    base: Path
    rsa: OpenDKIM
    ed25519: OpenDKIM

    def install(self, *keys: SigningKey) -> tuple[str, ...]:
        load = f"kill -USR1 {self.rsa.pid} {self.ed25519.pid}"
        check = ["opendkim", "-n", "-x", str(self.rsa.configuration)]
        done = signer(self.base, check=check, reload=["sh", "-c", load]).install(keys)
        for daemon, family in ((self.rsa, "rsa"), (self.ed25519, "ed25519")):
            told = {
                each.selector
                for each in keys
                if each.signs and each.domain == "example.com" and each.pair.algorithm.startswith(family)
            }
            until(partial(loaded, daemon, told))
        return done


def loaded(daemon: OpenDKIM, told: set[str]) -> None:
    """Raise OSError while *daemon* signs otherwise than it is *told*: it loads a moment after the signal."""
    if told != (found := selectors(daemon.sign(message()))):
        raise OSError(f"it signs with {found}, and is told {told}")


@pytest.fixture
def host(tmp_path) -> Iterator[Host]:
    signer(tmp_path).install([])
    with ExitStack() as stack:
        servers = []
        for algorithm in ("rsa", "ed25519"):
            (tmp_path / algorithm).mkdir()
            servers.append(
                stack.enter_context(opendkim(tmp_path / algorithm, tmp_path / "signer", algorithm))
            )
        yield Host(tmp_path, *servers)


def test_it_signs_with_the_key_of_each_algorithm_and_switches_when_told(host):
    dns = records(KEYS)
    assert message() == host.rsa.sign(message())
    host.install(S1, E1)
    assert {"rsa-sha256 example.com s1": True} == verified(host.rsa.sign(message()), dns)
    assert {"ed25519-sha256 example.com e1": True} == verified(host.ed25519.sign(message()), dns)
    both = host.ed25519.sign(host.rsa.sign(message()))
    assert {"rsa-sha256 example.com s1": True, "ed25519-sha256 example.com e1": True} == verified(both, dns)
    host.install(S1._replace(signs=False), S2, E1)
    assert {"rsa-sha256 example.com s2": True} == verified(host.rsa.sign(message()), dns)
    host.install(S2, E1)
    assert {"rsa-sha256 example.com s2": True} == verified(host.rsa.sign(message()), dns)
    host.install(E1)
    assert message() == host.rsa.sign(message())


def test_a_changed_message_and_another_key_record_fail(host):
    host.install(S1)
    signed = host.rsa.sign(message())
    assert {"rsa-sha256 example.com s1": False} == verified(
        signed.replace(b"Monday", b"Sunday"), records(KEYS)
    )
    assert {"rsa-sha256 example.com s1": False} == verified(signed, records([S1._replace(pair=S2.pair)]))
    assert {"rsa-sha256 example.com s1": False} == verified(signed, {})


def test_a_domain_signs_its_own_mail_and_not_that_of_a_name_below(host):
    host.install(S1, OTHER, key("sub.example.org", "s1", signs=True))
    dns = records([*KEYS, key("sub.example.org", "s1")])
    assert message("www.example.com") == host.rsa.sign(message("www.example.com"))
    assert message("notexample.com") == host.rsa.sign(message("notexample.com"))
    for domain in ("example.org", "sub.example.org"):
        assert {f"rsa-sha256 {domain} s1": True} == verified(host.rsa.sign(message(domain)), dns)


def test_two_sizes_of_rsa_sign_both(host):
    """It has one signature algorithm, and MultipleSignatures has it use every line that matches."""
    large = key("example.com", "l1", "rsa-3072", signs=True)
    host.install(S1, large)
    signed = verified(host.rsa.sign(message()), records([S1, large]))
    assert {"rsa-sha256 example.com s1": True, "rsa-sha256 example.com l1": True} == signed


def test_a_table_its_check_refuses_is_not_left_there(host):
    host.install(S1)
    (host.base / "templates/signers/opendkim").mkdir(parents=True)
    (host.base / "templates/signers/opendkim/SigningTable.j2").write_text(
        "{% for key in keys %}\n*@[[{{ key.domain }} {{ key.name }}\n{% endfor %}\n"
    )
    with pytest.raises(DnsauthError, match="Error compiling regular expression"):
        host.install(S2)
    os.kill(host.rsa.pid, signal.SIGUSR1)
    assert {"rsa-sha256 example.com s1": True} == verified(host.rsa.sign(message()), records(KEYS))


def test_testkey_agrees_that_the_record_is_that_of_the_key(unbound, nameserver, tmp_path):
    zone = "signed-mail.example."
    head = "$TTL 60\n@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\nns A 192.0.2.1\n"
    texts = (
        f'{each.selector}._domainkey TXT "{str(each.pair.public)[:200]}" "{str(each.pair.public)[200:]}"\n'
        for each in KEYS[:3]
    )
    nameserver.load(zone, head + "".join(texts))
    unbound.stub(zone, (nameserver.address, nameserver.port))
    signer(tmp_path).install([S1, S2._replace(signs=False), E1])
    pem = tmp_path / "signer/keys/example.com"
    resolver = (unbound.address, unbound.port)

    def says(selector: str, of: str = "") -> str:
        return opendkim_testkey(
            tmp_path, zone[:-1], selector, resolver, key=pem / f"{of}.pem" if of else None
        )

    assert "key OK" in says("s1", "s1")
    assert "key OK" in says("s2", "s2")
    assert "keys do not match" in says("s1", "s2")
    assert "key OK" in says("e1")
    assert "record not found" in says("s3")
