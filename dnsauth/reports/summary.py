"""Many reports as a few numbers: of each policy domain who sent, what passed, and which selectors signed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from dnsauth.lock.keys import Reported
from dnsauth.reports.model import Report, Row


class Tally(NamedTuple):
    """How many messages there were, and how many of them passed what."""

    messages: int = 0
    spf: int = 0
    dkim: int = 0
    dmarc: int = 0

    def plus(self, row: Row) -> Tally:
        """With the messages of *row*."""
        count = row.messages
        return Tally(
            self.messages + count,
            self.spf + count * row.spf,
            self.dkim + count * row.dkim,
            self.dmarc + count * row.passed,
        )


def added(tallies: Iterable[Tally]) -> Tally:
    """All *tallies* together."""
    return Tally(*(sum(column) for column in zip(Tally(), *tallies, strict=True)))


class Signed(NamedTuple):
    """From the first to the last period in which a selector was seen, and how many messages it signed.

    A signature that did not verify tells nothing of who made it. *reported*: the latest report of one that
    did.
    """

    first: datetime
    last: datetime
    passed: int = 0
    failed: int = 0
    reported: Reported | None = None

    def plus(self, report: Report, count: int, *, passed: bool) -> Signed:
        """With *count* messages of *report*, whose signatures verified where they *passed*."""
        reported = self.reported
        if passed:
            now = Reported(report.end, report.org_name)
            reported = max(reported, now) if reported else now
        return Signed(
            min(self.first, report.begin),
            max(self.last, report.last),
            self.passed + count * passed,
            self.failed + count * (not passed),
            reported,
        )


@dataclass(frozen=True, slots=True)
class Summary:
    """What all reports say of the policy of *domain*.

    *reporters*: how many reports each organisation sent; *sources* by IP address; *selectors* by the domain
    and the selector of the signature, whosever it is.
    """

    domain: str
    begin: datetime
    end: datetime
    reporters: Mapping[str, int]
    sources: Mapping[str, Tally]
    selectors: Mapping[tuple[str, str], Signed]

    @property
    def total(self) -> Tally:
        """All sources together."""
        return added(self.sources.values())


@dataclass
class _Sum:
    begin: datetime
    end: datetime
    reporters: Counter[str] = field(default_factory=Counter)
    sources: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    selectors: dict[tuple[str, str], Signed] = field(default_factory=dict)

    def add(self, report: Report) -> None:
        self.begin, self.end = min(self.begin, report.begin), max(self.end, report.last)
        self.reporters[report.org_name] += 1
        for row in report.rows:
            self.sources[row.source] = self.sources[row.source].plus(row)
            for signature in set(row.signatures):
                if signature.domain and signature.selector:
                    at = signature.domain, signature.selector
                    had = self.selectors.get(at, Signed(report.begin, report.last))
                    self.selectors[at] = had.plus(report, row.messages, passed=signature.passed)


def summarised(reports: Iterable[Report]) -> tuple[Summary, ...]:
    """A summary of each policy domain that *reports* are of, by name; no report is kept."""
    sums: dict[str, _Sum] = {}
    for report in reports:
        sums.setdefault(report.domain, _Sum(report.begin, report.last)).add(report)
    return tuple(
        Summary(domain, one.begin, one.end, dict(one.reporters), dict(one.sources), one.selectors)
        for domain, one in sorted(sums.items())
    )


def selectors_seen(reports: Iterable[Report]) -> Mapping[str, set[str]]:
    """The selectors that signatures of each domain had, whether they verified or not; all of them are names.

    Anybody may have put them there: ask DNS for each before it counts.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    for report in reports:
        for row in report.rows:
            for signature in row.signatures:
                if signature.domain and signature.selector:
                    found[signature.domain].add(signature.selector)
    return found
