"""What the parent of a zone says of it: whom it delegates to, by which addresses, and whether signed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from typing import NamedTuple, TypeAlias

from dnsauth.live.chain import LAME, Failure, at, failure
from dnsauth.live.failover import Failover, Route
from dnsauth.live.resolution import Asked, Resolution, Resolved, Unanswered, resolution_said
from dnsauth.live.resolver import Resolver
from dnsauth.live.servers import PORT, Delegation, Server
from dnsauth.live.wire import Message
from dnsauth.names import deepest, within

__all__ = ["Delegation", "Walk"]

DEPTH = 4  # name servers that can only be found by other name servers; a circle of them ends here
GLUELESS = 3  # name servers of one zone on the way that are looked for where the referral has no address


class _Cut(NamedTuple):
    """A zone on the way and its servers; *why* there are none."""

    zone: str
    servers: tuple[Server, ...]
    why: str = ""


class _Named(NamedTuple):
    """A delegation: NS names sorted, and the addresses the parent may speak of."""

    names: tuple[str, ...]
    glue: Mapping[str, tuple[str, ...]]


class _None(NamedTuple):
    """There is no such delegation."""

    why: str


_Said: TypeAlias = _Named | _None | bool | Failure


class Walk:
    """Follows referrals from *roots*, or where there are none asks *resolver* for the servers of parents.

    *known* are zones whose servers need not be found. A server on the way is asked at the port of the first
    root, so that a world of its own on a high port can be walked.
    """

    def __init__(
        self,
        failover: Failover,
        resolver: Resolver,
        roots: tuple[Server, ...],
        known: Mapping[str, tuple[Server, ...]],
    ) -> None:
        self._failover = failover
        self._resolver = resolver
        self._roots = roots
        self._port = roots[0].port if roots else PORT
        self._alone = Resolver((), failover)
        self._known = known
        self._cuts = {zone: _Cut(zone, servers) for zone, servers in known.items()}
        if roots:
            self._cuts["."] = _Cut(".", roots)
        self._names: dict[tuple[str, ...], tuple[str, ...]] = {}

    def delegations(self, zones: Iterable[str]) -> dict[str, Delegation]:
        """What the parent of each of *zones* says of it."""
        found = {zone: Delegation(zone, why="it is the root, which nobody delegates") for zone in zones}
        below = {zone: _parent(zone) for zone in found if zone != "."}
        self._cuts = {
            name: cut for name, cut in self._cuts.items() if cut.servers
        }  # what failed may work now
        self._find(below.values(), 0)
        said = self._said(
            {
                Asked(zone, type): _route(self._cuts[parent])
                for zone, parent in below.items()
                for type in ("NS", "DS")
            }
        )
        for zone in below:
            found[zone] = self._delegation(zone, said[Asked(zone, "NS")], said[Asked(zone, "DS")])
        return found

    def resolve(self, asked: Iterable[Asked], depth: int = 0) -> dict[Asked, Resolution]:
        """What each of *asked* is, found from the roots, or by the resolver where there are none."""
        if not self._roots:
            return self._resolver.resolve(asked, self._told)
        return self._alone.resolve(asked, partial(self._routes, depth=depth))

    def _told(self, names: Collection[str]) -> dict[str, Route]:
        """The servers of names in zones that need not be found."""
        zones = {name: zone for name in names if (zone := deepest(name, self._known))}
        return {name: _route(self._cuts[zone]) for name, zone in zones.items()}

    def _routes(self, names: Collection[str], depth: int) -> dict[str, Route]:
        if depth == DEPTH:
            why = "its name servers lead to each other and to no address"
            return dict.fromkeys(names, Route((), ".", why, kept=False))
        self._find(names, depth)
        return {name: _route(self._cuts[name]) for name in names}

    def _find(self, names: Iterable[str], depth: int) -> None:
        """Learn for each of *names* the zone that it is or lies in, and the servers of that zone."""
        if self._roots:
            self._descend(names, depth)
        else:
            self._ascend(names)

    def _descend(self, names: Iterable[str], depth: int) -> None:
        """From the closest zone that is known downwards, all names of as many labels at once."""
        levels: defaultdict[int, dict[str, None]] = defaultdict(dict)
        for each in names:
            name = each
            while name not in self._cuts and name not in levels[name.count(".")]:
                levels[name.count(".")][name] = None
                name = _parent(name)
        for _, level in sorted(levels.items()):
            said = self._said({Asked(name, "NS"): _route(self._cuts[_parent(name)]) for name in level})
            found: dict[str, _Named] = {}
            for (name, _), outcome in said.items():
                match outcome:
                    case _Named():
                        found[name] = outcome
                    case Unanswered(why):
                        self._cuts[name] = _Cut(name, (), why)
                    case _:
                        self._cuts[name] = self._cuts[_parent(name)]
            self._reach(found, depth)

    def _ascend(self, names: Iterable[str]) -> None:
        """From each name upwards, to the first that has NS records."""
        passed: dict[str, None] = {}
        here = {name for name in names if name not in self._cuts}
        while here:
            found: dict[str, _Named] = {}
            for (name, _), said in self._resolver.resolve(Asked(name, "NS") for name in here).items():
                match said:
                    case Resolved(values, chain=()) if values:
                        found[name] = _Named(values, {})
                    case Resolved() if name != ".":
                        passed[name] = None
                    case Unanswered(why):
                        self._cuts[name] = _Cut(name, (), why)
                    case _:
                        self._cuts[name] = _Cut(name, (), f"{name} NS {resolution_said(said)}")
            self._reach(found, 0)
            above = {_parent(name) for name in here if name in passed}
            here = {name for name in above if name not in self._cuts and name not in passed}
        for name in sorted(passed, key=lambda name: name.count(".")):
            self._cuts[name] = self._cuts[_parent(name)]

    def _said(self, routes: Mapping[Asked, Route]) -> dict[Asked, _Said | Unanswered]:
        return self._failover.ask(routes, _read)

    def _reach(self, found: Mapping[str, _Named], depth: int) -> None:
        """Learn the addresses of delegated zones' servers: the glue, or what the names lead to."""
        hosts = {
            zone: () if named.glue else named.names[:GLUELESS] if self._roots else named.names
            for zone, named in found.items()
        }
        wanted = (Asked(host, type) for each in hosts.values() for host in each for type in ("A", "AAAA"))
        looked = self.resolve(wanted, depth + 1)
        for zone, named in found.items():
            addresses = dict(named.glue) | {
                host: tuple(
                    value
                    for type in ("A", "AAAA")
                    if isinstance(said := looked[Asked(host, type)], Resolved)
                    for value in said.values
                )
                for host in hosts[zone]
            }
            servers = tuple(Server(host, each, self._port) for host, all in addresses.items() for each in all)
            why = "" if servers else self._lost(zone, hosts[zone], looked)
            self._cuts[zone] = _Cut(zone, servers, why)

    def _lost(self, zone: str, hosts: Collection[str], looked: Mapping[Asked, Resolution]) -> str:
        """Why no server of *zone* has an address: what nobody answered is not known to be absent."""
        said = (looked[Asked(host, type)] for host in hosts for type in ("A", "AAAA"))
        if whys := [each.why for each in said if isinstance(each, Unanswered)]:
            return "; ".join(dict.fromkeys(whys))
        absent = (f"{host} {resolution_said(looked[Asked(host, 'A')])}" for host in hosts)
        return f"the servers of {zone} lead to no address: {'; '.join(absent)}"

    def _delegation(self, zone: str, named: _Said | Unanswered, signed: _Said | Unanswered) -> Delegation:
        match named:
            case _Named(names, glue):
                names = self._names.setdefault(names, names)  # most zones share theirs
                why = (
                    f"whether it is signed could not be learned: {signed.why}"
                    if isinstance(signed, Unanswered)
                    else ""
                )
                return Delegation(zone, names, glue, signed is True, why)
            case _None(why):
                return Delegation(zone, why=why)
            case Unanswered(why):
                return Delegation(zone, why=f"nobody tells who serves it: {why}")
            case _:
                raise AssertionError  # a question for NS is not answered so


def _parent(name: str) -> str:
    return name.partition(".")[2] or "."


def _route(cut: _Cut) -> Route:
    return Route(cut.servers, cut.zone, cut.why)


def _read(message: Message, asked: Asked, _server: Server, route: Route) -> _Said:
    """What the parent's server says: a delegation or none, or for DS whether there is one."""
    if failed := failure(message):
        return failed
    found = at(message.answer, asked.name, asked.type)
    referred = [] if message.answer else at(message.authority, asked.name, "NS")
    if found and not message.authoritative:
        return LAME
    if asked.type == "DS":
        # a server that knows no DNSSEC refers instead (RFC 4035 section 3.1.4.1)
        return bool(found) if message.authoritative or referred else LAME
    if found or referred:
        names = tuple(sorted({rr.value for rr in found or referred}))
        return _Named(names, _glue(message, names, route.zone))
    if not message.authoritative:
        return LAME
    if message.rcode == "NXDOMAIN":
        return _None(f"{route.zone} has no such name (NXDOMAIN)")
    return _None(f"{route.zone} does not delegate it")


def _glue(message: Message, names: Collection[str], zone: str) -> dict[str, tuple[str, ...]]:
    """The addresses of *names* in the additional section, as far as *zone* may speak of them."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for rr in message.additional:
        if rr.type in ("A", "AAAA") and rr.owner in names and within(rr.owner, zone):
            found[rr.owner].append(rr.value)
    return {name: tuple(sorted(set(found[name]), key=_family)) for name in sorted(found)}


def _family(address: str) -> tuple[bool, str]:
    return ":" in address, address
