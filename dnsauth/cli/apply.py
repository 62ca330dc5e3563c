"""``dnsauth apply``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dnsauth.cli import choosing
from dnsauth.cli.choosing import ShardOption
from dnsauth.cli.options import Run, command
from dnsauth.cli.plan import Locked
from dnsauth.cli.verify import Timeout

Files = Annotated[
    list[Path] | None,
    typer.Argument(metavar="FILE…", help="What `plan --out FILE` saved: a plan, or the parts of one."),
]
Reviewed = Annotated[
    Path | None,
    typer.Option(
        "--reviewed", metavar="FILE", help="Apply what `github reviewed --out FILE` found (for CI)."
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask (for CI).")]
ReceiptFile = Annotated[
    Path | None,
    typer.Option(
        "--receipt",
        metavar="FILE",
        help="Where to write the receipt, if not to receipts/TIME-DIGEST.json.",
    ),
]


@command("text", "json", "markdown", notify=True, metrics=True)
def apply(
    run: Run,
    files: Files = None,
    *,
    reviewed: Reviewed = None,
    yes: Yes = False,
    locked: Locked = False,
    shard: ShardOption = None,
    timeout: Timeout = 60,
    receipt: ReceiptFile = None,
) -> None:
    r"""Apply a reviewed plan; without FILE plan, ask, and apply.

    The changes in FILE are never executed: apply plans again, and writes a zone only where the new plan
    is, to the digit, the reviewed one. A zone that a guard stops or that moved is left alone; others go on.
    Then it reads back from the provider, asks every authoritative server, and writes a receipt.

    --reviewed takes the digests of zones that a pull request showed, in place of a plan: the zones that have
    them now are written, others that would change are stale.

    Several FILEs are the parts that `plan --shard` saved; --shard 2/8 applies the second of eight parts of
    what they hold.

    Values of others stay byte for byte. Lock files are brought up to date first; --locked refuses instead.

    Exit codes: 0 everything is applied (a server that only lags is a warning); 1 a guard or a failure, and
    nothing was written; 4 something was written and something was refused or failed; 5 stale, nothing
    written: plan again.

    \b
    Example:
      dnsauth apply plan.json --locked --yes
    """
    from dnsauth.cli import applying
    from dnsauth.cli.alone import alone

    if files and reviewed is not None:
        raise typer.BadParameter("take FILE or --reviewed FILE")
    part = choosing.shard(shard)
    if part is not None and not files:
        raise typer.BadParameter(
            "it takes the plan of all parts, of which guards count the zones", param_hint="'--shard'"
        )
    with alone(run, "apply"):
        if reviewed is not None:
            applying.seen(run, reviewed, locked=locked, timeout=timeout, receipt=receipt)
        elif files:
            applying.saved(run, files, part=part, locked=locked, timeout=timeout, receipt=receipt)
        else:
            applying.shown(run, yes=yes, locked=locked, timeout=timeout, receipt=receipt)
