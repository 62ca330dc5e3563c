"""``dnsauth check``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dnsauth.cli import console
from dnsauth.cli.exit import Exit
from dnsauth.cli.looking import Resolver, Servers
from dnsauth.cli.options import Run, command

if TYPE_CHECKING:
    from dnsauth.findings import Finding

Live = Annotated[bool, typer.Option("--live", help="Also look at what the world answers.")]


@command("text", "json", "github", "sarif", "markdown")
def check(run: Run, *, live: Live = False, resolver: Resolver = None, server: Servers = None) -> None:
    r"""Check the inventory; with --live also what the world answers.

    Names the line of everything that is wrong, the reason, and the next step. Needs no provider and no
    secret, and changes nothing. Without --live it reads the files only. With it every authoritative server
    is asked for our own names, and what they lead to at others is followed: delegation, DNSSEC, SPF with all
    its includes, keys behind CNAMEs, report destinations. What could not be asked is not assessed, never
    absent. github prints annotations for a pull request, sarif what code scanning takes.

    Exit codes: 0 nothing worse than a warning; 1 an error, or something could not be assessed.

    \b
    Examples:
      dnsauth check --format github
      dnsauth check --live --zone example.com
    """
    from dnsauth.findings import InventoryError
    from dnsauth.output import github, json, markdown, sarif, text

    if not live and (resolver or server):
        raise typer.BadParameter("nobody is asked without --live", param_hint="'--resolver', '--server'")
    found: Sequence[Finding]
    try:
        found = _found(run, live=live, resolver=resolver, server=server)
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


def _found(run: Run, *, live: bool, resolver: str | None, server: Sequence[str] | None) -> Sequence[Finding]:
    from dnsauth.cli import looking, stages

    repository = stages.load(run)
    if not live:
        return stages.checked(run, repository)
    from dnsauth.checks.live.rules import SECURE
    from dnsauth.cli import surveying

    repository = looking.over(repository, resolver, server)
    found = stages.checked(run, repository, surveying.findings(run, repository))
    if run.verbose or run.format == "json":
        return found
    return [one for one in found if one.rule is not SECURE]


def _from_checkout(directory: Path) -> Path:
    """*directory* from where the command runs, as annotations name files; else as it is."""
    here = Path.cwd()
    whole = directory.resolve()
    return whole.relative_to(here) if whole.is_relative_to(here) else directory
