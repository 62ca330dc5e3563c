"""PowerDNS authoritative server on SQLite, with its HTTP API."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import dns.rdatatype
import dns.zone
import pytest

from demo.nameserver import RRsets
from tests.servers import SECRET
from tests.servers.process import answers, free_port, program, running, transfer, until

SCHEMA = Path("/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql")
CONFIGURATION = """\
launch=gsqlite3
gsqlite3-database={directory}/zones.db
local-address={address}
local-port={port}
socket-dir={directory}
daemon=no
guardian=no
write-pid=no
disable-syslog=yes
api=yes
api-key={api_key}
webserver=yes
webserver-address={address}
webserver-port={api_port}
webserver-allow-from=127.0.0.1
cache-ttl=0
query-cache-ttl=0
negquery-cache-ttl=0
zone-cache-refresh-interval=0
security-poll-suffix=
distributor-threads=1
receiver-threads=1
"""


@dataclass
class PowerDNS:
    """A running pdns_server; *api_port* and *api_key* are what a provider needs."""

    address: str
    port: int
    api_port: int
    api_key: str

    def load(self, zone: str, text: str) -> None:
        """Store *text* as *zone*, in place of what it was."""
        with contextlib.suppress(urllib.error.HTTPError):
            self.api("DELETE", f"/zones/{zone}")
        parsed = dns.zone.from_text(text, zone, relativize=False)
        rrsets = [
            {
                "name": name.to_text(),
                "type": dns.rdatatype.to_text(rdataset.rdtype),
                "ttl": rdataset.ttl,
                "records": [{"content": rdata.to_text(), "disabled": False} for rdata in rdataset],
            }
            for name, rdataset in parsed.iterate_rdatasets()
        ]
        self.api("POST", "/zones", {"name": zone, "kind": "Native", "nameservers": [], "rrsets": rrsets})
        until(lambda: answers(self.address, self.port, zone))

    def rrsets(self, zone: str) -> RRsets:
        """The zone as it stands, by transfer."""
        return transfer(self.address, self.port, zone, signed=False)

    def api(self, method: str, path: str, body: object = None) -> object:
        """One call of the HTTP API; raises `urllib.error.HTTPError` where it is refused."""
        request = urllib.request.Request(
            f"http://{self.address}:{self.api_port}/api/v1/servers/localhost{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"X-API-Key": self.api_key, "Content-Type": "application/json"},
            method=method,
        )
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(request, timeout=5) as response:
                return None if response.status == HTTPStatus.NO_CONTENT else json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                error.msg = f"{error.msg}: {error.read().decode()}"
                raise


@contextlib.contextmanager
def powerdns(directory: Path) -> Iterator[PowerDNS]:
    """A pdns_server without zones; all its files are in *directory*."""
    binary = program("pdns_server", "pdns-server", directory)
    if not SCHEMA.exists():
        pytest.skip(f"{SCHEMA} is not installed: apt-get install pdns-backend-sqlite3")
    with contextlib.closing(sqlite3.connect(directory / "zones.db")) as database:
        database.executescript(SCHEMA.read_text())
    server = PowerDNS("127.0.0.1", free_port(), free_port(), SECRET)
    (directory / "pdns.conf").write_text(CONFIGURATION.format(directory=directory, **vars(server)))
    argv = [binary, f"--config-dir={directory}"]
    with running(argv, directory / "log", lambda: server.api("GET", "")):
        yield server
