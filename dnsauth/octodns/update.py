"""One DNS UPDATE message out of a zone's changes (RFC 2136), in exact octets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import dns.rdata
import dns.rdataset
import dns.rdatatype
from dns.name import from_text
from dns.rdataclass import IN
from dns.rdtypes.txtbase import TXTBase
from dns.update import UpdateMessage

from dnsauth.plan.model import Change, Held
from dnsauth.rrset import RRsetId, rdata, txt_value


class Step(NamedTuple):
    """One RRset's change in RDATA octets: what must stand there now, what goes, what comes with *ttl*."""

    id: RRsetId
    stands: tuple[bytes, ...]
    gone: tuple[bytes, ...]
    added: tuple[bytes, ...]
    ttl: int


def text(rd: dns.rdata.Rdata) -> str:
    """*rd* as a value (`dnsauth.rrset`)."""
    if isinstance(rd, TXTBase) and rd.rdtype == dns.rdatatype.TXT:
        return txt_value(b"".join(rd.strings))
    return rd.to_text()


def step(held: Held, change: Change) -> Step:
    """*change* against the octets *held* has; a value that stays keeps its cuts, whatever they are."""
    stands = held.exact.get(change.rrset.id, ())
    texts = {octets: text(_rdata(change.type, octets)) for octets in stands}
    after = change.after.values if change.after else ()
    stay = tuple(octets for octets in stands if texts[octets] in after)
    new = tuple(rdata(change.type, value) for value in after if value not in texts.values())
    if change.before and change.after and change.before.ttl != change.after.ttl:
        # servers differ in what an added RR with another TTL does to the others, so all come anew
        return Step(change.rrset.id, stands, stands, stay + new, change.after.ttl)
    gone = tuple(octets for octets in stands if octets not in stay)
    return Step(change.rrset.id, stands, gone, new, change.rrset.ttl)


def message(zone: str, steps: Iterable[Step], held: Mapping[RRsetId, object]) -> UpdateMessage:
    """The UPDATE message of *zone* for *steps*, refused by the server where anything moved since *held*.

    Prerequisites: every RRset to be changed stands exactly as it was read (section 2.4.2), one to be created
    is absent (2.4.3), and nothing came to its owner that makes a server ignore it in silence: a CNAME, or
    anything beside a CNAME (3.4.2.2). All deletions stand before all additions.
    """
    found = UpdateMessage(zone)
    steps = tuple(steps)
    owners = {id.owner for id in held}
    for id, stands, *_ in steps:
        name = from_text(id.owner)
        if stands:
            found.present(
                name, dns.rdataset.from_rdata_list(0, [_rdata(id.type, octets) for octets in stands])
            )
        elif id.type == "CNAME" and id.owner not in owners:
            found.absent(name)
        else:
            found.absent(name, id.type)
            if RRsetId(id.owner, "CNAME") not in held:
                found.absent(name, "CNAME")
    for id, _, gone, _, _ in steps:
        for octets in gone:
            found.delete(from_text(id.owner), _rdata(id.type, octets))
    for id, _, _, added, ttl in steps:
        for octets in added:
            found.add(from_text(id.owner), ttl, _rdata(id.type, octets))
    return found


def _rdata(type: str, octets: bytes) -> dns.rdata.Rdata:
    return dns.rdata.from_wire(IN, dns.rdatatype.from_text(type), octets, 0, len(octets))
