"""What once lost mail, or stood still for ever, told step by step."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dnsauth.lock.keys import State
from dnsauth.rotation.timing import DAY, Timing
from tests.rotation.values import HOSTS, SENDER
from tests.rotation.world import Habit, World, Zone

A_DAY, AN_HOUR = timedelta(days=1), timedelta(hours=1)
IN_USE = 6  # days until the first key is active


@pytest.fixture
def world():
    """A sender with one key, in use."""
    found = World(Zone(SENDER, ("rsa-2048",), HOSTS), Timing(10 * DAY, kept=3 * DAY), ttl=300, negative=60)
    _days(found, IN_USE)
    return found


def _days(world, count, **hosts):
    for _ in range(count):
        world.round(A_DAY, hosts)


def _states(world):
    """The state of each key, the oldest first."""
    return [key.state for key in sorted(world.head.keys, key=lambda key: key.made)]


def _until(world, *states, **hosts):
    for _ in range(60):
        if list(states) == _states(world):
            return
        _days(world, 1, **hosts)
    assert list(states) == _states(world)


def test_a_host_that_went_back_unheard_and_switched_late_is_waited_for(world):
    _until(world, State.ACTIVE, State.VISIBLE, mx2=Habit.DOWN)
    assert world.back(world.newest(State.VISIBLE)[0])
    _days(world, 1, mx1=Habit.SILENT)
    _days(world, 14, mx1=Habit.DOWN)
    _days(world, 20)
    world.ends()


def test_a_sender_that_is_added_and_removed_again_between_two_steps_has_its_hosts_asked_again(world):
    world.edit(sender="")
    world.round(AN_HOUR, stepped=False)
    world.edit(sender=SENDER)
    world.round(AN_HOUR, dict.fromkeys(HOSTS, Habit.SILENT), stepped=False)
    world.edit(sender="")
    _days(world, 20, mx1=Habit.DOWN)
    assert [State.RETIRING] == _states(world)
    world.ends()


def test_a_report_that_comes_after_a_later_one_is_no_proof_for_ever(world):
    world.edit(sender="")
    stopped = world.deploy("mx1", pulled=True)
    world.now += AN_HOUR
    world.edit(sender=SENDER)
    world.deliver(world.deploy("mx1", pulled=True))
    world.deliver(stopped)
    world.edit(sender="")
    _days(world, 20, mx1=Habit.DOWN)
    assert [State.RETIRING] == _states(world)
    world.ends()


def test_a_host_that_is_added_while_an_old_key_goes_does_not_hold_it_back(world):
    _until(world, State.RETIRING, State.ACTIVE)
    branch = world.step()
    while {*branch.keys} == {*branch.base.keys}:
        world.now += A_DAY
        branch = world.step()
    assert world.merge(branch)
    assert [State.REVOKED, State.ACTIVE] == _states(world)
    world.add_a_host("mx3")
    assert world.apply()
    world.ends()


@pytest.mark.parametrize("days", [1, 3, 4])
def test_a_first_key_that_is_revoked_is_used_until_its_successor_can_be(days):
    world = World(Zone(SENDER, ("rsa-2048",), HOSTS), Timing(10 * DAY, kept=3 * DAY), ttl=300, negative=DAY)
    _days(world, days)
    world.revoke(world.head.keys[0].selector, at_once=False)
    world.ends()


def test_a_key_that_nobody_used_is_no_reason_to_hurry_its_successor():
    world = World(Zone(SENDER, ("rsa-2048",), HOSTS), Timing(10 * DAY, kept=3 * DAY), ttl=300, negative=DAY)
    _days(world, 1)
    world.revoke(world.head.keys[0].selector, at_once=False)
    for _ in range(30):
        world.round(AN_HOUR)
    world.ends()


def test_a_revoked_key_whose_algorithm_goes_as_well_retires_with_its_successor_active(world):
    world.revoke(world.head.keys[0].selector, at_once=False)
    _until(world, State.ACTIVE, State.VISIBLE)
    world.edit(algorithms=("rsa-3072",))
    world.ends()


def test_a_switch_is_taken_back_to_the_key_that_is_active(world):
    _until(world, State.ACTIVE, State.VISIBLE, mx2=Habit.DOWN)
    first = world.newest(State.ACTIVE)
    assert world.back(world.newest(State.VISIBLE)[0])
    _until(world, State.ACTIVE, State.RETIRING, State.VISIBLE, mx2=Habit.DOWN)
    assert world.back(world.newest(State.VISIBLE)[0])
    assert first == world.newest(State.ACTIVE)
    world.ends()


def test_a_key_merged_late_takes_over_from_a_younger_one(world):
    world.now += 11 * A_DAY
    waiting = world.step()
    world.now += AN_HOUR
    assert world.merge(world.step())
    _until(world, State.RETIRING, State.ACTIVE)
    assert world.merge(waiting)
    world.revoke(world.newest(State.ACTIVE)[0], at_once=False)
    world.ends()


def test_a_host_whose_clock_was_ahead_leaves_no_two_keys_active(world):
    _until(world, State.ACTIVE, State.VISIBLE, mx1=Habit.DOWN)
    world.deliver(world.deploy("mx1", pulled=False, ahead=timedelta(minutes=4)))
    world.now += timedelta(minutes=1)
    world.deliver(world.deploy("mx1", pulled=True))
    world.now += A_DAY
    assert world.merge(world.step())
    assert [State.RETIRING, State.ACTIVE] == _states(world)
    world.ends()


def test_a_host_that_was_forgotten_shows_in_reports_and_its_key_waits_for_the_mail(world):
    _until(world, State.RETIRING, State.ACTIVE)
    old = world.newest(State.RETIRING)[0]
    retired = world.now
    for _ in range(3):
        _days(world, 2)
        world.reported(old, AN_HOUR, "google.com")
    last = world.now - AN_HOUR
    while State.RETIRING in _states(world):
        _days(world, 1)
    assert world.now - A_DAY >= last + timedelta(seconds=5 * DAY + 300)
    assert world.now < retired + timedelta(days=14)
    world.ends()


def test_whoever_forges_reports_keeps_a_key_until_a_person_revokes_it(world):
    _until(world, State.RETIRING, State.ACTIVE)
    old = world.newest(State.RETIRING)[0]
    for _ in range(9):
        _days(world, 1)
        world.reported(old, AN_HOUR, "nobody.example")
    assert State.RETIRING is next(key for key in world.head.keys if key.selector == old).state
    world.revoke(old, at_once=False)
    assert State.REVOKED is next(key for key in world.head.keys if key.selector == old).state
    world.ends()


def test_a_step_proposed_before_a_key_was_revoked_at_once_may_be_merged_after():
    world = World(Zone(SENDER, ("rsa-2048", "ed25519"), HOSTS), Timing(60 * DAY, kept=3 * DAY), 300, 60)
    _days(world, IN_USE)
    world.edit(algorithms=("rsa-2048",))
    branch = world.step()
    named = next(key.selector for key in world.head.keys if key.algorithm == "rsa-2048")
    world.revoke(named, at_once=True)
    assert world.merge(branch)
    world.ends()
