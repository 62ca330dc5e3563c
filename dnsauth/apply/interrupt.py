"""Ctrl-C as a wish to stop, so that it never falls between a write and the note of it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def interrupts(stop: threading.Event | None = None) -> Iterator[threading.Event]:
    """*stop*, or a new event, which the first SIGINT sets; a second one raises KeyboardInterrupt as ever.

    Outside the main thread, where Python delivers no signals, the event is never set.
    """
    stop = stop or threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = signal.getsignal(signal.SIGINT)

    def first(*_: object) -> None:
        stop.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, first)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
