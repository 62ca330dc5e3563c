"""Many questions to many servers at once, by UDP and where an answer is longer by TCP."""

from __future__ import annotations

import selectors
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from dnsauth.live.exchange import Deliver, Exchange
from dnsauth.live.peer import Known, Limits, Query
from dnsauth.live.reply import Unreachable

__all__ = ["LIMITS", "Engine", "Limits", "Query"]

LIMITS = Limits()


class Engine:
    """What asks servers, and remembers from one exchange to the next how quick each of them is.

    A server that never answered is asked some questions and no more: a dead one costs one wait in a run.
    *deadline* is that of the whole run, in seconds of `time.monotonic`. Sockets are open during an exchange
    only.
    """

    def __init__(self, limits: Limits = LIMITS, *, deadline: float | None = None) -> None:
        self.sent = 0
        """Datagrams sent so far."""
        self.late = False
        """Whether something was not asked, or not answered, by the deadline."""
        self.silent: dict[tuple[str, int], Unreachable] = {}
        """Servers by address and port that are asked nothing any more, and why."""
        self._limits = limits
        self._deadline = deadline
        self._known: dict[tuple[str, int], Known] = {}
        self._selector = selectors.DefaultSelector()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._selector.close()

    def forget(self) -> None:
        """Ask silent servers again: they may be up by now."""
        self.silent.clear()

    def exchange(self, queries: Iterable[Query], deliver: Deliver) -> None:
        """Ask each of *queries* and hand what came of it to *deliver*: once each, in any order.

        Queries are taken as they can be sent, so that a million of them take no more memory than those in
        flight; where some servers are slow it helps to have them mixed. What *deliver* raises ends the
        exchange.
        """
        exchange = Exchange(
            self._limits,
            self._known,
            self.silent,
            selector=self._selector,
            deadline=self._deadline,
            deliver=deliver,
        )
        try:
            exchange.run(iter(queries))
        finally:
            exchange.close()
            self.sent += exchange.sent
            self.late = self.late or exchange.late
