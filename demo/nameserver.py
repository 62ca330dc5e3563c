"""An authoritative nameserver for demos and tests, and for nothing else: it listens on loopback only.

Not there: DNSSEC, NOTIFY, incremental transfer, limits, persistence.

    python -m demo.nameserver --zone example.com=FILE --key NAME=SECRET --port 5300
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ipaddress
import socket
import sys
import threading
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Self, TypeAlias, cast

import dns.name
import dns.rdatatype
from dns.name import Name
from dns.tsig import HMAC_SHA256, Key

from demo.protocol import Served, respond
from demo.zone import Zone

ATTEMPTS = 20  # to find a port that is free for UDP and TCP

RRsets: TypeAlias = dict[tuple[str, str], tuple[int, tuple[bytes, ...]]]
"""By (owner, type): TTL, and the sorted RDATA octets as they stand, uncompressed."""


class Nameserver:
    """Zones on one loopback port, served by a thread between ``with`` and its end.

    *zones* maps names to zone file texts, *keys* names to base64 secrets (hmac-sha256). With keys, transfer
    and update need one of them; without, transfer is open and update refused. Port 0 takes a free one.
    Raises ValueError where *address* is not loopback, `dns.exception.DNSException` where a text is no zone.
    """

    def __init__(
        self,
        zones: Mapping[str, str],
        keys: Mapping[str, str] | None = None,
        *,
        address: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        if not ipaddress.ip_address(address).is_loopback:
            raise ValueError(f"{address} is not loopback, and this nameserver is for demos and tests only")
        self.address, self.port = address, port
        self.served: deque[Served] = deque(maxlen=100_000)
        tsig_keys = [Key(name, secret, HMAC_SHA256) for name, secret in (keys or {}).items()]
        self._keyring = {key.name: key for key in tsig_keys}
        self._zones: dict[Name, Zone] = {}
        self._lock = threading.Lock()
        for name, text in zones.items():
            self.load(name, text)

    def load(self, name: str, text: str) -> None:
        """Serve *text* as the zone *name* from now on."""
        zone = Zone(name, text)
        with self._lock:
            self._zones[zone.origin] = zone

    def unload(self, name: str) -> None:
        """Serve the zone *name* no more; raises KeyError where it is not served."""
        with self._lock:
            del self._zones[dns.name.from_text(name)]

    def zone_text(self, name: str) -> str:
        """The zone as a zone file with absolute names."""
        with self._lock:
            return "".join(f"{rrset.to_text()}\n" for rrset in self._zones[dns.name.from_text(name)])

    def rrsets(self, name: str) -> RRsets:
        """The zone as it stands, to compare with ``==``."""
        with self._lock:
            return {
                (rrset.name.to_text(), dns.rdatatype.to_text(rrset.rdtype)): (
                    rrset.ttl,
                    tuple(sorted(rdata.to_wire() or b"" for rdata in rrset)),
                )
                for rrset in self._zones[dns.name.from_text(name)]
            }

    def respond(self, wire: bytes, *, stream: bool) -> list[bytes]:
        """The messages that answer one request."""
        with self._lock:
            messages, served = respond(wire, self._zones, self._keyring, stream=stream)
        if served:
            self.served.append(served)
        return messages

    def __enter__(self) -> Self:
        udp, tcp = _bind(self.address, self.port)
        self.port = tcp.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._stopped = asyncio.Event()
        self._thread = threading.Thread(target=self._run, args=(udp, tcp), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()

    def _run(self, udp: socket.socket, tcp: socket.socket) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve(udp, tcp))

    async def _serve(self, udp: socket.socket, tcp: socket.socket) -> None:
        streams: set[asyncio.Transport] = set()
        server = await self._loop.create_server(lambda: _Stream(self, streams), sock=tcp)
        datagrams, _ = await self._loop.create_datagram_endpoint(lambda: _Datagrams(self), sock=udp)
        await self._stopped.wait()
        while accepting := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(accepting)  # a server that is closed meanwhile forgets them open
        server.close()
        datagrams.abort()
        for stream in streams:
            stream.abort()
        await asyncio.sleep(0)  # transports close their sockets in the loop's next turn


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: Nameserver) -> None:
        self.server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        for message in self.server.respond(data, stream=False):
            self.transport.sendto(message, addr)


class _Stream(asyncio.Protocol):
    """Messages with two octets of length before each (RFC 1035 section 4.2.2)."""

    def __init__(self, server: Nameserver, streams: set[asyncio.Transport]) -> None:
        self.server = server
        self.streams = streams
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.streams.add(self.transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio's signature
        self.streams.discard(self.transport)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while len(self.buffer) >= 2 and len(self.buffer) >= (end := 2 + int.from_bytes(self.buffer[:2])):
            request, self.buffer = self.buffer[2:end], self.buffer[end:]
            for message in self.server.respond(request, stream=True):
                self.transport.write(len(message).to_bytes(2) + message)


def _bind(address: str, port: int) -> tuple[socket.socket, socket.socket]:
    """One port by UDP and TCP; raises OSError where *port* is taken, or none was free after some attempts."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for attempt in range(1, ATTEMPTS + 1):
        with contextlib.ExitStack() as sockets:
            tcp = sockets.enter_context(socket.create_server((address, port), family=family))
            udp = sockets.enter_context(socket.socket(family, socket.SOCK_DGRAM))
            try:
                udp.bind((address, tcp.getsockname()[1]))
            except OSError:
                if port or attempt == ATTEMPTS:
                    raise
            else:
                sockets.pop_all()
                return udp, tcp
    raise AssertionError  # the last attempt returned or raised


def main() -> None:
    """Serve zone files until interrupted; nothing is written back to them."""
    parser = argparse.ArgumentParser(
        prog="python -m demo.nameserver", description="An authoritative nameserver for demos and tests only."
    )
    parser.add_argument("--zone", action="append", required=True, metavar="NAME=FILE", help="a zone to serve")
    parser.add_argument(
        "--key", action="append", default=[], metavar="NAME=SECRET", help="a TSIG key, base64"
    )
    parser.add_argument("--address", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    options = parser.parse_args()
    zones = {name: Path(file).read_text() for name, _, file in (each.partition("=") for each in options.zone)}
    keys = {name: secret for name, _, secret in (each.partition("=") for each in options.key)}
    with Nameserver(zones, keys, address=options.address, port=options.port) as server:
        sys.stdout.write(f"{server.address} port {server.port}\n")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
