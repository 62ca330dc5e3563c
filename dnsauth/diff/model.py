"""How the authoritative servers of a zone differ from what is desired, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from dnsauth.live.servers import Server
from dnsauth.live.standing import State
from dnsauth.plan.digest import change_json
from dnsauth.plan.model import Change


class Seen(NamedTuple):
    """One address of an authoritative server; *serial* is the zone's there, where it was told."""

    server: Server
    serial: int | None
    state: State


@dataclass(frozen=True, slots=True)
class Difference:
    """The change that would lead from what *servers* answer to what is desired; *agreeing* answer that."""

    change: Change
    servers: tuple[Server, ...]
    agreeing: tuple[Server, ...] = ()


class NotAssessed(NamedTuple):
    """An RRset that a server was not heard on; *why* is a sentence that names the server."""

    owner: str
    type: str
    why: str


@dataclass(frozen=True, slots=True)
class ZoneDiff:
    """How every authoritative server of *zone* differs from what is desired.

    Differences stand in the order a plan would write them, those of one RRset together. *unrouted*: address
    families this host has no route to, so that their addresses were skipped. *ignored*: servers the
    inventory leaves out.
    """

    zone: str
    servers: tuple[Seen, ...]
    differences: tuple[Difference, ...] = ()
    not_assessed: tuple[NotAssessed, ...] = ()
    unrouted: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()

    @property
    def disagrees(self) -> bool:
        """True where servers answer differently from one another in what is ours."""
        ids = [difference.change.rrset.id for difference in self.differences]
        return len(ids) > len(set(ids)) or any(difference.agreeing for difference in self.differences)


def as_json(found: ZoneDiff) -> Mapping[str, object]:
    """*found* as ``dnsauth-diff/1`` holds it."""
    return {
        "zone": found.zone,
        "servers": [
            {"address": seen.server.address, "serial": seen.serial, "state": seen.state.value}
            for seen in found.servers
        ],
        "changes": [
            {**change_json(one.change), "servers": [server.address for server in one.servers]}
            for one in found.differences
        ],
        "not_assessed": [one._asdict() for one in found.not_assessed],
    }
