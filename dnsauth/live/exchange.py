"""One exchange of the engine: the window of queries in flight, answers as they come, retries."""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from selectors import EVENT_READ, BaseSelector
from time import monotonic
from typing import TypeAlias

from dnsauth.live.pace import LONGEST
from dnsauth.live.peer import FIRST, GIVEN_UP, ROW, Flight, Known, Limits, Peer, Query, Sent, ids
from dnsauth.live.reply import Unreachable
from dnsauth.live.room import Room
from dnsauth.live.streams import Streams
from dnsauth.live.udp import HEADER, LARGEST, TC, Port
from dnsauth.live.wire import Malformed, Message, echoes, question, read

Deliver: TypeAlias = Callable[[Query, Message | Unreachable], None]

TIME_IS_UP = Unreachable("the time for this run was up")

_BATCH = 64  # datagrams, or new queries, before other sockets and the clock have their turn
_TICK = 0.02  # seconds between two looks for what is overdue
_REFUSED, _REFUSED_LONGEST = 0.1, 0.4  # seconds until a port that refuses is tried again; it may restart
_PORTS = 4  # sockets for one server
_PER_PORT = 64  # queries in flight before a server gets one more socket


class Exchange:
    """The state of one exchange, from the first query to the last answer.

    *known* is what is known of servers by address and port, *silent* are those that are asked nothing any
    more, and why; both are added to.
    """

    def __init__(
        self,
        limits: Limits,
        known: dict[tuple[str, int], Known],
        silent: dict[tuple[str, int], Unreachable],
        *,
        selector: BaseSelector,
        deadline: float | None,
        deliver: Deliver,
    ) -> None:
        self.sent = 0
        self.late = False
        self._limits = limits
        self._per_server = min(limits.per_server, (1 << 15) // limits.tries)  # ids stay easy to find
        self._deadline = math.inf if deadline is None else deadline
        self._deliver = deliver
        self._selector = selector
        self._room = Room(selector, limits.sockets)
        self._ids = ids()
        self._streams = Streams(self._room, self._ids, limits.patience, self._finish)
        self._known = known
        self._silent = silent
        self._peers: dict[tuple[str, int], Peer] = {}
        self._now = monotonic()
        self._in_flight = 0
        self._held = 0
        self._paced: list[tuple[float, int, Peer]] = []
        self._waiting: deque[Peer] = deque()
        self._outside: deque[Peer] = deque()

    def run(self, queries: Iterator[Query]) -> None:
        """Ask all *queries*."""
        tick = self._now
        more = True
        while more or self._in_flight or self._held:
            now = self._now = monotonic()
            if now >= self._deadline:
                self._time_is_up(queries)
                return
            if now >= tick:
                self._overdue()
                tick = now + _TICK
            self._resume()
            if more:
                more = self._fill(queries)
            ready = self._selector.select(self._pause(more=more))
            self._now = monotonic()
            for key, _ in ready:
                key.data()

    def close(self) -> None:
        """Close every socket; nothing is asked any more."""
        self._room.clear()
        del self._streams  # they refer back here, and every reply would wait for the collector

    def _pause(self, *, more: bool) -> float:
        """Seconds until there is something to do that no socket tells."""
        if more and self._in_flight < self._limits.in_flight and self._held < self._limits.in_flight:
            return 0
        until = min(self._deadline, self._now + _TICK)
        if self._paced:
            until = min(until, self._paced[0][0])
        return max(0, until - self._now)

    def _fill(self, queries: Iterator[Query]) -> bool:
        """Take queries while there is room for them; False where there are no more."""
        most = self._limits.in_flight
        for _ in range(_BATCH):
            if self._in_flight >= most or self._held >= most:
                break
            query = next(queries, None)
            if query is None:
                return False
            self._take(query)
        return True

    def _take(self, query: Query) -> None:
        server = query.server
        peer = self._peers.get((server.host, server.port)) or self._meet(query)
        if peer.failure is not None:
            self._deliver(query, peer.failure)
            return
        try:
            flight = Flight(query, question(query.owner, query.type), peer)
        except ValueError as error:
            self._deliver(query, Unreachable(str(error)))
            return
        if peer.ports and peer.in_flight < peer.window and not peer.backlog and peer.known.bucket is None:
            self._in_flight += 1
            peer.in_flight += 1
            self._attempt(flight)
        else:
            self._held += 1
            peer.backlog.append(flight)
            self._pump(peer)

    def _meet(self, query: Query) -> Peer:
        server = query.server
        at = (server.host, server.port)
        known = self._known.get(at)
        if known is None:
            known = self._known[at] = Known(server, self._limits)
        peer = self._peers[at] = Peer(server, known, self._per_server)
        peer.failure = self._silent.get(at)
        return peer

    def _pump(self, peer: Peer) -> None:
        """Send what waits for *peer*, as far as its window, its rate and the sockets allow."""
        bucket = peer.known.bucket
        while peer.backlog and peer.in_flight < peer.window:
            if bucket is not None and (wait := bucket.wait(self._now)):
                if not peer.queued:
                    peer.queued = True
                    heapq.heappush(self._paced, (self._now + wait, id(peer), peer))
                return
            if self._in_flight >= self._limits.in_flight or not (peer.ports or self._open(peer)):
                self._later(peer)
                return
            self._held -= 1
            self._in_flight += 1
            peer.in_flight += 1
            self._attempt(peer.backlog.popleft())

    def _later(self, peer: Peer) -> None:
        """See in the next turn whether what waits for *peer* can be sent."""
        if peer.backlog and not peer.queued:
            peer.queued = True
            (self._waiting if peer.ports else self._outside).append(peer)

    def _again(self, peer: Peer) -> None:
        peer.queued = False
        self._pump(peer)

    def _resume(self) -> None:
        """Send what waited for its time, for room or for a connection."""
        while self._paced and self._paced[0][0] <= self._now:
            self._again(heapq.heappop(self._paced)[2])
        most = self._limits.in_flight
        while self._waiting and self._in_flight < most:
            self._again(self._waiting.popleft())
        while self._outside and self._in_flight < most and self._room.left():
            self._again(self._outside.popleft())
        self._streams.resume()

    def _open(self, peer: Peer) -> bool:
        """One more socket for *peer*; False where there is no room for one now, and where it has failed."""
        if not self._room.left():
            return False
        try:
            port: Port[Sent] = Port(peer.server)
        except OSError as error:
            if not self._room.full(error) and not peer.ports:
                self._give_up(peer, peer.cannot(error))
            return False
        peer.ports.append(port)
        self._room.add(port, EVENT_READ, partial(self._read, peer, port), partial(peer.ports.remove, port))
        return True

    def _attempt(self, flight: Flight) -> None:
        """Send *flight* from the next port of its server, by an id of its own."""
        peer, now = flight.peer, self._now
        known, ports = peer.known, peer.ports
        if peer.in_flight > _PER_PORT * len(ports) and len(ports) < _PORTS and self._room.spare():
            self._open(peer)
        turn = peer.turn = (peer.turn + 1) % len(ports)
        port = ports[turn]
        pending = port.pending
        id = next(self._ids)
        while id in pending:
            id = next(self._ids)
        pending[id] = flight, now
        flight.places.append((pending, id))
        if flight.tries:
            wait = min(known.round_trip.timeout * (1 << flight.tries), LONGEST)
            flight.due = min(now + wait, flight.end)
        else:
            flight.due = now + known.round_trip.timeout
            flight.end = now + self._limits.patience
        flight.tries += 1
        self.sent += 1
        if known.bucket is not None:
            known.bucket.take(now)
        try:
            port.send(flight.octets(id))
        except BlockingIOError:
            pass  # lost before it left; its retry is due as for any other
        except OSError as error:
            self._refused(peer, port, error)

    def _read(self, peer: Peer, port: Port[Sent]) -> None:
        """Take what has arrived at *port*; whatever is no response to what was asked there is passed over."""
        pending, receive = port.pending, port.receive
        heard, sent = 0, 0.0
        for _ in range(_BATCH):
            try:
                octets = receive(LARGEST)
            except BlockingIOError:
                break
            except OSError as error:
                self._refused(peer, port, error)
                break
            if len(octets) < HEADER:
                continue
            id = octets[0] << 8 | octets[1]
            asked = pending.get(id)
            if asked is None:
                continue
            flight, since = asked
            if not echoes(octets, id, flight.question):
                continue
            if octets[2] & TC:
                flight.leave()
                self._streams.take(flight, self._now)
            else:
                try:
                    message = read(octets, flight.query.owner, flight.question)
                except Malformed:
                    flight.sign = Unreachable(f"{peer.server.address} answers what is no DNS message")
                    continue
                flight.leave()
                if flight.refused_edns(message):
                    self._attempt(flight)
                else:
                    self._finish(flight, message)
            heard += 1
            sent = since
        if heard:
            self._heard(peer, heard, self._now - sent)

    def _heard(self, peer: Peer, answers: int, seconds: float) -> None:
        """Learn from *answers* that came, the last of them in *seconds*; one measurement a turn will do."""
        round_trip = peer.known.round_trip
        round_trip.measured(seconds)
        peer.window = peer.known.window = min(peer.window + answers, self._per_server)
        if not peer.answered:  # what was sent before anything was known need not wait that long
            for port in peer.ports:
                for flight, _ in port.pending.values():
                    flight.due = min(flight.due, self._now + round_trip.timeout)
        peer.answered = peer.known.answered = True
        peer.unanswered = 0

    def _finish(self, flight: Flight, said: Message | Unreachable) -> None:
        """Hand over what came of a query that is in flight, and expect nothing more of it."""
        peer = flight.peer
        self._in_flight -= 1
        peer.in_flight -= 1
        if peer.backlog:
            self._later(peer)
        self._deliver(flight.query, said)

    def _refused(self, peer: Peer, port: Port[Sent], error: OSError) -> None:
        """What was sent from *port* did not arrive: try it again soon, a few times."""
        sign = peer.cannot(error)
        if not sign.routed:
            self._give_up(peer, sign)
            return
        for flight, _ in port.pending.values():
            flight.sign = sign
            wait = min(_REFUSED * (1 << flight.tries - 1), _REFUSED_LONGEST)
            flight.due = min(flight.due, self._now + wait)

    def _overdue(self) -> None:
        """Send again what was not answered in time, or give it up."""
        now = self._now
        for port in self._room.ports():
            pending = port.pending
            for id in [id for id, (flight, _) in pending.items() if flight.due <= now]:
                if id in pending and pending[id][0].due <= now:
                    self._late(pending[id][0])
        self._streams.overdue(now)

    def _late(self, flight: Flight) -> None:
        limits, peer = self._limits, flight.peer
        if flight.tries < limits.tries and self._now < flight.end:
            self._attempt(flight)
            return
        tries = f"{flight.tries} {'try' if flight.tries == 1 else 'tries'}"
        waited = self._now - flight.end + limits.patience
        why = flight.sign or Unreachable(f"no answer from {peer.server.address} to {tries} in {waited:.1f} s")
        flight.leave()
        peer.unanswered += 1
        if peer.unanswered >= ROW and not peer.known.answered:
            peer.known.unheard += peer.in_flight
            if peer.known.unheard >= GIVEN_UP:
                self._silent[peer.server.host, peer.server.port] = why
        self._finish(flight, why)
        if peer.unanswered >= ROW:
            self._give_up(peer, why)

    def _give_up(self, peer: Peer, why: Unreachable) -> None:
        """Ask *peer* nothing more by UDP: what is in flight to it, and what waits, gets *why*."""
        peer.failure = why
        peer.known.window = FIRST
        for flight in {flight: None for port in peer.ports for flight, _ in port.pending.values()}:
            flight.leave()
            self._finish(flight, why)
        while peer.backlog:
            self._held -= 1
            self._deliver(peer.backlog.popleft().query, why)

    def _time_is_up(self, queries: Iterator[Query]) -> None:
        self.late = bool(self._in_flight or self._held)
        for peer in self._peers.values():
            self._give_up(peer, TIME_IS_UP)
            self._streams.give_up(peer, TIME_IS_UP)
        for query in queries:
            self.late = True
            self._deliver(query, TIME_IS_UP)
