"""The authoritative servers of a zone: those the inventory names, else those its NS records lead to."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, TypeAlias

from dnsauth.errors import DnsauthError
from dnsauth.inventory.model import Live

PORT = 53

Lookup: TypeAlias = Callable[[str, str], tuple[str, ...]]
"""(absolute name, type) to values, none where there are none; raises `LookupFailed`."""


class LookupFailed(DnsauthError):
    """The resolver did not say whether the record is there."""


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


def authority(zone: str, live: Live, today: date, lookup: Lookup) -> Authority:
    """The servers of *zone* (absolute) on the day *today*, asking *lookup* where *live* does not name them.

    A server counts by its NS name and has every address found, of both families.
    """
    off = {_name(ignore.server) for ignore in live.ignore if today <= ignore.until}
    if zone in live.servers:
        found = tuple(Server(text, *address(text)) for text in live.servers[zone])
        missing: tuple[Missing, ...] = ()
    else:
        found, missing = _walk(zone, lookup)
    ignored = {s.name for s in found if not off.isdisjoint((_name(s.name), s.host, s.address))}
    ignored |= {m.name for m in missing if _name(m.name) in off}
    servers = tuple(s for s in found if s.name not in ignored)
    missing = tuple(m for m in missing if m.name not in ignored)
    if not servers and not missing:
        missing = (Missing(zone, "dnsauth.yaml ignores every server it has"),)
    return Authority(zone, servers, missing, tuple(sorted(ignored)))


def authorities(
    zones: Iterable[str], live: Live, today: date, lookup: Lookup, limit: int = 16
) -> dict[str, Authority]:
    """`authority` of each zone by its name, *limit* at a time."""
    names = tuple(dict.fromkeys(zones))
    with ThreadPoolExecutor(limit) as pool:
        return dict(
            zip(names, pool.map(lambda zone: authority(zone, live, today, lookup), names), strict=True)
        )


def _name(text: str) -> str:
    return text.lower().removesuffix(".")


def _walk(zone: str, lookup: Lookup) -> tuple[tuple[Server, ...], tuple[Missing, ...]]:
    try:
        names = lookup(zone, "NS")
    except LookupFailed as failed:
        return (), (Missing(zone, f"its servers could not be looked up: {failed}"),)
    if not names:
        return (), (Missing(zone, "it has no NS records: the resolver knows no such zone"),)
    servers: list[Server] = []
    missing: list[Missing] = []
    for name in sorted(names):
        hosts: list[str] = []
        why = "it has no address"
        for type in ("A", "AAAA"):
            try:
                hosts += lookup(name, type)
            except LookupFailed as failed:
                why = f"its address could not be looked up: {failed}"
        servers += (Server(name, host) for host in hosts)
        if not hosts:
            missing.append(Missing(name, why))
    return tuple(servers), tuple(missing)
