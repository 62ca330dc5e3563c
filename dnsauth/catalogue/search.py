"""Services found by words, or by what somebody met in DNS."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from dnsauth.catalogue.marks import SUFFIXES, Mark, asked, claimed
from dnsauth.catalogue.model import Service, ServiceParameter


class _Rank(NamedTuple):
    """How a service fits: *by* 0 below a suffix it has, 1 above one, 2 by text; then *less* is better."""

    by: int
    less: tuple[int, bool]
    name: str


def search(services: Iterable[Service], words: Iterable[str]) -> tuple[Service, ...]:
    """Those of *services* that hold every one of *words*; the best first.

    A word may be a DNS name, an SPF term that leads to one, or a TXT value. The longest suffix on a label
    boundary, or the longest beginning, is the best; then come names below the word, then texts that have it.
    """
    wanted = [word.lower() for word in words]
    found: dict[_Rank, Service] = {}
    for service in services:
        ranks = [rank for word in wanted if (rank := _rank(service, word)) is not None]
        if len(ranks) == len(wanted):
            found[min(ranks)] = service
    return tuple(found[rank] for rank in sorted(found))


def _rank(service: Service, word: str) -> _Rank | None:
    marks = (*claimed(service), *asked(service))
    above = [(-len(mark.text), "detect" not in mark.path) for mark in marks if _covers(mark, word)]
    if above:  # of two that have the same, the one that claims it comes first
        return _Rank(0, min(above), service.name)
    if any(mark.table in SUFFIXES and _below(mark.text, _name(word)) for mark in marks):
        return _Rank(1, (0, False), service.name)
    return _Rank(2, (0, False), service.name) if any(word in text for text in _texts(service)) else None


def _covers(mark: Mark, word: str) -> bool:
    if mark.table == "txt":
        return word.startswith(mark.text.lower())
    return _below(_name(word), mark.text)


def _below(name: str, suffix: str) -> bool:
    return bool(suffix) and (name == suffix or name.endswith(f".{suffix}"))


def _name(word: str) -> str:
    """The DNS name in *word*, without mechanism, modifier, macros and final dot; empty where none is."""
    name = word.rpartition("=")[2].rpartition(":")[2].rpartition("}")[2].strip(".")
    return name if "." in name else ""


def _texts(service: Service) -> Iterator[str]:
    detect = service.detect
    yield from (service.name, service.title.lower(), service.category)
    for entries in service.template.values():
        for entry in entries:
            yield from (text.lower() for text in entry.texts.values())
    for table in (*SUFFIXES, "txt", "selectors"):
        yield from (text.lower() for text in getattr(detect, table))
    for parameter in service.parameters.values():
        yield from _examples(parameter.example)
        yield from _helps(parameter)


def _examples(example: object) -> Iterator[str]:
    match example:
        case str():
            yield example.lower()
        case Mapping():
            for value in example.values():
                yield from _examples(value)
        case list() | tuple():
            for value in example:
                yield from _examples(value)


def _helps(parameter: ServiceParameter) -> Iterator[str]:
    yield parameter.help.lower()
    for field in parameter.fields.values():
        yield from _helps(field)
