"""The authoritative servers of a zone: those the inventory names, else those its delegation leads to."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from dnsauth.errors import DnsauthError
from dnsauth.inventory.operations import Live
from dnsauth.live.resolution import Asked, Resolution, Resolved, unlearned

PORT = 53


class Server(NamedTuple):
    """One address of an authoritative server; *name* is its NS name, or the address the inventory gives."""

    name: str
    host: str
    port: int = PORT

    @property
    def address(self) -> str:
        """``ADDRESS:PORT``, IPv6 in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def family(self) -> str:
        """IPv4 or IPv6."""
        return "IPv6" if ":" in self.host else "IPv4"


class Missing(NamedTuple):
    """An authoritative server (or, by the zone's name, all of them) that leads to no address, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Authority:
    """Every address of a zone's authoritative servers, and what is known to be left out.

    *ignored* are servers the inventory says to leave out; *missing* ones should have been asked.
    """

    zone: str
    servers: tuple[Server, ...]
    missing: tuple[Missing, ...] = ()
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Delegation:
    """What the parent says of *zone*: NS *names* sorted, *glue* for them, and *signed* where it has a DS.

    *why* says what could not be learned, or that there is no delegation; names may be there all the same,
    where nobody answered for the DS alone.
    """

    zone: str
    names: tuple[str, ...] = ()
    glue: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    signed: bool = False
    why: str = ""


Delegations: TypeAlias = Callable[[Collection[str]], Mapping[str, Delegation]]
"""What the parents of zones say of them."""

Resolve: TypeAlias = Callable[[Iterable[Asked]], Mapping[Asked, Resolution]]
"""What names and types resolve to."""


@lru_cache  # many zones have the same
def address(text: str) -> tuple[str, int]:
    """``ADDRESS:PORT`` or an address alone as (address, port); IPv6 with a port stands in brackets.

    Raises `DnsauthError`: a name is no address, since looking it up would need what is being set here.
    """
    host, _, port = text.rpartition(":") if text.count(":") == 1 or "]:" in text else (text, "", str(PORT))
    host = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        found = (str(ipaddress.ip_address(host)), int(port) if port.isascii() and port.isdigit() else 0)
    except ValueError:
        found = ("", 0)
    if not 0 < found[1] < 2**16:
        raise DnsauthError(
            f"{text!r} is no address of a server",
            "write 192.0.2.1:53 or [2001:db8::1]:53 below `live:` in dnsauth.yaml",
        )
    return found


def servers(texts: Iterable[str]) -> tuple[Server, ...]:
    """The servers at ``ADDRESS:PORT``, which is their name as well; raises `DnsauthError`."""
    return tuple(Server(text, *address(text)) for text in texts)


def authorities(
    zones: Iterable[str],
    live: Live,
    today: date,
    *,
    delegations: Delegations,
    addresses: Resolve,
    resolver: Resolve | None,
) -> dict[str, Authority]:
    """The authority of each of *zones* by its name; those that *live* names servers for are not walked.

    Servers are those the parent delegates to; *resolver*, where there is one, is asked for those of a zone
    whose parent says nothing. *addresses* finds those of a server without glue.
    """
    names = tuple(dict.fromkeys(zones))
    delegated = _delegated(delegations([zone for zone in names if zone not in live.servers]), resolver)
    hosts = dict.fromkeys(host for each in delegated.values() for host in each.names if host not in each.glue)
    looked = addresses(Asked(host, type) for host in hosts for type in ("A", "AAAA"))
    port = address(live.roots[0])[1] if live.roots else PORT
    off = {_name(entry.server) for entry in live.ignore if today <= entry.until}
    shared: dict[tuple[Server, ...], tuple[Server, ...]] = {}
    found: dict[str, Authority] = {}
    for zone in names:
        missing: tuple[Missing, ...] = ()
        if zone in live.servers:
            all = servers(live.servers[zone])
        else:
            all, missing = _reached(delegated[zone], looked, port)
        all = shared.setdefault(all, all)  # most zones share theirs
        found[zone] = _without(off, zone, all, missing)
    return found


def _delegated(walked: Mapping[str, Delegation], resolver: Resolve | None) -> dict[str, Delegation]:
    """*walked*, and where the parent names nobody what the resolver says instead."""
    lost = [zone for zone, delegation in walked.items() if not delegation.names]
    if resolver is None:
        return dict(walked)
    said = resolver(Asked(zone, "NS") for zone in lost)
    return {**walked, **{zone: _second(walked[zone], said[Asked(zone, "NS")]) for zone in lost}}


def _second(walked: Delegation, said: Resolution) -> Delegation:
    match said:
        case Resolved(values) if values:
            return replace(walked, names=values)
        case Resolved():
            why = f"it has no NS records: {walked.why}, and the resolver knows no such zone"
        case _:
            why = unlearned(said)
            why = walked.why if why in walked.why else f"{walked.why}; {why}"
    return replace(walked, why=why)


def _reached(
    delegation: Delegation, looked: Mapping[Asked, Resolution], port: int
) -> tuple[tuple[Server, ...], tuple[Missing, ...]]:
    """Every address of every name, and the names without one."""
    found: list[Server] = []
    missing = [] if delegation.names else [Missing(delegation.zone, delegation.why)]
    for name in delegation.names:
        hosts = list(delegation.glue.get(name, ()))
        why = "it has no address"
        for type in ("A", "AAAA") if not hosts else ():
            match looked[Asked(name, type)]:
                case Resolved(values):
                    hosts += values
                case said:
                    why = f"its address could not be looked up: {unlearned(said)}"
        found += (Server(name, host, port) for host in hosts)
        if not hosts:
            missing.append(Missing(name, why))
    return tuple(found), tuple(missing)


def _without(
    off: Collection[str], zone: str, all: tuple[Server, ...], missing: Iterable[Missing]
) -> Authority:
    """The authority of *zone* but for those the inventory leaves out."""
    ignored = {s.name for s in all if any(each in off for each in (_name(s.name), s.host, s.address))}
    ignored |= {m.name for m in missing if _name(m.name) in off}
    left = tuple(s for s in all if s.name not in ignored) if ignored else all
    lost = tuple(m for m in missing if m.name not in ignored)
    if not left and not lost:
        lost = (Missing(zone, "dnsauth.yaml ignores every server it has"),)
    return Authority(zone, left, lost, tuple(sorted(ignored)))


def _name(text: str) -> str:
    return text.lower().removesuffix(".")
