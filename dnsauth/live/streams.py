"""The part of an exchange that goes by TCP: connections, what waits for one, what is tried once more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from selectors import EVENT_READ, EVENT_WRITE
from typing import TypeAlias

from dnsauth.live.peer import ROW, Flight, Peer
from dnsauth.live.reply import Unreachable
from dnsauth.live.room import Room
from dnsauth.live.tcp import Broken, Stream
from dnsauth.live.wire import Malformed, Message, echoes, read

Finish: TypeAlias = Callable[[Flight, Message | Unreachable], None]

_PIPELINE = 32  # queries under way on one connection, RFC 7766 section 6.2.1.1
_NO_MESSAGE = "answers what is no DNS message by TCP"


class Streams:
    """A connection to each server that needs one; *finish* gets what came of each query."""

    def __init__(self, room: Room, ids: Iterator[int], patience: float, finish: Finish) -> None:
        self._room = room
        self._ids = ids
        self._patience = patience
        self._finish = finish
        self._busy: dict[Peer, None] = {}
        self._waiting: dict[Peer, None] = {}

    def take(self, flight: Flight, now: float) -> None:
        """Ask *flight* by TCP, within the patience from *now* on."""
        peer = flight.peer
        if peer.no_stream is not None:
            self._finish(flight, peer.no_stream)
            return
        if peer.known.bucket is not None:
            peer.known.bucket.take(now)
        flight.due = now + self._patience
        peer.overflow.append(flight)
        self._busy[peer] = self._waiting[peer] = None

    def resume(self) -> None:
        """Send what waits for a connection, as far as there is room."""
        for peer in tuple(self._waiting):
            if peer.stream is None and peer.overflow:
                if not self._room.left():
                    return
                try:
                    stream = peer.stream = Stream(peer.server)
                except OSError as error:
                    if self._room.full(error):
                        return
                    peer.unstreamed = ROW
                    self._fail(peer, (), peer.cannot(error))
                else:
                    ready = partial(self._ready, peer, stream)
                    self._room.add(
                        stream, EVENT_READ | EVENT_WRITE, ready, partial(setattr, peer, "stream", None)
                    )
            del self._waiting[peer]
            if peer.stream is not None:
                self._send(peer, peer.stream)

    def overdue(self, now: float) -> None:
        """Give up what has waited too long, and the connection it was asked on."""
        for peer in tuple(self._busy):
            why = Unreachable(
                f"no answer from {peer.server.address} by TCP in {self._patience:g} s", cut=True
            )
            stream = peer.stream
            if stream is not None and any(flight.due <= now for flight in stream.pending.values()):
                self._broken(peer, stream, why, now)
            late = []
            while peer.overflow and peer.overflow[0].due <= now:
                late.append(peer.overflow.popleft())
            if late:
                self._fail(peer, late, why)
            if not peer.overflow and (peer.stream is None or not peer.stream.pending):
                del self._busy[peer]

    def give_up(self, peer: Peer, why: Unreachable) -> None:
        """Ask *peer* nothing more."""
        flights = tuple(peer.stream.pending.values()) if peer.stream is not None else ()
        if peer.stream is not None:
            peer.stream.pending.clear()
        peer.unstreamed = ROW
        self._fail(peer, flights, why)

    def _send(self, peer: Peer, stream: Stream[Flight]) -> None:
        """Ask what waits, as far as it fits on the connection."""
        overflow, pending = peer.overflow, stream.pending
        while overflow and len(pending) < _PIPELINE:
            flight = overflow.popleft()
            id = next(id for id in self._ids if id not in pending)
            pending[id] = flight
            stream.put(flight.octets(id))
        try:
            rest = 0 if stream.flush() else EVENT_WRITE
        except OSError as error:
            why = peer.cannot(error)
            self._broken(peer, stream, replace(why, cut=why.routed))
        else:
            self._room.watch(stream, EVENT_READ | rest)

    def _ready(self, peer: Peer, stream: Stream[Flight]) -> None:
        try:
            stream.flush()
            for octets in stream.messages():
                self._message(peer, stream, octets)
        except Broken as broken:
            self._broken(peer, stream, Unreachable(f"{peer.server.address} {broken}", cut=True))
        except OSError as error:
            why = peer.cannot(error)
            self._broken(peer, stream, replace(why, cut=why.routed))
        else:
            self._send(peer, stream)

    def _message(self, peer: Peer, stream: Stream[Flight], octets: bytes) -> None:
        """Take one message. Raises `Broken` where nothing of the kind was asked: nobody else writes here."""
        id, address = int.from_bytes(octets[:2], "big"), peer.server.address
        flight = stream.pending.get(id)
        if flight is None or not echoes(octets, id, flight.question):
            raise Broken(_NO_MESSAGE)
        said: Message | Unreachable
        try:
            said = read(octets)
        except Malformed:
            said = Unreachable(f"{address} {_NO_MESSAGE}")
        else:
            if said.truncated:
                said = Unreachable(f"{address} truncates its answer by TCP", cut=True)
        del stream.pending[id]
        stream.answered = True
        peer.unstreamed = 0
        if isinstance(said, Message) and flight.refused_edns(said):
            peer.overflow.appendleft(flight)
        else:
            self._finish(flight, said)

    def _broken(self, peer: Peer, stream: Stream[Flight], why: Unreachable, now: float = 0) -> None:
        """Ask what was under way on *stream* on another: without end where it answered some, else once."""
        failed: list[Flight] = []
        again: list[Flight] = []
        for flight in stream.pending.values():
            lost = flight.due <= now or (flight.broken and not stream.answered)
            (failed if lost else again).append(flight)
            flight.broken = flight.broken or not stream.answered
        stream.pending.clear()
        self._room.close(stream)
        peer.overflow.extendleft(reversed(again))
        if failed:
            self._fail(peer, failed, why)
        if peer.overflow:
            self._waiting[peer] = None

    def _fail(self, peer: Peer, flights: Sequence[Flight], why: Unreachable) -> None:
        """Hand over *why* for *flights*, and where the server counts as silent by TCP for what waits too."""
        peer.unstreamed += len(flights)
        waiting: tuple[Flight, ...] = ()
        if peer.unstreamed >= ROW:
            peer.no_stream = why
            waiting = tuple(peer.overflow)
            peer.overflow.clear()
        for flight in (*flights, *waiting):
            self._finish(flight, why)
