"""``dnsauth apply``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dnsauth.cli.options import Run, command
from dnsauth.cli.plan import Locked
from dnsauth.cli.verify import Timeout

File = Annotated[Path | None, typer.Argument(metavar="FILE", help="A plan that `plan --out FILE` saved.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask (for CI).")]
ReceiptFile = Annotated[
    Path | None,
    typer.Option(
        "--receipt",
        metavar="FILE",
        help="Where to write the receipt, if not to receipts/TIME-DIGEST.json.",
    ),
]


@command("text", "json")
def apply(
    run: Run,
    file: File = None,
    *,
    yes: Yes = False,
    locked: Locked = False,
    timeout: Timeout = 60,
    receipt: ReceiptFile = None,
) -> None:
    r"""Apply a reviewed plan; without FILE plan, ask, and apply.

    The changes in FILE are never executed: apply plans again, and writes a zone only where the new plan
    is, to the digit, the reviewed one. A zone that a guard stops or that moved is left alone; others go on.
    Then it reads back from the provider, asks every authoritative server, and writes a receipt.

    Values of others stay byte for byte. Lock files are brought up to date first; --locked refuses instead.

    Exit codes: 0 everything is applied (a server that only lags is a warning); 1 a guard or a failure, and
    nothing was written; 4 something was written and something was refused or failed; 5 stale, nothing
    written: plan again.

    \b
    Example:
      dnsauth apply plan.json --locked --yes
    """
    from dnsauth.cli import applying

    if file is None:
        applying.shown(run, yes=yes, locked=locked, timeout=timeout, receipt=receipt)
    else:
        applying.saved(run, file, locked=locked, timeout=timeout, receipt=receipt)
