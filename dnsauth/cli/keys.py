"""``dnsauth keys``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dnsauth.cli.looking import Resolver, Servers
from dnsauth.cli.options import Run, command

Sender = Annotated[str, typer.Option("--sender", metavar="NAME", help="The sender that signs with them.")]
OneSender = Annotated[
    str | None, typer.Option("--sender", metavar="NAME", help="The sender, where a mail domain has several.")
]
Domain = Annotated[
    str | None,
    typer.Option("--domain", metavar="NAME", help="The mail domain; with KeyTable it says so itself."),
]
SelectorOf = Annotated[
    str | None, typer.Option("--selector", metavar="NAME", help="The selector it is published under.")
]
Source = Annotated[
    Path,
    typer.Argument(metavar="SOURCE", help="A PEM file, an OpenDKIM KeyTable, or rspamd's directory of keys."),
]
Host = Annotated[
    str | None,
    typer.Option("--host", metavar="NAME", help="The name of this host, if not what it says itself."),
]
Signer = Annotated[
    str | None, typer.Option("--signer", metavar="NAME", help="Only this signer of dnsauth.yaml.")
]
Report = Annotated[
    Path | None,
    typer.Option("--report", metavar="FILE", help="Where the report goes, if not deployed/HOST.json."),
]
Selector = Annotated[
    str | None, typer.Argument(metavar="SELECTOR", help="A selector, or its whole owner name.")
]
Private = Annotated[
    Path | None,
    typer.Option("--private", metavar="FILE", help="Write the private half to this new file, mode 0600."),
]
Retired = Annotated[
    Path | None,
    typer.Option(
        "--retired",
        metavar="DIR",
        help="Write the private halves of removed keys there, of senders that say `reveal: true`.",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@command("text", "json")
def list_(run: Run) -> None:
    r"""List keys, where each is kept, and what else is in the stores.

    It asks the key stores and no DNS server, and reads no private half.

    Exit codes: 0 listed; 1 an error in the files, a store that cannot be asked, or a key that is in none.

    \b
    Example:
      dnsauth keys list
    """
    from dnsauth.cli import keeping

    keeping.listed(run)


@command("text", "json")
def new(run: Run, *, sender: Sender) -> None:
    r"""Make the next keys of a sender now, before their time.

    Each is stored first and then written to the lock as generated; `rotate step` takes it from there. A
    sender whose next key is on its way already gets none. It changes no DNS.

    Exit codes: 0 made; 1 an error in the files, or the store refused.

    \b
    Example:
      dnsauth keys new --sender own-mta --zone example.com
    """
    from dnsauth.cli import keeping

    keeping.new(run, sender)


@command("text", "json")
def import_(
    run: Run,
    source: Source,
    *,
    domain: Domain = None,
    selector: SelectorOf = None,
    sender: OneSender = None,
    resolver: Resolver = None,
    server: Servers = None,
) -> None:
    r"""Adopt keys in use: into a store, and as active into the lock.

    The public half must be what every authoritative server answers under the selector, else the key is
    refused. SOURCE is a PEM file with --domain and --selector, an OpenDKIM KeyTable, or a directory of
    DOMAIN.SELECTOR.key files as rspamd keeps them. It changes no DNS and no signer.

    Exit codes: 0 adopted; 1 a key was refused, and none was taken.

    \b
    Examples:
      dnsauth keys import mail.pem --domain example.com --selector mail
      dnsauth keys import /etc/opendkim/KeyTable
    """
    from dnsauth.cli import adopting

    adopting.imported(
        run, source, domain=domain, selector=selector, sender=sender, resolver=resolver, server=server
    )


@command("text", "json")
def deploy(run: Run, *, host: Host = None, signer: Signer = None, report: Report = None) -> None:
    r"""Install keys on this mail host, sign with them, and report.

    It signs with what the lock allows. Run it on each host of a signer, from a checkout of its own, as often
    as you like: where nothing is new it changes nothing and reloads nothing, and it never changes DNS. What
    it wrote is put back where the signer's check or reload fails. The report says which keys sign here;
    `rotate confirm` takes it.

    Exit codes: 0 installed; 1 refused, and the old state stands.

    \b
    Example:
      dnsauth keys deploy --host mx1.example.com
    """
    from dnsauth.cli import keeping

    keeping.deploy(run, host, signer, report)


@command("text", "json")
def export(run: Run, selector: Selector = None, *, private: Private = None, retired: Retired = None) -> None:
    r"""Print key records, or write private halves to files.

    Without options it prints public records, of all keys where no SELECTOR is given. A private half goes to
    a file of its own, never to a terminal or a pipe. It asks no server.

    Exit codes: 0 done; 1 there is no such key, or its store cannot read it here.

    \b
    Examples:
      dnsauth keys export 202611-ed25519-k3fd
      dnsauth keys export 202611-ed25519-k3fd --private mail.pem
    """
    from dnsauth.cli import keeping

    keeping.export(run, selector, private, retired)


@command()
def prune(run: Run, *, yes: Yes = False) -> None:
    r"""Delete private halves that nobody needs any more.

    They are those of removed keys, and of keys that no lock knows. The lines of the lock stay, since a
    selector is never used again. It asks first, and changes no DNS.

    Exit codes: 0 deleted, or nothing to delete; 1 not agreed, or a store refused.

    \b
    Example:
      dnsauth keys prune
    """
    from dnsauth.cli import keeping

    keeping.prune(run, yes=yes)


keys = typer.Typer(
    help="Keep DKIM keys: make, adopt, install, export, forget.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
for _name, _verb in (
    ("list", list_),
    ("new", new),
    ("import", import_),
    ("deploy", deploy),
    ("export", export),
    ("prune", prune),
):
    keys.command(_name)(_verb)
