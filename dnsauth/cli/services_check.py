"""``dnsauth services check``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from dnsauth.cli import console
from dnsauth.cli.exit import Exit
from dnsauth.cli.looking import Resolver, Timeout
from dnsauth.cli.options import Run, command

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from dnsauth.catalogue.model import Service
    from dnsauth.findings import Finding

Names = Annotated[
    list[str] | None, typer.Argument(metavar="NAME", help="Only these services; all of them, if none.")
]
Live = Annotated[bool, typer.Option("--live", help="Also ask DNS whether what they name is there.")]
Record = Annotated[
    bool, typer.Option("--record", help="With --live: write what includes cost to services.lock.yaml.")
]


@command("text", "json", "github", "markdown")
def check(
    run: Run,
    names: Names = None,
    *,
    live: Live = False,
    record: Record = False,
    resolver: Resolver = None,
    timeout: Timeout = None,
) -> None:
    r"""Check the catalogue; with --live also what it names.

    Reads the definitions, yours and those shipped, and finds services that could be taken for one another,
    and facts without a source or with an old one. With --live it asks a resolver whether each include still
    publishes SPF and at what cost, beside the cost in services.lock.yaml, whether each target of a CNAME
    exists, and whether a key is there. It needs no provider and no secret, and changes no DNS; only --record
    writes a file.

    Exit codes: 0 nothing worse than a warning; 1 an error, or something could not be asked.

    \b
    Examples:
      dnsauth services check
      dnsauth services check --live --record --format github
    """
    from dnsauth.output import github, json, markdown, text

    if not live and (record or resolver or timeout is not None):
        raise typer.BadParameter(
            "nobody is asked without --live", param_hint="'--record', '--resolver', '--timeout'"
        )
    found = _found(run, names or (), live=live, record=record, resolver=resolver, timeout=timeout)
    shown = _shown(run, found)
    match run.format:
        case "json":
            console.answer(json.text(json.findings(shown)))
        case "github":
            from dnsauth.cli.check import from_checkout

            console.answer(github.findings(shown, from_checkout(run.directory)))
        case "markdown":
            console.answer(markdown.findings(shown, "services check"))
        case _:
            console.answer(text.findings(shown, console.style(sys.stdout, verbose=True)))
    if any(one.stops for one in found):
        raise typer.Exit(Exit.FAILED)


def _shown(run: Run, found: Sequence[Finding]) -> Sequence[Finding]:
    from dnsauth.catalogue.check_live import COUNTED

    if run.verbose or run.format == "json":
        return found
    return [one for one in found if one.rule is not COUNTED]


def _found(
    run: Run,
    names: Collection[str],
    *,
    live: bool,
    record: bool,
    resolver: str | None,
    timeout: float | None,
) -> Sequence[Finding]:
    """Every finding on the services *names*, or on all of them."""
    from dnsauth.catalogue.check import check, concerns
    from dnsauth.catalogue.read import named, places, read
    from dnsauth.findings import InventoryError

    catalogue, unread = read(run.directory)
    findings = list(unread)
    known: list[Service] = []
    for name in catalogue:
        try:
            known.append(catalogue[name])
        except InventoryError as error:
            findings += error.findings
    chosen = [named(catalogue, name) for name in dict.fromkeys(names)]
    place = places(run.directory)
    found = check(known, run.now.date(), place)
    findings += (one for one in found if not names or concerns(one, names))
    if live:
        from dnsauth.cli import services_live, serving

        findings += services_live.findings(
            run,
            chosen or known,
            place,
            services_live.settings(run, resolver),
            seconds=serving.seconds(timeout),
            record=record,
            whole=not names,
        )
    return sorted(findings, key=lambda one: (one.where, one.rule.code, one.message))
