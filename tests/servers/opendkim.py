"""OpenDKIM: it signs by the tables of a signer, or verifies; its testkey compares a key record with a key.

What looks up asks a resolver of ours.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.servers import milter
from tests.servers.process import free_port, program, running

# libunbound asks the root servers of the internet where no resolver is configured; its cache would be one more
RESOLVER = """\
server:
  do-not-query-localhost: no
  cache-max-ttl: 0
  cache-max-negative-ttl: 0
forward-zone:
  name: "."
  forward-addr: {address}@{port}
"""
CONFIGURATION = """\
Background no
Syslog no
Mode s
Socket inet:{port}@127.0.0.1
PidFile {directory}/pid
InternalHosts 127.0.0.1
Canonicalization relaxed/relaxed
SignatureAlgorithm {algorithm}-sha256
KeyTable file:{tables}/{algorithm}/KeyTable
SigningTable refile:{tables}/{algorithm}/SigningTable
MultipleSignatures yes
RequireSafeKeys no
ResolverConfiguration {directory}/unbound.conf
"""
VERIFYING = """\
Background no
Syslog no
Mode v
Socket inet:{port}@127.0.0.1
PidFile {directory}/pid
AlwaysAddARHeader yes
AuthservID mx.example.net
ResolverConfiguration {directory}/unbound.conf
"""


@dataclass
class OpenDKIM:
    """A running OpenDKIM, which signs with one algorithm."""

    port: int
    directory: Path

    @property
    def configuration(self) -> Path:
        """Its opendkim.conf."""
        return self.directory / "opendkim.conf"

    @property
    def pid(self) -> int:
        """Its process; SIGUSR1 has it load its configuration and tables with the next message."""
        return int((self.directory / "pid").read_text())

    def sign(self, message: bytes, sender: str = "someone@example.com") -> bytes:
        """*message* (CRLF) with the signatures it gets; as it is where there is none."""
        return milter.through(self.port, message, sender)


@dataclass
class Verifier:
    """A running OpenDKIM, which verifies."""

    port: int

    def verify(self, message: bytes) -> bytes:
        """What it says of each signature of *message* (CRLF): an Authentication-Results field, RFC 8601."""
        return milter.through(self.port, message, "someone@example.com", "192.0.2.1").removesuffix(message)


@contextlib.contextmanager
def opendkim(directory: Path, tables: Path, algorithm: str, *, port: int = 0) -> Iterator[OpenDKIM]:
    """An OpenDKIM that signs with *algorithm* (rsa, ed25519) by the tables a signer has in *tables*.

    All its own files are in *directory*; it does not mind that keys are in one that all may write.
    """
    server = OpenDKIM(port or free_port(), directory)
    facts = {"directory": directory, "tables": tables, "algorithm": algorithm, "port": server.port}
    with _running(directory, CONFIGURATION.format(**facts), server.port, ("127.0.0.1", 9)):
        yield server


@contextlib.contextmanager
def verifier(directory: Path, resolver: tuple[str, int]) -> Iterator[Verifier]:
    """An OpenDKIM that verifies by what *resolver* answers at that moment; its files are in *directory*."""
    server = Verifier(free_port())
    with _running(directory, VERIFYING.format(directory=directory, port=server.port), server.port, resolver):
        yield server


@contextlib.contextmanager
def _running(directory: Path, configuration: str, port: int, resolver: tuple[str, int]) -> Iterator[None]:
    binary = program("opendkim", "opendkim", directory)
    (directory / "opendkim.conf").write_text(configuration)
    (directory / "unbound.conf").write_text(RESOLVER.format(address=resolver[0], port=resolver[1]))

    def ready() -> None:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()

    with running([binary, "-f", "-x", directory / "opendkim.conf"], directory / "log", ready):
        try:
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                # asked to end, it takes five seconds
                os.kill(int((directory / "pid").read_text()), signal.SIGKILL)


def opendkim_testkey(
    directory: Path,
    domain: str,
    selector: str,
    resolver: tuple[str, int],
    *,
    key: Path | None = None,
    anchor: Path | None = None,
) -> str:
    """What opendkim-testkey says of the record *resolver* has: ``key OK``, ``keys do not match``, …

    *key* is the private half to compare with, which it can for RSA only; *anchor* a file of trust anchors.
    """
    binary = program("opendkim-testkey", "opendkim-tools", directory)
    (directory / "testkey-unbound.conf").write_text(RESOLVER.format(address=resolver[0], port=resolver[1]))
    lines = [f"ResolverConfiguration {directory}/testkey-unbound.conf", "RequireSafeKeys no"]
    if anchor:
        lines.append(f"TrustAnchorFile {anchor}")
    (directory / "testkey.conf").write_text("".join(f"{line}\n" for line in lines))
    argv = [binary, "-x", directory / "testkey.conf", "-d", domain, "-s", selector, "-vvv"]
    argv += ["-k", key] if key else []
    done = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False)
    return f"{done.stdout}{done.stderr}"
