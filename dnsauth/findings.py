"""One diagnostic type for every stage: what is wrong, where, why, and what to do next.

A rule's code, severity and text stand together, once; a finding adds the place and the facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dnsauth.errors import DnsauthError


class Severity(StrEnum):
    """How bad: an error makes a command exit 1, a warning and a note do not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Outcome(StrEnum):
    """A rule fails, or what it needs to know could not be learned."""

    FAIL = "fail"
    NOT_ASSESSED = "not_assessed"


@dataclass(frozen=True, slots=True)
class Rule:
    """A stable code, its severity, and two texts with ``{facts}``: the reason and the next step."""

    code: str
    severity: Severity
    text: str
    next: str = ""
    live: bool = False
    """It needs a look at what the world answers."""


@dataclass(frozen=True, slots=True, order=True)
class Where:
    """A place in a file; *line* and *column* count from 1, and 0 means the whole file."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


NOWHERE = Where("")


@dataclass(frozen=True, slots=True)
class Finding:
    """One diagnosis: a rule that fired at a place, with the facts its texts are made of."""

    rule: Rule
    where: Where = NOWHERE
    owner: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    outcome: Outcome = Outcome.FAIL

    @property
    def message(self) -> str:
        """The reason, as one sentence."""
        return self.rule.text.format_map(self.facts)

    @property
    def next(self) -> str:
        """The next step, or an empty string."""
        return self.rule.next.format_map(self.facts)

    @property
    def stops(self) -> bool:
        """True where this finding makes a command exit 1."""
        return self.rule.severity is Severity.ERROR or self.outcome is Outcome.NOT_ASSESSED

    def __str__(self) -> str:
        place = str(self.where) or self.owner
        return f"{place}: {self.message}" if place else self.message


def nearest(word: str, known: Iterable[str], *, alike: float = 0.6) -> str:
    """The one of *known* most like *word*, if it is *alike* enough (0 to 1); else an empty text."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, list(known), 1, alike)), "")


def by_place(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """*findings* in the order of files and lines, and there of owners and rules."""
    return tuple(sorted(findings, key=_place))


def _place(found: Finding) -> tuple[str, int, int, str, str, str]:
    at = found.where  # its parts: tuples are compared faster than it
    return at.file, at.line, at.column, found.owner, found.rule.code, found.message


class InventoryError(DnsauthError):
    """The files do not say a plan; *findings* holds every problem of every file, in file order."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = tuple(sorted(findings, key=lambda f: (f.where, f.rule.code, f.message)))
        super().__init__("\n".join(map(str, self.findings)))
