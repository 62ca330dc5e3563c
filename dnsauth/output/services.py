"""The catalogue as text: what services there are, and what one of them asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from dnsauth.catalogue.asks import rotation_command
from dnsauth.catalogue.model import Asks, Detect, Envelope, Service, ServiceParameter, Status
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
_DETECTED = {
    "spf": "SPF terms that name, or names below,",
    "cname": "CNAME targets at or below",
    "mx": "exchangers at or below",
    "ns": "a delegation to name servers at or below",
    "txt": "TXT values that begin with",
    "rua": "DMARC reports to",
    "selectors": "selectors, together with other evidence:",
}
_ROTATION = {
    "vendor": "the vendor rotates them, behind its CNAME",
    "manual": "somebody rotates them by hand, there and here",
    "customer": "yours: you make and rotate them",
}


CATEGORIES = {
    "own": "Your own servers, and any other vendor",
    "mailbox": "Mailboxes and forwarding",
    "transactional": "Transactional mail",
    "marketing": "Newsletters and marketing",
    "business": "Business applications",
    "gateway": "Gateways and encryption",
    "healthcare": "Healthcare",
    "dmarc": "DMARC reports",
    "": "Without a category",
}
"""Headings by category, in the order of lists."""


def listed(
    found: Iterable[Service],
    style: Style = PLAIN,
    *,
    hides: Callable[[Service], bool] = lambda _: False,
    grouped: bool = False,
) -> str:
    """One line for each service: its name, how far its facts are supported, its title, and if it is yours.

    *hides* says whether one stands instead of a shipped one. Where they are *grouped*, each category has a
    heading.
    """
    services = tuple(found)
    width = max((len(service.name) for service in services), default=0)
    if not grouped:
        return "".join(_listed(one, width, style, hides) for one in services)
    parts = (
        style.paint(CATEGORIES[category], "bold")
        + "\n"
        + "".join(_listed(one, width, style, hides) for one in inside)
        for category, inside in by_category(services)
    )
    return "\n".join(parts)


def by_category(services: Iterable[Service]) -> Iterator[tuple[str, Sequence[Service]]]:
    """*services* by their category, in the order of lists; empty categories are left out."""
    known = tuple(services)
    for category in CATEGORIES:
        if inside := [one for one in known if one.category == category]:
            yield category, inside


def _listed(one: Service, width: int, style: Style, hides: Callable[[Service], bool]) -> str:
    whose = "" if one.shipped else " (yours, instead of the shipped one)" if hides(one) else " (yours)"
    status = style.paint(f"{one.status.value:<10}", "dim")
    return f"{safe.plain(one.name):<{width}}  {status}  {safe.plain(one.title)}{whose}\n"


def shown(service: Service, asks: Asks, example: str, style: Style = PLAIN) -> str:
    """*service* with its parameters, what it *asks* of example.com, its sources, and *example* to paste."""
    return "\n".join(line.rstrip() for line in _lines(service, asks, example, style)) + "\n"


def _lines(service: Service, asks: Asks, example: str, style: Style) -> Iterator[str]:
    yield style.paint(safe.line(f"{service.name}: {service.title}"), "bold")
    yield from (f"  {what:<10}  {safe.plain(said)}" for what, said in facts(service))
    if service.rotation.command:
        command = safe.plain(rotation_command(service, EXAMPLE))
        yield f"  renewed by  {command} ({safe.plain(service.rotation.tool)})"
    for what in detected(service.detect):
        yield f"  told by     {safe.plain(what)}"
    if service.notes:
        yield f"  notes       {safe.plain(' '.join(service.notes.split()))}"
    if service.parameters:
        yield "\nA sender gives:"
        for parameter in service.parameters.values():
            yield from _parameter(parameter)
    yield "\nWith every line of the example below it asks for:"
    yield from (f"  {line}" for line in asked(service, asks))
    yield f"\nUnder `senders:` of a mail domain in zones/{EXAMPLE}yaml:\n"
    yield from ("  " + safe.plain(line) for line in example.splitlines())
    if service.sources:
        yield "\nSources:"
        yield from (
            f"  {safe.plain(source.url)} (seen {safe.plain(source.seen)})" for source in service.sources
        )


def facts(service: Service) -> Iterator[tuple[str, str]]:
    """What is known of *service*, each with its heading; not yet safe to print."""
    yield "facts", _STATUS[service.status]
    yield "MAIL FROM", _envelope(service)
    if service.alignment:
        yield "alignment", ", ".join(f"{name} {said}" for name, said in service.alignment.items())
    if service.rotation.by:
        yield "keys", _ROTATION[service.rotation.by]
    yield "BAA", f"{_BAA[service.baa]} (business associate agreement, for patient data)"


def detected(detect: Detect) -> Iterator[str]:
    """What tells a service in live DNS, besides the records it asks for: one text for each kind."""
    for table, said in _DETECTED.items():
        if texts := getattr(detect, table):
            yield f"{said} {', '.join(texts)}"


def _envelope(service: Service) -> str:
    match service.envelope:
        case None:
            return "not said" if service.sends else "none: it sends no mail"
        case Envelope.VENDOR:
            return "the vendor's own domain: SPF of yours is not asked, so no include"
        case Envelope.CUSTOMER:
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


def asked(service: Service, asks: Asks) -> Iterator[str]:
    """What *service* asks of example.com, one line for the SPF terms and for each record."""
    given = [entry.texts for entry in service.template.get("dkim", ()) if "given" in entry.texts]
    if asks.spf:
        yield f"SPF terms  {safe.plain(' '.join(asks.spf))}"
    for key in given:
        type = "TXT" if key["given"] == "key" else "CNAME"
        yield safe.plain(f"{key['selector']}._domainkey {type} (as the vendor shows it)")
    for record in asks.records:
        yield safe.plain(f"{relative(record.owner, EXAMPLE)} {record.type} {record.value}")
    for preference, exchange in asks.mx:
        yield safe.plain(f"@ MX {preference} {exchange} (with `receives`)")
    if not (asks.spf or asks.records or asks.mx or given):
        yield "nothing"
