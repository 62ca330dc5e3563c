"""Work on many zones in as many processes as there are processors, where that is worth their start."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from threading import active_count
from typing import Any, TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")

ENOUGH = 500  # zones of one process: to judge fewer takes less than to start it

_inherited: tuple[Callable[[Any], Any], Sequence[Sequence[Any]]]


def spread(work: Callable[[_T], _R], items: Sequence[_T]) -> Iterable[_R]:
    """What *work* makes of each of *items*, in their order; it must survive pickling.

    The processes are forked, so that all that was read is there. Where that is not safe, on other systems and
    beside other threads, and where one of them is killed, this one does the work alone.
    """
    count = min(_processors(), len(items) // ENOUGH)
    if count < 2 or sys.platform != "linux" or active_count() > 1:
        return map(work, items)
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    shares = [items[start::count] for start in range(count)]
    fork = get_context("fork")
    try:
        with ProcessPoolExecutor(count, fork, initializer=_inherit, initargs=(work, shares)) as pool:
            made = list(pool.map(_share, range(count)))
    except BrokenProcessPool:
        return map(work, items)
    return [made[place % count][place // count] for place in range(len(items))]


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def _inherit(work: Callable[[Any], Any], shares: Sequence[Sequence[Any]]) -> None:
    global _inherited  # noqa: PLW0603  arguments of a call would be pickled, those of the start are inherited
    _inherited = work, shares
    gc.freeze()  # a collection would touch all that was read, and so copy it
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # of Ctrl-C the parent speaks alone


def _share(number: int) -> list[Any]:
    work, shares = _inherited
    return [work(item) for item in shares[number]]
