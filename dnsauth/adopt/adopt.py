"""Zones as they stand → zone files and locks whose plan against those zones is empty.

What a definition, or a zone file's own words, would write otherwise than it stands is found by writing it:
the drafted files are read, their records are derived and compared with what stands, and whoever is to blame
for a difference is taken over verbatim instead. So what is kept broken is kept to the byte.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeAlias

from dnsauth import names
from dnsauth.adopt import zone_file
from dnsauth.adopt.draft import SPF, Draft, Part, RRsets, drafts
from dnsauth.adopt.evidence import Recogniser
from dnsauth.catalogue.model import Catalogue
from dnsauth.desired.derive import derive
from dnsauth.desired.locks import updated
from dnsauth.desired.model import Desired
from dnsauth.findings import Finding
from dnsauth.inventory.config import Config
from dnsauth.inventory.model import Zone
from dnsauth.inventory.read import assembled
from dnsauth.inventory.sense import Declared
from dnsauth.inventory.zones import zones
from dnsauth.lock.model import Lock
from dnsauth.plan.merge import changes
from dnsauth.plan.model import Change, Held
from dnsauth.rrset import RRsetId

_SETTINGS = {"_dmarc": "dmarc", "_smtp": "tls_rpt", "default": "bimi"}
_NAMING = ("sender", "first", "second")  # facts of a finding that may name a sender
_REPORTS = "._report._dmarc."  # RFC 9990 section 4


@dataclass(frozen=True, slots=True)
class Adopted:
    """A zone's file and lock, and what was drafted for it."""

    zone: str
    drafts: tuple[Draft, ...]
    text: str
    lock: Lock


class Refused(NamedTuple):
    """A zone that no file of ours can say, and why."""

    zone: str
    why: str


class Around(NamedTuple):
    """What is there before: dnsauth.yaml, and the zones of the inventory that are not adopted now."""

    declared: Declared | None = None
    config: Config = Config()
    zones: Mapping[str, Zone] = {}


Progress: TypeAlias = Callable[[int, int], None]


def adopted(
    held: Mapping[str, RRsets],
    known: Recogniser,
    around: Around,
    progress: Progress = lambda _done, _of: None,
) -> Iterator[Adopted | Refused]:
    """What becomes of each zone, whose RRsets are *held*: by its absolute name, sorted."""
    every = {*held, *around.zones}
    without: dict[str, set[Part]] = {zone: set() for zone in held}
    own = {zone: _own(zone, rrsets, every) for zone, rrsets in held.items()}
    texts: dict[str, tuple[tuple[Draft, ...], str]] = {}
    left = dict.fromkeys(sorted(held))
    refused: dict[str, Refused] = {}
    locks: dict[str, Lock] = {}
    while left:
        for zone in left:
            found = drafts(zone, own[zone], known, without[zone])
            texts[zone] = found, zone_file.text(zone, found)
        desired, wrong = _asked({zone: text for zone, (_, text) in texts.items()}, around, known.catalogue)
        again: dict[str, None] = {}
        for zone in texts:
            locks[zone] = updated(Lock(zone), desired[zone])
            differing = changes(desired[zone], locks[zone], Held(zone, "", exists=True, rrsets=own[zone]))
            if not differing and not wrong[zone]:
                continue
            blamed = set(_blamed(texts, desired[zone], differing, wrong[zone], zone))
            new = {part for part in blamed if part not in without[_home(part, texts)]}
            for part in new:
                without[_home(part, texts)].add(part)
                again[_home(part, texts)] = None
            if not new:
                what = str(wrong[zone][0]) if wrong[zone] else _what(differing[0])
                refused[zone] = Refused(zone, what)
        for zone in refused:
            texts.pop(zone, None)
            again.pop(zone, None)
        left = again
        progress(len(texts) - len(left), len(held))
    for zone in sorted(held):
        if zone in refused:
            yield refused[zone]
        else:
            yield Adopted(zone, *texts[zone], locks[zone])


def _own(zone: str, rrsets: RRsets, every: Collection[str]) -> RRsets:
    """Those of *rrsets* that are in no zone below *zone*, sorted: a zone is read in any order."""
    return {id: rrsets[id] for id in sorted(rrsets) if names.deepest(id.owner, every) == zone}


def _home(part: Part, zones: Collection[str]) -> str:
    return names.deepest(part.domain, zones) or part.domain


def _what(change: Change) -> str:
    return f"{names.readable(change.rrset.owner)} {change.rrset.type} would change"


def _asked(
    texts: Mapping[str, str], around: Around, catalogue: Catalogue
) -> tuple[Mapping[str, tuple[Desired, ...]], Mapping[str, tuple[Finding, ...]]]:
    """What the zone files *texts* ask for, and what is wrong in each, by zone."""
    found: dict[str, Zone] = dict(around.zones)
    wrong: dict[str, list[Finding]] = {zone: [] for zone in texts}
    by_file = {f"zones/{zone}yaml": zone for zone in texts}
    for file, zone in by_file.items():
        read, problems = zones(texts[zone].encode(), file, around.declared, around.config)
        found |= {each.name: each for each in read}
        wrong[zone] += problems
    derived = derive(assembled(Path(), found, around.config, ""), catalogue)
    for finding in derived.findings:
        if finding.where.file in by_file:
            wrong[by_file[finding.where.file]].append(finding)
    return (
        {zone: derived.desired.get(zone, ()) for zone in texts},
        {zone: tuple(problems) for zone, problems in wrong.items()},
    )


def _blamed(
    texts: Mapping[str, tuple[tuple[Draft, ...], str]],
    desired: Collection[Desired],
    differing: Collection[Change],
    wrong: Collection[Finding],
    zone: str,
) -> Iterator[Part]:
    """Whoever asks for what does not stand, or has what cannot be written."""
    by_name = {draft.name: draft for draft in texts[zone][0]}
    by_id = {rrset.id: rrset for rrset in desired}
    for change in differing:
        rrset = by_id.get(change.rrset.id)
        yield from _askers(by_name, rrset, change.rrset.id)
    for finding in wrong:
        draft = zone_file.said_at(finding.where.line, zone, by_name.values())
        said = {str(finding.facts.get(fact, "")).removeprefix("sender ") for fact in _NAMING}
        senders = [entry.name for entry in draft.senders] if draft else []
        named = said.intersection(senders)
        for one in (draft,) if draft else texts[zone][0]:
            yield from (Part(one.name, part) for part in named or (SPF, *one.settings, *senders))


def _askers(by_name: Mapping[str, Draft], rrset: Desired | None, id: RRsetId) -> Iterator[Part]:
    if _REPORTS in id.owner:
        yield Part(id.owner.partition(_REPORTS)[0] + ".", "dmarc")
        return
    name = names.deepest(id.owner, by_name)
    if name is None:
        return
    if id == (name, "TXT"):
        yield Part(name, SPF)  # the SPF record is every sender's
    else:
        askers = {origin.sender for value in rrset.values for origin in value.origin} if rrset else set()
        for draft in by_name.values():
            yield from (Part(draft.name, entry.name) for entry in draft.senders if entry.name in askers)
    if id == (name, "MX"):
        yield Part(name, "receives")
    label = id.owner.partition(".")[0]
    if label in _SETTINGS:
        yield Part(name, _SETTINGS[label])
