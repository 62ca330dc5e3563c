"""``dnsauth lock``."""

from __future__ import annotations

from typing import Annotated

import typer

from dnsauth.cli.looking import Resolver, Servers, Timeout
from dnsauth.cli.options import Run, command

Check = Annotated[bool, typer.Option("--check", help="Change nothing; exit 1 where a lock is out of date.")]
Base = Annotated[
    str | None,
    typer.Option(
        "--base", metavar="REV", help="With --check: also where a lock lost what it has at REV in Git."
    ),
]
Adopt = Annotated[
    bool,
    typer.Option("--adopt", help="Record what others put where ours goes, so that a plan may replace it."),
]
Release = Annotated[
    str | None,
    typer.Option(
        "--release", metavar="ZONE", help="Forget the lock of a zone without a file; its records stay."
    ),
]
Prune = Annotated[
    bool, typer.Option("--prune", help="Forget what is asked for no more and every server shows gone.")
]
Refresh = Annotated[
    bool, typer.Option("--refresh", help="Ask again what your records lead to, and say what is new there.")
]


@command("text", "json", "markdown")
def lock(
    run: Run,
    *,
    check: Check = False,
    base: Base = None,
    adopt: Adopt = False,
    release: Release = None,
    prune: Prune = False,
    refresh: Refresh = False,
    resolver: Resolver = None,
    server: Servers = None,
    timeout: Timeout = None,
) -> None:
    r"""Bring the lock files up to date.

    Plan and apply do so by themselves. A lock records what dnsauth publishes and adopted; only that may it
    ever take away. Without options it only adds, and asks nobody; --adopt reads the providers, --prune
    asks the authoritative servers. No form of it changes DNS.

    --refresh writes observed.lock.yaml: the SPF records of others that yours lead to, the addresses these
    let pass, and the vendors' keys behind your CNAMEs. It prints what changed there and whom it concerns.

    Exit codes: 0 done; 1 a lock is out of date or lost something (--check), a name could not be asked
    (--refresh), or it could not be done.

    \b
    Example:
      dnsauth lock
      dnsauth lock --check --base origin/main
    """
    if sum((check, adopt, prune, refresh, release is not None)) > 1 or (base is not None and not check):
        raise typer.BadParameter(
            "take one of --check [--base REV], --adopt, --release ZONE, --prune and --refresh"
        )
    if not refresh and (run.format != "text" or resolver is not None or server or timeout is not None):
        raise typer.BadParameter("--format, --resolver, --server and --timeout go with --refresh")
    from dnsauth.cli import locks

    if check:
        locks.check(run, base)
    elif adopt:
        locks.adopt(run)
    elif release is not None:
        locks.release(run, release)
    elif prune:
        locks.prune(run)
    elif refresh:
        from dnsauth.cli.refresh import refresh as refreshed

        refreshed(run, resolver, server, timeout)
    else:
        locks.update(run)
