"""``dnsauth plan``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from dnsauth.cli import console
from dnsauth.cli.exit import Exit
from dnsauth.cli.options import Run, command

Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Save the plan for `apply FILE`, also when it is stopped."),
]
Locked = Annotated[bool, typer.Option("--locked", help="Refuse where a lock file is out of date (for CI).")]
Adopt = Annotated[
    bool,
    typer.Option(
        "--adopt", help="Record in the lock what others put where ours goes, so that it may be replaced."
    ),
]
ExitCode = Annotated[bool, typer.Option("--exit-code", help="Exit 3 where changes are pending.")]


@command("text", "json", "markdown")
def plan(
    run: Run, *, out: Out = None, locked: Locked = False, adopt: Adopt = False, exit_code: ExitCode = False
) -> None:
    r"""Show what would change at the DNS providers.

    Changes nothing there. Reads what each provider holds, merges what others put at the same names, and
    compares. + creates, ~ updates, - deletes an RRset; below stand the values, where the inventory asks
    for them, and what the change means. A guard that stops a zone says why and what to do; other zones go
    on.

    Lock files, which record what is ours, are brought up to date on disk; --locked refuses instead.

    Exit codes: 0 planned; 1 a guard stops a zone, or a zone could not be read; 3 with --exit-code:
    changes are pending.

    \b
    Example:
      dnsauth plan --out plan.json      then, reviewed: dnsauth apply plan.json
    """
    from dnsauth.cli import planning, stages
    from dnsauth.files import write_atomically
    from dnsauth.output import markdown
    from dnsauth.output import plan as output
    from dnsauth.plan import file

    planned = planning.plan(run, stages.load(run), locked=locked, adopt=adopt)
    found = stages.checked(run, planned.concerned)
    if out is not None:
        write_atomically(out, file.write(planned.plan))
    match run.format:
        case "json":
            console.answer(file.write(planned.plan))
        case "markdown":
            console.answer(markdown.plan(planned.plan, found))
        case _:
            style = console.style(sys.stdout, verbose=run.verbose)
            console.answer(output.text(planned.plan, style, verbose=run.verbose))
            stages.talk_of(run, found)
    if out is not None and not run.quiet:
        console.talk(f"wrote {out}; `dnsauth apply {out}` applies it once it was reviewed")
    if any(zone.stopped for zone in planned.plan.zones):
        raise typer.Exit(Exit.FAILED)
    if exit_code and any(zone.changes for zone in planned.plan.zones):
        raise typer.Exit(Exit.PENDING)
