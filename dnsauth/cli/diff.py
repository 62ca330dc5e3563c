"""``dnsauth diff``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from dnsauth.cli import console
from dnsauth.cli.exit import Exit
from dnsauth.cli.looking import Resolver, Servers
from dnsauth.cli.options import Run, command

ExitCode = Annotated[bool, typer.Option("--exit-code", help="Exit 3 where something differs.")]


@command("text", "json", "markdown")
def diff(run: Run, *, exit_code: ExitCode = False, resolver: Resolver = None, server: Servers = None) -> None:
    r"""Compare the inventory with live DNS.

    Asks every authoritative server of every zone by itself, never a cache for our own names; needs no
    secret, and changes nothing. + is absent there, ~ is otherwise, - should be gone; first stands what that
    means, then the values, then which servers answer so, where they disagree. What others published at the
    same names does not count. What a server did not tell is not assessed, and never taken for absent.

    Exit codes: 0 compared; 1 something could not be assessed; 3 with --exit-code: something differs.

    \b
    Example:
      dnsauth diff --zone example.com --exit-code
    """
    from dnsauth.cli import looking, stages
    from dnsauth.diff.compare import diffs
    from dnsauth.output import diff as output
    from dnsauth.output import json, markdown

    repository = stages.load(run)
    with (
        looking.network(run, repository, resolver, server) as network,
        console.progress("asking zones", quiet=run.quiet) as count,
    ):
        found = tuple(
            diffs(
                repository.desired,
                repository.locks,
                authorities=network.authorities,
                look=network.look,
                progress=count,
            )
        )
    match run.format:
        case "json":
            console.answer(json.text(json.diff(found)))
        case "markdown":
            console.answer(markdown.diff(found))
        case _:
            style = console.style(sys.stdout, verbose=run.verbose)
            console.answer(output.text(found, style, verbose=run.verbose))
    if any(zone.not_assessed for zone in found):
        raise typer.Exit(Exit.FAILED)
    if exit_code and any(zone.differences for zone in found):
        raise typer.Exit(Exit.PENDING)
