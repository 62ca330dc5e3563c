"""The two tables: nothing is missing, and every way ends."""

from __future__ import annotations

import pytest

from dnsauth.lock.keys import State
from dnsauth.rotation.due import Answer, moved
from dnsauth.rotation.states import EFFECTS, TRANSITIONS, Event, Published
from tests.rotation.values import NOON, a_key, at, seen, signs


def _reached(state):
    found, new = set(), {state}
    while new:
        found |= new
        new = {after for (before, _), after in TRANSITIONS.items() if before in new} - found
    return found


@pytest.mark.parametrize("state", State)
def test_every_state_leads_to_removed(state):
    assert State.REMOVED in _reached(state)


def test_nothing_leads_out_of_removed():
    assert {State.REMOVED} == _reached(State.REMOVED)


def test_every_state_can_be_reached():
    assert set(State) == _reached(State.GENERATED)


def test_every_event_is_used():
    assert set(Event) == {event for _, event in TRANSITIONS}


def test_every_state_has_its_effect():
    assert set(State) == set(EFFECTS)


def test_every_answer_that_is_wanted_can_be_given():
    assert {each.value for each in Published} <= {each.value for each in Answer}


@pytest.mark.parametrize(("state", "effect"), EFFECTS.items())
def test_hosts_sign_only_with_what_they_hold_and_what_is_published(state, effect):
    del state
    assert effect.installed or not effect.signs
    assert effect.published is Published.KEY or not effect.installed


@pytest.mark.parametrize(("before", "after"), [(before, after) for (before, _), after in TRANSITIONS.items()])
def test_a_record_never_comes_back(before, after):
    way = [Published.NOTHING, Published.KEY, Published.EMPTY, Published.NOTHING]
    held, wanted = EFFECTS[before].published, EFFECTS[after].published
    if after is State.REMOVED:
        assert wanted is Published.NOTHING
    else:
        assert way.index(held) <= way.index(wanted)


@pytest.mark.parametrize(("before", "event", "after"), [(*way, after) for way, after in TRANSITIONS.items()])
def test_an_event_moves_a_key_and_says_since_when(before, event, after):
    key = a_key(state=before, seen=seen(), words=signs("mx1"))
    found = moved(key, event, at(hours=1))
    assert (after, at(hours=1)) == (found.state, found.since)
    assert (key.made, key.record, key.selector) == (found.made, found.record, found.selector)


@pytest.mark.parametrize(
    "way", [(state, event) for state in State for event in Event if (state, event) not in TRANSITIONS]
)
def test_there_is_no_other_way(way):
    state, event = way
    with pytest.raises(KeyError):
        moved(a_key(state=state), event, NOON)


@pytest.mark.parametrize(
    ("state", "event", "kept", "why"),
    [
        (State.GENERATED, Event.PUBLISH, False, "it told that nothing was there"),
        (State.PUBLISHED, Event.SEE, True, "the record stands on"),
        (State.VISIBLE, Event.ACTIVATE, True, "the record stands on"),
        (State.ACTIVE, Event.RETIRE, True, "the record stands on"),
        (State.RETIRING, Event.RETURN, True, "the record stands on"),
        (State.RETIRING, Event.DRAIN, False, "it told of the key, and p= is to be empty"),
        (State.ACTIVE, Event.REVOKE, False, "it told of the key, and p= is to be empty"),
        (State.REVOKED, Event.REMOVE, True, "the guard on its deletion counts from it"),
    ],
)
def test_what_was_seen_ends_with_what_stood_there(state, event, kept, why):
    found = moved(a_key(state=state, seen=seen()), event, at(hours=1))
    assert (seen() if kept else None) == found.seen, why


@pytest.mark.parametrize(
    ("state", "event", "succeeded", "kept", "why"),
    [
        (State.VISIBLE, Event.ACTIVATE, False, True, "hosts sign on"),
        (State.ACTIVE, Event.RETIRE, True, True, "each host signs with the successor, and none goes back"),
        (State.ACTIVE, Event.RETIRE, False, False, "one that stopped may have begun again unheard"),
        (State.VISIBLE, Event.RETIRE, False, False, "one that stopped may have begun again unheard"),
        (State.RETIRING, Event.RETURN, False, False, "those that stopped are to begin again"),
        (State.RETIRING, Event.DRAIN, False, True, "the guard on its withdrawal counts from it"),
        (State.ACTIVE, Event.REVOKE, False, True, "it tells who signed last"),
    ],
)
def test_what_hosts_said_ends_with_the_permission_it_was_said_under(state, event, succeeded, kept, why):
    words = signs("mx1", "mx2")
    found = moved(a_key(state=state, words=words), event, at(hours=1), succeeded=succeeded)
    assert (words if kept else ()) == found.words, why
