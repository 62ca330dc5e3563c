"""Options of commands that look at live DNS: whom to ask, in place of what ``dnsauth.yaml`` says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from dnsauth.cli.options import Run

if TYPE_CHECKING:
    from dnsauth.desired.load import Repository
    from dnsauth.inventory.operations import Live
    from dnsauth.live.network import Network

Resolver = Annotated[
    str | None,
    typer.Option(
        "--resolver", metavar="ADDR:PORT", help="Ask this resolver, not that of dnsauth.yaml or the system."
    ),
]
Servers = Annotated[
    list[str] | None,
    typer.Option(
        "--server",
        metavar="ZONE=ADDR:PORT",
        help="Ask this authoritative server of ZONE, not those its delegation leads to; repeat for several.",
    ),
]

Timeout = Annotated[
    float | None,
    typer.Option(
        "--timeout",
        metavar="SECONDS",
        min=0,
        help="How long to ask, if not a minute and more for many names; the rest is not assessed.",
    ),
]


def over(
    repository: Repository, resolver: str | None = None, server: Sequence[str] | None = None
) -> Repository:
    """*repository* with *resolver* and *server*, as they were typed, in place of what ``live:`` says."""
    live = at(repository.inventory.live, resolver, server)
    return replace(repository, inventory=replace(repository.inventory, live=live))


def at(live: Live, resolver: str | None = None, server: Sequence[str] | None = None) -> Live:
    """*live* with *resolver* and *server*, as they were typed, in place of what it says."""
    servers: defaultdict[str, list[str]] = defaultdict(list)
    for text in server or ():
        zone, address = _server(text)
        servers[zone].append(address)
    named = {zone: tuple(dict.fromkeys(each)) for zone, each in servers.items()}
    asked = _address(resolver, resolver, "--resolver") if resolver is not None else live.resolver
    return replace(live, resolver=asked, servers={**live.servers, **named})


@contextmanager
def network(
    run: Run,
    repository: Repository,
    resolver: str | None = None,
    server: Sequence[str] | None = None,
    *,
    seconds: float | None = None,
) -> Iterator[Network]:
    """The network as *repository* and these options say to look at it, until the block ends."""
    from dnsauth.cli import serving

    with serving.network(run, over(repository, resolver, server), seconds) as found:
        yield found


def _server(text: str) -> tuple[str, str]:
    from dnsauth import names

    zone, equals, at = text.partition("=")
    if not equals:
        raise typer.BadParameter(
            f"{text!r} names no zone: write it as in example.com=192.0.2.1:53", param_hint="'--server'"
        )
    try:
        return names.absolute(zone), _address(at, text, "--server")
    except names.BadName as error:
        raise typer.BadParameter(
            f"{error}: write it as in example.com=192.0.2.1:53", param_hint="'--server'"
        ) from error


def _address(text: str, typed: str, option: str) -> str:
    from dnsauth.errors import DnsauthError
    from dnsauth.live.servers import servers

    try:
        (found,) = servers((text,))
    except DnsauthError as error:
        example = "example.com=" if option == "--server" else ""
        raise typer.BadParameter(
            f"{typed!r} has no address of a server: write it as in {example}192.0.2.1:53 or"
            f" {example}[2001:db8::1]:53",
            param_hint=f"'{option}'",
        ) from error
    return found.address
