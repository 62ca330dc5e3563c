"""``dnsauth rotate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dnsauth.cli.looking import Resolver, Servers
from dnsauth.cli.options import Run, command

Pending = Annotated[bool, typer.Option("--exit-code", help="Exit 3 where a step can be taken.")]
Sender = Annotated[str | None, typer.Option("--sender", metavar="NAME", help="Only keys of this sender.")]
Apply = Annotated[
    bool,
    typer.Option(
        "--apply", help="First push the key records that the merged lock records, and nothing else."
    ),
]
Deploy = Annotated[bool, typer.Option("--deploy", help="First run `keys deploy` here, and count its report.")]
Host = Annotated[
    str | None,
    typer.Option("--host", metavar="NAME", help="The name of this host, if not what it says itself."),
]
Base = Annotated[
    str | None,
    typer.Option("--base", metavar="REV", help="Only keys that are not as REV has them in Git."),
]
Timeout = Annotated[
    float,
    typer.Option("--timeout", min=0, metavar="SECONDS", help="How long to wait for servers after a push."),
]
Reports = Annotated[
    list[Path] | None,
    typer.Option("--report", metavar="FILE", help="A report of a host; repeat for several."),
]
Told = Annotated[str | None, typer.Option("--host", metavar="NAME", help="The host somebody vouches for.")]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who vouches for --host.")]
Selector = Annotated[str, typer.Argument(metavar="SELECTOR", help="A selector, or its whole owner name.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why the key is not to be trusted.")]
AtOnce = Annotated[
    bool, typer.Option("--at-once", help="Revoke it before its successor signs; mail signed with it fails.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@command("text", "json", "markdown", metrics=True)
def status(run: Run, *, base: Base = None) -> None:
    r"""Show every key: its state, its age, what comes next and when.

    It reads the locks alone, and asks no server: `rotate due` asks. A key in use shows when its successor is
    made; a key that waits shows for what.

    With --base it shows the keys that a revision has not, or not so; as markdown it is the text of a pull
    request: the step of each, what follows for DNS and for hosts, the evidence, and what is next.

    Exit codes: 0 shown; 1 an error in the files, or Git has no such revision.

    \b
    Example:
      dnsauth rotate status --zone example.com
      dnsauth rotate status --base origin/main --format markdown
    """
    if run.format == "markdown" and base is None:
        raise typer.BadParameter("say --base REV, from which it tells what moved", param_hint="'--format'")
    from dnsauth.cli import telling

    telling.status(run, base)


@command("text", "json")
def due(
    run: Run,
    *,
    sender: Sender = None,
    exit_code: Pending = False,
    resolver: Resolver = None,
    server: Servers = None,
) -> None:
    r"""Ask every authoritative server which keys may take a step now.

    It changes nothing: no file, no DNS.

    Exit codes: 0 said; 1 an error in the files; 3 with --exit-code, a step can be taken.

    \b
    Example:
      dnsauth rotate due --exit-code
    """
    from dnsauth.cli import telling

    telling.due(run, sender, exit_code=exit_code, resolver=resolver, server=server)


@command("text", "json", notify=True, metrics=True)
def step(
    run: Run,
    *,
    sender: Sender = None,
    apply: Apply = False,
    deploy: Deploy = False,
    host: Host = None,
    timeout: Timeout = 60,
    resolver: Resolver = None,
    server: Servers = None,
) -> None:
    r"""Move each key by one state if it may, and make those lacking.

    It asks every authoritative server once, waits for none, and writes the locks. A state is a permission
    that counts once the lock is merged: `dnsauth apply` publishes, `dnsauth keys deploy` signs. Without
    --apply it changes no DNS. Run it as often as you like, as from a daily job; it never skips a state.

    Exit codes: 0 done, also where keys wait; 1 an error, or somebody else is at work here; 4 with --apply,
    something was written and something was refused.

    \b
    Examples:
      dnsauth rotate step                       with pull requests
      dnsauth rotate step --apply --deploy      everything on one host
    """
    from dnsauth.cli import turning

    turning.step(
        run, sender, apply=apply, deploy=deploy, host=host, timeout=timeout, resolver=resolver, server=server
    )


@command("text", "json")
def confirm(run: Run, *, report: Reports = None, host: Told = None, by: By = None) -> None:
    r"""Take what hosts report to sign with as evidence into the locks.

    `keys deploy` writes the reports. Where a host has none, somebody may vouch for it with --host and --by;
    the lock records that as a word. It asks no server; `rotate step` acts on the evidence.

    Exit codes: 0 taken; 1 a report is not one, or not of a host of that signer, or of another key.

    \b
    Examples:
      dnsauth rotate confirm --report deployed/mx1.example.com.json
      dnsauth rotate confirm --host mx2.example.com --by postmaster@example.com
    """
    from dnsauth.cli import turning

    turning.confirm(run, tuple(report or ()), host, by)


@command("text", "json")
def revoke(
    run: Run,
    selector: Selector,
    *,
    reason: Reason,
    at_once: AtOnce = False,
    yes: Yes = False,
    timeout: Timeout = 60,
    resolver: Resolver = None,
    server: Servers = None,
) -> None:
    r"""Replace a key that is not to be trusted, and revoke it.

    That goes as fast as it may without losing mail: its successor is made, published and seen everywhere now.
    When every host has reported that it signs with it, `rotate step --apply` empties the old record without a
    drain. --at-once empties it first: what hosts sign until they switch fails DKIM, and so does mail in
    flight. Both write through the provider before the lock is reviewed; commit the lock afterwards.

    Exit codes: 0 done as far as it goes now; 1 refused, and nothing was written; 4 something was written and
    something was refused.

    \b
    Example:
      dnsauth rotate revoke 202611-rsa-2048-k3fd --reason "mx1 was stolen"
    """
    from dnsauth.cli import revoking

    revoking.revoke(
        run, selector, reason, at_once=at_once, yes=yes, timeout=timeout, resolver=resolver, server=server
    )


@command("text", "json")
def back(run: Run, selector: Selector) -> None:
    r"""Take back a switch: the old key signs again, the new one drains.

    SELECTOR is either of the two. The command writes the lock and no DNS: both records stand. Hosts follow
    with their next `keys deploy`.

    Exit codes: 0 done; 1 there is nothing to go back to.

    \b
    Example:
      dnsauth rotate back 202611-rsa-2048-k3fd
    """
    from dnsauth.cli import turning

    turning.back(run, selector)


rotate = typer.Typer(
    help="Turn DKIM keys, step by step; each wait counts from evidence.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
for _verb in (status, due, step, confirm, revoke, back):
    rotate.command(_verb.__name__)(_verb)
