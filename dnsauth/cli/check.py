"""``dnsauth check``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dnsauth.cli import choosing, console
from dnsauth.cli.choosing import Base, OnlyChanged, ShardOption
from dnsauth.cli.exit import Exit
from dnsauth.cli.looking import Resolver, Servers, Timeout
from dnsauth.cli.options import Run, command

if TYPE_CHECKING:
    from dnsauth.desired.load import Repository
    from dnsauth.findings import Finding

Live = Annotated[bool, typer.Option("--live", help="Also look at what the world answers.")]


@command("text", "json", "github", "sarif", "markdown", notify=True, metrics=True)
def check(
    run: Run,
    *,
    live: Live = False,
    only_changed: OnlyChanged = False,
    base: Base = None,
    shard: ShardOption = None,
    resolver: Resolver = None,
    server: Servers = None,
    timeout: Timeout = None,
) -> None:
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

    if not live and (resolver or server or timeout is not None):
        raise typer.BadParameter(
            "nobody is asked without --live", param_hint="'--resolver', '--server', '--timeout'"
        )
    repository: Repository | None = None
    found: Sequence[Finding]
    try:
        repository = choosing.repository(run, shard, only_changed=only_changed, base=base)
        found = _found(run, repository, live=live, resolver=resolver, server=server, timeout=timeout)
    except InventoryError as error:
        found = error.findings
    shown = _shown(run, found) if live else found
    match run.format:
        case "json":
            console.answer(json.text(json.findings(shown)))
        case "github":
            console.answer(github.findings(shown, from_checkout(run.directory)))
        case "sarif":
            console.answer(json.text(sarif.findings(shown, from_checkout(run.directory))))
        case "markdown":
            console.answer(markdown.findings(shown))
        case _:
            console.answer(text.findings(shown, console.style(sys.stdout, verbose=True)))
    _report(run, repository, found, live=live)
    if any(one.stops for one in found):
        raise typer.Exit(Exit.FAILED)


def _found(
    run: Run,
    repository: Repository,
    *,
    live: bool,
    resolver: str | None,
    server: Sequence[str] | None,
    timeout: float | None,
) -> Sequence[Finding]:
    from dnsauth.cli import looking, stages

    if not live:
        return stages.checked(run, repository)
    from dnsauth.cli import surveying

    repository = looking.over(repository, resolver, server)
    return stages.checked(run, repository, surveying.findings(run, repository, timeout))


def _shown(run: Run, found: Sequence[Finding]) -> Sequence[Finding]:
    from dnsauth.checks.live.rules import SECURE

    if run.verbose or run.format == "json":
        return found
    return [one for one in found if one.rule is not SECURE]


def _report(run: Run, repository: Repository | None, found: Sequence[Finding], *, live: bool) -> None:
    """Tell what was *found*; where the files are wrong there is no *repository*, and only that is told."""
    from dnsauth.cli import reporting
    from dnsauth.output import gauges, notice

    if repository is None:
        reporting.failed(run)
        return
    inventory = repository.inventory
    reporting.told(
        run,
        inventory.notify,
        lambda: notice.of_check(found, inventory, run.now.date(), live=live),
        lambda: gauges.of_check(found, inventory),
    )


def from_checkout(directory: Path) -> Path:
    """*directory* from where the command runs, as annotations name files; else as it is."""
    here = Path.cwd()
    whole = directory.resolve()
    return whole.relative_to(here) if whole.is_relative_to(here) else directory
