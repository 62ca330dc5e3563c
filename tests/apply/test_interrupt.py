"""Ctrl-C as a wish to stop."""

from __future__ import annotations

import signal
import threading

import pytest

from dnsauth.apply.interrupt import interrupts


def test_the_first_ctrl_c_sets_the_event_and_the_second_one_interrupts():
    before = signal.getsignal(signal.SIGINT)
    with interrupts() as stop:
        assert not stop.is_set()
        signal.raise_signal(signal.SIGINT)
        assert stop.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)

    assert before is signal.getsignal(signal.SIGINT)


def test_what_goes_wrong_inside_gives_ctrl_c_back():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(LookupError), interrupts():
        raise LookupError

    assert before is signal.getsignal(signal.SIGINT)


def test_another_thread_is_left_alone():
    seen = []

    def elsewhere() -> None:
        with interrupts() as stop:
            seen.append((stop.is_set(), signal.getsignal(signal.SIGINT)))

    before = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()

    assert [(False, before)] == seen


def test_who_waits_for_a_provider_hears_of_it_by_an_event_of_his_own():
    mine = threading.Event()
    with interrupts(mine) as stop:
        assert mine is stop
        signal.raise_signal(signal.SIGINT)
    assert mine.is_set()
