"""Names resolved many at a time: CNAMEs followed, each asked for once, answers kept by their TTL."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from ipaddress import ip_address
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import TypeAlias, assert_never

from dnsauth.live.chain import MAX_CHAIN, Link
from dnsauth.live.failover import Failover, Route
from dnsauth.live.resolution import Asked, Bogus, Looping, Resolution, Resolved, Unanswered
from dnsauth.live.servers import Server, address
from dnsauth.live.servfail import Known, Servfail, judged, known, told
from dnsauth.live.wire_names import MAX_OCTETS, name_octets
from dnsauth.names import BadName

MAX_KEPT = 100_000  # answers; ten thousand domains bring fewer names of others
FAILURE_TTL = 60  # seconds, of the 1 to 300 that RFC 9520 section 3.2 allows
NONE = "this system names no resolver: set `live: {resolver: ADDRESS:PORT}`"

_ORDINARY = re.compile(r"(?:[a-z0-9_-]{1,63}\.)+")

Routes: TypeAlias = Callable[[Collection[str]], Mapping[str, Route]]
"""The authoritative servers of those of the names that no resolver is to be asked for."""


def resolvers(setting: str = "", configuration: Path = Path("/etc/resolv.conf")) -> tuple[Server, ...]:
    """The resolver at *setting* (``ADDRESS:PORT``), or those the system names where it is empty; maybe none.

    Raises `dnsauth.errors.DnsauthError` where *setting* is no address.
    """
    if setting:
        return (Server(setting, *address(setting)),)
    try:
        lines = configuration.read_text("utf-8", "replace").splitlines()
    except OSError:
        return ()
    words = (line.split() for line in lines)
    found = (line[1] for line in words if len(line) > 1 and line[0] == "nameserver")
    return tuple(dict.fromkeys(Server(host, host) for host in found if _is_address(host)))


def _is_address(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return False


class Resolver:
    """Asks *servers*, resolvers in this order, and keeps their answers as long as their TTL by *clock*."""

    def __init__(
        self, servers: Sequence[Server], failover: Failover, clock: Callable[[], float] = monotonic
    ) -> None:
        self._route = Route(tuple(servers), why="" if servers else NONE)
        self._failover = failover
        self._clock = clock
        self._kept: dict[Asked, tuple[float, Known]] = {}

    def resolve(self, asked: Iterable[Asked], routes: Routes = lambda _: {}) -> dict[Asked, Resolution]:
        """What each of *asked* resolves to, asked of its servers in *routes*, else of the resolver."""
        now = self._clock()
        wanted = tuple(dict.fromkeys(asked))
        steps: dict[Asked, Known] = {each: Unanswered(why) for each in wanted if (why := _impossible(each))}
        lacking = self._lacking(wanted, steps, now)
        for _ in range(MAX_CHAIN + 1):
            if not lacking:
                break
            found = self._ask(lacking, routes, now)
            steps |= found
            links = (
                Asked(step.chain[-1], each.type) for each, step in found.items() if isinstance(step, Link)
            )
            lacking = self._lacking(links, steps, now)
        for oldest in list(islice(self._kept, max(0, len(self._kept) - MAX_KEPT))):
            del self._kept[oldest]
        return {each: _ended(each, steps) for each in wanted}

    def _lacking(self, names: Iterable[Asked], steps: dict[Asked, Known], now: float) -> list[Asked]:
        """Those of *names*, and of what they are known to lead to, that have to be asked for."""
        lacking: dict[Asked, None] = {}
        for name in names:
            each = name
            while each not in steps:
                expires, step = self._kept.get(each, (now, None))
                if step is None or expires <= now:
                    lacking[each] = None
                    break
                steps[each] = step
                if not isinstance(step, Link):
                    break
                each = Asked(step.chain[-1], each.type)
        return list(lacking)

    def _ask(self, names: Collection[Asked], routes: Routes, now: float) -> dict[Asked, Known]:
        """What each of *names* is, or leads to."""
        own = routes({name for name, _ in names})
        by_authority = {each: own[each.name] for each in names if each.name in own}
        found = known(told(self._failover, by_authority))
        kept = {each: step for each, step in found.items() if by_authority[each].kept}
        kept |= self._recursive({each: self._route for each in names if each not in found})
        for each, step in kept.items():
            ttl = step.ttl if isinstance(step, Resolved | Link) else FAILURE_TTL
            self._kept[each] = (now + ttl, step)
        return found | kept

    def _recursive(self, routes: Mapping[Asked, Route]) -> dict[Asked, Known]:
        """What resolvers say; a SERVFAIL is looked into before the next resolver is asked."""
        found: dict[Asked, Known] = {}
        while routes:
            said = told(self._failover, routes)
            failed = {each: step for each, step in said.items() if isinstance(step, Servfail)}
            found |= known(said) | judged(self._failover, failed)
            left = (each for each in failed if each not in found)
            routes = {each: _without(routes[each], failed[each]) for each in left}
        return found


def _impossible(asked: Asked) -> str:
    """Why no server can be asked for this name, which a record may have made up."""
    if len(asked.name) < MAX_OCTETS and _ORDINARY.fullmatch(asked.name):
        return ""
    try:
        name_octets(asked.name)
    except BadName as error:
        return str(error)
    return ""


def _without(route: Route, failed: Servfail) -> Route:
    servers = tuple(server for server in route.servers if server != failed.server)
    return Route(servers, why="; ".join(filter(None, (route.why, failed.why))))


def _ended(asked: Asked, steps: Mapping[Asked, Known]) -> Resolution:
    """Where the chain that begins at *asked* ends."""
    step = steps[asked]
    if not isinstance(step, Link):
        return step
    chain, ttl, secure = step.chain, step.ttl, step.secure
    while len(chain) <= MAX_CHAIN and len({asked.name, *chain}) > len(chain):
        step = steps[Asked(chain[-1], asked.type)]
        if not isinstance(step, Link):
            break
        chain, ttl, secure = chain + step.chain, min(ttl, step.ttl), secure and step.secure
    match step:
        case Resolved() if len(chain + step.chain) <= MAX_CHAIN:
            ttl, secure = min(ttl, step.ttl), secure and step.secure
            return step._replace(ttl=ttl, chain=chain + step.chain, secure=secure)
        case Link():
            return Looping(chain[: MAX_CHAIN + 1])
        case Resolved() | Looping():
            return Looping((chain + step.chain)[: MAX_CHAIN + 1])
        case Bogus() | Unanswered():
            return replace(step, why=f"{' → '.join(chain)}: {step.why}")
        case _:
            assert_never(step)
