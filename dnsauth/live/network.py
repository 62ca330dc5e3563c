"""What a run knows of the network: one engine, the servers of its zones, and answers kept by their TTL."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from types import TracebackType
from typing import Self

from dnsauth.inventory.operations import Live
from dnsauth.live import servers
from dnsauth.live.answers import Answers
from dnsauth.live.engine import Engine, Limits
from dnsauth.live.failover import Failover, Route
from dnsauth.live.look import Question, look
from dnsauth.live.reply import Reply, Unreachable
from dnsauth.live.resolution import Asked, Resolution
from dnsauth.live.resolver import Resolver, resolvers
from dnsauth.live.servers import Authority, Delegation
from dnsauth.live.walk import Walk
from dnsauth.names import deepest


class Network:
    """Names in *zones*, and in those *live* names servers for, are asked at their authoritative servers.

    Everything else is asked at the resolver. *today* is the day until which servers are ignored, *deadline*
    that of the run in seconds of `time.monotonic`. Raises `dnsauth.errors.DnsauthError` where an address of
    *live* is none. A context manager.
    """

    def __init__(
        self,
        live: Live,
        zones: Collection[str],
        today: date,
        *,
        limits: Limits | None = None,
        deadline: float | None = None,
    ) -> None:
        self._live = live
        self._today = today
        self._zones = frozenset((*zones, *live.servers))
        self._engine = Engine(limits or Limits(rate=live.rate), deadline=deadline)
        self._failover = Failover(self._engine)
        asked = resolvers(live.resolver)
        self._others = Resolver(asked, self._failover)
        self._public = Resolver(
            asked, self._failover
        )  # what it keeps of our own names answers for none of them
        known = {zone: servers.servers(texts) for zone, texts in live.servers.items()}
        self._walk = Walk(self._failover, self._public, servers.servers(live.roots), known)
        self._unrouted: set[str] = set()
        self._delegations: dict[str, Delegation] = {}
        self._authorities: dict[str, Authority] = {}

    def __enter__(self) -> Self:
        self._engine.__enter__()
        return self

    def __exit__(
        self, type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engine.__exit__(type, error, trace)

    @property
    def sent(self) -> int:
        """Datagrams sent so far."""
        return self._engine.sent

    @property
    def late(self) -> bool:
        """True once something was not asked, or not answered, by the deadline."""
        return self._engine.late

    @property
    def unrouted(self) -> tuple[str, ...]:
        """Address families of what was looked at that this host has no route to: skipped, to be said once."""
        return tuple(sorted(self._unrouted))

    def look(self, questions: Iterable[Question]) -> Mapping[Question, Reply]:
        """The reply of each authoritative server to the question it is asked."""
        replies = look(questions, self._engine)
        self._unrouted.update(
            question.server.family
            for question, reply in replies.items()
            if isinstance(reply, Unreachable) and not reply.routed
        )
        return replies

    def look_again(self, questions: Iterable[Question]) -> Mapping[Question, Reply]:
        """The same by who waits for servers: those that never answered are asked as well."""
        self._engine.forget()
        return self.look(questions)

    def delegations(self, zones: Iterable[str]) -> Mapping[str, Delegation]:
        """What the parent of each of *zones* says of it; each is asked for once in a run."""
        wanted = dict.fromkeys(zones)
        if lacking := [zone for zone in wanted if zone not in self._delegations]:
            self._delegations |= self._walk.delegations(lacking)
        return {zone: self._delegations[zone] for zone in wanted}

    def authorities(self, zones: Iterable[str]) -> Mapping[str, Authority]:
        """The authoritative servers of each of *zones*; they are found once in a run."""
        wanted = dict.fromkeys(zones)
        if lacking := [zone for zone in wanted if zone not in self._authorities]:
            self._authorities |= servers.authorities(
                lacking,
                self._live,
                self._today,
                delegations=self.delegations,
                addresses=self._walk.resolve,
                resolver=self._public.resolve if self._live.resolver or not self._live.roots else None,
            )
        return {zone: self._authorities[zone] for zone in wanted}

    def resolve(self, asked: Iterable[Asked]) -> Mapping[Asked, Resolution]:
        """What each of *asked* is, CNAMEs followed from zone to zone.

        What others say is kept as long as its TTL, what our own servers say for this call alone: ten thousand
        zones in calls of some hundred need the memory of one call.
        """
        return self._others.resolve(asked, self._routes)

    def validated(self, asked: Iterable[Asked]) -> Mapping[Asked, Resolution]:
        """What the resolver says of each of *asked*, our own names too: whether DNSSEC holds for the world.

        It may be as old as its TTL, and is not what our servers say now.
        """
        return self._public.resolve(asked)

    def lookup(self, name: str, type: str) -> tuple[str, ...]:
        """A `dnsauth.spf.lookup.Lookup`; many names are better resolved in one call of `resolve` before."""
        return Answers(self.resolve).lookup(name, type)

    def _routes(self, names: Collection[str]) -> dict[str, Route]:
        """The authoritative servers of those of *names* that are our own."""
        zones = {name: zone for name in names if (zone := deepest(name, self._zones))}
        routes = {zone: _route(authority) for zone, authority in self.authorities(zones.values()).items()}
        return {name: routes[zone] for name, zone in zones.items()}


def _route(authority: Authority) -> Route:
    whys = (f"{missing.name}: {missing.why}" for missing in authority.missing)
    return Route(authority.servers, authority.zone, "; ".join(whys), kept=False)
