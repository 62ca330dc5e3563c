"""The order in which changes are written: add before take away, and nothing before what it leans on.

A key is there before a policy asks for it, an SPF record before another includes it, and a policy becomes
weaker before its keys go. A CNAME can't stand beside data (RFC 1034 section 3.6.2): where one type gives way
to another at a name, the delete stands right before the create.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from dnsauth.dmarc import PREFIX
from dnsauth.plan.kind import Kind, kind_at
from dnsauth.plan.model import Action, Change
from dnsauth.plan.policy import strength
from dnsauth.plan.sides import added, gone, values
from dnsauth.records import BadRecord, spf

_AFTER_KEYS = {Kind.SPF: 1, Kind.DMARC: 2, Kind.MTASTS: 2}


class _Step(NamedTuple):
    rank: tuple[int, int]
    owner: str
    changes: tuple[Change, ...]


def ordered(changes: Iterable[Change]) -> tuple[Change, ...]:
    """*changes* in the order they are written; equal sets give equal orders."""
    by_owner: dict[str, list[Change]] = {}
    for change in sorted(changes, key=lambda change: (change.owner, change.type)):
        by_owner.setdefault(change.owner, []).append(change)
    steps = [step for owner, same in by_owner.items() for step in _steps(owner, same)]
    steps.sort(key=lambda step: (step.rank, step.owner))
    return tuple(change for step in _leaned_on_first(steps) for change in step.changes)


def _steps(owner: str, changes: list[Change]) -> Iterator[_Step]:
    """Each change by itself, but those that make room for one another as one."""
    deletes = [change for change in changes if change.action is Action.DELETE]
    creates = [change for change in changes if change.action is Action.CREATE]
    if deletes and creates and any(change.type == "CNAME" for change in (*deletes, *creates)):
        yield _Step(min(map(_rank, creates)), owner, (*deletes, *creates))
        changes = [change for change in changes if change.action is Action.UPDATE]
    for change in changes:
        yield _Step(_rank(change), owner, (change,))


def _rank(change: Change) -> tuple[int, int]:
    """Phase (adds, takes away), and the place within it."""
    kind = Kind.DMARC if change.owner.startswith(PREFIX) else kind_at(change.owner, change.type)
    place = _AFTER_KEYS.get(kind, 0) if kind else 0
    if change.after is None or (gone(change) and not added(change)):
        return (1, -place)
    if kind is Kind.DMARC and strength(values(change.before)) > strength(values(change.after)):
        return (0, -1)
    return (0, place)


def _leaned_on_first(steps: list[_Step]) -> Iterator[_Step]:
    """*steps*, each SPF record behind those it includes where it comes, before them where it goes."""
    for (phase, _), same in groupby(steps, key=lambda step: step.rank):
        if phase == 0:
            yield from _placed(list(same), added)
        else:
            yield from reversed(_placed(list(same)[::-1], gone))


def _placed(steps: list[_Step], texts: Callable[[Change], Iterable[str]]) -> list[_Step]:
    by_owner = {step.owner: step for step in steps if any(change.type == "TXT" for change in step.changes)}
    placed: dict[_Step, None] = {}

    def place(step: _Step, above: frozenset[str]) -> None:
        # a loop has no order, and receivers follow no chain beyond the limit
        if step in placed or step.owner in above or len(above) > spf.MAX_LOOKUPS:
            return
        for change in step.changes:
            for target in _included(texts(change) if change.type == "TXT" else ()):
                if target in by_owner:
                    place(by_owner[target], above | {step.owner})
        placed[step] = None

    for step in steps:
        place(step, frozenset())
    return list(placed)


def _included(texts: Iterable[str]) -> Iterator[str]:
    """The absolute names whose SPF records *texts* bring in."""
    for text in texts:
        if not spf.selects(text):
            continue
        try:
            record = spf.Record.parse(text)
        except BadRecord:
            continue
        for term in record.terms:
            match term:
                case spf.Directive(spf.Include(domain)) | spf.Redirect(domain):
                    yield f"{domain}."
                case _:
                    pass
