"""What is doubtful in a catalogue, as far as its files tell: services that could be taken for one another.

The longest suffix on a label boundary, or the longest beginning, tells a service. So two definitions must not
claim the same one, and what a definition itself asks for must not be another's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple, TypeAlias

from dnsauth.catalogue.marks import OWN, SUFFIXES, Mark, Path, Sample, asked, claimed, samples, selectors
from dnsauth.catalogue.model import Service
from dnsauth.findings import Finding, Rule, Severity, Where

DUPLICATE = Rule(
    "SVC005",
    Severity.ERROR,
    "{what} tells {service}, and {other} as well ({place})",
    "leave it where it belongs, or say more: the longest suffix or beginning wins",
)
OVERLAP = Rule(
    "SVC006",
    Severity.INFO,
    "`{record}` could be of {service} or of {other} ({place}): neither pattern says more",
    "narrow a `pattern` until each refuses the other's example, unless one sends by the other",
)
COMMON = Rule(
    "SVC007",
    Severity.INFO,
    "nothing tells {service} but {selectors}, which others use too",
    "add what only it has under `detect`: a suffix of names, or how a TXT value begins",
)
COVERED = Rule(
    "SVC008",
    Severity.WARNING,
    "{service} asks for names below {name}, which `detect.{table}: {suffix}` of {other} claims ({place})",
    "claim a longer suffix here, or make that one longer",
)
UNSOURCED = Rule(
    "SVC009",
    Severity.WARNING,
    "no source supports {service}",
    "add under `sources` the page that does, with the day it was seen",
)
OLD = Rule(
    "SVC010",
    Severity.INFO,
    "no source of {service} was read since {seen}, more than a year ago",
    "read {url} again, mend what changed, and set `seen`",
)
SHARED = Rule(
    "SVC011",
    Severity.INFO,
    "include:{name} is brought by {services}, and tells none of them alone",
)

COMMON_SELECTORS = frozenset(
    (
        *("default", "dkim", "dkim1", "dkim2", "mail", "email", "google", "smtp", "key1", "key2", "sig1"),
        *("k1", "k2", "k3", "s1", "s2", "s3", "m1", "m2", "selector1", "selector2", "mx", "api"),
    )
)
"""Selectors that vendors and mail servers of many kinds have in common."""

_YEAR = timedelta(days=365)

Place: TypeAlias = Callable[[Service, Path], Where]
"""Where in its file a service says what a path leads to."""


class _At(NamedTuple):
    service: Service
    path: Path


class _Use(NamedTuple):
    service: Service
    mark: Mark

    @property
    def at(self) -> _At:
        return _At(self.service, self.mark.path)


def check(services: Iterable[Service], today: date, place: Place) -> Iterator[Finding]:
    """Every finding on *services*, which are all that are known."""
    known = sorted(services, key=lambda one: (not one.shipped, one.name))  # a user's own is told of first
    yield from _duplicates(known, place)
    yield from _overlaps(known, place)
    yield from _indistinct(known, place)
    yield from _covered(known, place)
    for service in known:
        yield from _sources(service, today, place)


def concerns(finding: Finding, names: Collection[str]) -> bool:
    """True where *finding* is on one of the services *names*."""
    mentioned = (finding.facts.get("service"), finding.facts.get("other"), *_several(finding))
    return any(name in names for name in mentioned)


def _several(finding: Finding) -> Iterable[str]:
    return str(finding.facts.get("services", "")).split(", ")


def _duplicates(services: Iterable[Service], place: Place) -> Iterator[Finding]:
    first: dict[str, _At] = {}
    for service in services:
        claims = {f"`detect.{mark.table}: {mark.text}`": mark.path for mark in claimed(service)}
        keys = {f"`{one.text}`": one.path for one in _keys(service)}
        for what, path in {**claims, **keys}.items():
            at = _At(service, path)
            other = first.setdefault(what, at)
            if other.service is not service:
                yield _between(DUPLICATE, at, other, place, what=what)


def _keys(service: Service) -> Iterator[Sample]:
    return (one for one in samples(service) if one.fixed and one.path[0] == "dkim")


def _overlaps(services: Iterable[Service], place: Place) -> Iterator[Finding]:
    seen: dict[str, list[tuple[Service, Sample]]] = defaultdict(list)
    for service in services:
        if service.category == OWN:
            continue
        mine = tuple(samples(service))
        for one in mine:
            for other, theirs in seen[_kind(one)]:
                if _mutual(one, theirs):
                    at, there = _At(service, one.path), _At(other, theirs.path)
                    yield _between(OVERLAP, at, there, place, record=one.text)
        for one in mine:
            seen[_kind(one)].append((service, one))


def _kind(sample: Sample) -> str:
    return "dkim" if sample.path[0] == "dkim" else sample.text.split(" ", 2)[1]


def _mutual(one: Sample, other: Sample) -> bool:
    """True where neither says more than the other.

    Two keys that are the same are told as duplicates. Return paths lead to whoever runs the servers, which
    many services rent, and are evidence of none.
    """
    if (one.fixed and other.fixed and _kind(one) == "dkim") or _kind(one) == "MX" or " v=spf1 " in one.text:
        return False
    return bool(one.pattern.fullmatch(other.text) and other.pattern.fullmatch(one.text))


def _indistinct(services: Collection[Service], place: Place) -> Iterator[Finding]:
    used: dict[str, set[str]] = defaultdict(set)
    brought: dict[str, dict[str, _Use]] = defaultdict(dict)
    for service in services:
        for selector in selectors(service):
            used[selector].add(service.name)
        for mark in asked(service):
            if mark.holds == "spf" and service.category != OWN:
                brought[mark.text].setdefault(service.name, _Use(service, mark))
    for service in services:
        own = selectors(service)
        told = any(claimed(service)) or any(asked(service)) or service.category == OWN
        if own and not told and all(one in COMMON_SELECTORS or len(used[one]) > 1 for one in own):
            noun = "the selector" if len(own) == 1 else "the selectors"
            facts = {"service": service.name, "selectors": f"{noun} {', '.join(own)}"}
            yield Finding(COMMON, place(service, ("dkim",)), facts=facts)
    for name, uses in brought.items():
        if len(uses) > 1:
            at = next(iter(uses.values()))
            facts = {"name": name, "services": ", ".join(sorted(uses))}
            yield Finding(SHARED, place(at.service, at.mark.path), facts=facts)


def _covered(services: Collection[Service], place: Place) -> Iterator[Finding]:
    suffixes: Mapping[str, dict[str, _Use]] = {table: {} for table in SUFFIXES}
    for service in services:
        for mark in claimed(service):
            if mark.table in suffixes:
                suffixes[mark.table].setdefault(mark.text, _Use(service, mark))
    for service in services:
        for mark in _once(asked(service)):
            claim = _longest(mark.text, suffixes.get(mark.table, {}))
            if service.category == OWN or mark.whole or claim is None or claim.service is service:
                continue  # a whole name says more than any suffix
            if not any(one[:2] == mark[:2] for one in asked(claim.service)):
                facts = {"name": mark.text, "table": mark.table, "suffix": claim.mark.text}
                yield _between(COVERED, _At(service, mark.path), claim.at, place, **facts)


def _once(marks: Iterable[Mark]) -> Iterable[Mark]:
    """*marks* without those that differ from an earlier one in their place alone."""
    return {(one.table, one.text, one.whole): one for one in marks}.values()


def _longest(name: str, suffixes: Mapping[str, _Use]) -> _Use | None:
    """What the longest of *suffixes* stands for that is *name* or above it, on a label boundary."""
    while name:
        if name in suffixes:
            return suffixes[name]
        name = name.partition(".")[2]
    return None


def _sources(service: Service, today: date, place: Place) -> Iterator[Finding]:
    facts = {"service": service.name}
    if not service.sources:
        yield Finding(UNSOURCED, place(service, ("status",)), facts=facts)
        return
    last = max(service.sources, key=lambda source: source.seen)
    if today - date.fromisoformat(last.seen) > _YEAR:
        facts = {**facts, "seen": last.seen, "url": last.url}
        yield Finding(OLD, place(service, ("sources",)), facts=facts)


def _between(rule: Rule, at: _At, other: _At, place: Place, /, **facts: str) -> Finding:
    said = {"service": at.service.name, "other": other.service.name, "place": str(place(*other))}
    return Finding(rule, place(*at), facts={**said, **facts})
