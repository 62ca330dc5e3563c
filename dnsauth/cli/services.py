"""``dnsauth services``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dnsauth.cli import console
from dnsauth.cli.options import Run, command
from dnsauth.cli.services_check import check
from dnsauth.cli.services_new import new

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dnsauth.catalogue.model import Service


def _completed(incomplete: str) -> list[str]:
    from dnsauth.catalogue.read import read

    return [name for name in read(Path())[0] if name.startswith(incomplete)]


Name = Annotated[
    str, typer.Argument(metavar="NAME", help="The service, as in `services list`.", autocompletion=_completed)
]
Words = Annotated[
    list[str], typer.Argument(metavar="WORD", help="A DNS name, an SPF term, a TXT value, or any word.")
]
OfCategory = Annotated[
    Literal["own", "mailbox", "transactional", "marketing", "business", "gateway", "healthcare", "dmarc"]
    | None,
    typer.Option(
        "--category",
        metavar="KIND",
        help="Only own, mailbox, transactional, marketing, business, gateway, healthcare or dmarc.",
    ),
]


@command("text", "json")
def list_(run: Run, *, category: OfCategory = None) -> None:
    r"""List the services of the catalogue, yours and those shipped.

    A service of yours in templates/services/ wins over the shipped one of its name, and the list says so. It
    asks no server. verified: the vendor's own page says so; reported: others do; unverified: no source.

    Exit codes: 0 listed; 1 a service definition has errors.

    \b
    Examples:
      dnsauth services list --category healthcare
      dnsauth services list --format json
    """
    from dnsauth.catalogue.read import whole

    known = whole(run.directory).values()
    found = [one for one in known if category in (None, one.category)]
    _print(run, sorted(found, key=lambda one: one.name), grouped=category is None)


@command("text", "json")
def show(run: Run, name: Name) -> None:
    r"""Show what a service asks for, with an example to paste.

    It asks no server and changes nothing.

    Exit codes: 0 shown; 1 there is no such service.

    \b
    Example:
      dnsauth services show sendgrid
    """
    from dnsauth.catalogue.asks import asks, examples
    from dnsauth.catalogue.read import example, named, whole
    from dnsauth.output import services as output

    service = named(whole(run.directory), name)
    if run.format == "json":
        _print(run, [service])
        return
    asked, _ = asks(service, examples(service), output.EXAMPLE)
    style = console.style(sys.stdout, verbose=run.verbose)
    console.answer(output.shown(service, asked, example(service), style))


@command("text", "json")
def search(run: Run, words: Words) -> None:
    r"""Find services by words, or by what you met in DNS.

    Prints those that hold every WORD in their name, title, records, examples or what tells them. For a DNS
    name, an SPF term or a TXT value the best comes first: the longest suffix that it lies at or below, or the
    longest beginning. It asks no server and changes nothing.

    Exit codes: 0 found; 1 nothing found.

    \b
    Examples:
      dnsauth services search u123.wl042.sendgrid.net
      dnsauth services search include:_spf.google.com
      dnsauth services search newsletter
    """
    from dnsauth.catalogue import search as searching
    from dnsauth.catalogue.read import whole

    found = searching.search(whole(run.directory).values(), words)
    if not found:
        from dnsauth.errors import DnsauthError

        raise DnsauthError(
            f"no service holds {' '.join(words)}",
            "`custom` takes any sender: `dnsauth services show custom`",
        )
    _print(run, found)


def _print(run: Run, found: Iterable[Service], *, grouped: bool = False) -> None:
    from dnsauth.catalogue.read import hides
    from dnsauth.output import json
    from dnsauth.output import services as output

    if run.format == "json":
        console.answer(json.text(json.services(found)))
    else:
        style = console.style(sys.stdout, verbose=run.verbose)
        console.answer(output.listed(found, style, hides=hides, grouped=grouped))


services = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="List the kinds of sender, and what each asks of DNS.",
)
services.command("list")(list_)
services.command("show")(show)
services.command("search")(search)
services.command("check")(check)
services.command("new")(new)
