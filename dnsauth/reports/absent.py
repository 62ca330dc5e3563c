"""Domains that send their reports here, and stand in no zone of the inventory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from dnsauth.findings import Finding, Rule, Severity
from dnsauth.names import deepest, readable
from dnsauth.reports.summary import Summary

ABSENT = Rule(
    "REP002",
    Severity.INFO,
    "reports are about {domain}, and no zone of this inventory has it: if they are true, whoever set its"
    " policy has them sent here",
    "where it is yours write its zone file with `dnsauth import {domain}`; if it sends nothing, say"
    " `parked: true`",
)


def absent(found: Iterable[Summary], zones: Collection[str]) -> Iterator[Finding]:
    """The policy domains *found* in reports that are in none of *zones*, absolute names.

    Anybody can send a report (RFC 9989 section 11.2), so it is a note and no more.
    """
    for summary in found:
        if zones and deepest(summary.domain, zones) is None:
            yield Finding(ABSENT, owner=summary.domain, facts={"domain": readable(summary.domain)})
