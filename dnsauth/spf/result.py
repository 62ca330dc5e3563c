"""What an evaluation of SPF comes to, and how it got there (RFC 7208 section 2.6)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Result(StrEnum):
    """What check_host() returns, section 2.6."""

    PASS = "pass"  # noqa: S105  a result, no password
    FAIL = "fail"
    SOFTFAIL = "softfail"
    NEUTRAL = "neutral"
    NONE = "none"
    PERMERROR = "permerror"
    TEMPERROR = "temperror"


class Looked(NamedTuple):
    """A name and type that were looked up, and the *values* there.

    *exists* is False for NXDOMAIN; *error* says why nothing could be learned, and is empty where it could.
    """

    name: str
    type: str
    values: tuple[str, ...] = ()
    exists: bool = True
    error: str = ""

    @property
    def void(self) -> bool:
        """True for NXDOMAIN and NODATA, which section 4.6.4 counts."""
        return not self.values and not self.error


class Step(NamedTuple):
    """A term as it was evaluated; the steps of an include or redirect follow its own, one *depth* down.

    The first step in each *domain*, an absolute name, is its record, as the term ``v=spf1``: it *matched*
    where the record can be used. *target* is the name the term leads to, empty where it leads to none;
    *result* what the record there came to. *lookups* and *voids* are the counts of section 4.6.4 when the
    term was done, with what is below. *problem* says why a term could not be evaluated.
    """

    domain: str
    term: str
    depth: int
    target: str = ""
    looked: tuple[Looked, ...] = ()
    matched: bool = False
    result: Result | None = None
    problem: str = ""
    lookups: int = 0
    voids: int = 0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The *result* of check_host(), *because* of which term of which domain, in one sentence.

    *lookups* and *voids* count terms, section 4.6.4. *explanation* is the ``exp`` text of a fail, section
    6.2: a stranger's words, at most one line of SMTP reply.
    """

    result: Result
    because: str
    lookups: int = 0
    voids: int = 0
    explanation: str | None = None
    steps: tuple[Step, ...] = ()
