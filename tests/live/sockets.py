"""Servers on loopback that do what a real nameserver is not made to do: be silent, forge, flood, drip, break off."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TypeAlias

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from dnsauth.live.engine import LIMITS, Engine, Limits, Query
from dnsauth.live.look import Look, Question, look
from dnsauth.live.reply import Reply, Unreachable
from dnsauth.live.servers import Server
from dnsauth.live.wire import Message
from tests.servers.process import free_port

Answers: TypeAlias = Callable[[bytes], list[bytes]]

QUICK = Limits(timeout=0.05, tries=3, patience=0.5)
"""For a server that says nothing."""
PATIENT = Limits(timeout=5, tries=12, patience=60)
"""For a server that answers: nothing is given up, or asked twice, because the machine is busy."""


def looking(limits: Limits = LIMITS) -> Look:
    """A look by a fresh engine each time."""

    def looked(questions: Iterable[Question]) -> dict[Question, Reply]:
        with Engine(limits) as engine:
            return look(questions, engine)

    return looked


def exchanged(
    queries: Iterable[Query], limits: Limits = PATIENT, *, deadline: float | None = None
) -> dict[Query, Message | Unreachable]:
    """What came of each query; raises AssertionError where one was handed over twice."""
    said: dict[Query, Message | Unreachable] = {}

    def deliver(query: Query, each: Message | Unreachable) -> None:
        assert query not in said
        said[query] = each

    with Engine(limits, deadline=deadline) as engine:
        engine.exchange(queries, deliver)
    return said


def waited(said: Message | Unreachable, server: Server) -> float:
    """The seconds after which *said* gives *server* up, which was tried three times."""
    assert isinstance(said, Unreachable), said
    found = re.fullmatch(rf"no answer from {re.escape(server.address)} to 3 tries in (\d+\.\d) s", said.why)
    assert found, said
    return float(found[1])


def owner(query: bytes) -> str:
    """The name that *query* asks for."""
    labels, at = [], 12
    while length := query[at]:
        labels.append(query[at + 1 : at + 1 + length])
        at += 1 + length
    return b"".join(label + b"." for label in labels).decode()


def echo(query: bytes) -> list[bytes]:
    """The owner name as the text there, put together quickly."""
    name = owner(query)
    question = query[12 : 12 + len(name) + 5]
    text = bytes([len(name)]) + name.encode()
    record = b"\xc0\x0c\0\x10\0\x01\0\0\x01\x2c" + len(text).to_bytes(2, "big") + text
    return [query[:2] + b"\x84\0\0\x01\0\x01\0\0\0\0" + question + record]


def response(
    query: bytes, *texts: str, rcode: int = 0, id: int = 0, flags: int = dns.flags.AA, ttl: int = 300
) -> bytes:
    """The response to *query* with TXT records of *texts*; *id* is laid over that of the query."""
    made = dns.message.make_response(dns.message.from_wire(query))
    made.flags |= flags
    made.set_rcode(dns.rcode.Rcode.make(rcode))
    made.id ^= id
    if texts:
        quoted = [
            " ".join(f'"{text[i : i + 255]}"' for i in range(0, len(text), 255)) or '""' for text in texts
        ]
        made.answer.append(dns.rrset.from_text(made.question[0].name, ttl, "IN", "TXT", *quoted))
    return made.to_wire(max_size=65535)


def empty(query: bytes) -> list[bytes]:
    """The quick response: nothing is there."""
    return [query[:2] + b"\x84\0" + query[4:]]


def truncated(query: bytes) -> list[bytes]:
    """The response that points to TCP."""
    return [response(query, flags=dns.flags.AA | dns.flags.TC)]


def open_files() -> int:
    """How many files this process has open."""
    return len([*Path("/dev/fd").iterdir()])


@dataclass
class Peer:
    """Where it listens; the datagrams it got, where they came from, and the TCP connections it took."""

    server: Server
    socket: socket.socket
    received: list[bytes] = field(default_factory=list)
    clients: list[tuple[str, int]] = field(default_factory=list)
    connections: int = 0


@contextlib.contextmanager
def peer(answers: Answers, port: int = 0) -> Iterator[Peer]:
    """A UDP server that sends *answers* of each datagram; nothing listens for TCP on its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        listening.bind(("127.0.0.1", port))
        found = Peer(Server("odd.example.net.", "127.0.0.1", listening.getsockname()[1]), listening)

        def serve() -> None:
            while (got := listening.recvfrom(4096))[0] != b"end":
                found.received.append(got[0])
                found.clients.append(got[1])
                for answer in answers(got[0]):
                    with contextlib.suppress(ConnectionRefusedError):  # whoever asked has gone
                        listening.sendto(answer, got[1])

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield found
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stop:
                while thread.is_alive():  # it may be lost behind what else has come
                    stop.sendto(b"end", listening.getsockname())
                    thread.join(0.05)


@dataclass(frozen=True)
class Stream:
    """The server's side of a TCP connection (RFC 7766 section 8). Raises EOFError when the client has gone."""

    send: Callable[[bytes], None]
    file: BinaryIO

    def query(self) -> bytes:
        """The next query."""
        length = self._exactly(2)
        return self._exactly(int.from_bytes(length, "big"))

    def answer(self, message: bytes) -> None:
        """Send *message* with its length."""
        self.send(len(message).to_bytes(2, "big") + message)

    def _exactly(self, size: int) -> bytes:
        octets = self.file.read(size)
        if len(octets) < size:
            raise EOFError
        return octets


@contextlib.contextmanager
def stream_peer(talk: Callable[[Stream], None], answers: Answers = truncated) -> Iterator[Peer]:
    """A server whose *answers* by UDP are truncated, and which has a *talk* on each TCP connection.

    A talk ends when it returns, when the client has gone, and when the block ends.
    """
    port = free_port()
    talks: list[tuple[threading.Thread, socket.socket]] = []
    with peer(answers, port) as found, socket.create_server(("127.0.0.1", port)) as listening:

        def one(connection: socket.socket) -> None:
            with contextlib.suppress(OSError, EOFError), connection, connection.makefile("rb") as file:
                talk(Stream(connection.sendall, file))

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    found.connections += 1
                    thread = threading.Thread(target=one, args=(connection,))
                    talks.append((thread, connection))
                    thread.start()

        accepting = threading.Thread(target=serve)
        accepting.start()
        try:
            yield found
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            accepting.join()
            for thread, connection in talks:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
                thread.join()
