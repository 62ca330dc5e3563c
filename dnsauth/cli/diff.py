"""``dnsauth diff``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from dnsauth.cli import console
from dnsauth.cli.choosing import ShardOption
from dnsauth.cli.exit import Exit
from dnsauth.cli.looking import Resolver, Servers, Timeout
from dnsauth.cli.options import Run, command

ExitCode = Annotated[bool, typer.Option("--exit-code", help="Exit 3 where something differs.")]


@command("text", "json", "markdown", notify=True, metrics=True)
def diff(
    run: Run,
    *,
    exit_code: ExitCode = False,
    shard: ShardOption = None,
    resolver: Resolver = None,
    server: Servers = None,
    timeout: Timeout = None,
) -> None:
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
    from dnsauth.cli import choosing, looking, reporting, serving
    from dnsauth.diff.compare import diffs
    from dnsauth.output import diff as output
    from dnsauth.output import gauges, json, markdown, notice

    repository = choosing.repository(run, shard)
    seconds = serving.seconds(timeout, repository)
    with (
        looking.network(run, repository, resolver, server, seconds=seconds) as network,
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
    reporting.told(
        run, repository.inventory.notify, lambda: notice.of_diff(found), lambda: gauges.of_diff(found)
    )
    if any(zone.not_assessed for zone in found):
        raise typer.Exit(Exit.FAILED)
    if exit_code and any(zone.differences for zone in found):
        raise typer.Exit(Exit.PENDING)
