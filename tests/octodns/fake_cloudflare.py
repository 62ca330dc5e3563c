"""As much of Cloudflare's API as octodns-cloudflare asks for, over HTTP on loopback."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from urllib.parse import urlsplit

TOKEN = "t0ken-of-tests"


@dataclass
class Cloudflare:
    """One zone, ``held.example``, and every request that wrote; *records* are as the API gives them."""

    records: list[dict] = field(default_factory=list)
    writes: list[tuple[str, str, dict | None]] = field(default_factory=list)
    busy: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    """What the next requests are answered in place of what they ask for: status and headers."""
    slow: frozenset[str] = frozenset()
    """Methods that have to wait five minutes."""
    asked: list[str] = field(default_factory=list)
    """The method of every request."""
    port: int = 0
    _ids: Iterator[int] = field(default_factory=count)

    def add(self, name: str, type: str, content: str, ttl: int = 300, **more: object) -> None:
        self.records.append(
            {"id": f"r{next(self._ids)}", "name": name, "type": type, "content": content, "ttl": ttl, **more}
        )

    def respond(self, method: str, path: str, body: dict | None) -> tuple[int, object]:
        if path == "/zones":
            return 200, [{"id": "z1", "name": "held.example"}]
        if not path.startswith("/zones/z1/dns_records"):
            return 404, None
        if method == "GET":
            return 200, self.records
        self.writes.append((method, path.removeprefix("/zones/z1/dns_records").strip("/"), body))
        id = path.rpartition("/")[2]
        if body and body.get("type") in ("CNAME", "MX"):
            body = {**body, "content": body["content"].removesuffix(".")}  # as Cloudflare stores names
        if method == "POST":
            self.add(**body)
            return 200, self.records[-1]
        (stored,) = (record for record in self.records if record["id"] == id)
        if method == "DELETE":
            self.records.remove(stored)
        else:
            kept = stored if method == "PATCH" else {"id": id}
            self.records[self.records.index(stored)] = {**kept, **body}
        return 200, {}


@contextlib.contextmanager
def cloudflare() -> Iterator[Cloudflare]:
    """The API on a free port, for as long as the ``with`` lasts."""
    api = Cloudflare()

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            api.asked.append(self.command)
            headers: dict[str, str] = {}
            if api.busy:
                (status, headers), result = api.busy.pop(0), None
            elif self.command in api.slow:
                (status, headers), result = (429, {"Retry-After": "300"}), None
            else:
                status, result = api.respond(self.command, urlsplit(self.path).path, body)
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                status, result = 403, None
            n = len(result) if isinstance(result, list) else 1
            answer = {
                "result": result,
                "result_info": {"count": n, "per_page": 1000},
                "errors": [{"message": "no"}],
            }
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any  # noqa: N815  http.server's names

        def log_message(self, format, *args):
            """Nothing on stderr."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        api.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield api
        finally:
            server.shutdown()
            thread.join()
