"""The contract of every store, on the real thing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from dnsauth.errors import DnsauthError
from dnsauth.keys.pair import KeyPair, generate
from tests.keys.conftest import Opened

NAME = "202611-rsa-2048-k3fd._domainkey.example.com"
OTHER = "s.2._domainkey.mail.example.net"


def test_what_is_put_is_got_again_by_who_can_read(opened: Opened, rsa: KeyPair, ed25519: KeyPair):
    store = opened()
    store.put(NAME, rsa)
    store.put(OTHER, ed25519)
    assert (NAME, OTHER) == opened().names()
    if store.reads:
        assert (rsa, ed25519) == (opened().get(NAME), opened().get(OTHER))
    else:
        with pytest.raises(DnsauthError, match="is encrypted, and its settings name no identity"):
            store.get(NAME)


def test_the_very_same_key_is_put_again_without_a_word(opened: Opened, rsa: KeyPair):
    opened().put(NAME, rsa)
    opened().put(NAME, rsa)
    assert (NAME,) == opened().names()


def test_another_key_is_refused_and_the_first_one_stays(opened: Opened, rsa: KeyPair, other: KeyPair):
    store = opened()
    store.put(NAME, rsa)
    with pytest.raises(DnsauthError, match=f"keeps another key as {NAME}, which stays") as caught:
        opened().put(NAME, other)
    assert "choose another selector" in caught.value.hint
    store.put(NAME, rsa)
    if store.reads:
        assert rsa == store.get(NAME)


def test_an_absent_key_is_an_error_to_get_and_none_to_delete(opened: Opened):
    store = opened()
    assert () == store.names()
    store.delete(NAME)
    with pytest.raises(DnsauthError, match=f"key store mail-keys keeps no key {NAME}"):
        store.get(NAME)


def test_a_deleted_key_is_gone_and_its_name_is_free(opened: Opened, rsa: KeyPair, other: KeyPair):
    store = opened()
    store.put(NAME, rsa)
    store.put(OTHER, rsa)
    store.delete(NAME)
    assert (OTHER,) == opened().names()
    with pytest.raises(DnsauthError, match="keeps no key"):
        store.get(NAME)
    store.put(NAME, other)
    if store.reads:
        assert other == store.get(NAME)


def test_halves_of_two_keys_are_refused_before_anything_is_written(
    opened: Opened, rsa: KeyPair, other: KeyPair
):
    with pytest.raises(DnsauthError, match="is not that of its public one"):
        opened().put(NAME, KeyPair(rsa.public, other.private))
    assert () == opened().names()


@pytest.mark.parametrize("_turn", range(3))
def test_of_those_who_put_at_once_exactly_one_succeeds(opened: Opened, _turn: int):
    pairs = [generate("ed25519") for _ in range(4)]
    start = Barrier(len(pairs))

    def put(pair: KeyPair) -> str:
        store = opened()
        store.names()  # connected
        start.wait()
        try:
            store.put(NAME, pair)
        except DnsauthError as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(len(pairs)) as pool:
        said = list(pool.map(put, pairs))
    lost = f"key store mail-keys keeps another key as {NAME}, which stays"
    assert ["", lost, lost, lost] == sorted(said)
    assert (NAME,) == opened().names()
    if opened().reads:
        assert pairs[said.index("")] == opened().get(NAME)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "SELECTOR._domainkey.DOMAIN"),
        ("example.com", "SELECTOR._domainkey.DOMAIN"),
        ("k._domainkey.", "has an empty label"),
        ("._domainkey.example.com", "has an empty label"),
        (f"{NAME}.", "without the final dot"),
        ("K._domainkey.example.com", "in lower case"),
        ("k._domainkey.Example.com", "in lower case"),
        ("k_1._domainkey.example.com", "is no selector"),
        ("k._domainkey.bücher.example", "in lower case"),
        ("..._domainkey.example.com", "has an empty label"),
        ("../k._domainkey.example.com", "has an empty label"),
        ("k/../../x._domainkey.example.com", "may hold letters, digits"),
        ("/etc/k._domainkey.example.com", "may hold letters, digits"),
        ("k._domainkey.example.com/../..", "may hold letters, digits"),
        ("k._domainkey...", "has an empty label"),
        ("k\0._domainkey.example.com", "may hold letters, digits"),
        ("k\n._domainkey.example.com", "may hold letters, digits"),
        ("k\\x._domainkey.example.com", "may hold letters, digits"),
        ("-k._domainkey.example.com", "may hold letters, digits"),
        ("*._domainkey.example.com", "may hold letters, digits"),
        (f"{'k' * 64}._domainkey.example.com", "has 64 octets of at most 63"),
        (f"k._domainkey.{'a.' * 120}example.com", "DNS ends at 253"),
    ],
)
def test_a_name_is_the_owner_name_of_a_key_record_and_nothing_else(tmp_path, rsa, name, reason):
    store = Opened({"class": "file", "directory": "keys"}, tmp_path, {})()
    for use in (store.get, store.delete, lambda name: store.put(name, rsa)):
        with pytest.raises(DnsauthError, match="this is no name of a key") as caught:
            use(name)
        assert reason in str(caught.value)
    assert [] == list(tmp_path.iterdir())
