"""``dnsauth audit``."""

from __future__ import annotations

from typing import Annotated

import typer

from dnsauth.cli.audit_pack import pack
from dnsauth.cli.options import Run, command

Anchor = Annotated[
    str | None,
    typer.Option(
        "--anchor",
        metavar="REV|FILE",
        help="A tag or commit, or a file of the trail kept elsewhere: today's trail must go on from there.",
    ),
]
Head = Annotated[
    str | None,
    typer.Option("--head", metavar="DIGEST", help="The digest an entry must have, as noted down before."),
]
Since = Annotated[
    str | None, typer.Option("--since", metavar="DATE", help="Only entries of this day and later.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@command("text", "json")
def verify(run: Run, *, anchor: Anchor = None, head: Head = None) -> None:
    r"""Look whether the audit trail is whole.

    Each entry must be as it was written and name the one before: an edited, removed, repeated, moved or
    inserted entry is named with file and line, and so is a renamed or missing file. That its end is there no
    trail can say by itself: --anchor compares it with what Git or a kept copy holds, --head with a digest
    that was noted down. It asks no server, and changes nothing.

    Exit codes: 0 the trail is whole; 1 it is not, or there is none.

    \b
    Examples:
      dnsauth audit verify
      dnsauth audit verify --anchor audit-2026-10
    """
    from dnsauth.cli import auditing

    auditing.verify(run, anchor, head)


@command("text", "json", "markdown")
def log(run: Run, *, since: Since = None) -> None:
    r"""Print what the audit trail tells.

    The oldest entry comes first; --verbose adds the values of records. --zone shows what was done with a zone
    alone. Whether the trail is whole `audit verify` says. It asks no server, and changes nothing.

    Exit codes: 0 printed; 1 no trail is kept, or it cannot be read.

    \b
    Example:
      dnsauth audit log --since 2026-11-01 --zone example.com
    """
    from dnsauth.cli import auditing

    auditing.log(run, since)


@command()
def prune(run: Run, *, yes: Yes = False) -> None:
    r"""Remove the files of the audit trail whose time is over.

    That is `keep:` of `audit:` in dnsauth.yaml, six years where it says nothing; only files all of whose
    entries are older go. An entry keeps the digest of the last one that went, so that the trail is still
    whole. One that is not is left alone. It asks first, and changes no DNS.

    Exit codes: 0 removed, or nothing to remove; 1 not agreed, or the trail does not verify.

    \b
    Example:
      dnsauth audit prune
    """
    from dnsauth.cli import auditing

    auditing.prune(run, yes=yes)


audit = typer.Typer(
    help="Prove who did what, and that nobody changed the proof.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
for _verb in (verify, log, pack, prune):
    audit.command(_verb.__name__)(_verb)
