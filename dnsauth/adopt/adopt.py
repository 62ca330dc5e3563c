"""Zones as they stand → zone files and locks whose plan against those zones is empty.

What a definition, or a zone file's own words, would write otherwise than it stands is found by writing it:
the drafted files are read, their records are derived and compared with what stands, and whoever is to blame
for a difference is taken over verbatim instead. So what is kept broken is kept to the byte. A file that is
there already is merged into, and judged by what it asks for beyond what it asked for before.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from dnsauth import names
from dnsauth.adopt.blame import blamed
from dnsauth.adopt.draft import Part, RRsets
from dnsauth.adopt.evidence import Recogniser
from dnsauth.adopt.model import Adopted, Around, Refused
from dnsauth.adopt.places import cut
from dnsauth.adopt.work import Work, begun
from dnsauth.catalogue.model import Catalogue
from dnsauth.desired.derive import derive
from dnsauth.desired.model import Desired
from dnsauth.documents.edit import Unedited
from dnsauth.findings import Finding, Severity
from dnsauth.inventory.model import Zone
from dnsauth.inventory.read import assembled
from dnsauth.inventory.zones import zones
from dnsauth.plan.model import Change

__all__ = ["Adopted", "Around", "Refused", "adopted"]

Progress: TypeAlias = Callable[[int, int], None]
_Asked: TypeAlias = tuple[Mapping[str, tuple[Desired, ...]], Mapping[str, tuple[Finding, ...]]]


def adopted(
    held: Mapping[str, RRsets],
    known: Recogniser,
    around: Around,
    progress: Progress = lambda _done, _of: None,
    *,
    repair: bool = False,
) -> Iterator[Adopted | Refused]:
    """What becomes of each zone, whose RRsets are *held*: by its absolute name, sorted.

    With *repair* what is broken makes way for what was meant, where that can be told.
    """
    every = {*held, *around.zones}
    work: dict[str, Work] = {}
    refused: dict[str, Refused] = {}
    for zone in sorted(held):
        try:
            work[zone] = begun(zone, _own(zone, held[zone], every), known, around, repair=repair)
        except Unedited as error:
            refused[zone] = _unedited(zone, error)
    reader = _Reader(around, known.catalogue)
    left = dict.fromkeys(work)
    while left:
        for zone in left:
            try:
                work[zone].draft(known)
            except Unedited as error:
                refused[zone] = _unedited(zone, error)
                del work[zone]
        desired, wrong = reader.asked(work)
        again: dict[str, None] = {}
        for zone, one in work.items():
            differing = one.differing(desired[zone])
            if not differing and not wrong[zone]:
                continue
            drafted = one.standing is None
            blame = blamed(zone, one.drafts, desired[zone], differing, wrong[zone], drafted=drafted)
            new = [
                (part, home)
                for part in blame
                if (home := _home(part, work)) and part not in work[home].without
            ]
            for part, home in new:
                work[home].without.add(part)
                again[home] = None
            if not new:
                refused[zone] = Refused(zone, str(wrong[zone][0]) if wrong[zone] else _what(differing[0]))
        for zone in refused:
            work.pop(zone, None)
            again.pop(zone, None)
        left = again
        progress(len(work) - len(left), len(held))
    for zone in sorted(held):
        yield refused[zone] if zone in refused else work[zone].result(desired[zone])


def _unedited(zone: str, error: Unedited) -> Refused:
    return Refused(zone, f"its file is laid out in a way that is not merged into: {error}")


def _own(zone: str, rrsets: RRsets, every: Collection[str]) -> RRsets:
    """Those of *rrsets* that are in no zone below *zone*, sorted: a zone is read in any order."""
    beyond = {id.owner for id in rrsets if id.type == "NS" and id.owner != zone}
    return {
        id: rrsets[id]
        for id in sorted(rrsets)
        if names.deepest(id.owner, every) == zone and (id.type == "NS" or not cut(id.owner, beyond))
    }


def _home(part: Part, zones: Collection[str]) -> str | None:
    """The one of *zones* that *part* is in; reports may be of a domain that is in none."""
    return names.deepest(part.domain, zones)


def _what(change: Change) -> str:
    return f"{names.readable(change.rrset.owner)} {change.rrset.type} would change"


class _Reader:
    """Reads the texts of zones beside those *around*; one that is as it was is not read again."""

    def __init__(self, around: Around, catalogue: Catalogue) -> None:
        self._around = around
        self._catalogue = catalogue
        self._read: dict[str, tuple[str, tuple[tuple[Zone, ...], tuple[Finding, ...]]]] = {}

    def asked(self, work: Mapping[str, Work]) -> _Asked:
        """What the texts of *work* ask for, and what is wrong in each, by zone."""
        around = self._around
        found: dict[str, Zone] = dict(around.zones)
        wrong: dict[str, list[Finding]] = {zone: [] for zone in work}
        by_file: dict[str, str] = {}
        for zone, one in work.items():
            file = one.standing.file if one.standing else f"zones/{zone}yaml"
            by_file[file] = zone
            if zone not in self._read or self._read[zone][0] != one.text:
                again = zones(one.text.encode(), file, around.declared, around.config)
                self._read[zone] = one.text, again
            _, (read, problems) = self._read[zone]
            found |= {each.name: each for each in read}
            wrong[zone] += problems
        inventory = assembled(Path(), found, around.config, "")
        derived = derive(inventory, self._catalogue, around.observed, around.keys)
        for finding in derived.findings:
            if finding.where.file in by_file:
                wrong[by_file[finding.where.file]].append(finding)
        return (
            {zone: derived.desired.get(zone, ()) for zone in work},
            {
                zone: tuple(one for one in problems if one.rule.severity is Severity.ERROR)
                for zone, problems in wrong.items()
            },
        )
