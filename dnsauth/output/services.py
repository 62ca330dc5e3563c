"""The catalogue as text: what services there are, and what one of them asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dnsauth.catalogue.asks import rotation_command
from dnsauth.catalogue.model import Asks, Service, ServiceParameter, Status
from dnsauth.names import relative
from dnsauth.output import safe
from dnsauth.output.style import PLAIN, Style

EXAMPLE = "example.com."
_BAA = {None: "no source says whether there is one", True: "offered", False: "not offered"}
_STATUS = {
    Status.VERIFIED: "verified: the vendor's own page says so",
    Status.REPORTED: "reported: others say so, not the vendor's own page",
    Status.UNVERIFIED: "unverified: no source says so; compare with the vendor's page",
}
_ROTATION = {
    "vendor": "the vendor rotates them, behind its CNAME",
    "manual": "somebody rotates them by hand, there and here",
    "customer": "yours: you make and rotate them",
}


def listed(found: Iterable[Service], style: Style = PLAIN) -> str:
    """One line for each service: its name, how far its facts are supported, its title."""
    services = tuple(found)
    width = max((len(service.name) for service in services), default=0)
    return "".join(
        f"{safe.plain(service.name):<{width}}  {style.paint(f'{service.status.value:<10}', 'dim')}  "
        f"{safe.plain(service.title)}{'' if service.shipped else ' (yours)'}\n"
        for service in services
    )


def shown(service: Service, asks: Asks, example: str, style: Style = PLAIN) -> str:
    """*service* with its parameters, what it *asks* of example.com, its sources, and *example* to paste."""
    return "\n".join(line.rstrip() for line in _lines(service, asks, example, style)) + "\n"


def _lines(service: Service, asks: Asks, example: str, style: Style) -> Iterator[str]:
    yield style.paint(safe.line(f"{service.name}: {service.title}"), "bold")
    yield f"  facts       {_STATUS[service.status]}"
    yield f"  MAIL FROM   {_envelope(service)}"
    if service.alignment:
        yield f"  alignment   {safe.plain(', '.join(f'{k} {v}' for k, v in service.alignment.items()))}"
    if service.rotation.by:
        yield f"  keys        {_ROTATION[service.rotation.by]}"
    if service.rotation.command:
        command = safe.plain(rotation_command(service, EXAMPLE))
        yield f"  renewed by  {command} ({safe.plain(service.rotation.tool)})"
    yield f"  BAA         {_BAA[service.baa]} (business associate agreement, for patient data)"
    if service.notes:
        yield f"  notes       {safe.plain(' '.join(service.notes.split()))}"
    if service.parameters:
        yield "\nA sender gives:"
        for parameter in service.parameters.values():
            yield from _parameter(parameter)
    yield "\nWith every line of the example below it asks for:"
    yield from _asked(asks)
    yield f"\nUnder `senders:` of a mail domain in zones/{EXAMPLE}yaml:\n"
    yield from ("  " + safe.plain(line) for line in example.splitlines())
    if service.sources:
        yield "\nSources:"
        yield from (
            f"  {safe.plain(source.url)} (seen {safe.plain(source.seen)})" for source in service.sources
        )


def _envelope(service: Service) -> str:
    match service.envelope.value:
        case "vendor":
            return "the vendor's own domain: SPF of yours is not asked, so no include"
        case "customer":
            return "your domain, or one below it"
        case _:
            return "yours or the vendor's, as you set it there"


def _parameter(parameter: ServiceParameter, indent: str = "  ") -> Iterator[str]:
    marks = [
        mark for mark, holds in (("optional", not parameter.required), ("list", parameter.many)) if holds
    ]
    suffix = f" ({', '.join(marks)})" if marks else ""
    yield f"{indent}{safe.plain(parameter.name)}{suffix}: {safe.plain(parameter.help)}"
    for field in parameter.fields.values():
        yield from _parameter(field, indent + "  ")


def _asked(asks: Asks) -> Iterator[str]:
    if asks.spf:
        yield f"  SPF terms  {safe.plain(' '.join(asks.spf))}"
    for record in asks.records:
        yield safe.plain(f"  {relative(record.owner, EXAMPLE)} {record.type} {record.value}")
    for preference, exchange in asks.mx:
        yield safe.plain(f"  @ MX {preference} {exchange} (with `receives`)")
    if not (asks.spf or asks.records or asks.mx):
        yield "  nothing"
