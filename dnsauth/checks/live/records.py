"""Records as they are served: what receivers would refuse, take for two, or could not ask for."""

from __future__ import annotations

from collections.abc import Iterator

from dnsauth.checks.live.rules import BAD_SYNTAX, SEVERAL
from dnsauth.checks.live.view import LiveView, parsed
from dnsauth.findings import Finding
from dnsauth.live.resolution import Resolved
from dnsauth.plan.kind import ONLY_ONE, Kind, selects
from dnsauth.records import BadRecord

_ELSEWHERE = frozenset({Kind.SPF, Kind.AUTHORISATION})  # SPF is judged as a tree


def records(view: LiveView) -> Iterator[Finding]:
    """What is wrong with DKIM, DMARC, MTA-STS, TLS-RPT and BIMI records at names of the subject."""
    for asked, kind in view.own.items():
        said = view.surveyed.answers[asked]
        if kind is None or kind in _ELSEWHERE or not isinstance(said, Resolved) or said.chain:
            continue
        found = [text for text in said.values if kind is Kind.DKIM or selects(kind, text)]
        if len(found) > 1:
            facts = {"count": len(found), "record": kind.value, "section": ONLY_ONE.get(kind, "")}
            yield view.finding(SEVERAL, asked, {**facts, "values": found})
        elif found:
            record = parsed(kind, found[0])
            if isinstance(record, BadRecord):
                facts = {"record": kind.value, "problem": str(record), "value": found[0]}
                yield view.finding(BAD_SYNTAX, asked, facts)
