"""Knot DNS as the secondary of a primary: NOTIFY and transfer by TSIG, and a lag that can be had at will."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from demo.nameserver import RRsets
from tests.servers import KEY, SECRET
from tests.servers.process import answers, free_port, program, run, running, transfer, until

CONFIGURATION = """\
server:
    rundir: "{directory}"
    listen: {address}@{port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
log:
  - target: stderr
    any: info
database:
    storage: "{directory}"
    journal-db-max-size: 64M
    kasp-db-max-size: 16M
    timer-db-max-size: 16M
    catalog-db-max-size: 16M
key:
  - id: {key}
    algorithm: hmac-sha256
    secret: {secret}
remote:
  - id: primary
    address: {primary}
    key: {key}
acl:
  - id: all
    key: {key}
    action: [notify, transfer]
template:
  - id: default
    storage: "{directory}"
    master: primary
    acl: all
    refresh-min-interval: 2
    retry-min-interval: 2
zone:
"""


@dataclass
class Knot:
    """A running knotd."""

    address: str
    port: int
    directory: Path
    _knotc: str
    _configuration: str
    _zones: list[str] = field(default_factory=list)

    @property
    def endpoint(self) -> tuple[str, int]:
        """Where the primary sends NOTIFY."""
        return self.address, self.port

    def follow(self, zone: str) -> None:
        """Be a secondary of *zone*, and have it."""
        self._zones.append(zone)
        self.configure()
        self.control("reload")
        until(lambda: answers(self.address, self.port, zone))

    def freeze(self, zone: str) -> None:
        """Lag: follow *zone* no more, until `thaw`."""
        self.control("zone-freeze", zone)

    def thaw(self, zone: str) -> None:
        """Follow *zone* again, and catch up."""
        self.control("zone-thaw", zone)
        self.control("zone-refresh", zone)

    def rrsets(self, zone: str) -> RRsets:
        """The zone as it stands here."""
        return transfer(self.address, self.port, zone)

    def configure(self) -> None:
        zones = "".join(f"  - domain: {zone}\n" for zone in self._zones)
        (self.directory / "knot.conf").write_text(self._configuration + zones)

    def control(self, *command: str) -> str:
        """Run knotc, blocking: a freeze that is only queued can be overtaken by a NOTIFY."""
        return run(self._knotc, "-b", "-s", self.directory / "knot.sock", *command)


@contextlib.contextmanager
def knot(directory: Path, primary: tuple[str, int]) -> Iterator[Knot]:
    """A knotd without zones that may follow those of *primary*; all its files are in *directory*."""
    binary, knotc = program("knotd", "knot", directory), program("knotc", "knot", directory)
    address = "127.0.0.2"
    port = free_port(address)
    configuration = CONFIGURATION.format(
        directory=directory,
        address=address,
        port=port,
        key=KEY,
        secret=SECRET,
        primary=f"{primary[0]}@{primary[1]}",
    )
    server = Knot(address, port, directory, knotc, configuration)
    server.configure()
    with running([binary, "-c", directory / "knot.conf"], directory / "log", lambda: _accepts(server)):
        yield server


def _accepts(server: Knot) -> None:
    try:
        server.control("status")
    except AssertionError as error:
        raise OSError(str(error)) from error
