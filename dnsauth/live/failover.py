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
GIVEN_UP = 3  # questions a server that never answered leaves open before it gets no more


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
    """Asks one server after the other; an address that never answers is given up for this run.

    Servers with authority share the questions of a batch; resolvers are asked in their order.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._answered: set[_Address] = set()
        self._unheard: dict[_Address, tuple[int, str]] = {}
        self._unrouted: set[str] = set()

    def ask(
        self, routes: Mapping[Asked, Route], read: Read[T], *, unchecked: bool = False
    ) -> dict[Asked, T | Unanswered]:
        """What the first server of its route says to each question, or why none does.

        *unchecked* asks resolvers for data that fails DNSSEC validation as well (CD, RFC 4035 section 3.2.2).
        """
        said: dict[Asked, T | Unanswered] = {}
        whys: dict[Asked, dict[Server, str]] = {}
        left = list(enumerate(routes))

        def deliver(query: Query, reply: Message | Unreachable) -> None:
            asked, server = Asked(query.owner, query.type), query.server
            if isinstance(reply, Unreachable):
                why = self._unreachable(server, reply)
            else:
                if (at := _at(server)) not in self._answered or self._unheard:
                    self._answered.add(at)
                    self._unheard.pop(at, None)
                outcome = read(reply, asked, server, routes[asked])
                if not isinstance(outcome, Failure):
                    said[asked] = outcome
                    return
                why = f"{server.address} {outcome.why}"
            whys.setdefault(asked, {})[server] = why

        while left:
            self._engine.exchange(self._turn(left, routes, said, whys, unchecked=unchecked), deliver)
            left = [(place, asked) for place, asked in left if asked not in said]
        return said

    def _turn(
        self,
        left: Collection[tuple[int, Asked]],
        routes: Mapping[Asked, Route],
        said: dict[Asked, T | Unanswered],
        whys: dict[Asked, dict[Server, str]],
        *,
        unchecked: bool,
    ) -> Iterator[Query]:
        """One query for each question that has a server left, and the end of those that have none."""
        for place, asked in left:
            route = routes[asked]
            failed = whys.get(asked, {})
            server = self._next(route, failed, place if route.zone else 0)
            if server is None:
                said[asked] = Unanswered(self._why(route, failed))
            else:
                yield Query(server, *asked, recurse=not route.zone, unchecked=unchecked)

    def _next(self, route: Route, failed: Mapping[Server, str], place: int) -> Server | None:
        left: Sequence[Server] = route.servers
        if failed or self._unheard or self._unrouted:
            if sum(_at(server) in self._unheard for server in failed) >= MAX_SILENT:
                return None
            left = [server for server in left if server not in failed and not self._given_up(server)]
        return left[place % len(left)] if left else None

    def _given_up(self, server: Server) -> bool:
        return server.family in self._unrouted or self._unheard.get(_at(server), (0, ""))[0] >= GIVEN_UP

    def _unreachable(self, server: Server, reply: Unreachable) -> str:
        if not reply.routed:
            self._unrouted.add(server.family)
        elif _at(server) not in self._answered:
            count, _ = self._unheard.get(_at(server), (0, ""))
            self._unheard[_at(server)] = (count + 1, reply.why)
        return reply.why

    def _why(self, route: Route, failed: Mapping[Server, str]) -> str:
        unheard = (self._unheard.get(_at(server)) for server in route.servers if server not in failed)
        whys = [route.why, *failed.values(), *(each[1] for each in unheard if each)]
        if route.servers and not any(whys):
            whys.append(f"there is no route for {route.servers[0].family} from here")
        return "; ".join(dict.fromkeys(filter(None, whys)))


def _at(server: Server) -> _Address:
    """Where it is, since one address may have many names."""
    return server.host, server.port
