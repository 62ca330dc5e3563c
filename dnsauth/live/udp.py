"""A UDP socket towards one server."""

from __future__ import annotations

import socket
from typing import Generic, TypeVar

from dnsauth.live.servers import Server

HEADER = 12  # octets, RFC 1035 section 4.1.1
TC = 2  # in the third of them; what a server cut is not read, RFC 2181 section 9
LARGEST = 4096  # octets of a datagram that are read; 1232 were offered
_BUFFER = 1 << 20  # octets the kernel may hold while the answers to a window arrive

Asked = TypeVar("Asked")


class Port(Generic[Asked]):
    """A connected socket, which takes datagrams of *server* only; *pending* has what was asked, by its id.

    The kernel chose the port at random (RFC 5452 section 9.2). Raises OSError where there is no route.
    """

    __slots__ = ("pending", "receive", "send", "socket")

    def __init__(self, server: Server) -> None:
        self.pending: dict[int, Asked] = {}
        self.socket = socket.socket(
            socket.AF_INET6 if ":" in server.host else socket.AF_INET, socket.SOCK_DGRAM
        )
        try:
            self.socket.setblocking(False)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
            self.socket.connect((server.host, server.port))
        except BaseException:
            self.socket.close()
            raise
        self.send = self.socket.send
        self.receive = self.socket.recv
