"""``dnsauth verify``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from dnsauth.cli import console
from dnsauth.cli.exit import Exit
from dnsauth.cli.looking import Resolver, Servers
from dnsauth.cli.options import Run, command

Timeout = Annotated[
    float, typer.Option("--timeout", metavar="SECONDS", min=0, help="How long servers may take to agree.")
]


@command("text", "json", notify=True, metrics=True)
def verify(run: Run, *, timeout: Timeout = 60, resolver: Resolver = None, server: Servers = None) -> None:
    r"""Ask every authoritative server what it serves.

    Asks until each of them serves what the inventory asks for, or the time is up; also whether what the
    lock records and nobody asks for any more is gone. Never asks a cache for our own names, needs no
    secret, and changes nothing; what others published is not looked at.

    Exit codes: 0 every server agrees; 1 the time was up, or a server could not be asked.

    \b
    Example:
      dnsauth verify --zone example.com --timeout 10
    """
    from time import monotonic

    from dnsauth.cli import happened, looking, recording, reporting, serving, stages
    from dnsauth.output import gauges, json, notice, receipt
    from dnsauth.verify import of_desired

    repository = looking.over(stages.load(run), resolver, server)
    expected = [
        e for zone, lock in repository.locks.items() for e in of_desired(repository.desired[zone], lock)
    ]
    found = serving.verified(run, repository, expected, deadline=monotonic() + timeout)
    if run.format == "json":
        console.answer(json.text(json.verified(found)))
    else:
        console.answer(receipt.verified(found, console.style(sys.stdout, verbose=run.verbose)))
    reporting.told(
        run,
        repository.inventory.notify,
        lambda: notice.of_verified(found),
        lambda: gauges.of_verified(found),
    )
    code = Exit.CLEAN if all(zone.agrees for zone in found) else Exit.FAILED
    if ends := recording.recorded(run, repository.inventory, happened.verified(found), code=code):
        raise typer.Exit(ends)
