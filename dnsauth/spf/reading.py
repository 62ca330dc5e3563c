"""The SPF record of one domain, and what each of its terms asks of DNS and matches by itself."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import NamedTuple, TypeAlias, assert_never

from dnsauth.names import readable
from dnsauth.records import BadRecord
from dnsauth.records.mechanisms import IP4, IP6, MX, A, All, Exists, Include, Ptr
from dnsauth.records.spf import (
    Directive,
    Explanation,
    Qualifier,
    Record,
    Redirect,
    Term,
    UnknownModifier,
    selects,
)
from dnsauth.spf.addresses import ALL, EMPTY, IPV4, IPV6, Addresses, Network
from dnsauth.spf.expand import dns_name, target
from dnsauth.spf.lookup import Lookup, NoSuchName, NotLooked, TempError
from dnsauth.spf.ptr import MAX_NAMES

MAX_FOLLOWED = 100  # querying terms of one record that are looked up: ten times what any receiver does


Names: TypeAlias = frozenset[tuple[str, str]]
"""Absolute names, each with a type."""

_NONE: Names = frozenset()
_HOSTS = (A, MX)


class Kind(StrEnum):
    """What is wrong."""

    NO_NAME = "no name"
    NO_RECORD = "no record"
    SEVERAL = "several records"
    SYNTAX = "syntax"
    TEMPERROR = "temperror"
    HOSTS = "too many MX hosts"
    LOOP = "loop"
    CUT = "cut"


class Problem(NamedTuple):
    """What keeps a record or a term from a result; *text* is a sentence, *column* stands in the record."""

    kind: Kind
    text: str
    column: int | None = None


class Reach(StrEnum):
    """Whether evaluation comes to a term where no earlier one matches, RFC 7208 section 5.1."""

    REACHED = "reached"
    AFTER_ALL = "after all"
    BESIDE_ALL = "redirect beside all"


class Part(NamedTuple):
    """One term by itself, without the record it brings in.

    *target* is the absolute name it leads to, empty where there is none or the message decides, and *brings*
    the same where it brings in the record there. *matches* are the addresses it lists, *late* those of them
    that are found behind a void lookup; *void* those for which it is one where it does not match, *errors*
    those for which it ends in an error. *opaque* says that the message decides what it matches. *missing* is
    what nobody has looked up.
    """

    term: Term
    reach: Reach = Reach.REACHED
    target: str = ""
    brings: str = ""
    queries: bool = False
    matches: Addresses = EMPTY
    late: Addresses = EMPTY
    void: Addresses = EMPTY
    errors: Addresses = EMPTY
    opaque: bool = False
    problem: Problem | None = None
    missing: Names = _NONE

    @property
    def passes(self) -> bool:
        """True where a match is a pass; what redirect brings in is as if it stood here."""
        return not isinstance(self.term, Directive) or self.term.qualifier is Qualifier.PASS

    @property
    def counted(self) -> bool:
        """False where it brings in a record, and which one is not known."""
        cut = self.problem is not None and self.problem.kind is Kind.CUT
        return not (cut or self.opaque) or not _brings(self.term)


class Reading(NamedTuple):
    """The record of *domain*, or the *problem* there; *missing* is what it needs and nobody has looked up.

    *parts* are its terms in the order of evaluation: ``redirect`` comes last (RFC 7208 section 6.1).
    """

    domain: str
    text: str = ""
    record: Record | None = None
    problem: Problem | None = None
    parts: tuple[Part, ...] = ()
    missing: Names = _NONE


def read(domain: str, lookup: Lookup) -> Reading:
    """The record published at *domain*, an absolute name, and its terms."""
    found = _ask(lookup, domain, "TXT")
    if found.missing or found.problem:
        return Reading(domain, problem=found.problem, missing=found.missing)
    texts = [text for text in found.values if selects(text)]
    if not texts:
        kind, why = (
            (Kind.NO_NAME, "does not exist") if not found.exists else (Kind.NO_RECORD, "has no SPF record")
        )
        return Reading(domain, problem=Problem(kind, f"{readable(domain)} {why}"))
    if len(texts) > 1:
        text = f"{readable(domain)} has {len(texts)} SPF records, which is a permerror (RFC 7208 section 4.5)"
        return Reading(domain, problem=Problem(Kind.SEVERAL, text))
    try:
        record = Record.parse(texts[0])
    except BadRecord as error:
        text = f"the SPF record of {readable(domain)} is wrong: {error}"
        return Reading(domain, texts[0], problem=Problem(Kind.SYNTAX, text, error.column))
    parts = tuple(_parts(record, domain, lookup))
    return Reading(domain, texts[0], record, parts=parts, missing=_missing(parts))


def filled(reading: Reading, lookup: Lookup) -> Reading:
    """*reading* with what *lookup* holds by now."""
    if reading.record is None:
        return read(reading.domain, lookup)
    parts = tuple(
        _part(part.term, reading.domain, lookup) if part.missing else part for part in reading.parts
    )
    return reading._replace(parts=parts, missing=_missing(parts))


class _Found(NamedTuple):
    values: tuple[str, ...] = ()
    exists: bool = True
    problem: Problem | None = None
    missing: Names = _NONE


def _ask(lookup: Lookup, name: str, type: str) -> _Found:
    try:
        return _Found(lookup(name, type))
    except NoSuchName:
        return _Found(exists=False)
    except NotLooked:
        return _Found(missing=frozenset({(name, type)}))
    except TempError as error:
        text = f"{type} of {readable(name)} could not be asked: {error}"
        return _Found(problem=Problem(Kind.TEMPERROR, text))


def _parts(record: Record, domain: str, lookup: Lookup) -> Iterator[Part]:
    """The terms as they are evaluated; behind `MAX_FOLLOWED` of them that query, no more is looked up."""
    closed, querying = False, 0
    for term in sorted(record.terms, key=lambda term: isinstance(term, Redirect)):  # section 6.1
        if closed and isinstance(term, Directive):
            yield Part(term, Reach.AFTER_ALL)
        elif isinstance(term, Redirect) and record.closing is not None:
            yield Part(term, Reach.BESIDE_ALL)
        else:
            part = _part(term, domain, lookup if querying < MAX_FOLLOWED else None)
            querying += part.queries
            closed = closed or (isinstance(term, Directive) and isinstance(term.mechanism, All))
            yield part


def _missing(parts: tuple[Part, ...]) -> Names:
    return _NONE.union(*(part.missing for part in parts if part.missing))


def _part(term: Term, domain: str, lookup: Lookup | None) -> Part:
    mechanism = term.mechanism if isinstance(term, Directive) else None
    hosts = mechanism if isinstance(mechanism, _HOSTS) else None
    if lookup is None and (hosts or _brings(term)):
        text = f"{term} is not looked up: {MAX_FOLLOWED} terms before it query DNS"
        return Part(term, queries=True, errors=ALL, problem=Problem(Kind.CUT, text))
    if hosts is None:
        return _alone(term)
    part = _alone(term) if hosts.domain else _querying(term, "", domain)
    return _listed(part, hosts, lookup) if lookup and part.target else part


@lru_cache(maxsize=4096)  # vendors' includes stand in many records
def _alone(term: Term) -> Part:
    """A term as it is in every record, without its hosts."""
    match term:
        case Directive(mechanism):
            match mechanism:
                case All():
                    return Part(term, matches=ALL)
                case IP4(network):
                    return Part(term, matches=Addresses.of((network,)))
                case IP6(network):
                    return Part(term, matches=Addresses.of((network,)) & IPV6)
                case Include(spec) | A(spec) | MX(spec):
                    return _querying(term, spec)
                case Ptr() | Exists():
                    return Part(term, queries=True, void=ALL, opaque=True)
                case _ as never:
                    assert_never(never)
        case Redirect(spec):
            return _querying(term, spec)
        case Explanation() | UnknownModifier():
            return Part(term)
        case _ as unknown:
            assert_never(unknown)


def _brings(term: Term) -> bool:
    """True for a term that needs the record it leads to."""
    return isinstance(term, Redirect) or (isinstance(term, Directive) and isinstance(term.mechanism, Include))


def _querying(term: Term, spec: str, domain: str = "") -> Part:
    """A term that leads to the name *spec*, or else to *domain*, without what is there."""
    brings = _brings(term)
    if "%" in spec:
        return Part(term, queries=True, void=EMPTY if brings else ALL, opaque=True)
    name = dns_name(target(spec, str)) if spec else domain
    if name is not None:
        return Part(term, target=name, brings=name if brings else "", queries=True)
    text = f"{term} leads to no name that DNS can hold (RFC 7208 section 4.8)"
    return Part(term, queries=True, errors=ALL if brings else EMPTY, problem=Problem(Kind.NO_NAME, text))


def _listed(part: Part, hosts: A | MX, lookup: Lookup) -> Part:
    """*part* with the addresses of its hosts."""
    names: tuple[str, ...] = (part.target,)
    if isinstance(hosts, MX):
        found = _ask(lookup, part.target, "MX")
        if found.problem or found.missing:
            return part._replace(
                errors=ALL if found.problem else EMPTY, problem=found.problem, missing=found.missing
            )
        if not found.values:
            return part._replace(void=ALL)
        if len(found.values) > MAX_NAMES:
            text = (
                f"{part.term} names {len(found.values)} hosts of at most {MAX_NAMES} (RFC 7208 section 4.6.4)"
            )
            return part._replace(errors=ALL, problem=Problem(Kind.HOSTS, text))
        exchanges = (dns_name(value.rpartition(" ")[2]) for value in found.values)
        names = tuple(name for name in exchanges if name is not None)
    four = _family(part, names, "A", hosts.prefix4, lookup)
    six = _family(part, names, "AAAA", hosts.prefix6, lookup)
    return part._replace(
        matches=four.matches | six.matches,
        late=four.late | six.late,
        void=four.void | six.void,
        errors=four.errors | six.errors,
        problem=four.problem or six.problem,
        missing=four.missing | six.missing,
    )


def _family(part: Part, names: tuple[str, ...], type: str, prefix: int, lookup: Lookup) -> Part:
    """*part* for the clients whose address is compared with records of *type*."""
    clients = IPV4 if type == "A" else IPV6
    matches = late = void = EMPTY
    missing = _NONE
    for name in names:
        found = _ask(lookup, name, type)
        if found.problem:
            return Part(
                part.term, matches=matches, late=late, void=void, errors=clients, problem=found.problem
            )
        missing |= found.missing
        if not (found.values or found.missing):
            void = clients
        listed = (
            Addresses.of(filter(None, (_network(value, type, prefix) for value in found.values))) & clients
        )
        if void:
            late |= listed - matches
        matches |= listed
    return Part(part.term, matches=matches, late=late, void=void, missing=missing)


@lru_cache(maxsize=4096)
def _network(value: str, type: str, prefix: int) -> Network | None:
    try:
        if type == "A":
            return IPv4Network((IPv4Address(value), prefix), strict=False)
        return IPv6Network((IPv6Address(value), prefix), strict=False)
    except ValueError:  # no resolver's answer, but what is asked may be a file
        return None
