"""``dnsauth services``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from dnsauth.cli import console
from dnsauth.cli.options import Run, command

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dnsauth.catalogue.model import Catalogue, Service

Name = Annotated[str, typer.Argument(metavar="NAME", help="The service, as in `services list`.")]
Words = Annotated[list[str], typer.Argument(metavar="WORD", help="Words of its name, title or values.")]


@command("text", "json")
def list_(run: Run) -> None:
    r"""List the services of the catalogue, yours and those shipped.

    It asks no server. verified: the vendor's own page says so; reported: others do; unverified: no source.

    Exit codes: 0 listed; 1 a service definition has errors.

    \b
    Example:
      dnsauth services list --format json
    """
    _print(run, _catalogue(run).values())


@command("text", "json")
def show(run: Run, name: Name) -> None:
    r"""Show what a service asks for, with an example to paste.

    It asks no server and changes nothing.

    Exit codes: 0 shown; 1 there is no such service.

    \b
    Example:
      dnsauth services show sendgrid
    """
    from dnsauth.catalogue.asks import asks
    from dnsauth.catalogue.read import example
    from dnsauth.output import services as output

    service = _named(_catalogue(run), name)
    if run.format == "json":
        _print(run, [service])
        return
    asked, _ = asks(service, dict(_examples(service)), output.EXAMPLE)
    style = console.style(sys.stdout, verbose=run.verbose)
    console.answer(output.shown(service, asked, example(service), style))


@command("text", "json")
def search(run: Run, words: Words) -> None:
    r"""Find services by words, or by a DNS name you met.

    Prints those whose name, title or values hold every WORD. It asks no server and changes nothing.

    Exit codes: 0 found; 1 nothing found.

    \b
    Example:
      dnsauth services search sendgrid.net
    """
    found = [service for service in _catalogue(run).values() if _holds(service, words)]
    if not found:
        from dnsauth.errors import DnsauthError

        raise DnsauthError(
            f"no service holds {' '.join(words)}",
            "`custom` takes any sender: `dnsauth services show custom`",
        )
    _print(run, found)


def _print(run: Run, found: Iterable[Service]) -> None:
    from dnsauth.output import json
    from dnsauth.output import services as output

    by_name = sorted(found, key=lambda service: service.name)
    if run.format == "json":
        console.answer(json.text(json.services(by_name)))
    else:
        console.answer(output.listed(by_name, console.style(sys.stdout, verbose=run.verbose)))


def _catalogue(run: Run) -> Catalogue:
    from dnsauth.catalogue.read import read
    from dnsauth.findings import InventoryError

    catalogue, findings = read(run.directory)
    if any(finding.stops for finding in findings):
        raise InventoryError(findings)
    return catalogue


def _named(catalogue: Catalogue, name: str) -> Service:
    if name in catalogue:
        return catalogue[name]
    from dnsauth.errors import DnsauthError
    from dnsauth.findings import nearest

    close = nearest(name, catalogue)
    hint = f"did you mean {close}? " if close else ""
    raise DnsauthError(f"there is no service {name!r}", f"{hint}`dnsauth services list` prints them all")


def _examples(service: Service) -> Iterable[tuple[str, object]]:
    return ((name, parameter.example) for name, parameter in service.parameters.items())


def _holds(service: Service, words: Iterable[str]) -> bool:
    texts = (
        text for entries in service.template.values() for entry in entries for text in entry.texts.values()
    )
    whole = " ".join([service.name, service.title, *texts]).lower()
    return all(word.lower() in whole for word in words)


services = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="List the kinds of sender, and what each asks of DNS.",
)
services.command("list")(list_)
services.command("show")(show)
services.command("search")(search)
