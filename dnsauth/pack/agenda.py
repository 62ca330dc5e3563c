"""What needs somebody: today, and within a week."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from dnsauth.names import readable
from dnsauth.pack.model import Report
from dnsauth.rotation.due import Step, Wait
from dnsauth.rotation.step import Stepped

WEEK = timedelta(days=7)


class When(StrEnum):
    """How soon."""

    TODAY = "today"
    WEEK = "this week"


class Item(NamedTuple):
    """*times* as many things alike that need somebody: what, where the first of them is, and what to do."""

    when: When
    what: str
    where: str
    next: str
    times: int = 1


Agenda: TypeAlias = tuple[Item, ...]


def agenda(report: Report, stepped: Iterable[Stepped], now: datetime) -> Agenda:
    """What needs somebody by *report* and by what a rotation step makes of keys, the most urgent first."""
    items = [*_findings(report), *_rotation(stepped, now), *_waivers(report), *_agreements(report, now)]
    return tuple(sorted(items, key=lambda item: item.when is not When.TODAY))


def _findings(report: Report) -> Iterator[Item]:
    by_code: dict[str, list[int]] = {}
    for place, found in enumerate(report.findings):
        if found.severity == "error" or found.outcome != "fail":
            by_code.setdefault(found.code, []).append(place)
    for code, places in sorted(by_code.items(), key=lambda pair: -len(pair[1])):
        first = report.findings[places[0]]
        where = str(first.where) or first.owner
        next = f"dnsauth check --explain {code}"
        yield Item(When.TODAY, f"{code}: {first.message}", where, next, len(places))


def _rotation(stepped: Iterable[Stepped], now: datetime) -> Iterator[Item]:
    for each in stepped:
        for lack in each.lacking:
            sender = f"{readable(lack.policy.domain)} {lack.policy.sender}"
            what = f"{sender}: a key of {lack.algorithm} is to be made"
            yield Item(When.TODAY, what, "", "dnsauth rotate step")
        for move in each.keys:
            what = f"key {move.key.selector} of {readable(move.key.domain)}"
            match move.due:
                case Step(event):
                    yield Item(When.TODAY, f"{what} may {event.value}", "", "dnsauth rotate step")
                case Wait(until, why) if until is not None and until <= now + WEEK:
                    yield Item(When.WEEK, f"{what} on {until:%Y-%m-%d}: {why}", "", "dnsauth rotate due")
                case _:
                    pass


def _waivers(report: Report) -> Iterator[Item]:
    for one in report.waivers:
        if 0 <= one.days <= WEEK.days:  # one that ended is a finding
            what = f"the waiver of {one.rule} for {one.domain} ends on {one.until}"
            yield Item(When.WEEK, what, str(one.where), f"ask {one.owner}")


def _agreements(report: Report, now: datetime) -> Iterator[Item]:
    for one in report.contracts:
        for day, what in ((one.expires, "ends"), (one.review, "is to be reviewed")):
            if day and now.date() <= day <= now.date() + WEEK:
                said = f"the agreement {one.name} with {one.partner} {what} on {day}"
                yield Item(When.WEEK, said, "dnsauth.yaml", "renew it, and change its dates")


def tally(items: Sequence[Item]) -> int:
    """How many things *items* stand for."""
    return sum(item.times for item in items)
