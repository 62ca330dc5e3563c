"""``dnsauth explain``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from dnsauth.cli import console
from dnsauth.cli.exit import Exit
from dnsauth.cli.looking import Resolver, Servers, Timeout
from dnsauth.cli.options import Run, command

if TYPE_CHECKING:
    from dnsauth.desired.load import Repository
    from dnsauth.explain import Message
    from dnsauth.spf import Lookup

Name = Annotated[str, typer.Argument(metavar="NAME", help="A mail domain, ours or not.")]
Ip = Annotated[str | None, typer.Option("--ip", metavar="IP", help="May this address send? Say why.")]
MailFrom = Annotated[
    str | None, typer.Option("--mail-from", metavar="ADDRESS", help="Its MAIL FROM, if not postmaster@NAME.")
]
Helo = Annotated[str | None, typer.Option("--helo", metavar="NAME", help="Its HELO, if not NAME.")]
Planned = Annotated[
    bool, typer.Option("--planned", help="As DNS will be once what the inventory asks for is applied.")
]


@command("text", "json")
def explain(
    run: Run,
    name: Name,
    *,
    ip: Ip = None,
    mail_from: MailFrom = None,
    helo: Helo = None,
    planned: Planned = False,
    resolver: Resolver = None,
    server: Servers = None,
    timeout: Timeout = None,
) -> None:
    r"""Say who may send for a name, and why.

    Reads live DNS: the SPF record of NAME with all it brings in, what each term costs, who of the inventory
    brought it, and what is unreachable, shadowed, useless or too wide; then the DMARC policy that holds.
    With --ip one message is judged step by step (RFC 7208). NAME may be anybody's; without an inventory only
    the senders are missing. Changes nothing.

    Exit codes: 0 explained; 1 something could not be asked.

    \b
    Examples:
      dnsauth explain example.com
      dnsauth explain example.com --ip 192.0.2.7 --mail-from alerts@example.com
      dnsauth explain example.com --planned
    """
    from dnsauth import names
    from dnsauth.cli import looking, serving
    from dnsauth.explain import explained
    from dnsauth.explain import planned as planned_lookup
    from dnsauth.live.answers import Answers
    from dnsauth.output import explain as output
    from dnsauth.output import json
    from dnsauth.spf import Result

    try:
        domain = names.absolute(name)
    except names.BadName as error:
        raise typer.BadParameter(f"{error}", param_hint="'NAME'") from error
    message = _message(domain, ip, mail_from, helo)
    repository = _repository(run)
    desired, locks = repository.desired, repository.locks
    with looking.network(run, repository, resolver, server, seconds=serving.seconds(timeout)) as network:
        answers = Answers(network.resolve)
        known: Lookup = answers.known
        lookup: Lookup = answers.lookup
        if planned:
            known, lookup = (planned_lookup(desired, locks, base) for base in (known, lookup))
        found = explained(
            domain,
            message,
            desired=desired,
            inventory=repository.inventory,
            catalogue=repository.catalogue,
            known=known,
            lookup=lookup,
            fetch=answers.fetch,
        )
    if run.format == "json":
        console.answer(json.text(output.as_json(found)))
    else:
        style = console.style(sys.stdout, verbose=run.verbose)
        console.answer(output.text(found, message, style, verbose=run.verbose))
    failed = found.evaluation and found.evaluation.result is Result.TEMPERROR
    if failed or found.dmarc is None or found.unassessed:
        raise typer.Exit(Exit.FAILED)


def _message(domain: str, ip: str | None, mail_from: str | None, helo: str | None) -> Message | None:
    from ipaddress import ip_address

    from dnsauth.explain import Message

    if ip is None:
        if mail_from or helo:
            raise typer.BadParameter("a message needs --ip, the address it comes from", param_hint="'--ip'")
        return None
    try:
        ip_address(ip)
    except ValueError as error:
        raise typer.BadParameter(f"{ip!r} is no IP address", param_hint="'--ip'") from error
    bare = domain.removesuffix(".")
    return Message(ip, mail_from if mail_from is not None else f"postmaster@{bare}", helo or bare)


def _repository(run: Run) -> Repository:
    """The repository where there is one; for anybody else's name none is needed."""
    from dnsauth.cli import stages
    from dnsauth.desired.load import Repository
    from dnsauth.inventory.model import Inventory
    from dnsauth.lock.observed import Observed

    if (run.directory / "dnsauth.yaml").exists() or run.zones:
        return stages.load(run)
    observed = Observed()
    return Repository(Inventory(run.directory, {}), {}, {}, {}, (), observed, {}, observed.lookup)
