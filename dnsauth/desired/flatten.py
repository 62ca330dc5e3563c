"""Addresses in place of SPF terms that ask DNS, for senders that say ``flatten``.

A term is flattened where all its senders want it, it passes, and what it matches is known and does not depend
on the message. The addresses stand in the record itself where that stays within 450 octets, else in chunks
that it includes (`dnsauth.spf.flatten`). Any other term stays, with the reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from dnsauth.desired.model import Desired
from dnsauth.desired.wants import SpfTerm
from dnsauth.inventory.model import MailDomain
from dnsauth.lock.observed import Observed
from dnsauth.names import MAX_NAME, readable
from dnsauth.records import dmarc, spf
from dnsauth.spf.addresses import Addresses
from dnsauth.spf.flatten import MAX_OCTETS, Chunk, asked, chunks, directives
from dnsauth.spf.lookup import Lookup, overlaid
from dnsauth.spf.tree import Branch, Tree, tree, walk

SHOWN = 3  # of the names nobody has looked up


class Why(StrEnum):
    """Why a term stays."""

    MESSAGE = "the message decides what it matches"
    UNKNOWN = "nobody has looked it up"
    BROKEN = "it ends in an error"
    QUALIFIED = "another qualifier than + stands in the way"
    SIZE = "the addresses take too many records"


class Stays(NamedTuple):
    """A term that stays as it is though its senders want it flattened; *what* is in the way."""

    term: SpfTerm
    why: Why
    what: str


class Piece(NamedTuple):
    """A chunk, and the senders whose addresses it holds."""

    chunk: Chunk
    senders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flat:
    """The SPF record of *domain* at *owner*, flattened.

    *terms* are those it has now, *pieces* what they include, *retired* the texts of chunks they included
    before, by owner. *stays* are terms nothing could stand for. The flattened terms cost *lookups*; *asked*
    has, for each, the names and types that decide what it matches.
    """

    domain: str
    owner: str
    terms: tuple[SpfTerm, ...]
    pieces: tuple[Piece, ...] = ()
    retired: Mapping[str, str] = field(default_factory=dict)
    stays: tuple[Stays, ...] = ()
    lookups: int = 0
    asked: tuple[frozenset[tuple[str, str]], ...] = ()


class Basis(NamedTuple):
    """What records are flattened from: DNS as it will be; *retired* chunks by mail domain and owner.

    *known* and *asked* are added to, so that domains with the same terms share what is told of them.
    """

    lookup: Lookup
    retired: Mapping[str, Mapping[str, str]]
    known: dict[str, Tree]
    asked: dict[tuple[str, str], frozenset[tuple[str, str]]]

    def asked_for(self, branch: Branch) -> frozenset[tuple[str, str]]:
        """Names and types that decide what *branch* matches."""
        key = str(branch.term), branch.target
        if key not in self.asked:
            self.asked[key] = asked(branch, self.lookup)
        return self.asked[key]


def basis(observed: Observed, desired: Mapping[str, Sequence[Desired]], lookup: Lookup) -> Basis:
    """What *lookup* says, but for what is *desired*, by zone and not flattened; chunks as *observed*."""
    retired: dict[str, dict[str, str]] = defaultdict(dict)
    for owner, chunk in observed.retired.items():
        retired[owner.partition(".")[2]][owner] = chunk.text
    return Basis(overlaid(lookup, answers(desired)), retired, {}, {})


def answers(desired: Mapping[str, Sequence[Desired]]) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """What SPF and DMARC will find at the names *desired* speaks of, by name and type."""
    found = {}
    for rrset in (rrset for rrsets in desired.values() for rrset in rrsets):
        texts = rrset.texts if rrset.type in ("A", "AAAA", "MX") else ()
        if rrset.type == "TXT":
            texts = tuple(text for text in rrset.texts if spf.selects(text) or dmarc.selects(text))
        if texts:
            found[rrset.owner, rrset.type] = texts
    return found


def flattened(domain: MailDomain, owner: str, terms: tuple[SpfTerm, ...], basis: Basis) -> Flat:
    """The record at *owner*, of which *basis* holds the form with all *terms*, flattened."""
    wanted = {sender.name for sender in domain.senders if sender.flatten is not None}
    kept = any(keep.owner == owner and any(map(spf.selects, keep.values)) for keep in domain.keep)
    whole = None if kept or not wanted else tree(owner, basis.lookup, basis.known)
    if whole is None or whole.record is None:  # two records of ours at one name: that is said elsewhere
        return Flat(domain.name, owner, terms)
    judged = _judged(terms, whole.branches, wanted)
    gone = {term: one for term, one in judged.items() if isinstance(one, Branch)}
    flat = Flat(
        domain.name,
        owner,
        terms,
        retired=basis.retired.get(domain.name, {}),
        stays=tuple(one for one in judged.values() if isinstance(one, Stays)),
    )
    return _written(flat, gone, basis, len(str(whole.record)))


def _judged(
    terms: Sequence[SpfTerm], branches: Sequence[Branch], wanted: set[str]
) -> Mapping[SpfTerm, Branch | Stays]:
    """What each of *terms* that is wanted flattened matches, or why it stays.

    Terms that pass may change places, but not with others: the first that matches decides (section 4.6.2).
    """
    found: dict[SpfTerm, Branch | Stays] = {}
    run, chosen = 0, None
    for term, branch in zip(terms, branches, strict=False):
        passes = branch.part.passes
        run += not passes
        if not branch.part.queries or not wanted.issuperset(term.senders):
            continue
        if (reason := _reason(branch)) is not None:
            found[term] = Stays(term, *reason)
        elif passes and chosen in (None, run):
            found[term], chosen = branch, run
        else:
            found[term] = Stays(term, Why.QUALIFIED, "")
    return found


def _reason(branch: Branch) -> tuple[Why, str] | None:
    """Why *branch* can't be addresses, and what is in the way; None where it can."""
    below = (inner for _, inner in walk(branch.tree)) if branch.tree else ()
    if branch.opaque:
        return Why.MESSAGE, next(f"{each.term}" for each in chain((branch,), below) if each.part.opaque)
    if missing := branch.part.missing | (branch.tree.missing if branch.tree else frozenset()):
        names = [f"{readable(name)} {type}" for name, type in sorted(missing)]
        more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
        return Why.UNKNOWN, ", ".join(names[:SHOWN]) + more
    if branch.problem or branch.part.errors or (branch.tree and branch.tree.errors):
        problems = (each.problem.text for each in chain((branch,), below) if each.problem)
        return Why.BROKEN, next(problems, "it takes more lookups than RFC 7208 section 4.6.4 allows")
    return None


def _written(flat: Flat, gone: Mapping[SpfTerm, Branch], basis: Basis, octets: int) -> Flat:
    """*flat*, whose record has so many *octets*, with addresses in place of *gone*, there or in chunks."""
    addresses = Addresses.union(branch.matches for branch in gone.values())
    networks = _written_out(addresses)
    octets += sum(1 + len(text) for text, _ in networks) - sum(1 + len(term.text) for term in gone)
    pieces: tuple[Piece, ...] = ()
    if len(flat.owner) + octets <= MAX_OCTETS:
        terms = _replaced(flat.terms, gone, _brought(networks, gone))
    else:
        cut = chunks(addresses, flat.domain)
        if len(cut) > spf.MAX_LOOKUPS or any(len(chunk.owner) - 1 > MAX_NAME for chunk in cut):
            size = f"{len(networks):,} networks in {len(cut):,} records of at most {spf.MAX_LOOKUPS}"
            return replace(flat, stays=(*flat.stays, *(Stays(term, Why.SIZE, size) for term in gone)))
        includes = ((_include(chunk), chunk.addresses) for chunk in cut)
        new = _brought(includes, gone)
        terms = _replaced(flat.terms, gone, new)
        pieces = tuple(Piece(chunk, term.senders) for chunk, term in zip(cut, new, strict=True))
    owners = {piece.chunk.owner for piece in pieces}
    return replace(
        flat,
        terms=terms,
        pieces=pieces,
        retired={owner: text for owner, text in flat.retired.items() if owner not in owners},
        lookups=sum(branch.lookups for branch in gone.values()),
        asked=tuple(basis.asked_for(branch) for branch in gone.values()),
    )


@lru_cache(maxsize=256)  # many domains have one sender
def _written_out(addresses: Addresses) -> tuple[tuple[str, Addresses], ...]:
    """Each network as a term, and as addresses."""
    networks = addresses.networks()
    texts = map(str, directives(networks))
    return tuple((text, Addresses.of((network,))) for text, network in zip(texts, networks, strict=True))


def _include(chunk: Chunk) -> str:
    return str(spf.Directive(spf.Include(chunk.owner)))


def _brought(pieces: Iterable[tuple[str, Addresses]], gone: Mapping[SpfTerm, Branch]) -> tuple[SpfTerm, ...]:
    """The text of each of *pieces* with the senders some of its addresses are of."""
    found = []
    for text, addresses in pieces:
        theirs = (term.senders for term, branch in gone.items() if branch.matches & addresses)
        found.append(SpfTerm(text, tuple(dict.fromkeys(name for names in theirs for name in names))))
    return tuple(found)


def _replaced(
    terms: Sequence[SpfTerm], gone: Mapping[SpfTerm, Branch], new: Sequence[SpfTerm]
) -> tuple[SpfTerm, ...]:
    """*terms* with *new* where the first of *gone* stood; a text that is there twice is of both's senders."""
    texts: dict[str, dict[str, None]] = {}
    ahead: Iterator[Sequence[SpfTerm]] = iter((new,))
    for term in terms:
        for each in next(ahead, ()) if term in gone else (term,):
            texts.setdefault(each.text, {}).update(dict.fromkeys(each.senders))
    return tuple(SpfTerm(text, tuple(senders)) for text, senders in texts.items())
