"""The keys of one sender beside one another: who signs, who is replaced, what is lacking."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dnsauth.lock.keys import State
from dnsauth.rotation.ring import (
    Ring,
    by_sender,
    lacking,
    renamed,
    replaced,
    ring,
    rushed,
    signing,
    succeeded,
)
from tests.rotation.values import LEAKED, a_key, at, policy, some_keys

ONE = ("rsa-2048",)
TWO = ("rsa-2048", "ed25519")
NEW = ("rsa-3072",)


@pytest.mark.parametrize(
    ("keys", "algorithms", "expected", "why"),
    [
        (["a generated", "b published"], ONE, set(), "nobody may sign before it is visible"),
        (["a visible"], ONE, {"a"}, "the first key, from visible on"),
        (["a active", "b published"], ONE, {"a"}, "the successor is not visible yet"),
        (["a active", "b visible"], ONE, {"b"}, "the newest that may sign"),
        (["a visible", "b active"], ONE, {"b"}, "the newest, whatever its state"),
        (["a retiring", "b revoked", "c removed"], ONE, set(), "none of these may sign"),
        (["a active", "b visible leaked"], ONE, {"a"}, "a revoked key never, where there is another"),
        (["a active leaked"], ONE, {"a"}, "a revoked key where there is nothing else"),
        (["a active leaked", "b visible"], ONE, {"b"}, "its successor as soon as it may"),
        (
            ["a active leaked", "b visible leaked"],
            ONE,
            {"a"},
            "of two revoked keys the one that signs already",
        ),
        (["a active", "b active ed25519"], TWO, {"a", "b"}, "one of each algorithm"),
        (["a active", "b published ed25519"], TWO, {"a"}, "the second algorithm is on its way"),
        (
            ["a active", "b published rsa-3072"],
            NEW,
            {"a"},
            "an algorithm that went until the new one is there",
        ),
        (["a active", "b visible rsa-3072"], NEW, {"b"}, "and no longer"),
        (
            ["a active", "b visible rsa-3072"],
            ("rsa-3072", "ed25519"),
            {"a", "b"},
            "an algorithm that went until each new one is there",
        ),
        (["a active"], (), set(), "the sender went"),
    ],
)
def test_who_signs(keys, algorithms, expected, why):
    assert expected == signing(some_keys(*keys), algorithms), why
    assert expected == signing(some_keys(*keys)[::-1], algorithms), "whatever their order"


def test_of_two_keys_made_at_once_one_signs():
    assert {"b"} == signing([a_key("b", State.VISIBLE), a_key("a", State.VISIBLE)], ONE)


@pytest.mark.parametrize(
    ("keys", "algorithms", "expected", "why"),
    [
        (["a active"], ONE, set(), "hosts sign with it"),
        (["a active"], (), {"a"}, "its sender went"),
        (["a visible"], (), {"a"}, "its sender went"),
        (["a active", "b visible"], ONE, set(), "not every host has its successor"),
        (["a active", "b active"], ONE, {"a"}, "every host has its successor"),
        (["a visible", "b visible"], ONE, {"a"}, "it was never active, and a newer one signs"),
        (["a active", "b visible leaked"], ONE, {"b"}, "a person revoked it, and there is another"),
        (["a active leaked"], ONE, set(), "a person revoked it, and there is no other"),
        (["a active", "b active rsa-3072"], NEW, {"a"}, "every algorithm that is asked for is active"),
        (["a active", "b visible rsa-3072"], NEW, set(), "not every host has the new algorithm"),
        (
            ["a active", "b active rsa-3072"],
            ("rsa-3072", "ed25519"),
            set(),
            "one of the algorithms that are asked for is lacking",
        ),
        (["a active", "b active"], NEW, {"a"}, "its successor is active, though its algorithm went as well"),
        (["a visible", "b active ed25519"], ("ed25519",), {"a"}, "its algorithm went before it was active"),
    ],
)
def test_who_is_replaced(keys, algorithms, expected, why):
    found = some_keys(*keys)
    assert expected == {key.selector for key in found if replaced(key, found, algorithms)}, why


@pytest.mark.parametrize(
    ("keys", "expected", "why"),
    [
        (["a active", "b active"], {"a"}, "every host signs with the newer one"),
        (["a active", "b visible"], set(), "not every host does"),
        (["a active", "b active leaked"], set(), "hosts go back from a revoked one"),
        (["a active", "b active ed25519"], set(), "of another algorithm it tells nothing"),
        (["a active", "b retiring"], set(), "hosts went back from it"),
    ],
)
def test_who_is_succeeded(keys, expected, why):
    found = some_keys(*keys)
    assert expected == {key.selector for key in found if succeeded(key, found)}, why


@pytest.mark.parametrize(
    ("keys", "algorithms", "later", "expected", "why"),
    [
        ([], TWO, {}, ["rsa-2048", "ed25519"], "a first key of each algorithm"),
        (["a generated"], ONE, {}, [], "one is coming"),
        (["a published"], ONE, {"days": 99}, [], "one is coming"),
        (["a visible"], ONE, {"days": 99}, [], "one is coming"),
        (["a active"], ONE, {"days": 90, "seconds": -1}, [], "it is young enough"),
        (["a active"], ONE, {"days": 90}, ["rsa-2048"], "it is due"),
        (["a active", "b published"], ONE, {"days": 99}, [], "it is due, and one is coming"),
        (["a retiring"], ONE, {}, ["rsa-2048"], "none is left to sign"),
        (["a revoked", "b removed"], ONE, {}, ["rsa-2048"], "none is left to sign"),
        (["a active leaked"], ONE, {}, ["rsa-2048"], "a person revoked it"),
        (["a active leaked", "b published"], ONE, {}, [], "a person revoked it, and one is coming"),
        (["a active leaked", "b published leaked"], ONE, {}, ["rsa-2048"], "the one that is coming as well"),
        (["a active", "b visible leaked"], ONE, {}, [], "the successor was revoked; the old one is sound"),
        (["a active"], NEW, {}, ["rsa-3072"], "another algorithm is asked for"),
        (["a active"], (), {"days": 99}, [], "nothing is asked for"),
    ],
)
def test_what_is_lacking(keys, algorithms, later, expected, why):
    assert expected == list(lacking(some_keys(*keys), policy(algorithms), at(**later))), why


def test_a_key_ages_from_when_it_became_active():
    keys = [a_key(state=State.ACTIVE, since=at(days=5))]
    assert [] == list(lacking(keys, policy(), at(days=95) - timedelta(seconds=1)))
    assert ["rsa-2048"] == list(lacking(keys, policy(), at(days=95)))


@pytest.mark.parametrize(
    ("keys", "expected", "why"),
    [
        (["a published"], False, "a first key has time"),
        (["a active", "b published"], False, "nothing was revoked"),
        (["a active leaked", "b published"], True, "mail is signed with a key that leaked"),
        (["a visible leaked", "b published"], True, "mail is signed with a key that leaked"),
        (["a revoked leaked", "b published"], True, "mail goes unsigned"),
        (["a removed leaked", "b published"], False, "that is over"),
        (["a active", "b retiring leaked", "c published"], False, "the old key signs again"),
        (["a active leaked ed25519", "b published"], False, "of another algorithm"),
    ],
)
def test_which_key_is_rushed(keys, expected, why):
    found = some_keys(*keys)
    assert expected is rushed(found[-1], found), why


@pytest.mark.parametrize(
    ("retired", "expected", "why"),
    [
        (-1, True, "it retired before the other leaked, as old keys do"),
        (1, False, "hosts signed with it after the other leaked: that is over"),
    ],
)
def test_a_key_is_rushed_only_for_what_hosts_signed_with_last(retired, expected, why):
    leaked = a_key("leaked", State.REVOKED, revocation=LEAKED)
    other = a_key("other", State.RETIRING, made=at(days=-9), since=at(hours=retired))
    new = a_key("new", State.PUBLISHED, made=at(days=2))
    assert expected is rushed(new, [leaked, other, new]), why


def test_keys_replace_one_another_by_domain_sender_and_algorithm():
    assert Ring("example.com.", "own-mta", "rsa-2048") == ring(a_key())


def test_keys_are_told_apart_by_domain_and_sender():
    a, b, c = a_key("a"), a_key("b"), a_key("c", domain="example.org.")
    d = a_key("d", sender="portal")
    assert {
        ("example.com.", "own-mta"): (a, b),
        ("example.org.", "own-mta"): (c,),
        ("example.com.", "portal"): (d,),
    } == by_sender([a, c, b, d])


def test_a_sender_takes_its_keys_along_when_it_is_renamed():
    mine, other = a_key("a", sender="old"), a_key("b", sender="portal")
    elsewhere = a_key("c", sender="old", domain="example.org.")
    found = renamed([mine, other, elsewhere], [policy(sender="new", formerly="old")])
    assert ["new", "portal", "old"] == [key.sender for key in found]
