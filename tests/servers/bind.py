"""BIND's named: dynamic zones, plain or signed, added and replaced while it runs."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import dns.rdata
from dns.rdataclass import IN

from demo.nameserver import RRsets
from tests.servers import KEY, SECRET
from tests.servers.process import answers, free_port, program, run, running, transfer, until

CONFIGURATION = """\
key "{key}" {{ algorithm hmac-sha256; secret "{secret}"; }};
options {{
  directory "{directory}"; key-directory "{directory}"; managed-keys-directory "{directory}";
  pid-file none; session-keyfile "{directory}/session.key"; lock-file none; geoip-directory none;
  dump-file "{directory}/dump"; statistics-file "{directory}/statistics";
  listen-on port {port} {{ {address}; }}; listen-on-v6 {{ none; }};
  recursion no; dnssec-validation no; empty-zones-enable no; minimal-responses yes; max-cache-size 8M;
  allow-query {{ any; }}; allow-transfer {{ key "{key}"; }}; allow-new-zones yes;
  notify explicit; notify-delay 0; startup-notify-rate 100; serial-query-rate 100;
}};
controls {{ inet 127.0.0.1 port {control} allow {{ 127.0.0.1; }} keys {{ "{key}"; }}; }};
logging {{
  channel all {{ stderr; severity info; print-category yes; }};
  category default {{ all; }}; category queries {{ null; }};
}};
"""
REMOTE_CONTROL = """\
key "{key}" {{ algorithm hmac-sha256; secret "{secret}"; }};
options {{ default-key "{key}"; default-server 127.0.0.1; default-port {control}; }};
"""


@dataclass
class Named:
    """A running named; *log* is what it says, refused updates with their reason among it."""

    address: str
    port: int
    directory: Path
    log: Path
    _rndc: str
    _zones: dict[str, int] = field(default_factory=dict)
    _count: Iterator[int] = field(default_factory=itertools.count)

    def load(
        self,
        zone: str,
        text: str,
        *,
        signed: bool = False,
        checked: bool = True,
        notify: tuple[str, int] | None = None,
    ) -> None:
        """Serve *text* as *zone*, in place of what it was; *notify* is the address and port of a secondary.

        With *checked* false other people may have published what named would not take from a file.
        """
        number = next(self._count)
        if zone in self._zones:
            self._control("delzone", "-clean", zone)
            del self._zones[zone]
        file = self.directory / f"{zone}{number}.zone"
        file.write_text(text)
        options = f'type primary; file "{file}"; update-policy {{ grant {KEY} zonesub any; }};'
        if not checked:
            options += " check-names ignore; check-integrity no;"
        if signed:
            options += " dnssec-policy default; inline-signing yes;"
        if notify:
            options += f' also-notify {{ {notify[0]} port {notify[1]} key "{KEY}"; }};'
        self._control("addzone", zone, f"{{ {options} }};")
        self._zones[zone] = number
        until(lambda: answers(self.address, self.port, zone, "DNSKEY" if signed else "SOA"))

    def unload(self, zone: str) -> None:
        """Serve *zone* no more; raises KeyError where it is not served."""
        del self._zones[zone]
        self._control("delzone", "-clean", zone)

    def zone_text(self, zone: str) -> str:
        """The zone as it stands, as a zone file with absolute names, without what signing adds."""
        return "".join(
            f"{owner} {ttl} IN {rdtype} {dns.rdata.from_wire(IN, rdtype, value, 0, len(value))}\n"
            for (owner, rdtype), (ttl, values) in self.rrsets(zone).items()
            for value in values
        )

    def rrsets(self, zone: str) -> RRsets:
        """The zone as it stands, by transfer, without what signing adds."""
        return transfer(self.address, self.port, zone)

    def _control(self, *command: str) -> None:
        run(self._rndc, "-c", self.directory / "rndc.conf", *command)


@contextlib.contextmanager
def named(directory: Path) -> Iterator[Named]:
    """A named without zones; all its files are in *directory*."""
    binary, rndc = program("named", "bind9", directory), program("rndc", "bind9-utils", directory)
    address, port, control, log = "127.0.0.1", free_port(), free_port(), directory / "log"
    facts = {"key": KEY, "secret": SECRET, "directory": directory, "address": address, "port": port}
    (directory / "named.conf").write_text(CONFIGURATION.format(**facts, control=control))
    (directory / "rndc.conf").write_text(REMOTE_CONTROL.format(**facts, control=control))
    server = Named(address, port, directory, log, rndc)
    argv = [binary, "-f", "-n", "1", "-c", directory / "named.conf"]
    with running(argv, log, lambda: _accepts(server)):
        yield server


def _accepts(server: Named) -> None:
    try:
        server._control("status")
    except AssertionError as error:
        raise OSError(str(error)) from error
