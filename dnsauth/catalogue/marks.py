"""What a service is met by in DNS: what its entries lead to, and what its ``detect`` claims."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple, TypeAlias

from dnsauth.catalogue import parameters
from dnsauth.catalogue.asks import examples
from dnsauth.catalogue.model import Entry, Service
from dnsauth.records import spf
from dnsauth.records.mechanisms import Include
from dnsauth.templating import Expression, Value, expression

OWN = "own"
"""The category of services that anybody's records would fit."""

SUFFIXES = ("spf", "cname", "mx", "ns", "rua")
"""The tables of ``detect`` that hold suffixes of names."""

Path: TypeAlias = tuple[str | int, ...]
"""Keys and indices that lead to a place in a definition's file."""

_NAME = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)+")
_LEAST = 4  # characters that a TXT value begins with, to mean anything
_DOMAIN = "example.com"


class Mark(NamedTuple):
    """A suffix of names without the final dot or, in the *table* ``txt``, how a value begins.

    *whole* is False where parameters stand before it. *holds* says what is served at the name itself.
    """

    table: str
    text: str
    path: Path
    whole: bool = True
    holds: Literal["", "spf", "key"] = ""


class Sample(NamedTuple):
    """What an entry asks for with the definition's examples, in one line, and the pattern of all it might."""

    text: str
    pattern: re.Pattern[str]
    path: Path
    fixed: bool


def claimed(service: Service) -> Iterator[Mark]:
    """What ``detect`` of *service* says, but for selectors, which are no evidence alone."""
    for table in (*SUFFIXES, "txt"):
        for index, text in enumerate(getattr(service.detect, table)):
            yield Mark(table, text, ("detect", table, index))


def asked(service: Service) -> Iterator[Mark]:
    """What the entries of *service* lead to, as far as it is the same for every sender."""
    for index, entry in enumerate(service.template.get("spf", ())):
        yield from _of_term(service, entry.texts["term"], ("spf", "terms", index, "term"))
    for index, entry in enumerate(service.template.get("dkim", ())):
        if "cname" in entry.texts:
            yield from _of_name(service, "cname", entry.texts["cname"], ("dkim", index, "cname"), "key")
    for index, entry in enumerate(service.template.get("records", ())):
        yield from _of_record(service, entry.texts, ("records", index, "value"))
    for index, entry in enumerate(service.template.get("mx", ())):
        yield from _of_name(service, "mx", entry.texts["exchange"], ("mx", index, "exchange"))


def samples(service: Service) -> Iterator[Sample]:
    """The records that entries of *service* ask for, keys among them."""
    scope: dict[str, Value] = {**parameters.values(service, examples(service))[0], "domain": _DOMAIN}
    for section in ("dkim", "records"):
        for index, entry in enumerate(service.template.get(section, ())):
            source = _line(entry.texts)
            if source and entry.uses <= scope.keys():
                items = scope[entry.each] if entry.each else ("",)
                item = next(iter(items)) if isinstance(items, tuple) else ""
                one = expression(source)
                values = {**scope, "item": item}
                pattern = _pattern(service, entry, one)
                yield Sample(one.render(values), pattern, (section, index), fixed=not one.names)


def selectors(service: Service) -> tuple[str, ...]:
    """The selectors that *service* names, those to ask for among them.

    Beside a name that is given it is an example.
    """
    keys = (entry.texts for entry in service.template.get("dkim", ()))
    named = (texts["selector"] for texts in keys if texts.get("given") != "cname")
    return tuple(dict.fromkeys([*(text for text in named if "{{" not in text), *service.detect.selectors]))


def _line(texts: Mapping[str, str]) -> str:
    if "selector" in texts:
        return f"{texts['selector']}._domainkey CNAME {texts['cname']}" if "cname" in texts else ""
    return f"{texts['owner']} {texts['type']} {texts['value']}"


def _pattern(service: Service, entry: Entry, one: Expression) -> re.Pattern[str]:
    pieces = []
    for part in one.parts:
        if isinstance(part, str):
            pieces.append(re.escape(part))
            continue
        parameter = service.parameters.get(entry.each if part.name == "item" else part.name)
        if parameter is None:
            pieces.append(re.escape(part.render({"domain": _DOMAIN})))
            continue
        inside = parameter.fields[part.attribute] if part.attribute else parameter
        pieces.append(f"(?:{inside.pattern})" if inside.pattern and not part.filters else r"[^ ]+")
    return re.compile("".join(pieces), re.ASCII)


def _of_term(service: Service, source: str, path: Path) -> Iterator[Mark]:
    text = fixed(service, source)
    if text is None:
        yield from _of_name(service, "spf", source, path)
        return
    term = spf.term(text)
    leads = term.mechanism if isinstance(term, spf.Directive) else term
    domain = str(getattr(leads, "domain", ""))
    whole = "%" not in domain
    if domain and (name := _suffix(domain.rpartition("}")[2], whole=whole)):
        brings = whole and isinstance(leads, Include | spf.Redirect)
        yield Mark("spf", name, path, whole, "spf" if brings else "")


def _of_record(service: Service, texts: Mapping[str, str], path: Path) -> Iterator[Mark]:
    match texts["type"]:
        case "CNAME":
            yield from _of_name(service, "cname", texts["value"], path)
        case "MX":
            yield from _of_name(service, "mx", texts["value"], path)
        case "TXT":
            yield from _of_text(service, texts["value"], path)


def _of_text(service: Service, source: str, path: Path) -> Iterator[Mark]:
    first = next(iter(expression(source).parts), "")
    start = fixed(service, source) or (first if isinstance(first, str) else "")
    if not spf.selects(start):
        if len(start) >= _LEAST and "_domainkey" not in source:
            yield Mark("txt", start, path)
        return
    if fixed(service, source) is not None:
        for term in spf.Record.parse(start).terms:
            yield from _of_term(service, str(term), path)


def _of_name(
    service: Service, table: str, source: str, path: Path, holds: Literal["", "key"] = ""
) -> Iterator[Mark]:
    text = fixed(service, source)
    last = expression(source).parts[-1]
    tail = text if text is not None else last if isinstance(last, str) else ""
    if name := _suffix(tail.rpartition(" ")[2], whole=text is not None):
        yield Mark(table, name, path, text is not None, holds if text is not None else "")


def fixed(service: Service, source: str) -> str | None:
    """*source* of *service* as every sender has it that gives nothing; None where something must be given."""
    one = expression(source)
    defaults: dict[str, Value] = {
        name: parameter.default
        for name, parameter in service.parameters.items()
        if isinstance(parameter.default, str)
    }
    return one.render(defaults) if {name for name, _ in one.names} <= defaults.keys() else None


def _suffix(text: str, *, whole: bool) -> str:
    """*text* without the label that parameters make a part of, and without dots around; empty for no name."""
    name = text.lower().removesuffix(".")
    name = name if whole else name.partition(".")[2]
    return name if _NAME.fullmatch(name) else ""
