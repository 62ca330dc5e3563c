"""Whether a trail is whole: every entry as it was written, in its place, none missing and none put there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from dnsauth.audit import rules
from dnsauth.audit.entry import ZEROS, Edited, Entry, NoEntry, Seal, Unknown, read, seal
from dnsauth.audit.events import Pruned
from dnsauth.findings import Finding, Rule, Where

FILE = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])\.jsonl")
_CONFLICT = re.compile(rb"(?:<{7}|>{7}|\|{7}) |={7}\Z")
SHOWN = 16  # hex digits of a digest that a finding shows
REASON = 80  # characters of a text that comes from a line


@dataclass(slots=True)
class Walked:
    """What a walk along *files* found: the place and seal of each entry, what was pruned, what is wrong."""

    files: int = 0
    findings: list[Finding] = field(default_factory=list)
    places: dict[Seal, Where] = field(default_factory=dict)
    pruned: list[Pruned] = field(default_factory=list)

    @property
    def head(self) -> Seal | None:
        """The last entry."""
        return next(reversed(self.places), None)


def walked(files: Iterable[tuple[str, bytes]]) -> Walked:
    """What a walk along *files* finds, each a path and its octets, in the order of their names."""
    walk = _Walk()
    for path, octets in files:
        walk.file(path, octets)
    walk.end()
    return walk.found


class _Walk:
    """The walk: where it is, and what it knows of what is behind it."""

    def __init__(self) -> None:
        self.found = Walked()
        self._at: dict[int, Seal] = {}
        self._last: Seal | None = None
        self._forks: set[str] = set()
        self._lost = 0  # lines since the last entry that nobody can place

    def file(self, path: str, octets: bytes) -> None:
        name = path.rpartition("/")[2]
        if not FILE.fullmatch(name):
            self._tell(rules.STRAY, Where(path))
            return
        self.found.files += 1
        *lines, rest = octets.split(b"\n")
        for number, text in enumerate(lines, 1):
            self._line(Where(path, number), text, name if number == 1 else "")
        if rest:
            self._tell(rules.HALF, Where(path, len(lines) + 1), octets=f"{len(rest):,}")

    def end(self) -> None:
        first = next(iter(self.found.places.items()), None)
        if first is not None and not self._begins(first[0]):
            self.found.findings.insert(
                0, Finding(rules.BEGINNING, first[1], facts={"number": first[0].sequence})
            )

    def _begins(self, first: Seal) -> bool:
        """True where the first entry is number 1, or all before it were pruned, as a later entry says."""
        if first.sequence == 1:
            return True  # what it names as the one before is looked at with the line
        for pruned in self.found.pruned:
            if first.sequence == pruned.sequence + 1 and first.previous == pruned.digest:
                return True
            # whoever pruned was killed before all files were gone
            last = self._at.get(pruned.sequence)
            if last is not None and last.digest == pruned.digest and first.sequence <= pruned.sequence:
                return True
        return False

    def _line(self, where: Where, text: bytes, name: str) -> None:
        if _CONFLICT.match(text):
            self._tell(rules.MERGED, where)
            return
        try:
            here = seal(text)
        except NoEntry as error:
            self._tell(rules.NO_ENTRY, where, reason=str(error)[:REASON])
            self._lost += 1
            return
        except Edited as error:
            facts = {"stated": _short(error.seal.digest), "found": _short(error.found)}
            self._tell(rules.EDITED, where, **facts)
            # whatever number it states by now, it stands for the one that was there
            number = self._last.sequence + 1 + self._lost if self._last else error.seal.sequence
            self._take(Seal(number, error.seal.previous, error.seal.digest), where)
            return
        self._says(where, text, name)
        if self._placed(here, where):
            self._take(here, where)

    def _take(self, here: Seal, where: Where) -> None:
        self.found.places[here] = where
        self._at[here.sequence] = here
        self._last, self._lost = here, 0

    def _placed(self, here: Seal, where: Where) -> bool:
        """True where the walk goes on from *here*."""
        last, lost = self._last, self._lost
        if here in self.found.places:
            self._tell(rules.TWICE, where, first=_named(self.found.places[here]))
            return False
        if last is None:
            if here.sequence == 1 and here.previous != ZEROS:
                self._tell(rules.UNCHAINED, where, named=_short(here.previous), before="none")
            return True
        twin = self._at.get(here.sequence)
        if twin is not None and twin.previous == here.previous:
            self._tell(rules.FORKED, where, other=_named(self.found.places[twin]))
            self._forks.add(here.digest)
            return False
        forked = here.previous in self._forks  # the other branch, which was told of where it began
        if forked and here.sequence <= last.sequence:
            self._forks.add(here.digest)
            return False
        if here.sequence <= last.sequence:
            self._tell(rules.UNORDERED, where, number=here.sequence, before=last.sequence)
            return False
        if here.sequence > last.sequence + 1 + lost:
            facts = {"number": here.sequence, "before": last.sequence}
            self._tell(rules.MISSING, where, **facts)
        elif not lost and not forked and here.previous != last.digest:
            self._tell(rules.UNCHAINED, where, named=_short(here.previous), before=_short(last.digest))
        return True

    def _says(self, where: Where, text: bytes, name: str) -> None:
        try:
            entry = read(text)
        except Unknown as error:
            self._tell(rules.UNKNOWN, where, reason=str(error)[:REASON], version=_short(error.version))
            return
        if isinstance(entry.event, Pruned):
            self.found.pruned.append(entry.event)
        month = f"{entry.at:%Y-%m}"
        if name and name != f"{month}.jsonl":
            self._tell(rules.MONTH, where, month=month)

    def _tell(self, rule: Rule, where: Where, **facts: object) -> None:
        self.found.findings.append(Finding(rule, where, facts=facts))


def anchored(walk: Walked, anchor: Walked, name: str) -> Iterator[Finding]:
    """Where the trail *walk* does not begin as *anchor*, which is called *name*, holds it."""
    here = {one.sequence: (one, where) for one, where in walk.places.items()}
    first, head = min(here, default=0), walk.head
    gone = {one.sequence: one.digest for one in walk.pruned}
    for there in anchor.places:
        digest = here[there.sequence][0].digest if there.sequence in here else gone.get(there.sequence)
        if digest is not None and digest != there.digest:
            where = here[there.sequence][1] if there.sequence in here else Where("")
            shown = {"here": _short(digest), "there": _short(there.digest)}
            yield Finding(rules.OTHER, where, facts={"number": there.sequence, "anchor": name, **shown})
            return  # what follows differs for that reason
    last = max((one.sequence for one in anchor.places), default=0)
    if last > (head.sequence if head else 0) and last >= first:
        where = walk.places[head] if head else Where("")
        facts = {"number": head.sequence if head else 0, "anchor": name, "last": last}
        yield Finding(rules.SHORTER, where, facts=facts)


def holds(walk: Walked, digest: str) -> bool:
    """True where an entry of the trail has *digest*, or the last one that was pruned had it."""
    return any(one.digest == digest for one in walk.places) or any(
        one.digest == digest for one in walk.pruned
    )


def entries(files: Iterable[tuple[str, bytes]]) -> Iterator[tuple[Where, Entry | None]]:
    """Every line of *files* with its place, as an entry if it is one; the chain is not looked at."""
    for path, octets in files:
        if not FILE.fullmatch(path.rpartition("/")[2]):
            continue
        for number, text in enumerate(octets.removesuffix(b"\n").split(b"\n"), 1):
            try:
                yield Where(path, number), read(text)
            except (NoEntry, Edited, Unknown):
                yield Where(path, number), None


def _named(where: Where) -> str:
    return f"{where.file}:{where.line}"


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
