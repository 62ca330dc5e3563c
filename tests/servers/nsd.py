"""NSD: zones from files, any number of them, at any loopback address."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import dns.zone

from demo.nameserver import RRsets
from tests.servers.process import SIGNING, answers, free_port, program, run, running, transfer, until

CONFIGURATION = """\
server:
  ip-address: {address}@{port}
  username: ""
  chroot: ""
  zonesdir: "{directory}"
  database: ""
  pidfile: ""
  xfrdfile: "{directory}/xfrd"
  xfrdir: "{directory}"
  zonelistfile: "{directory}/zones"
  cookie-secret-file: "{directory}/cookie"
  xfrd-reload-timeout: 0
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
  minimal-responses: {minimal}
remote-control:
  control-enable: yes
  control-interface: "{directory}/control"
pattern:
  name: all
  provide-xfr: 127.0.0.0/8 NOKEY
"""


@dataclass
class NSD:
    """A running nsd, or one about to run; transfers need no key."""

    address: str
    port: int
    directory: Path
    _control: str
    _minimal: bool = False
    _files: dict[str, str] = field(default_factory=dict)

    def load(self, zone: str, text: str) -> None:
        """Serve *text* as *zone*, in place of what it was."""
        self.write({zone: text})
        self.control("reconfig")
        self.control("reload", zone)
        content = dns.zone.from_text(text, zone, relativize=False)
        wanted = {
            (name.to_text(), rdataset.rdtype.name): (
                rdataset.ttl,
                tuple(sorted(rdata.to_wire() or b"" for rdata in rdataset)),
            )
            for name, rdataset in content.iterate_rdatasets()
            if rdataset.rdtype not in SIGNING
        }

        def stands() -> None:
            if self.rrsets(zone) != wanted:
                raise OSError(f"{zone} is not loaded yet")

        until(stands)

    def rrsets(self, zone: str) -> RRsets:
        """The zone as it stands, without what signing adds."""
        return transfer(self.address, self.port, zone, signed=False)

    def write(self, zones: Mapping[str, str]) -> None:
        """The files of *zones* and a configuration that names them and all before."""
        for zone, text in zones.items():
            file = self._files.setdefault(zone, f"{len(self._files)}.zone")
            (self.directory / file).write_text(text)
        entries = (
            f'zone:\n  name: "{zone}"\n  zonefile: "{file}"\n  include-pattern: all\n'
            for zone, file in self._files.items()
        )
        minimal = "yes" if self._minimal else "no"
        facts = {"directory": self.directory, "address": self.address, "port": self.port, "minimal": minimal}
        (self.directory / "nsd.conf").write_text(CONFIGURATION.format(**facts) + "".join(entries))

    def control(self, *command: str) -> str:
        """Run nsd-control."""
        return run(self._control, "-c", self.directory / "nsd.conf", *command)


@contextlib.contextmanager
def nsd(
    directory: Path,
    zones: Mapping[str, str] | None = None,
    address: str = "127.0.0.3",
    port: int = 0,
    *,
    minimal: bool = False,
) -> Iterator[NSD]:
    """An nsd that serves *zones*, texts by absolute name; all its files are in *directory*.

    *minimal* answers hold what was asked for and nothing about the zone's servers.
    """
    binary, control = program("nsd", "nsd", directory), program("nsd-control", "nsd", directory)
    server = NSD(address, port or free_port(address), directory, control, minimal)
    server.write(zones or {})

    def ready() -> None:
        try:
            server.control("status")
        except AssertionError as error:
            raise OSError(str(error)) from error
        for zone in [*(zones or ())][-1:]:
            answers(server.address, server.port, zone)

    with running([binary, "-d", "-c", directory / "nsd.conf"], directory / "log", ready):
        yield server
