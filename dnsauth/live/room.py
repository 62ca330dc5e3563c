"""The sockets of one exchange: a bounded number, of which idle ones make room for others."""

from __future__ import annotations

import contextlib
import errno
import selectors
from collections.abc import Callable
from typing import TypeAlias

from dnsauth.live.peer import Flight, Sent
from dnsauth.live.tcp import Stream
from dnsauth.live.udp import Port

Open: TypeAlias = Port[Sent] | Stream[Flight]

_NONE_LEFT = frozenset({errno.EMFILE, errno.ENFILE, errno.EAGAIN})
_FREE = 8  # files left to the rest of the process where it has come to its limit


class Room:
    """What is open now, never more than *most* of it, each watched by *selector*."""

    def __init__(self, selector: selectors.BaseSelector, most: int) -> None:
        self.open: dict[Open, Callable[[], object]] = {}
        self.most = most
        self._selector = selector

    def spare(self) -> bool:
        """True where one more may be opened and nothing need be closed for it."""
        return len(self.open) < self.most

    def left(self) -> bool:
        """True where one more may be opened, if need be after closing what is idle."""
        while not self.spare():
            idle = next((each for each in self.open if not each.pending), None)
            if idle is None:
                return False
            self.close(idle)
        return True

    def full(self, error: OSError) -> bool:
        """True where *error* only says that the process has as many files or ports open as it may."""
        if error.errno in _NONE_LEFT and self.open:
            self.most = max(1, len(self.open) - _FREE)
            return True
        return False

    def ports(self) -> list[Port[Sent]]:
        """The UDP sockets that are open."""
        return [each for each in self.open if isinstance(each, Port)]

    def add(self, each: Open, events: int, ready: Callable[[], None], forget: Callable[[], object]) -> None:
        """Call *ready* at *events* of *each* from now on, and *forget* when it is closed."""
        self.open[each] = forget
        self._selector.register(each.socket, events, ready)

    def watch(self, each: Open, events: int) -> None:
        """Wait for *events* of *each* instead."""
        key = self._selector.get_key(each.socket)
        if key.events != events:
            self._selector.modify(each.socket, events, key.data)

    def close(self, each: Open) -> None:
        """Close *each*."""
        forget = self.open.pop(each)
        with contextlib.suppress(KeyError):  # an interrupt may have come before it was watched
            self._selector.unregister(each.socket)
        each.socket.close()
        forget()

    def clear(self) -> None:
        """Close all."""
        for each in tuple(self.open):
            self.close(each)
