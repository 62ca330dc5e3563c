"""What the SPF record of a domain means for every message at once, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from dnsauth.records.mechanisms import IP4, IP6, MX, A, All
from dnsauth.records.spf import Directive, Record, Term
from dnsauth.spf.addresses import EMPTY, Addresses
from dnsauth.spf.passing import Ends
from dnsauth.spf.reading import Names, Part, Problem, Reach

WIDE4 = 16  # a network with a shorter prefix holds more than one sender's hosts
WIDE6 = 32  # a shorter prefix is more than one provider is given


class Cost(NamedTuple):
    """What an evaluation costs that no term ends: terms that query DNS, and those of them that find nothing.

    A client is asked for by A or by AAAA records, and so *voids4* or *voids6* count (RFC 7208 section 5).
    """

    lookups: int = 0
    voids4: int = 0
    voids6: int = 0

    @property
    def voids(self) -> int:
        """Void lookups of the client that meets more of them."""
        return max(self.voids4, self.voids6)


NOTHING = Cost()


class Idle(StrEnum):
    """Why a term does no work, in words."""

    AFTER_ALL = "unreachable: it stands behind `all`"
    BESIDE_ALL = "ignored: a record with `all` needs no redirect"
    DUPLICATE = "a duplicate"
    SHADOWED = "shadowed: earlier terms match all it does"
    EMPTY = "matches nothing"


@dataclass(frozen=True, slots=True)
class Branch:
    """One term of a record with all it brings in.

    *matches* are the addresses it matches by itself, *gains* those that pass because of it: no earlier term
    of the record matches them. *cost* is what it costs where nothing matches. *shadowed* where earlier terms
    match all of *matches*, *duplicate* where the same term stands before it.
    """

    part: Part
    tree: Tree | None = field(default=None, repr=False, compare=False)
    matches: Addresses = EMPTY
    gains: Addresses = EMPTY
    cost: Cost = NOTHING
    shadowed: bool = False
    duplicate: bool = False

    @property
    def term(self) -> Term:
        """The term."""
        return self.part.term

    @property
    def target(self) -> str:
        """The absolute name the term leads to; empty where it has none, or the message decides."""
        return self.part.target

    @property
    def reach(self) -> Reach:
        """Whether evaluation comes here where no earlier term matches."""
        return self.part.reach

    @property
    def lookups(self) -> int:
        """Terms that query DNS."""
        return self.cost.lookups

    @property
    def voids(self) -> int:
        """Void lookups of the client that meets more of them."""
        return self.cost.voids

    @property
    def opaque(self) -> bool:
        """True where the message decides what matches: macros, exists, ptr."""
        return self.part.opaque or (self.tree is not None and self.tree.opaque)

    @property
    def problem(self) -> Problem | None:
        """What keeps the term, or the record it brings in, from a result."""
        return self.part.problem or (self.tree.problem if self.tree else None)

    @property
    def idle(self) -> Idle | None:
        """Why it does no work, whatever the message; None where it does some, or where that is not known."""
        if self.reach is Reach.AFTER_ALL:
            return Idle.AFTER_ALL
        if self.reach is Reach.BESIDE_ALL:
            return Idle.BESIDE_ALL
        if not isinstance(self.term, Directive) or isinstance(self.term.mechanism, All):
            return None  # these say what becomes of everybody else
        if self.duplicate:
            return Idle.DUPLICATE
        home = self.tree or self.part
        if self.opaque or home.errors or home.missing:
            return None
        if not self.matches:
            return Idle.EMPTY
        return Idle.SHADOWED if self.shadowed else None

    @property
    def wide(self) -> bool:
        """True where the term itself lists a network that is wider than a /16, or for IPv6 a /32."""
        match self.term:
            case Directive(IP4(network)):
                return network.prefixlen < WIDE4
            case Directive(IP6(network)):
                return network.prefixlen < WIDE6
            case Directive(A(_, prefix4, prefix6) | MX(_, prefix4, prefix6)):
                four, six = bool(self.matches.four[0]), bool(self.matches.six[0])
                return (four and prefix4 < WIDE4) or (six and prefix6 < WIDE6)
            case _:
                return False


@dataclass(frozen=True, slots=True)
class Tree:
    """What the record of *domain*, an absolute name, means.

    *cost* is what an evaluation costs that begins here and that no term ends (RFC 7208 section 4.6.4); at
    least that where not *counted*, as in a loop, or where a record that is brought in is not known.

    *passes* are the addresses for which check_host() says pass, *errors* those for which it ends in permerror
    or temperror, or finds no record, all limits counted. A term is *opaque* where the message decides, and
    *missing* is what nobody has looked up: for both sets, such terms match nothing, and are no void lookups.

    *branches* are the terms in the order of evaluation. *ends* is a memo for building others.
    """

    domain: str
    text: str = ""
    record: Record | None = None
    problem: Problem | None = None
    branches: tuple[Branch, ...] = ()
    cost: Cost = NOTHING
    passes: Addresses = EMPTY
    errors: Addresses = EMPTY
    opaque: bool = False
    missing: Names = frozenset()
    counted: bool = True
    ends: Ends | None = field(default=None, repr=False, compare=False)

    @property
    def lookups(self) -> int:
        """Terms that query DNS."""
        return self.cost.lookups

    @property
    def voids(self) -> int:
        """Void lookups of the client that meets more of them."""
        return self.cost.voids
