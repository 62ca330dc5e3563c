"""DNS as a zone holds it, laid over what is known of the rest: the same questions before and after a plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dnsauth import names
from dnsauth.rrset import RRset, RRsetId
from dnsauth.spf.lookup import Lookup, NoSuchName, NotLooked, TempError

MAX_CHAIN = 16  # CNAMEs one after the other


def unknown(name: str, type: str) -> tuple[str, ...]:
    """A `Lookup` that knows nothing: raises `NotLooked`."""
    raise NotLooked(f"{name} {type} was never looked up")


def published(zone: str, rrsets: Mapping[RRsetId, RRset], base: Lookup) -> Lookup:
    """What servers of *zone* (absolute) would answer if it held *rrsets* and nothing else; else *base*.

    CNAMEs are followed and wildcards expanded (RFC 1034 section 4.3.2, RFC 4592); a name at or below a
    delegation is *base*'s to answer.
    """
    owners = {id.owner for id in rrsets}
    cuts = {id.owner for id in rrsets if id.type == "NS" and id.owner != zone}
    exists = {above for owner in owners for above in _upwards(owner, zone)}

    def lookup(name: str, type: str, left: int = MAX_CHAIN) -> tuple[str, ...]:
        if not names.within(name, zone) or not cuts.isdisjoint(_upwards(name, zone)):
            return base(name, type)
        at = _source(name, zone, exists)
        if found := rrsets.get(RRsetId(at, type)):
            return found.values
        if cname := rrsets.get(RRsetId(at, "CNAME")):
            if not left:
                raise TempError(f"more than {MAX_CHAIN} CNAMEs lead on from {name}")
            return lookup(names.absolute(cname.values[0]), type, left - 1)
        if at not in exists:
            raise NoSuchName(f"{name} does not exist in {zone}")
        return ()

    return lookup


def _upwards(name: str, zone: str) -> Iterator[str]:
    while name != zone:
        yield name
        _, _, name = name.partition(".")
    yield zone


def _source(name: str, zone: str, exists: set[str]) -> str:
    """*name* where it exists, else the wildcard at its closest encloser, RFC 4592 section 3.3.1."""
    if name in exists:
        return name
    return next(f"*.{above}" for above in _upwards(name, zone) if above in exists or above == zone)
