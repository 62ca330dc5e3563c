"""A mail server's side of the milter protocol, version 6: a message goes through a filter, and comes back changed."""

from __future__ import annotations

import socket
import struct
import sys
from dataclasses import dataclass
from typing import BinaryIO

CHUNK = 65535  # octets of body in one packet
ADD_HEADER = 0x01  # SMFIF_ADDHDRS
CHANGE_HEADER = 0x10  # SMFIF_CHGHDRS, which stands for inserting too
CONTINUE, ACCEPT, PROGRESS, ADD, INSERT = b"c", b"a", b"p", b"h", b"i"


class Refused(Exception):
    """The filter said that the message is not to pass, now or ever."""


class _Accepted(Exception):
    """The filter wants to see no more of the message, which passes as it is."""


@dataclass
class _Filter:
    """The connection; no step is left out and each is answered, for we offer no other protocol."""

    stream: BinaryIO

    def send(self, command: bytes, data: bytes = b"") -> None:
        self.stream.write(struct.pack("!I", 1 + len(data)) + command + data)
        self.stream.flush()

    def reply(self) -> tuple[bytes, bytes]:
        (length,) = struct.unpack("!I", self.stream.read(4))
        packet = self.stream.read(length)
        return (packet[:1], packet[1:]) if packet[:1] != PROGRESS else self.reply()

    def step(self, command: bytes, *texts: bytes) -> None:
        self.send(command, b"".join(text + b"\0" for text in texts))
        self.passes(*self.reply())

    def passes(self, code: bytes, data: bytes) -> None:
        if code == ACCEPT:
            raise _Accepted
        if code != CONTINUE:
            raise Refused(f"the answer is {code!r} {data!r}")


def through(port: int, message: bytes, sender: str, client: str = "127.0.0.1") -> bytes:
    """*message* (CRLF) as the filter at *port* of loopback returns it, on its way from *client* and *sender*.

    Header fields that are added or inserted stand before the others. Raises `Refused`.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # packets are small, and many
        with connection.makefile("rwb") as stream:
            filter = _Filter(stream)
            try:
                _give(filter, message, sender, client)
                if (
                    sys.platform == "linux"
                ):  # else its last packet waits until we say that we have the one before
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
                return b"".join(_added(filter)) + message
            except _Accepted:
                return message
            finally:
                filter.send(b"Q")


def _give(filter: _Filter, message: bytes, sender: str, client: str) -> None:
    head, _, body = message.partition(b"\r\n\r\n")
    filter.send(b"O", struct.pack("!III", 6, ADD_HEADER | CHANGE_HEADER, 0))
    assert filter.reply()[0] == b"O"
    filter.send(b"D", b"Cj\0mx1.example.com\0")
    filter.step(b"C", b"client.example.com", b"4" + struct.pack("!H", 25) + client.encode())
    filter.step(b"H", b"client.example.com")
    filter.send(b"D", b"Mi\0QUEUED1\0")
    filter.step(b"M", f"<{sender}>".encode())
    filter.step(b"R", b"<someone@example.org>")
    filter.step(b"T")
    for name, value in _fields(head):
        filter.step(b"L", name, value)
    filter.step(b"N")
    for start in range(0, len(body), CHUNK):
        filter.send(b"B", body[start : start + CHUNK])
        filter.passes(*filter.reply())
    filter.send(b"E")


def _fields(head: bytes) -> list[tuple[bytes, bytes]]:
    """Names and values; folds are line feeds alone, and the blank after the colon is left out."""
    fields: list[bytes] = []
    for line in head.split(b"\r\n"):
        if line[:1] in (b" ", b"\t"):
            fields[-1] += b"\n" + line
        else:
            fields.append(line)
    split = (field.partition(b":") for field in fields)
    return [(name, value.removeprefix(b" ")) for name, _, value in split]


def _added(filter: _Filter) -> list[bytes]:
    added: list[bytes] = []
    while True:
        code, data = filter.reply()
        if code in (ADD, INSERT):
            name, value = data[4 if code == INSERT else 0 :].split(b"\0")[:2]
            added.append(name + b": " + value.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") + b"\r\n")
        elif code in (CONTINUE, ACCEPT):
            return added
        else:
            filter.passes(code, data)
