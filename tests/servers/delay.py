"""A long and lossy path to a server on loopback: each UDP answer is held a while, some questions are dropped.

It is a process of its own, which passes 50,000 questions a second on one core, and no TCP.
"""

from __future__ import annotations

import contextlib
import socket
import sys
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from select import select
from time import monotonic

SO_RCVBUFFORCE = 33  # Linux socket(7); for root only
BUFFER = 8 << 20  # octets
BATCH = 64  # datagrams, before the other side gets its turn


@dataclass(frozen=True, slots=True)
class Delay:
    """A server *seconds* away, on a path that drops the part *loss* of the questions, from 0 to 1.

    *seed* decides which: the same question is dropped at the same attempts in every run.
    """

    address: str
    port: int
    seconds: float
    loss: float = 0.0
    seed: int = 0


@contextlib.contextmanager
def delay(
    directory: Path,
    server: tuple[str, int],
    seconds: float,
    loss: float = 0.0,
    seed: int = 0,
    at: tuple[str, int] | None = None,
) -> Iterator[Delay]:
    """A path to *server* (address and port) with a round trip of *seconds*; its log is in *directory*.

    It begins *at* this address and port, or at a port that is free.
    """
    import dns.message
    import dns.query

    from tests.servers.process import free_port, running

    path = Delay(*(at or ("127.0.0.1", free_port())), seconds, loss, seed)
    facts = (path.address, path.port, *server, seconds, loss, seed)
    argv = [sys.executable, "-P", __file__, *map(str, facts)]  # a script: from any directory, and at once

    def ready() -> None:
        dns.query.udp(dns.message.make_query(".", "SOA"), path.address, port=path.port, timeout=seconds + 0.1)

    with running(argv, directory / "log", ready):
        yield path


def forward(path: Delay, server: tuple[str, int]) -> None:
    """Be that path, for ever."""
    listening, upstream = _socket(), _socket()
    listening.bind((path.address, path.port))
    upstream.connect(server)
    waiting: deque[tuple[float, bytes, tuple[str, int]]] = deque()
    asked: list[tuple[bytes, tuple[str, int]]] = [(b"", ("", 0))] * 2**16
    dropped = _dropped(path.loss, path.seed)
    last = 0
    while True:
        wait = max(0.0, waiting[0][0] - monotonic()) if waiting else None
        readable, _, _ = select((listening, upstream), (), (), wait)
        if upstream in readable:
            due = monotonic() + path.seconds
            with contextlib.suppress(BlockingIOError, ConnectionRefusedError):
                for _ in range(BATCH):
                    octets = upstream.recv(2**16)
                    id, client = asked[int.from_bytes(octets[:2], "big")]
                    waiting.append((due, id + octets[2:], client))
        if listening in readable:
            with contextlib.suppress(BlockingIOError):
                for _ in range(BATCH):
                    octets, client = listening.recvfrom(2**16)
                    if path.loss and dropped(octets[12:]):
                        continue
                    last = (last + 1) % 2**16
                    asked[last] = (octets[:2], client)
                    with contextlib.suppress(ConnectionRefusedError):
                        upstream.send(last.to_bytes(2, "big") + octets[2:])
        now = monotonic()
        while waiting and waiting[0][0] <= now:
            _, octets, client = waiting.popleft()
            listening.sendto(octets, client)


def _dropped(loss: float, seed: int) -> Callable[[bytes], bool]:
    attempts: dict[bytes, int] = {}

    def dropped(question: bytes) -> bool:
        attempt = attempts[question] = attempts.get(question, -1) + 1
        digest = blake2b(b"%d %d %b" % (seed, attempt, question), digest_size=4).digest()
        return int.from_bytes(digest, "big") < loss * 2**32

    return dropped


def _socket() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setblocking(False)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    with contextlib.suppress(PermissionError):
        made.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER)
    return made


if __name__ == "__main__":
    address, port, host, upstream_port, seconds, loss, seed = sys.argv[1:]
    forward(Delay(address, int(port), float(seconds), float(loss), int(seed)), (host, int(upstream_port)))
