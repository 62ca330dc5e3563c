"""What the inventory says of keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from dnsauth.findings import Where
from dnsauth.inventory.model import Inventory, MailDomain, OwnKeys, Rotation, Sender, Zone
from dnsauth.lock.keys import State
from dnsauth.rotation.policies import hosts, policies, timing
from dnsauth.rotation.ring import Policy
from dnsauth.rotation.timing import Timing
from tests.rotation.values import DOMAIN, SENDER, SIGNER, a_key, signs, stopped

HERE = Where("zones/example.com.yaml", 1, 1)
OWN = OwnKeys(("rsa-2048", "ed25519"), 90, "", "", overlap=5, selector="{random}")


def _inventory(**fields):
    return Inventory(Path(), {}, **fields)


def _zone(*senders):
    return Zone(DOMAIN, HERE, (), (MailDomain(DOMAIN, HERE, 3600, senders=senders),))


@pytest.mark.parametrize(
    ("signers", "words", "expected", "why"),
    [
        ({SIGNER: {"hosts": ["mx1", "mx2"]}}, (), ("mx1", "mx2"), "those of its signer"),
        ({SIGNER: {"hosts": ("mx1",)}}, signs("mx9"), ("mx1",), "whoever else has reported"),
        ({SIGNER: {"hosts": "mx1"}}, (), ("mx1",), "one as a text"),
        ({SIGNER: {}}, (), ("the host of mail-hosts",), "without hosts there is one, not known yet"),
        (
            {SIGNER: {}},
            (*signs("old"), *stopped("new", hours=1)),
            ("new",),
            "and then it is who reported last",
        ),
        ({"other": {"hosts": ["mx1"]}}, signs("mx1"), (), "its signer is declared no more"),
    ],
)
def test_who_signs_with_a_key(signers, words, expected, why):
    assert expected == hosts(a_key(state=State.ACTIVE, words=words), _inventory(signers=signers)), why


def test_a_key_without_a_signer_has_the_host_of_its_sender():
    assert ("the host of own-mta",) == hosts(a_key(signer=""), _inventory())


def test_a_sender_with_keys_of_its_own_has_a_policy():
    sender = Sender(SENDER, "mta", HERE, own_keys=OWN, formerly="old")
    inventory = _inventory(
        key_stores={"vault": {}}, signers={SIGNER: {}}, rotation=Rotation(queue=7, kept=8, first_ttl=9)
    )
    waits = Timing(every=90, overlap=5, queue=7, kept=8)
    expected = Policy(DOMAIN, SENDER, OWN.algorithms, waits, "vault", SIGNER, "{random}", "old")
    assert {(DOMAIN, SENDER): expected} == policies(_zone(sender, Sender("portal", "saas", HERE)), inventory)


def test_of_several_stores_and_signers_none_is_guessed():
    sender = Sender(SENDER, "mta", HERE, own_keys=OWN)
    inventory = _inventory(key_stores={"a": {}, "b": {}}, signers={"c": {}, "d": {}})
    (found,) = policies(_zone(sender), inventory).values()
    assert ("", "") == (found.store, found.signer)


def test_keys_whose_sender_went_wait_as_long_as_all_do():
    assert Timing(every=0, overlap=0, queue=7, kept=8) == timing(None, Rotation(queue=7, kept=8))
