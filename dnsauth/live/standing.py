"""How each authoritative server of a zone stands to what it should answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, assert_never

from dnsauth.live.reply import Absent, Alias, Answer, Failed, Lame, Refused, Reply, Unreachable, said
from dnsauth.live.servers import Missing, Server


class State(StrEnum):
    """One server's state; only the first two are answers."""

    AGREES = "agrees"
    DIFFERS = "differs"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    LAME = "lame"


def state(reply: Reply) -> State:
    """The state of a server whose *reply* is not the one wanted."""
    match reply:
        case Answer() | Alias() | Absent():
            return State.DIFFERS
        case Refused():
            return State.REFUSED
        case Lame() | Failed():  # RFC 9499 section 7: delegated to, and not serving the zone
            return State.LAME
        case Unreachable():
            return State.UNREACHABLE
        case _:
            assert_never(reply)


class Behind(NamedTuple):
    """An RRset a server does not serve as wanted, and what it says instead."""

    owner: str
    type: str
    reply: Reply


@dataclass(frozen=True, slots=True)
class Standing:
    """One address of a server after the last look; *serial* is the zone's there, where it was told."""

    server: Server
    serial: int | None
    behind: tuple[Behind, ...] = ()

    @property
    def state(self) -> State:
        """Agrees where nothing is behind; a server that answered anything wrong differs."""
        states = [state(behind.reply) for behind in self.behind]
        return State.DIFFERS if State.DIFFERS in states else states[0] if states else State.AGREES

    @property
    def why(self) -> str:
        """What is behind, for people; empty where the server agrees."""
        if self.state in (State.AGREES, State.DIFFERS):
            lags = (b for b in self.behind if state(b.reply) is State.DIFFERS)
            return "; ".join(f"{b.owner} {b.type}: {said(b.reply)}" for b in lags)
        return said(self.behind[0].reply)


@dataclass(frozen=True, slots=True)
class Verified:
    """Every address of a zone's authoritative servers, and the servers that led to no address."""

    zone: str
    standings: tuple[Standing, ...]
    missing: tuple[Missing, ...] = ()

    @property
    def agrees(self) -> bool:
        """True where every server agrees: an address of it does, and none that was reached does not."""
        reached = {s.server.name for s in self.standings if s.state is State.AGREES}
        wrong = any(s.state not in (State.AGREES, State.UNREACHABLE) for s in self.standings)
        asked = all(s.server.name in reached for s in self.standings)
        return bool(self.standings) and asked and not wrong and not self.missing

    @property
    def unrouted(self) -> tuple[str, ...]:
        """Address families this host has no route to, so that their addresses were skipped."""
        return tuple(sorted({s.server.family for s in self.standings if any(_unrouted(b) for b in s.behind)}))


def _unrouted(behind: Behind) -> bool:
    return isinstance(behind.reply, Unreachable) and not behind.reply.routed


def as_json(verified: Verified) -> Mapping[str, object]:
    """*verified* as receipts and ``dnsauth verify`` hold it."""
    return {
        "zone": verified.zone,
        "agrees": verified.agrees,
        "servers": [
            {
                "name": standing.server.name,
                "address": standing.server.address,
                "serial": standing.serial,
                "state": standing.state.value,
                "why": standing.why,
                "behind": [
                    {"owner": b.owner, "type": b.type, "answer": said(b.reply)} for b in standing.behind
                ],
            }
            for standing in verified.standings
        ],
        "missing": [missing._asdict() for missing in verified.missing],
    }
