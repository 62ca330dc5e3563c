"""A TLS server on loopback that sends what it is told to, octet by octet."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from tests.servers.certificates import Issued

Send = Callable[[ssl.SSLSocket, Event], None]


def response(body: bytes, media_type: str = "text/plain", status: str = "200 OK", *headers: str) -> bytes:
    lines = (f"HTTP/1.1 {status}", f"Content-Type: {media_type}", f"Content-Length: {len(body)}", *headers)
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode() + body


@dataclass
class Web:
    """*pages* by path: what is sent whole, or who sends it; *asked* are the requests."""

    port: int
    pages: dict[str, bytes | Send] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)


@contextlib.contextmanager
def web(issued: Issued, directory: Path, pages: Mapping[str, bytes | Send] = {}) -> Iterator[Web]:
    """A server with the certificate *issued*, until the block ends."""
    (directory / "server.pem").write_bytes(issued.pem + issued.key_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "server.pem")
    over = Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)
        server = Web(listening.getsockname()[1], dict(pages))
        accepting = Thread(target=_accept, args=(listening, context, server, over))
        accepting.start()
        try:
            yield server
        finally:
            over.set()
            accepting.join()


def _accept(listening: socket.socket, context: ssl.SSLContext, server: Web, over: Event) -> None:
    threads: list[Thread] = []
    while not over.is_set():
        with contextlib.suppress(TimeoutError):
            connection, address = listening.accept()
            server.addresses.append(address[0])
            thread = Thread(target=_serve, args=(connection, context, server, over))
            threads.append(thread)
            thread.start()
    for thread in threads:
        thread.join()


def _serve(plain: socket.socket, context: ssl.SSLContext, server: Web, over: Event) -> None:
    plain.settimeout(5)
    with plain, contextlib.suppress(OSError), context.wrap_socket(plain, server_side=True) as connection:
        request = b""
        while b"\r\n\r\n" not in request:
            request += connection.recv(4096)
        server.asked.append(request.decode())
        page = server.pages.get(request.split(b" ")[1].decode(), response(b"", status="404 Not Found"))
        if callable(page):
            page(connection, over)
        else:
            connection.sendall(page)
        with contextlib.suppress(OSError):
            connection.unwrap()
