"""What one evaluation asks of DNS, and how RFC 7208 section 4.6.4 counts it.

A term that queries counts once as a lookup, and once as void however many of its queries find nothing.
"""

from __future__ import annotations

from types import TracebackType
from typing import NamedTuple, Self

from dnsauth.names import readable
from dnsauth.records.spf import MAX_LOOKUPS
from dnsauth.spf import expand
from dnsauth.spf.lookup import Lookup, NoSuchName, TempError
from dnsauth.spf.ptr import Validated, validated
from dnsauth.spf.result import Looked, Result, Step
from dnsauth.spf.session import Session

MAX_VOIDS = 2  # terms that query and find nothing

_SHOWN = 80  # characters of a term in a sentence


class Stopped(Exception):
    """An exception as section 4.6.2 has it: evaluation ends with *result*, *because* of that."""

    def __init__(self, result: Result, because: str) -> None:
        super().__init__(because)
        self.result = result
        self.because = because


class Scope(NamedTuple):
    """The <domain> whose record is evaluated: as macros have it, and as an absolute name; *depth* down."""

    domain: str
    name: str
    depth: int


def cited(term: str, name: str) -> str:
    """*term* of the record at *name*, for a sentence."""
    return f"{term if len(term) <= _SHOWN else f'{term[:_SHOWN]}…'} of {readable(name)}"


class Questions:
    """The questions of one evaluation: its counts, and the steps so far."""

    __slots__ = ("_lookup", "_validated", "lookups", "session", "steps", "voids")

    def __init__(self, session: Session, lookup: Lookup) -> None:
        self.session = session
        self.lookups = 0
        self.voids = 0
        self.steps: list[Step] = []
        self._lookup = lookup
        self._validated: Validated | None = None

    def look(self, name: str, type: str) -> Looked:
        """What is at *name*; counted nowhere."""
        try:
            return Looked(name, type, self._lookup(name, type))
        except NoSuchName:
            return Looked(name, type, exists=False)
        except TempError as error:
            return Looked(name, type, error=str(error) or "no answer")

    def validated(self) -> Validated:
        """The validated names of the client, looked up once however many macros ask."""
        if self._validated is None:
            self._validated = validated(self.session.ip, self.look)
        return self._validated

    def value(self, letter: str, scope: Scope) -> str:
        """What a macro letter stands for in *scope*."""
        if letter == "p":
            return self.validated().best(scope.name)
        return self.session.value(letter, scope.domain)

    def step(
        self,
        scope: Scope,
        term: str,
        *,
        target: str = "",
        looked: tuple[Looked, ...] = (),
        matched: bool = False,
        result: Result | None = None,
        problem: str = "",
    ) -> Step:
        """A step of *scope*, with the counts as they are."""
        return Step(
            scope.name, term, scope.depth, target, looked, matched, result, problem, self.lookups, self.voids
        )


class Asking:
    """A term of *scope* that queries DNS, while it is evaluated; its step stands where it began.

    What the term comes to is said by *matched*, by *result* where it leads to a record, and by *problem*.
    """

    __slots__ = (
        *("_at", "_looked", "_questions", "_target", "_void"),
        *("matched", "problem", "result", "scope", "term"),
    )

    def __init__(self, questions: Questions, scope: Scope, term: str) -> None:
        self.scope = scope
        self.term = term
        self.matched = False
        self.result: Result | None = None
        self.problem = ""
        self._questions = questions
        self._at = len(questions.steps)
        self._looked: list[Looked] = []
        self._target = ""
        self._void = False

    def __str__(self) -> str:
        return cited(self.term, self.scope.name)

    def __enter__(self) -> Self:
        """This term, whose step begins."""
        self._questions.steps.append(self._questions.step(self.scope, self.term))
        return self

    def __exit__(
        self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None
    ) -> None:
        """The step, with what was asked and what it came to."""
        self._questions.steps[self._at] = self._questions.step(
            self.scope,
            self.term,
            target=self._target,
            looked=tuple(self._looked),
            matched=self.matched,
            result=self.result,
            problem=str(error or self.problem),
        )

    def count(self) -> None:
        """One more lookup; raises `Stopped` where that is one too many."""
        self._questions.lookups += 1
        if self._questions.lookups > MAX_LOOKUPS:
            raise self.exceeds(f"is one more than the {MAX_LOOKUPS} terms that may query DNS")

    def target(self, spec: str) -> str | None:
        """The <target-name> of *spec*, <domain> where it is empty; no name of DNS, perhaps.

        None where *spec* takes a local-part that is not ASCII, and so matches nothing (RFC 8616 section 4).
        """
        if not spec:
            domain = self.scope.domain
        elif expand.local_part_in(spec) and not self._questions.session.local_part.isascii():
            self.problem = "the local-part is not ASCII (RFC 8616 section 4)"
            return None
        else:
            domain = expand.target(spec, self._value)
        self._target = expand.dns_name(domain) or domain
        return domain

    def ask(self, name: str, type: str) -> tuple[str, ...]:
        """The values at *name*; raises `Stopped` for an error, and where that is one void lookup too many."""
        looked = self._questions.look(name, type)
        self._looked.append(looked)
        if looked.error:
            because = f"{self} needs {type} of {readable(name)}, which could not be asked: {looked.error}"
            raise Stopped(Result.TEMPERROR, because)
        self._count_void(looked)
        return looked.values

    def validated(self) -> Validated:
        """The validated names of the client; raises `Stopped` where that is one void lookup too many."""
        found = self._questions.validated()
        if found.looked[0] not in self._looked:  # p may stand more than once
            self._looked.extend(found.looked)
            for looked in found.looked:
                self._count_void(looked)
        return found

    def exceeds(self, limit: str) -> Stopped:
        """The permerror that *limit*, the end of a sentence, makes of this term."""
        return Stopped(Result.PERMERROR, f"{self} {limit} (RFC 7208 section 4.6.4)")

    def _value(self, letter: str) -> str:
        if letter == "p":
            return self.validated().best(self.scope.name)
        return self._questions.value(letter, self.scope)

    def _count_void(self, looked: Looked) -> None:
        if self._void or not looked.void:
            return
        self._void = True
        self._questions.voids += 1
        if self._questions.voids > MAX_VOIDS:
            what = f"{looked.type} of {readable(looked.name)}"
            raise self.exceeds(f"finds no {what}, and {MAX_VOIDS} terms may find nothing")
