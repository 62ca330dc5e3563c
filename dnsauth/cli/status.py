"""``dnsauth status``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from dnsauth.cli import console
from dnsauth.cli.options import Run, command

Profile = Annotated[
    list[str] | None,
    typer.Option("--profile", metavar="NAME", help="Count what it asks; repeatable."),
]


@command("text", "json")
def status(run: Run, *, profile: Profile = None) -> None:
    r"""Show what needs you today, and this week.

    One screen from the files alone: domains and senders in figures, how far profiles are met, then errors,
    keys that may move, waivers and agreements that end. It asks no server, needs no secret, and changes
    nothing; `dnsauth check --live` and `dnsauth rotate due` look at the world.

    Exit codes: 0 shown; 1 an error in the files.

    \b
    Example:
      dnsauth status --profile baseline
    """
    from dnsauth.cli import packing
    from dnsauth.output import json
    from dnsauth.output import status as output

    report, agenda = packing.status(run, profile or ())
    if run.format == "json":
        console.answer(json.text(output.as_json(report, agenda)))
    else:
        console.answer(output.text(report, agenda, console.style(sys.stdout, verbose=True)))
