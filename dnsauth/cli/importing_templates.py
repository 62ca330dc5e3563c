"""``dnsauth import domain-connect``: templates become service definitions."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dnsauth.cli import console
from dnsauth.cli.options import Run, command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dnsauth.output.domain_connect import Outcome

Sources = Annotated[
    list[Path], typer.Argument(metavar="FILE|DIR", help="A template, or a folder of templates.")
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Where to write, if not templates/services."),
]
Force = Annotated[
    bool, typer.Option("--force", help="Overwrite definitions, and replace shipped services of the name.")
]
Source = Annotated[
    str,
    typer.Option(
        "--source", metavar="URL", help="Where the templates are published; one that ends with / is a folder."
    ),
]


@command("text", "json")
def domain_connect(
    run: Run, source_: Sources, *, out: Out = None, force: Force = False, source: Source = ""
) -> None:
    r"""Make a service definition of each Domain Connect template.

    Writes templates/services/PROVIDER-SERVICE.yaml: SPFM and SPF records become terms, variables become
    parameters with patterns, keys, return paths and exchangers become entries. What a definition cannot hold
    is said, and stands in the head of the file; a DMARC policy is never taken over. What is written loads and
    renders. It asks no server, changes no DNS, and overwrites nothing without --force.

    Exit codes: 0 written; 1 nothing could be; 4 only some.

    \b
    Example:
      dnsauth import domain-connect templates/vendor.example.mail.json
    """
    from dnsauth.cli import converting, recording
    from dnsauth.cli.exit import Exit
    from dnsauth.output import domain_connect as output
    from dnsauth.output import json

    outcomes = converting.convert(run, source_, out, source, force=force)
    if run.format == "json":
        console.answer(json.text(output.document(outcomes)))
    else:
        console.answer(output.text(outcomes, console.style(sys.stdout, verbose=run.verbose)))
        _say(run, outcomes)
    code = Exit.CLEAN
    if any(one.refused for one in outcomes):
        code = Exit.PARTIAL if any(one.written for one in outcomes) else Exit.FAILED
    refused = [f"{one.file}: {one.refused}" for one in outcomes if one.refused]
    if ends := recording.imported(run, [one.written for one in outcomes if one.written], refused, code):
        raise typer.Exit(ends)


def _say(run: Run, outcomes: Sequence[Outcome]) -> None:
    from dnsauth.output import domain_connect as output

    style = console.style(sys.stderr, verbose=run.verbose)
    for one in outcomes:
        if one.refused or not run.quiet:
            for line in output.told(one, style):
                console.talk(line)
    if len(outcomes) > 1 and not run.quiet:
        for line in output.summary(outcomes):
            console.talk(line)
