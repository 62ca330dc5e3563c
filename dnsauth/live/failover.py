"""Questions that any one of several servers may answer: the first that does, turn by turn."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias, TypeVar

from dnsauth.live.chain import Failure
from dnsauth.live.engine import Engine, Query
from dnsauth.live.reply import Unreachable
from dnsauth.live.resolution import Asked, Unanswered
from dnsauth.live.servers import Server
from dnsauth.live.wire import Message

MAX_SILENT = 4  # servers a question waits for in vain; each costs seconds


class Route(NamedTuple):
    """Who is asked: servers with authority over *zone*, or resolvers where that is empty.

    *why* is why there are no others. *kept*: what they say is remembered as long as its TTL.
    """

    servers: tuple[Server, ...]
    zone: str = ""
    why: str = ""
    kept: bool = True


_Address: TypeAlias = tuple[str, int]
T = TypeVar("T")
Read: TypeAlias = Callable[[Message, Asked, Server, Route], T]
"""What a response says; where that is a `Failure`, the next server is asked."""


class Failover:
    """Asks one server after the other, but for those that *engine* has found to be silent.

    Servers with authority share the questions of a batch; resolvers are asked in their order.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._unrouted: set[str] = set()

    def ask(
        self, routes: Mapping[Asked, Route], read: Read[T], *, unchecked: bool = False
    ) -> dict[Asked, T | Unanswered]:
        """What the first server of its route says to each question, or why none does.

        *unchecked* asks resolvers for data that fails DNSSEC validation as well (CD, RFC 4035 section 3.2.2).
        """
        said: dict[Asked, T | Unanswered] = {}
        failed: dict[Asked, dict[Server, Unreachable | str]] = {}
        left = list(enumerate(routes))

        def deliver(query: Query, reply: Message | Unreachable) -> None:
            asked, server = Asked(query.owner, query.type), query.server
            why: Unreachable | str
            if isinstance(reply, Unreachable):
                why = reply
                if not reply.routed:
                    self._unrouted.add(server.family)
            else:
                outcome = read(reply, asked, server, routes[asked])
                if not isinstance(outcome, Failure):
                    said[asked] = outcome
                    return
                why = f"{server.address} {outcome.why}"
            failed.setdefault(asked, {})[server] = why

        while left:
            self._engine.exchange(self._turn(left, routes, said, failed, unchecked=unchecked), deliver)
            left = [(place, asked) for place, asked in left if asked not in said]
        return said

    def _turn(
        self,
        left: Collection[tuple[int, Asked]],
        routes: Mapping[Asked, Route],
        said: dict[Asked, T | Unanswered],
        failed: Mapping[Asked, Mapping[Server, Unreachable | str]],
        *,
        unchecked: bool,
    ) -> Iterator[Query]:
        """One query for each question that has a server left, and the end of those that have none."""
        for place, asked in left:
            route = routes[asked]
            whys = failed.get(asked, {})
            server = self._next(route, whys, place if route.zone else 0)
            if server is None:
                said[asked] = Unanswered(self._why(route, whys))
            else:
                yield Query(server, *asked, recurse=not route.zone, unchecked=unchecked)

    def _next(self, route: Route, whys: Mapping[Server, Unreachable | str], place: int) -> Server | None:
        left: Sequence[Server] = route.servers
        if whys or self._unrouted or self._engine.silent:
            if sum(isinstance(why, Unreachable) and why.routed for why in whys.values()) >= MAX_SILENT:
                return None
            left = [server for server in left if server not in whys and not self._passed_over(server)]
        return left[place % len(left)] if left else None

    def _passed_over(self, server: Server) -> bool:
        return server.family in self._unrouted or _at(server) in self._engine.silent

    def _why(self, route: Route, whys: Mapping[Server, Unreachable | str]) -> str:
        silent = (self._engine.silent.get(_at(server)) for server in route.servers if server not in whys)
        reasons = (
            why.why if isinstance(why, Unreachable) else why for why in (*whys.values(), *silent) if why
        )
        said = "; ".join(dict.fromkeys(filter(None, (route.why, *reasons))))
        if said or not route.servers:
            return said
        return f"there is no route for {route.servers[0].family} from here"


def _at(server: Server) -> _Address:
    """Where it is, since one address may have many names."""
    return server.host, server.port
