"""What became of DKIM keys since a revision, as Markdown for the pull request that brings it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from dnsauth.lock.keys import Key
from dnsauth.names import readable
from dnsauth.output import safe
from dnsauth.output.keys import said
from dnsauth.output.text import counted
from dnsauth.rotation.due import Due, minute
from dnsauth.rotation.states import EFFECTS, Published

NO_RECORD = "Merging this changes no record."


class Since(NamedTuple):
    """A key of a zone as it was then, None where it was made since, as it is now, and what is due of it."""

    zone: str
    before: Key | None
    key: Key
    due: Due

    @property
    def published(self) -> tuple[Published, Published]:
        """What may stand at its owner name: then, and now."""
        then = EFFECTS[self.before.state].published if self.before else Published.NOTHING
        return then, EFFECTS[self.key.state].published

    @property
    def changes_record(self) -> bool:
        """True where `apply` changes its record once this is merged."""
        then, now = self.published
        return then is not now


def markdown(found: Sequence[Since]) -> str:
    """What merging does to DNS, then of each key its step, what follows, its evidence and what is next."""
    touched = sum(one.changes_record for one in found)
    records = counted(touched, "record")
    does = f"Merging this lets `dnsauth apply` change {records}." if touched else NO_RECORD
    parts = ["### dnsauth rotate", f"{counted(len(found), 'key')} moved. {does}"]
    for zone, keys in groupby(found, key=lambda one: one.zone):
        parts += [
            f"#### {safe.code(readable(zone))}",
            "\n".join(line for one in keys for line in _lines(one)),
        ]
    return "\n\n".join(parts) + "\n"


def _lines(one: Since) -> Iterator[str]:
    key = one.key
    name = safe.code(key.owner.removesuffix("."))
    yield f"- {name} ({key.algorithm}, {safe.code(key.sender)}): **{_step(one)}**"
    yield from (f"  - {safe.prose(text)}" for text in (*_follows(one), *_evidence(one)))
    yield f"  - next: {safe.prose(said(one.due))}"


def _step(one: Since) -> str:
    now = one.key.state.value
    if one.before is None:
        return f"made, {now}"
    then = one.before.state.value
    return f"{then} → {now}" if then != now else f"still {now}"


def _follows(one: Since) -> Iterator[str]:
    """What the new state allows, and the old one did not, or the other way round."""
    match one.published:
        case Published.NOTHING, Published.KEY:
            yield "its record is published"
        case _, Published.EMPTY if one.changes_record:
            yield "its record says p= without a key"
        case _, Published.NOTHING if one.changes_record:
            yield "its record is removed"
    signed = EFFECTS[one.before.state].signs if one.before else False
    if signed is not EFFECTS[one.key.state].signs:
        yield "hosts stop signing with it" if signed else "hosts may sign with it"


def _evidence(one: Since) -> Iterator[str]:
    """Who answered, who reported, who does not trust it; also what the step itself forgets."""
    then, key = one.before or one.key, one.key
    if seen := key.seen or then.seen:
        stood = EFFECTS[key.state if key.seen else then.state].published.value
        yield f"{_all(seen.servers)} answered {stood} at {minute(seen.at)}"
    for word in key.words or then.words:
        says = "signs with it" if word.signs else "signs without it"
        yield f"{word.host} {says} since {minute(word.at)}" + (f", says {word.by}" if word.by else "")
    if key.reported:
        yield f"reports of {key.reported.by} saw mail signed with it until {minute(key.reported.end)}"
    if key.revocation:
        yield f"revoked by {key.revocation.by} at {minute(key.revocation.at)}: {key.revocation.reason}"


def _all(names: Iterable[str]) -> str:
    *most, last = sorted(names)
    return f"{', '.join(most)} and {last}" if most else last
