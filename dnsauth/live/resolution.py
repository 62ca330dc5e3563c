"""What a resolver says of one name and type, as a closed union.

Only `Resolved` says what is there and what is not; whatever kept a resolver from saying so has a type of
its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias, assert_never


class Asked(NamedTuple):
    """An absolute name and a type."""

    name: str
    type: str


class Resolved(NamedTuple):
    """The values at the end of the CNAME *chain*, sorted; none for NODATA, nor where *exists* is False.

    *ttl* is in seconds, the least on the way, or that of the negative answer (RFC 2308 section 5). *chain*
    holds the targets passed through, in order. *exists* is False for NXDOMAIN of the last name (RFC 8020).
    *secure* is True where a validating resolver vouches for the answer (AD, RFC 4035 section 3.2.3).
    """

    values: tuple[str, ...]
    ttl: int
    chain: tuple[str, ...] = ()
    exists: bool = True
    secure: bool = False


@dataclass(frozen=True, slots=True)
class Looping:
    """A CNAME *chain* that comes back to itself, or is longer than any resolver follows."""

    chain: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bogus:
    """DNSSEC validation failed (RFC 4033 section 5): the resolver has data and will not vouch for it."""

    why: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """No resolver said whether the record is there: SERVFAIL, REFUSED, silence."""

    why: str


Resolution: TypeAlias = Resolved | Looping | Bogus | Unanswered


def unlearned(resolution: Resolution) -> str:
    """Why a question that ended in *resolution* taught nothing, behind a colon."""
    return resolution.why if isinstance(resolution, Unanswered) else f"it {resolution_said(resolution)}"


def resolution_said(resolution: Resolution) -> str:
    """*resolution* for people, as the end of a sentence that begins with the name."""
    match resolution:
        case Resolved(values=()) as absent:
            return f"has no such record ({'NODATA' if absent.exists else 'NXDOMAIN'})"
        case Resolved(values):
            return f"is {', '.join(values)}"
        case Looping(chain):
            return f"is a CNAME that leads nowhere: {' → '.join(chain)}"
        case Bogus(why):
            return f"fails DNSSEC validation: {why}"
        case Unanswered(why):
            return f"could not be asked: {why}"
        case _:
            assert_never(resolution)
