"""A TCP connection to one server, for answers that are too long for a datagram (RFC 7766)."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from typing import Generic, TypeVar

from dnsauth.live.servers import Server

_CHUNK = 1 << 16  # octets; a message that is not complete has as many at most

Asked = TypeVar("Asked")


class Broken(Exception):
    """The connection is of no more use; the message says why, as the end of a sentence."""


class Stream(Generic[Asked]):
    """A connection to *server*, opened without waiting for it.

    *pending* has what was asked, by its id; *answered* says whether any answer came. Raises
    OSError where there is no route.
    """

    __slots__ = ("_in", "_out", "answered", "pending", "socket")

    def __init__(self, server: Server) -> None:
        self.pending: dict[int, Asked] = {}
        self.answered = False
        self._in = bytearray()
        self._out = bytearray()
        self.socket = socket.socket(
            socket.AF_INET6 if ":" in server.host else socket.AF_INET, socket.SOCK_STREAM
        )
        try:
            self.socket.setblocking(False)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with contextlib.suppress(BlockingIOError):
                self.socket.connect((server.host, server.port))
        except BaseException:
            self.socket.close()
            raise

    def put(self, octets: bytes) -> None:
        """Send *octets* as one message (section 8) with the next `flush`."""
        self._out += len(octets).to_bytes(2, "big") + octets

    def flush(self) -> bool:
        """Send what can be sent now; True where nothing is left. Raises OSError."""
        while self._out:
            try:
                del self._out[: self.socket.send(self._out)]
            except BlockingIOError:
                return False
        return True

    def messages(self) -> Iterator[bytes]:
        """The messages that are complete now. Raises `Broken` where the server closed, OSError."""
        try:
            octets = self.socket.recv(_CHUNK)
        except BlockingIOError:
            return
        if not octets:
            raise Broken("breaks off by TCP")
        self._in += octets
        start = 0
        while (end := start + 2 + int.from_bytes(self._in[start : start + 2], "big")) <= len(self._in):
            yield bytes(self._in[start + 2 : end])
            start = end
        del self._in[:start]
