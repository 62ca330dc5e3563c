"""The JSON a plan is made of, and the digests over it (docs/reference.md).

Under every digest lies one form: sorted keys, no blanks, UTF-8. What explains a change (origin, meaning,
adopts, drift) stands outside, so that moving a line in a zone file makes no plan stale.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256

from dnsauth.findings import Finding
from dnsauth.plan.model import Change, Held
from dnsauth.rrset import RRset, RRsetId, rdata

CHANGE_ID = 12  # hex digits; a waiver names a change by as many


def canonical(document: object) -> bytes:
    """*document* as the octets a digest is taken of; raises `ValueError` where it is no JSON."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "surrogatepass")


def digest(document: object) -> str:
    """SHA-256 of the canonical JSON of *document*, 64 hex digits."""
    return sha256(canonical(document)).hexdigest()


def rrset_json(rrset: RRset | None) -> dict[str, object] | None:
    """TTL and values of one side of a change."""
    return None if rrset is None else {"ttl": rrset.ttl, "values": list(rrset.values)}


def change_json(change: Change) -> dict[str, object]:
    """One change as the plan file holds it."""
    return {
        "action": change.action.value,
        "adopts": change.adopts,
        "drift": change.drift,
        "owner": change.owner,
        "type": change.type,
        "before": rrset_json(change.before),
        "after": rrset_json(change.after),
        "origin": [origin._asdict() for origin in change.origin],
        "meaning": list(change.meaning),
    }


def finding_json(finding: Finding) -> dict[str, object]:
    """One finding as every JSON answer holds it; *where* is null where it has no place in a file."""
    place = finding.where
    return {
        "rule": finding.rule.code,
        "severity": finding.rule.severity.value,
        "message": finding.message,
        "where": {"file": place.file, "line": place.line, "column": place.column} if place.file else None,
        "owner": finding.owner,
        "facts": {name: _fact(value) for name, value in finding.facts.items()},
        "next": finding.next,
        "outcome": finding.outcome.value,
    }


def _fact(value: object) -> object:
    match value:
        case None | bool() | int() | float():
            return value
        case Mapping():
            return {str(name): _fact(item) for name, item in value.items()}
        case list() | tuple():
            return [_fact(item) for item in value]
        case _:
            return str(value)


def _wire(held: Held, id: RRsetId) -> list[str]:
    octets = held.exact.get(id) or [_octets(id.type, value) for value in held.rrsets[id].values]
    return sorted(one.hex() for one in octets)


def _octets(type: str, value: str) -> bytes:
    from dns.exception import DNSException

    try:
        return rdata(type, value)
    except DNSException:  # a provider's own type, as ALIAS is, has no wire form
        return value.encode()


def held_digest(held: Held, owners: Collection[str]) -> str:
    """The digest of RDATA octets and TTL of every RRset *held* has at *owners*, and of nothing else."""
    touched = sorted(id for id in held.rrsets if id.owner in owners)
    return digest([[*id, held.rrsets[id].ttl, _wire(held, id)] for id in touched])


def zone_digest(
    zone: str, provider: str, held: str, changes: Sequence[Change], *, observed: bool = False
) -> str:
    """The digest by which `apply` knows the plan of one zone at one provider again.

    One more field lies under that of an *observed* plan, so that it is no provider plan's, whatever the
    provider is called.
    """
    bare = [
        {
            "action": change.action.value,
            "owner": change.owner,
            "type": change.type,
            "before": rrset_json(change.before),
            "after": rrset_json(change.after),
        }
        for change in changes
    ]
    mark = {"observed": True} if observed else {}
    return digest({"zone": zone, "provider": provider, "held": held, "changes": bare, **mark})


def change_id(zone: str, change: Change) -> str:
    """The 12 hex digits by which a waiver names *change*; it holds for this change and for no other."""
    sides = (rrset_json(change.before), rrset_json(change.after))
    return digest([zone, change.owner, change.type, *sides])[:CHANGE_ID]
