"""Why a name's records are there, who may send in its name, and which DMARC policy holds for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from dnsauth.catalogue.model import Catalogue, Envelope
from dnsauth.desired.flatten import answers
from dnsauth.desired.model import Desired
from dnsauth.dmarc import Discovery, discover
from dnsauth.inventory.model import Inventory
from dnsauth.lock.model import Grammar, Lock
from dnsauth.names import deepest, readable, within
from dnsauth.spf import Evaluation, Lookup, TempError, check_host, overlaid
from dnsauth.spf.closure import closure
from dnsauth.spf.model import Idle
from dnsauth.spf.reading import Kind
from dnsauth.spf.terms import repeated
from dnsauth.spf.tree import Branch, Tree, walk

Fetch: TypeAlias = Callable[[Iterable[tuple[str, str]]], None]
Senders: TypeAlias = Mapping[str, Mapping[str, tuple[str, ...]]]
"""The senders that bring each SPF term, by owner name and text of the term."""


class Message(NamedTuple):
    """One message to judge: the client's address, MAIL FROM and HELO."""

    ip: str
    mail_from: str
    helo: str


@dataclass(frozen=True, slots=True)
class Explained:
    """What is to be said of *name*, an absolute name.

    *useless* holds terms, each behind its owner name, of senders whose service writes its own domain into
    MAIL FROM. *dmarc* is None where it could not be learned, and *unknown* says why.
    """

    name: str
    spf: Tree
    senders: Senders
    useless: frozenset[tuple[str, str]]
    evaluation: Evaluation | None
    dmarc: Discovery | None
    unknown: str
    records: tuple[Desired, ...]

    @property
    def unassessed(self) -> bool:
        """True where a name that SPF leads to could not be asked."""
        problems = (
            branch.part.problem or (branch.tree and branch.tree.problem) for _, branch in walk(self.spf)
        )
        return any(p and p.kind is Kind.TEMPERROR for p in (self.spf.problem, *problems))

    @property
    def again(self) -> frozenset[tuple[str, Branch]]:
        """The terms that bring in a record for another time, each behind the domain it stands at."""
        return frozenset((at.domain, branch) for at, branch in repeated(self.spf))


def explained(
    name: str,
    message: Message | None,
    *,
    desired: Mapping[str, tuple[Desired, ...]],
    inventory: Inventory,
    catalogue: Catalogue,
    known: Lookup,
    lookup: Lookup,
    fetch: Fetch,
) -> Explained:
    """Everything about *name*, from DNS as *lookup* has it.

    *known* raises `dnsauth.spf.NotLooked` for what it does not hold; *fetch* then brings it, many at once.
    """
    spf = closure((name,), known, fetch)[name]
    dmarc, unknown = _dmarc(name, lookup)
    senders = {rrset.owner: rrset.terms for rrsets in desired.values() for rrset in rrsets if rrset.terms}
    return Explained(
        name,
        spf,
        senders,
        _useless(name, inventory, catalogue, senders),
        check_host(message.ip, message.mail_from, message.helo, lookup) if message else None,
        dmarc,
        unknown,
        _records(name, inventory, desired),
    )


def _dmarc(name: str, lookup: Lookup) -> tuple[Discovery | None, str]:
    def asked(name: str, type: str) -> tuple[str, ...]:
        try:
            return lookup(name, type)
        except TempError as error:
            raise TempError(f"{type} of {readable(name)} could not be asked: {error}") from error

    try:
        return discover(name, asked), ""
    except TempError as error:
        return None, str(error)


def _records(
    name: str, inventory: Inventory, desired: Mapping[str, tuple[Desired, ...]]
) -> tuple[Desired, ...]:
    """What the inventory asks for at *name* and below, up to the next mail domain; or at that very owner."""
    homes = {domain.name for zone in inventory.zones.values() for domain in zone.domains}
    return tuple(
        rrset
        for rrsets in desired.values()
        for rrset in rrsets
        if rrset.owner == name or (name in homes and deepest(rrset.owner, homes) == name)
    )


def _useless(
    name: str, inventory: Inventory, catalogue: Catalogue, senders: Senders
) -> frozenset[tuple[str, str]]:
    vendors = {
        sender.name
        for zone in inventory.zones.values()
        for domain in zone.domains
        if domain.name == name
        for sender in domain.senders
        if sender.service in catalogue and catalogue[sender.service].envelope is Envelope.VENDOR
    }
    return frozenset(
        (owner, term)
        for owner, brought in senders.items()
        if within(owner, name)
        for term, by in brought.items()
        if by and vendors.issuperset(by)
    )


def remarks(branch: Branch, *, useless: bool = False, again: bool = False) -> tuple[str, ...]:
    """What is notable about a term, in words; () for one that does its work."""
    found = [branch.idle.value] if branch.idle else []
    if again and branch.idle is not Idle.DUPLICATE:
        found.append("brought in before")
    if branch.opaque:
        found.append("depends on the message")
    if branch.wide:
        found.append("very wide")
    if useless:
        found.append("useless: the service writes its own domain into MAIL FROM")
    if branch.problem:
        found.append(branch.problem.text)
    return tuple(found)


def planned(desired: Mapping[str, tuple[Desired, ...]], locks: Mapping[str, Lock], base: Lookup) -> Lookup:
    """DNS as it will be once everything is applied: *base*, but for SPF and DMARC at our names.

    Where a lock records such a record and nobody asks for one any more, it will be gone.
    """
    gone = {
        (claim.owner, claim.type): ()
        for lock in locks.values()
        for claim in lock.claims
        if claim.grammar in (Grammar.SPF, Grammar.DMARC)
    }
    over = overlaid(base, {**gone, **answers(desired)})
    aliases = {
        rrset.owner: rrset.texts[0]
        for rrsets in desired.values()
        for rrset in rrsets
        if rrset.type == "CNAME"
    }

    def lookup(name: str, type: str) -> tuple[str, ...]:
        seen = set()
        while name in aliases and name not in seen:
            seen.add(name)
            name = aliases[name]
        return over(name, type)

    return lookup
