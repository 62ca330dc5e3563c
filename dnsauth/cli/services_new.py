"""``dnsauth services new``."""

from __future__ import annotations

from typing import Annotated

import typer

from dnsauth.cli import console
from dnsauth.cli.options import Run, command

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="What senders will call it: letters a to z, digits and '-'.")
]
Title = Annotated[
    str, typer.Option("--title", metavar="TEXT", help="What people call it, if not by its name.")
]
Source = Annotated[
    str,
    typer.Option("--from", metavar="SHIPPED", help="Begin with a copy of this shipped service."),
]


@command()
def new(run: Run, name: Name, *, title: Title = "", source: Source = "") -> None:
    r"""Begin a service definition of your own.

    Writes templates/services/NAME.yaml, whose comments teach each key. It is valid as it stands: `services
    show NAME` renders it. With the name of a shipped service yours wins over that one; with --from it begins
    as a copy. A file that is there stays as it is, and a shipped definition is never touched. It asks no
    server, and changes no DNS.

    Exit codes: 0 written; 1 NAME is no name, the file is there already, or there is no such shipped service.

    \b
    Examples:
      dnsauth services new our-relay --title "Our relay"
      dnsauth services new sendgrid --from sendgrid
    """
    from dnsauth.catalogue.read import DIRECTORY, fits
    from dnsauth.errors import DnsauthError
    from dnsauth.files import create_atomically
    from dnsauth.output import safe

    if not fits(f"{name}.yaml"):
        raise DnsauthError(
            f"{name!r} is no name of a service: letters a to z, digits and '-', with no '-' at either end",
            "name it as in `dnsauth services new our-relay`",
        )
    text = _text(run, name, title, source)
    file = f"{DIRECTORY}/{name}.yaml"
    path = run.directory / file
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DnsauthError(
            f"{path.parent} cannot be made: {error.strerror}", "name another place with -C DIR"
        ) from error
    if not create_atomically(path, text.encode()):
        raise DnsauthError(f"{file} is there already, and stays as it is", "edit it, or choose another name")
    if not run.quiet:
        console.talk(safe.line(f"wrote {file}"))
        console.talk(f"next: say what it asks for, and look at it with `dnsauth services show {name}`")


def _text(run: Run, name: str, title: str, source: str) -> str:
    from dnsauth.catalogue import scaffold
    from dnsauth.catalogue.read import shipped_text
    from dnsauth.errors import DnsauthError

    if not source:
        return scaffold.fresh(name, title or name, run.now.date().isoformat())
    text = shipped_text(source)
    if text is None:
        raise DnsauthError(
            f"there is no shipped service {source!r}", "`dnsauth services list` prints them all"
        )
    return scaffold.copied(name, source, text, title)
