"""What is broken in a zone's records of mail, and the records that were meant.

Pure: RRsets → repairs. Importing keeps what is broken to the byte, and says these; with ``--repair`` the
inventory asks for what was meant, and the next plan shows exactly these changes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from dnsauth.adopt import repair_dmarc, repair_spf
from dnsauth.adopt.repair_text import Repaired, cleaned
from dnsauth.dmarc import PREFIX
from dnsauth.names import readable
from dnsauth.plan.kind import Kind, kind_at
from dnsauth.records import BadRecord, dkim, spf
from dnsauth.rrset import RRset, RRsetId

RRsets = Mapping[RRsetId, RRset]


class Repair(NamedTuple):
    """TXT values *before* at *owner* that make way for *after* at *to*, which is empty where they just go.

    *changed* says what is different, for people.
    """

    owner: str
    before: tuple[str, ...]
    to: str
    after: str
    changed: tuple[str, ...]


def text(kind: Kind, values: tuple[str, ...]) -> Repaired | None:
    """The one record of *kind* that *values* at one name were meant as; None where nothing is repaired."""
    match kind:
        case Kind.SPF:
            return repair_spf.repaired(values[0]) if len(values) == 1 else repair_spf.one_of(values)
        case Kind.DMARC:
            return repair_dmarc.repaired(values[0]) if len(values) == 1 else repair_dmarc.one_of(values)
        case Kind.DKIM:
            return _key(values[0]) if len(values) == 1 else None
    return None


def repairs(zone: str, rrsets: RRsets) -> tuple[Repair, ...]:
    """What can be repaired among *rrsets* of *zone*, by owner."""
    found: list[Repair] = []
    for id, rrset in sorted(rrsets.items()):
        match kind_at(id.owner, id.type):
            case Kind.SPF:
                found += _spf(rrset)
                found += _misplaced(zone, rrset, rrsets)
            case Kind.DMARC if doubled := _doubled(id.owner, zone):
                found += _moved(rrset, doubled, rrsets, "the zone's name stands twice in its owner")
            case Kind.DMARC:
                found += _one(rrset, Kind.DMARC, [one for one in rrset.values if repair_dmarc.like(one)])
            case Kind.DKIM if not rrset.owner.startswith("*."):
                found += _one(rrset, Kind.DKIM, rrset.values)
            case _:
                pass
    return tuple(found)


def after(rrsets: RRsets, made: Iterable[Repair]) -> dict[RRsetId, RRset]:
    """*rrsets* once the repairs *made* stand in them."""
    result = dict(rrsets)
    for one in made:
        before = result.pop(RRsetId(one.owner, "TXT"))
        if left := tuple(value for value in before.values if value not in one.before):
            result[before.id] = replace(before, values=left)
        if one.after:
            id = RRsetId(one.to, "TXT")
            there = result.get(id, replace(before, owner=one.to, values=()))
            result[id] = replace(there, values=tuple(sorted({*there.values, one.after})))
    return result


def _spf(rrset: RRset) -> Iterator[Repair]:
    taken = [value for value in rrset.values if spf.selects(value)]
    # what receivers do not take for SPF is left alone beside what they do
    meant = taken or [value for value in rrset.values if repair_spf.like(value)]
    yield from _one(rrset, Kind.SPF, meant)


def _one(rrset: RRset, kind: Kind, values: Collection[str]) -> Iterator[Repair]:
    before = tuple(values)
    if before and (meant := text(kind, before)):
        yield Repair(rrset.owner, before, rrset.owner, meant.text, meant.changed)


def _doubled(owner: str, zone: str) -> str:
    """Where *owner*, a name that was written as absolute and taken for relative, was meant to be."""
    return owner.removesuffix(zone) if owner.endswith(f".{zone}{zone}") else ""


def _misplaced(zone: str, rrset: RRset, rrsets: RRsets) -> Iterator[Repair]:
    """DMARC policies where nobody looks for them: at the mail domain itself, or at ``dmarc``."""
    name = rrset.owner.removeprefix("dmarc.") if rrset.owner != zone else zone
    mail = name != rrset.owner or name == zone or RRsetId(name, "MX") in rrsets
    if mail and "_" not in name and not name.startswith("*"):
        why = f"nobody looks for it there: it belongs at {readable(PREFIX + name)} (RFC 9989 section 4.8)"
        yield from _moved(rrset, f"{PREFIX}{name}", rrsets, why)


def _moved(rrset: RRset, to: str, rrsets: RRsets, why: str) -> Iterator[Repair]:
    found = tuple(value for value in rrset.values if repair_dmarc.like(value))
    if not found:
        return
    there = rrsets.get(RRsetId(to, "TXT"))
    if RRsetId(to, "CNAME") in rrsets or (there and any(map(repair_dmarc.like, there.values))):
        yield Repair(rrset.owner, found, to, "", (f"{why}, where another stands",))
        return
    meant = text(Kind.DMARC, found)
    if meant or (len(found) == 1 and repair_dmarc.sound(found[0])):
        yield Repair(
            rrset.owner,
            found,
            to,
            meant.text if meant else found[0],
            (why, *(meant.changed if meant else ())),
        )


_SHA1 = "sha1"  # nobody takes a signature by it (RFC 8301 section 3.1)


def _key(value: str) -> Repaired | None:
    try:
        record = dkim.Record.parse(value)
    except BadRecord:
        return _retyped(value)
    if _SHA1 not in record.hashes:
        return None
    hashes = tuple(one for one in record.hashes if one != _SHA1)
    mended = dkim.Record(record.key, record.key_type, hashes, record.services, record.flags, record.notes)
    return Repaired(str(mended), ("h=sha1 is gone: nobody takes sha1 any more (RFC 8301 section 3.1)",))


def _retyped(value: str) -> Repaired | None:
    """A key that was copied with what stood around it."""
    body, changed = cleaned(value)
    tags = [part.strip() for part in body.split(";") if part.strip()]
    version = [tag for tag in tags if tag.replace(" ", "").lower() == "v=dkim1"]
    others = [tag for tag in tags if tag not in version]
    try:
        record = dkim.from_vendor("; ".join(("v=DKIM1", *others)))
    except BadRecord:
        return None
    first = ("`v=DKIM1` begins it",) if version and tags[0] != "v=DKIM1" else ()
    return Repaired(str(record), (*changed, *first) or ("it is spelled as RFC 6376 has it (section 3.6.1)",))
