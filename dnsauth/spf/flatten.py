"""Addresses written as ``ip4`` and ``ip6``, cut into records that each fit an answer (RFC 7208 section 3.4).

A chunk holds what lies in one range of addresses, and its name says which range: where addresses change,
the chunk they lie in changes its text, and neither its name nor the record that includes it. So a receiver
that holds some records of yesterday and some of today passes whoever passes on both days.
docs/decisions/008-a-chunk-is-a-range.md has the reasons.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise
from typing import NamedTuple

from dnsauth.records.mechanisms import IP4, IP6, MX, A
from dnsauth.records.spf import Directive, Qualifier, Record
from dnsauth.spf.addresses import Addresses, Network
from dnsauth.spf.expand import dns_name
from dnsauth.spf.lookup import Lookup, NoSuchName, TempError
from dnsauth.spf.model import Branch
from dnsauth.spf.tree import walk

MAX_OCTETS = 450  # name and text of one record, RFC 7208 section 3.4
FULL = 0.75  # of the room, from where a cut may be

_LABEL = re.compile(r"_spf-[0-9a-f]{8}\Z")
_LABEL_OCTETS = 13


class Chunk(NamedTuple):
    """The addresses of one range, and the text of the record that lets them pass, at *owner* (absolute)."""

    owner: str
    addresses: Addresses
    text: str


def chunks(addresses: Addresses, domain: str) -> tuple[Chunk, ...]:
    """*addresses* as records at names below *domain* (absolute), each of at most 450 octets with its name.

    Where few addresses change, few records do. A name may come out longer than DNS has room for.
    """
    room = MAX_OCTETS - _LABEL_OCTETS - 1 - len(domain) - len(str(_closed(())))
    return tuple(Chunk(f"{label}.{domain}", part, text) for label, part, text in _ranges(addresses, room))


def directives(networks: Iterable[Network]) -> tuple[Directive, ...]:
    """*networks* as mechanisms that pass."""
    return tuple(Directive(IP4(n) if n.version == 4 else IP6(n)) for n in networks)


def is_chunk(owner: str) -> bool:
    """True where *owner* is a name that `chunks` gives."""
    return _LABEL.match(owner.partition(".")[0]) is not None


def asked(branch: Branch, lookup: Lookup) -> frozenset[tuple[str, str]]:
    """Names and types whose answers decide what *branch* matches, so far as *lookup* knows them."""
    below = walk(branch.tree) if branch.tree else ()
    return frozenset(
        question for each in (branch, *(inner for _, inner in below)) for question in _asked(each, lookup)
    )


def _asked(branch: Branch, lookup: Lookup) -> Iterator[tuple[str, str]]:
    if branch.part.brings:
        yield branch.target, "TXT"
    match branch.term:
        case Directive(A()) if branch.target:
            yield from ((branch.target, type) for type in ("A", "AAAA"))
        case Directive(MX()) if branch.target:
            yield branch.target, "MX"
            try:
                values = lookup(branch.target, "MX")
            except (NoSuchName, TempError):
                return
            hosts = (dns_name(value.rpartition(" ")[2]) for value in values)
            yield from ((host, type) for host in hosts if host for type in ("A", "AAAA"))
        case _:
            pass


def _closed(networks: Iterable[Network]) -> Record:
    return Record(directives(networks)).closed(Qualifier.FAIL)


@lru_cache(maxsize=256)  # many domains have one sender
def _ranges(addresses: Addresses, room: int) -> tuple[tuple[str, Addresses, str], ...]:
    """Label, addresses and text of each range, whose mechanisms have *room* octets."""
    networks = addresses.networks()
    cuts = [*_cuts(networks, room), len(networks)]
    bounds = ["", *(str(networks[cut].network_address) for cut in cuts[1:-1]), ""]
    labels = [f"_spf-{_digest(f'{first} {after}')[:8]}" for first, after in pairwise(bounds)]
    parts = [networks[cut:end] for cut, end in pairwise(cuts)]
    return tuple(
        (label, Addresses.of(part), str(_closed(part))) for label, part in zip(labels, parts, strict=False)
    )


def _cuts(networks: Sequence[Network], room: int) -> Iterator[int]:
    """Where ranges begin, the first at 0.

    Of the places that leave a record full enough, the one is taken whose first address hashes least: the same
    place is found again when addresses before it have come or gone.
    """
    sizes = [1 + len(str(directive)) for directive in directives(networks)]
    start = 0
    while start < len(networks):
        yield start
        used, end = 0, start
        places = []
        while end < len(networks) and (used := used + sizes[end]) <= room:
            end += 1
            if used >= room * FULL:
                places.append(end)
        if end == len(networks):
            return
        start = min(places or [end], key=lambda place: _digest(str(networks[place].network_address)))


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
