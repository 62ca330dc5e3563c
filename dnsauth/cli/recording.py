"""What a command did, for the audit trail: called once its work is done, where dnsauth.yaml says `audit:`.

What was done stays done. Who cannot write the entry says so, and the command ends with another code.
"""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Protocol

import typer

from dnsauth import __version__
from dnsauth.audit.entry import Who
from dnsauth.audit.events import Event, File, Imported, Repaired, Waiver
from dnsauth.audit.trail import Appended, Stamp, append
from dnsauth.cli import console, git
from dnsauth.cli.errors import say
from dnsauth.cli.exit import Exit
from dnsauth.cli.options import Run
from dnsauth.errors import DnsauthError
from dnsauth.inventory.files import CONFIG
from dnsauth.inventory.model import Inventory
from dnsauth.inventory.read import configuration, read
from dnsauth.output import safe


def recorded(
    run: Run, inventory: Inventory, *events: Event, code: int = Exit.CLEAN, written: bool = False
) -> int:
    """Write an entry for each of *events*; the code the command ends with, which is *code* where that goes.

    Where it does not, the code is 4 for one that has *written* DNS, else 1 unless it is worse already.
    """
    if inventory.audit is None:
        return code
    try:
        done = append(
            run.directory / inventory.audit.directory, stamp(run, inventory), events, waivers(inventory)
        )
    except DnsauthError as error:
        say(f"no entry of this was written: {error}", error.hint, run.directory)
        if code == Exit.INTERRUPTED:
            return code
        if written:
            return Exit.PARTIAL
        return Exit.FAILED if code in (Exit.CLEAN, Exit.PENDING) else code
    told(done)
    return code


def imported(run: Run, files: Iterable[str], refused: Sequence[str], code: int) -> int:
    """The code an import that has written *files* ends with, once the trail has it; as `recorded`."""
    try:
        _, config, _ = configuration((run.directory / CONFIG).read_bytes())
    except OSError:
        return code
    if config is None or config.audit is None:
        return code
    inventory, _ = read(run.directory)  # all of it, for its digest
    written = tuple(File(name, sha256((run.directory / name).read_bytes()).hexdigest()) for name in files)
    return recorded(run, inventory, Imported(written, tuple(refused)), code=code)


class Record(Protocol):
    """Writes entries as they come."""

    def __call__(self, inventory: Inventory, *events: Event) -> None:
        """Write an entry for each of *events*."""


@contextmanager
def kept(run: Run) -> Iterator[Record]:
    """A function that writes entries; where one could not be, the command ends with 1 once the block ends."""
    codes: list[int] = []

    def record(inventory: Inventory, *events: Event) -> None:
        if events:
            codes.append(recorded(run, inventory, *events))

    yield record
    if any(codes):
        raise typer.Exit(Exit.FAILED)


def told(done: Appended) -> None:
    """Say what had to be cut off before *done* could be written."""
    if isinstance(cut := done.repaired, Repaired):
        console.talk(
            safe.line(
                f"cut {cut.octets:,} octets off {cut.file}: a line that was never ended,"
                f" as when a command is killed; entry {done.entries[0].sequence} tells of it"
            )
        )


def stamp(run: Run, inventory: Inventory) -> Stamp:
    """What every entry of *run* says of it."""
    commit, author = git.head(run.directory)
    who = Who(user(), os.environ.get("GITHUB_ACTOR", ""), author, commit)
    return Stamp(run.now.replace(microsecond=0), who, run.command, __version__, inventory.digest)


def waivers(inventory: Inventory) -> tuple[Waiver, ...]:
    """The waivers of *inventory*, as the trail tells of them."""
    return tuple(_waivers(inventory))


def _waivers(inventory: Inventory) -> Iterator[Waiver]:
    for one in inventory.waivers:
        yield Waiver(one.rule, one.domain, one.until.isoformat(), one.owner, one.why, one.change)


def user() -> str:
    """user@host."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container may have a number without a name
        name = str(os.getuid())
    return f"{name}@{socket.gethostname()}"
