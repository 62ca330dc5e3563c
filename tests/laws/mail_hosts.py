"""Two mail hosts with one signer of class opendkim, each with a checkout, a signer directory and daemons of its own."""

from __future__ import annotations

import contextlib
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.cli.conftest import Directory
from tests.servers.opendkim import OpenDKIM, opendkim
from tests.servers.process import until

FAMILIES = ("rsa", "ed25519")
SIGNER = "opendkim"
RELOAD = "test ! -e ../rsa/pid || kill -USR1 $(cat ../rsa/pid ../ed25519/pid)"
"""What has the daemons of a host load their tables, from its checkout; there are none before the first tables."""

_SELECTOR = re.compile(rb"^DKIM-Signature:[^:]*?\bs=([^;\s]+);", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message as a host sent it, and the selectors it is signed with."""

    at: datetime
    octets: bytes
    selectors: frozenset[str]


@dataclass
class MailHost:
    """One host; *identity* opens the key store here."""

    name: str
    path: Path
    identity: str
    daemons: tuple[OpenDKIM, ...] = ()

    @property
    def checkout(self) -> Directory:
        """Its clone of the repository."""
        return Directory(self.path / "checkout")

    @property
    def report(self) -> Path:
        """What `deploy` leaves to be handed over."""
        return self.path / "report.json"

    @property
    def signer(self) -> Path:
        """Where keys and tables are."""
        return self.checkout.path / SIGNER

    def deploy(self, now: datetime) -> str:
        """Bring the checkout and the signer to what was merged; what the command printed."""
        git(self.checkout.path, "pull", "-q", "--ff-only")
        with contextlib.chdir(self.checkout.path):
            done = self.checkout.run(
                *("keys", "deploy", "--host", self.name, "--report", str(self.report)),
                now=stamp(now),
                env={"AGE_IDENTITY": self.identity},
            )
        assert 0 == done.code, done.err
        return done.out

    def told(self) -> frozenset[str]:
        """The selectors its tables say to sign with."""
        tables = ((self.signer / family / "SigningTable").read_text() for family in FAMILIES)
        return frozenset(
            line.split()[1].partition("._domainkey.")[0]
            for table in tables
            for line in table.splitlines()
            if line and not line.startswith("#")
        )

    def send(self, message: bytes, sender: str, now: datetime) -> Sent:
        """*message* through its daemons, which sign as the tables say: they load a moment after they are told."""
        signed = message

        def ready() -> None:
            nonlocal signed
            signed = message
            for daemon in self.daemons:
                signed = daemon.sign(signed, sender)
            if selectors(signed) != self.told():
                raise OSError(f"{self.name} signs with {selectors(signed)}, and is told {self.told()}")

        until(ready)
        return Sent(now, signed, selectors(signed))


@contextlib.contextmanager
def mail_host(name: str, path: Path, repository: Path, identity: str, now: datetime) -> Iterator[MailHost]:
    """A host with a clone of *repository*, which signs as what is merged there says *now*."""
    host = MailHost(name, path, identity)
    git(path, "clone", "-q", str(repository), "checkout")
    host.signer.mkdir()
    with contextlib.ExitStack() as daemons:

        def start(family: str) -> OpenDKIM:
            (path / family).mkdir()
            return daemons.enter_context(opendkim(path / family, host.signer, family))

        host.deploy(now)
        host.daemons = tuple(map(start, FAMILIES))
        yield host


def selectors(message: bytes) -> frozenset[str]:
    """Those of the signatures of *message*."""
    return frozenset(found.decode() for found in _SELECTOR.findall(message))


def stamp(time: datetime) -> str:
    """*time* as `--now` has it."""
    return time.isoformat().replace("+00:00", "Z")


def git(directory: Path, *arguments: str) -> None:
    """Run git, as somebody."""
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    subprocess.run(["git", *who, *arguments], cwd=directory, check=True, capture_output=True)
