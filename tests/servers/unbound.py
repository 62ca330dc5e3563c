"""Unbound: a resolver that validates from an anchor of ours, and asks no address but loopback ones."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.servers.process import free_port, program, run, running

# it drops what it finds out later than 1.9 s after the question: a silent server must cost less
CONFIGURATION = """\
server:
  directory: "{directory}"
  chroot: ""
  username: ""
  pidfile: ""
  interface: {address}@{port}
  outgoing-interface: 127.0.0.1
  do-ip6: no
  do-daemonize: no
  use-syslog: no
  log-servfail: yes
  num-threads: 1
  module-config: "validator iterator"
  trust-anchor-file: "{directory}/anchor"
  ede: yes
  do-not-query-localhost: no
  unblock-lan-zones: yes
  insecure-lan-zones: yes
  local-zone: "test." nodefault
  local-zone: "invalid." nodefault
  qname-minimisation: no
  aggressive-nsec: no
  cache-max-ttl: 2
  cache-max-negative-ttl: 1
  val-bogus-ttl: 1
  infra-host-ttl: 1
  infra-cache-min-rtt: 200
  infra-cache-max-rtt: 400
  outbound-msg-retry: 1
remote-control:
  control-enable: yes
  control-use-cert: no
  control-interface: "{directory}/control"
"""


@dataclass
class Unbound:
    """A running unbound; it remembers an answer for two seconds, a failure for five."""

    address: str
    port: int
    directory: Path
    _control: str

    @property
    def endpoint(self) -> str:
        """``ADDRESS:PORT``, as `live.resolver` in dnsauth.yaml has it."""
        return f"{self.address}:{self.port}"

    def stub(self, zone: str, *servers: tuple[str, int]) -> None:
        """Ask *servers* for *zone* from now on, whatever the delegation says; it counts as unsigned."""
        self.control("stub_remove", zone)
        self.control("stub_add", "+i", zone, *(f"{address}@{port}" for address, port in servers))
        self.flush()

    def flush(self) -> None:
        """Forget every answer, and which servers were slow."""
        self.control("flush_zone", ".")
        self.control("flush_infra", "all")

    def control(self, *command: str) -> str:
        """Run unbound-control."""
        return run(self._control, "-c", self.directory / "unbound.conf", *command)


@contextlib.contextmanager
def unbound(
    directory: Path, stubs: Mapping[str, Sequence[tuple[str, int]]], anchor: str
) -> Iterator[Unbound]:
    """An unbound that asks the servers *stubs* has for a zone, since a delegation names no port.

    *anchor* is a DS or DNSKEY of the root as a line of a zone file; all its files are in *directory*.
    """
    binary = program("unbound", "unbound", directory)
    control = program("unbound-control", "unbound", directory)
    address = "127.0.0.1"
    server = Unbound(address, free_port(address), directory, control)
    entries = (
        f'stub-zone:\n  name: "{zone}"\n' + "".join(f"  stub-addr: {host}@{port}\n" for host, port in servers)
        for zone, servers in stubs.items()
    )
    facts = {"directory": directory, "address": address, "port": server.port}
    (directory / "unbound.conf").write_text(CONFIGURATION.format(**facts) + "".join(entries))
    (directory / "anchor").write_text(anchor + "\n")

    def ready() -> None:
        try:
            server.control("status")
        except AssertionError as error:
            raise OSError(str(error)) from error

    with running([binary, "-d", "-c", directory / "unbound.conf"], directory / "log", ready):
        yield server
