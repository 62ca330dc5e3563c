"""``dnsauth audit pack``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from dnsauth.cli import console
from dnsauth.cli.options import Run, command

Since = Annotated[
    str | None,
    typer.Option("--since", metavar="DATE", help="From this day on; default the first of January."),
]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where to write it; made, or empty.")]
Profile = Annotated[
    list[str] | None, typer.Option("--profile", metavar="NAME", help="Grade domains by it; repeatable.")
]
Live = Annotated[bool, typer.Option("--live", help="Also look at what the world answers.")]


@command()
def pack(run: Run, *, out: Out, since: Since = None, profile: Profile = None, live: Live = False) -> None:
    r"""Write what an auditor is handed: one report, and the evidence behind each figure.

    index.html stands by itself: it needs no network and runs no script; print it for a PDF. It shows domains
    with their grade by profile, senders with owner, data and agreement, keys, changes with who and proof,
    open findings, waivers, and what was put right. Each figure links to its file below evidence/, and
    MANIFEST.sha256 has the digest of every file. No private key and no secret is in it. It changes no DNS.

    Exit codes: 0 written; 1 an error in the files, DIR is not empty, or the audit trail is not whole: then
    the report says so.

    \b
    Examples:
      dnsauth audit pack --since 2026-01-01 --out audit-2026
      cd audit-2026 && sha256sum --check MANIFEST.sha256
    """
    from dnsauth.cli import packing
    from dnsauth.cli.exit import Exit
    from dnsauth.output import safe

    try:
        day = date.fromisoformat(since) if since else date(run.now.year, 1, 1)
    except ValueError as error:
        raise typer.BadParameter(f"{since!r} is no day, as in 2026-01-01", param_hint="'--since'") from error
    if day > run.now.date():
        raise typer.BadParameter(f"{day} is still to come", param_hint="'--since'")
    done = packing.packed(run, out, day, profile or (), live=live)
    console.answer(f"{safe.line(str(out / 'index.html'))}\n")
    if not run.quiet:
        console.talk(
            f"{done.files:,} files, {done.findings:,} open findings, {done.entries:,} entries of the trail"
        )
    if done.broken:
        console.talk("the audit trail is not whole: `dnsauth audit verify` says where")
        raise typer.Exit(Exit.FAILED)
