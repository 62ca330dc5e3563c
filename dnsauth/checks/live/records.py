"""Records as they are served: what receivers would refuse, take for two, or could not ask for."""

from __future__ import annotations

from collections.abc import Iterator

from dnsauth.checks.live.rules import BAD_SYNTAX, SEVERAL
from dnsauth.checks.live.view import LiveView
from dnsauth.checks.texts.judge import verdicts
from dnsauth.checks.texts.text import read
from dnsauth.findings import Finding, Severity
from dnsauth.live.resolution import Asked, Resolved
from dnsauth.plan.kind import ONLY_ONE, Kind, selects
from dnsauth.records import BadRecord
from dnsauth.rrset import RRsetId

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
            yield from _text(view, asked, kind, found[0])


def _text(view: LiveView, asked: Asked, kind: Kind, text: str) -> Iterator[Finding]:
    """What a served text says by itself; what the inventory asks for is judged offline."""
    rrset = view.desired.get(RRsetId(*asked))
    said = () if rrset and text in rrset.texts else verdicts(kind, text)
    for verdict in said:
        yield view.finding(verdict.rule, asked, {"value": text, **verdict.facts})
    record = read(kind, text).record
    if isinstance(record, BadRecord) and not any(one.rule.severity is Severity.ERROR for one in said):
        facts = {"record": kind.value, "problem": str(record), "value": text}
        yield view.finding(BAD_SYNTAX, asked, facts)
