"""``dnsauth check``."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from dnsauth.cli import console
from dnsauth.cli.exit import Exit
from dnsauth.cli.options import Run, command


@command("text", "json", "github", "sarif", "markdown")
def check(run: Run) -> None:
    r"""Check the inventory and the records it asks for.

    Names the line of everything that is wrong, the reason, and the next step. Reads the files only: no
    server, no provider, no secret; changes nothing. github prints annotations for a pull request, sarif
    what code scanning takes.

    Exit codes: 0 nothing worse than a warning; 1 an error, or something could not be assessed.

    \b
    Example:
      dnsauth check --format github
    """
    from dnsauth.cli import stages
    from dnsauth.findings import InventoryError
    from dnsauth.output import github, json, markdown, sarif, text

    try:
        found = stages.checked(run, stages.load(run))
    except InventoryError as error:
        found = error.findings
    match run.format:
        case "json":
            console.answer(json.text(json.findings(found)))
        case "github":
            console.answer(github.findings(found, _from_checkout(run.directory)))
        case "sarif":
            console.answer(json.text(sarif.findings(found, _from_checkout(run.directory))))
        case "markdown":
            console.answer(markdown.findings(found))
        case _:
            console.answer(text.findings(found, console.style(sys.stdout, verbose=True)))
    if any(one.stops for one in found):
        raise typer.Exit(Exit.FAILED)


def _from_checkout(directory: Path) -> Path:
    """*directory* from where the command runs, as annotations name files; else as it is."""
    here = Path.cwd()
    whole = directory.resolve()
    return whole.relative_to(here) if whole.is_relative_to(here) else directory
