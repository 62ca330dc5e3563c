"""UDP servers on loopback that do what a real nameserver is not made to do: be silent, forge, break off."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from dnsauth.live.servers import Server


@dataclass
class Peer:
    """Where it listens, and the datagrams it got."""

    server: Server
    received: list[bytes] = field(default_factory=list)


@contextlib.contextmanager
def peer(answers: Callable[[bytes], list[bytes]], port: int = 0) -> Iterator[Peer]:
    """A UDP server that sends *answers* of each datagram; nothing listens for TCP on its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", port))
        found = Peer(Server("odd.example.net.", "127.0.0.1", listening.getsockname()[1]))

        def serve() -> None:
            while (got := listening.recvfrom(4096))[0] != b"end":
                found.received.append(got[0])
                for answer in answers(got[0]):
                    listening.sendto(answer, got[1])

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield found
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stop:
                stop.sendto(b"end", listening.getsockname())
            thread.join()
