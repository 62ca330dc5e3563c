"""One step over all keys of a lock, and the way back."""

from __future__ import annotations

import pytest

from dnsauth.lock.keys import State
from dnsauth.rotation.due import Answer, Facts, Served, Step, Wait
from dnsauth.rotation.states import EFFECTS, Event
from dnsauth.rotation.step import Lack, NoWayBack, back, signs, step, told
from dnsauth.rotation.timing import Timing
from tests.rotation.values import (
    DOMAIN,
    HOSTS,
    LEAKED,
    SENDER,
    SERVERS,
    a_key,
    at,
    facts,
    policy,
    seen,
    some_keys,
    stopped,
)
from tests.rotation.values import signs as said

REST = Timing(0)
AT = (DOMAIN, SENDER)


def _well(key):
    """Every server answers as the key's state asks."""
    answer = Answer(EFFECTS[key.state].published.value)
    return Facts({name: Served(answer) for name in SERVERS}, 3600, HOSTS)


def _step(keys, policies=None, **more):
    found = step(keys, {AT: policy()} if policies is None else policies, REST, _well, at(days=1), **more)
    return {move.key.selector: move for move in found.keys}, found.lacking


def test_nothing_skips_a_state():
    key = a_key(state=State.GENERATED)
    moves, _ = _step([key])
    assert (State.PUBLISHED, None) == (moves["new"].key.state, moves["new"].key.seen)


def test_a_step_keeps_what_it_saw_where_it_moves_nothing():
    moves, _ = _step([a_key()])
    assert (State.PUBLISHED, seen(days=1)) == (moves["new"].key.state, moves["new"].key.seen)
    assert (
        Wait(at(days=1, hours=1), "caches may hold that nothing is there (RFC 2308 section 5)")
        == moves["new"].due
    )


def test_the_old_key_retires_in_the_step_that_makes_the_new_one_active():
    old = a_key("old", State.ACTIVE, made=at(days=-90), words=stopped(*HOSTS))
    new = a_key("new", State.VISIBLE, made=at(), words=said(*HOSTS))
    moves, lacks = _step([old, new])
    assert (State.RETIRING, State.ACTIVE) == (moves["old"].key.state, moves["new"].key.state)
    assert stopped(*HOSTS) == moves["old"].key.words
    assert () == lacks


def test_an_older_key_takes_over_from_a_revoked_one_in_one_step():
    old = a_key("old", State.VISIBLE, made=at(days=-9), words=said(*HOSTS))
    leaked = a_key("leaked", State.ACTIVE, words=stopped(*HOSTS), revocation=LEAKED)
    moves, _ = _step([old, leaked])
    assert (State.ACTIVE, State.RETIRING) == (moves["old"].key.state, moves["leaked"].key.state)


def test_a_key_whose_sender_went_retires_and_hosts_have_to_say_so_once_more():
    moves, lacks = _step([a_key(state=State.ACTIVE, words=stopped(*HOSTS))], {})
    assert (State.RETIRING, ()) == (moves["new"].key.state, moves["new"].key.words)
    assert () == lacks


def test_what_is_lacking_is_named_by_sender():
    asked = {AT: policy(("rsa-2048", "ed25519")), (DOMAIN, "portal"): policy(("ed25519",), "portal")}
    _, lacks = _step([a_key(state=State.ACTIVE)], asked)
    assert (Lack(asked[AT], "ed25519"), Lack(asked[DOMAIN, "portal"], "ed25519")) == lacks


def test_keys_move_to_the_sender_s_new_name():
    asked = {(DOMAIN, "new-mta"): policy(sender="new-mta", formerly=SENDER)}
    moves, lacks = _step([a_key(state=State.ACTIVE, words=said(*HOSTS))], asked)
    assert ("new-mta", State.ACTIVE) == (moves["new"].key.sender, moves["new"].key.state)
    assert () == lacks


def test_hosts_sign_on_while_the_lock_has_the_sender_s_old_name():
    asked = {(DOMAIN, "new-mta"): policy(sender="new-mta", formerly=SENDER)}
    assert {(DOMAIN, "new")} == signs([a_key(state=State.ACTIVE)], asked)


def test_hosts_sign_with_nothing_of_a_sender_that_went():
    assert frozenset() == signs([a_key(state=State.ACTIVE)], {})


def test_keys_that_are_left_out_stay():
    mine, other = a_key("a", State.GENERATED), a_key("b", State.GENERATED, sender="portal")
    asked = {AT: policy(), (DOMAIN, "portal"): policy(sender="portal")}
    moves, _ = _step([mine, other], asked, only=lambda key: key.sender == "portal")
    assert mine == moves["a"].key
    assert Wait(None, "it was left out") == moves["a"].due
    assert Step(Event.PUBLISH) == moves["b"].due


def test_a_clock_that_went_back_stops_every_key_of_the_lock_and_makes_none():
    behind = a_key("a", State.GENERATED)
    proof = a_key("b", State.ACTIVE, algorithm="ed25519", words=said("mx1", days=1, minutes=1))
    asked = {AT: policy(("rsa-2048", "ed25519", "rsa-3072"))}
    moves, lacks = _step([behind, proof], asked)
    expected = Wait(None, "the clock says 2026-03-02 12:00Z, and the lock knows of 2026-03-02 12:01Z")
    assert [(behind, expected), (proof, expected)] == [(move.key, move.due) for move in moves.values()]
    assert () == lacks


def test_nothing_of_no_keys():
    assert ({}, ()) == _step([], {})


def test_what_siblings_make_of_a_key():
    old, new = a_key("old", State.ACTIVE, made=at(days=-9)), a_key("new", State.ACTIVE)
    plain = facts(Answer.KEY, Answer.KEY)
    assert plain._replace(wanted=True, replaced=True, succeeded=True) == told(
        old, (old, new), policy(), plain
    )
    assert plain._replace(wanted=True) == told(new, (old, new), policy(), plain)
    assert plain._replace(wanted=False, replaced=True) == told(new, (new,), None, plain)


WAYS_BACK = [
    (("a retiring", "b active"), "b", {"a": "active", "b": "retiring"}, "the new key is bad"),
    (("a retiring", "b active"), "a", {"a": "active", "b": "retiring"}, "the old key is named"),
    (("a active", "b visible"), "b", {"a": "active", "b": "retiring"}, "some hosts sign with it already"),
    (("a active", "b visible"), "a", {"a": "active", "b": "retiring"}, "the key that signed before is named"),
    (
        ("a active", "b retiring", "c visible"),
        "c",
        {"a": "active", "b": "retiring", "c": "retiring"},
        "the one that is active, not the bad one of last time",
    ),
    (
        ("a retiring", "b retiring", "c active"),
        "c",
        {"a": "retiring", "b": "active", "c": "retiring"},
        "the one that retired last",
    ),
    (("a active", "b retiring"), "a", {"a": "retiring", "b": "active"}, "and forward again"),
]
NO_WAYS_BACK = [
    (("a active",), "a", "there is no other"),
    (("a visible",), "a", "there is no other"),
    (("a retiring", "b published"), "a", "nothing was switched to"),
    (("a revoked", "b active"), "b", "the old one is gone"),
    (("a retiring leaked", "b active"), "b", "the old one was revoked by a person"),
    (("a retiring", "b retiring", "c active"), "a", "another retired later"),
    (("a active", "b visible", "c published"), "c", "nobody signs with it yet"),
    (("a retiring", "b active ed25519"), "a", "the other is of another algorithm"),
]


@pytest.mark.parametrize(("keys", "selector", "expected", "why"), WAYS_BACK)
def test_a_switch_is_taken_back(keys, selector, expected, why):
    before = {key.selector: key for key in some_keys(*keys)}
    after = {key.selector: key for key in back(list(before.values()), selector, at(days=9))}
    assert expected == {name: key.state.value for name, key in after.items()}, why
    changed = [key for name, key in after.items() if key != before[name]]
    assert [(at(days=9), ())] * len(changed) == [(key.since, key.words) for key in changed]


@pytest.mark.parametrize(("keys", "selector", "why"), NO_WAYS_BACK)
def test_there_is_no_way_back(keys, selector, why):
    with pytest.raises(NoWayBack):
        back(some_keys(*keys), selector, at(days=9))
    assert why
