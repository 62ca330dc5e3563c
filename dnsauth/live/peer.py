"""A server that is asked, and a query on its way to it."""

from __future__ import annotations

import errno
import ipaddress
import os
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from dnsauth.live.pace import Bucket, RoundTrip
from dnsauth.live.reply import Unreachable
from dnsauth.live.servers import Server
from dnsauth.live.tcp import Stream
from dnsauth.live.udp import Port
from dnsauth.live.wire import Message, query

ROW = 16  # failures one after the other by which a server that did answer counts as silent
GIVEN_UP = 3  # questions left open by a server that never answered, by which it counts as silent for good
FIRST = 8  # queries in flight to a server that has not answered yet; each answer opens the window by one
_NO_EDNS = frozenset({"FORMERR", "NOTIMP", "BADVERS"})  # what a server without EDNS says, RFC 6891 section 7
_ARCOUNT = 10  # octet where it stands in the header, RFC 1035 section 4.1.1
_NO_ROUTE = frozenset({errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})


class Query(NamedTuple):
    """One question to one server; *recurse* sets RD, *unchecked* CD (RFC 4035 section 3.2.2)."""

    server: Server
    owner: str
    type: str
    recurse: bool = False
    unchecked: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is under way at once, and how long an answer is waited for.

    The window of one server opens from a few queries to *per_server* as it answers, and loss does not close
    it: what is kept for the server's sake is *rate*, and a retry backs off by itself. *rate* is in queries a
    second for each server that is not on loopback; public resolvers throttle at about 1,500.
    """

    in_flight: int = 2048
    per_server: int = 512
    rate: float = 500
    timeout: float = 1.0  # seconds before the first retry to a server that has not answered yet
    tries: int = 5  # attempts of one query, as far as *patience* lasts
    patience: float = 5.0  # seconds for one query, and as many again by TCP
    sockets: int = 512


class Known:
    """What is known of a server from one exchange to the next: its speed, its rate, whether it has EDNS.

    *window* is how far its window has opened. *unheard* counts what it left open while it never *answered*.
    """

    __slots__ = ("answered", "bucket", "edns", "round_trip", "unheard", "window")

    def __init__(self, server: Server, limits: Limits) -> None:
        self.round_trip = RoundTrip(limits.timeout)
        self.bucket = None if ipaddress.ip_address(server.host).is_loopback else Bucket(limits.rate)
        self.edns = True
        self.window = FIRST
        self.answered = False
        self.unheard = 0


class Peer:
    """One server address within one exchange.

    *failure* is what every further query gets, and *no_stream* what every further one gets that needs TCP.
    *unanswered* counts failures since the last answer, *unstreamed* those by TCP since the last there; the
    first failure of a server that never answered is as good as `ROW`.
    """

    __slots__ = (
        "answered",
        "backlog",
        "failure",
        "in_flight",
        "known",
        "no_stream",
        "overflow",
        "ports",
        "queued",
        "server",
        "stream",
        "turn",
        "unanswered",
        "unstreamed",
        "window",
    )

    def __init__(self, server: Server, known: Known, most: int) -> None:
        self.server = server
        self.known = known
        self.ports: list[Port[Sent]] = []
        self.turn = 0
        self.in_flight = 0
        self.window = min(known.window, most)
        self.backlog: deque[Flight] = deque()
        self.queued = False
        self.answered = False
        self.unanswered = ROW - 1
        self.failure: Unreachable | None = None
        self.stream: Stream[Flight] | None = None
        self.overflow: deque[Flight] = deque()
        self.unstreamed = ROW - 1
        self.no_stream: Unreachable | None = None

    def cannot(self, error: OSError) -> Unreachable:
        """*error* of a socket towards this server, as the reply."""
        if error.errno in _NO_ROUTE:
            return Unreachable(f"there is no route for {self.server.family} from here", routed=False)
        return Unreachable(f"{self.server.address}: {error.strerror or error}")


class Flight:
    """A query that was sent, or waits to be.

    *places* are where an answer to it is expected, by which ids; *due* and *end* are when the wait for
    this attempt and for all of them is over, in seconds. *sign* is what is known of why no answer counts,
    and *broken* says that a connection broke off under it.
    """

    __slots__ = (
        "broken",
        "due",
        "edns",
        "end",
        "peer",
        "places",
        "query",
        "question",
        "sign",
        "tries",
    )

    def __init__(self, query: Query, question: bytes, peer: Peer) -> None:
        self.query = query
        self.question = question
        self.peer = peer
        self.edns = peer.known.edns
        self.tries = 0
        self.due = self.end = 0.0
        self.places: list[tuple[dict[int, Sent], int]] = []
        self.sign: Unreachable | None = None
        self.broken = False

    def octets(self, id: int) -> bytes:
        """The message that asks it by *id*, without EDNS where the server has none (RFC 6891 section 7)."""
        _, _, _, recurse, unchecked = self.query
        octets = query(id, self.question, recurse=recurse, unchecked=unchecked)
        if self.edns:
            return octets
        return octets[:_ARCOUNT] + b"\0\0" + octets[_ARCOUNT + 2 : 12 + len(self.question)]

    def refused_edns(self, message: Message) -> bool:
        """True where *message* says that the server has no EDNS, and the query is to be sent without it."""
        if message.rcode in _NO_EDNS:
            refused, self.edns = self.edns, False
            return refused
        if not self.edns:
            self.peer.known.edns = False
        return False

    def leave(self) -> None:
        """Expect no answer by UDP any more."""
        for pending, id in self.places:
            del pending[id]
        self.places = []


Sent: TypeAlias = tuple[Flight, float]
"""A query, and when it was sent in seconds."""


def ids() -> Iterator[int]:
    """Message ids that nobody can guess (RFC 5452 section 9.2), without end."""
    while True:
        yield from memoryview(os.urandom(8192)).cast("H")
