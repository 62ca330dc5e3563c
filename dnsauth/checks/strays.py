"""TXT values that stand where a record is looked for and are none, and records that stand elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dnsauth.checks.rules.bimi import BIMI_MISPLACED, BIMI_SPF, BIMI_STRANGER, BIMI_VERSION
from dnsauth.checks.rules.transport import (
    RPT_MISPLACED,
    RPT_OLD_LABEL,
    RPT_STRANGER,
    RPT_VERSION,
    STS_MISPLACED,
    STS_STRANGER,
    STS_VERSION,
)
from dnsauth.checks.texts.text import Verdict
from dnsauth.findings import Rule
from dnsauth.plan.kind import Kind, kind_at, selects

_SHOWN = 80  # characters
_OLD_LABEL = "_smtp-tlsrpt."
_NO_SELECTOR = "_bimi."
_AT = {
    Kind.MTASTS: ("stsv1", STS_VERSION, STS_STRANGER),
    Kind.TLSRPT: ("tlsrptv1", RPT_VERSION, RPT_STRANGER),
    Kind.BIMI: ("bimi1", BIMI_VERSION, BIMI_STRANGER),
}
_ELSEWHERE = {Kind.MTASTS: STS_MISPLACED, Kind.TLSRPT: RPT_MISPLACED, Kind.BIMI: BIMI_MISPLACED}


def strays(kind: Kind | None, texts: Sequence[str]) -> Iterator[Verdict]:
    """Of *texts*, the TXT values at a name of *kind*, those that are no MTA-STS, TLS-RPT or BIMI record."""
    if kind not in _AT:
        return
    version, broken, stranger = _AT[kind]
    others = [text for text in texts if not selects(kind, text)]
    alone = len(others) == len(texts)
    rules: dict[Rule, str] = {}
    for text in others:
        if alone and version in text.casefold():
            rules.setdefault(broken, text)
        elif alone and kind is Kind.BIMI and selects(Kind.SPF, text):
            rules.setdefault(BIMI_SPF, text)
        else:
            rules.setdefault(stranger, text)
    for rule, text in rules.items():
        yield Verdict(rule, {"value": text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"})


def misplaced(owner: str, text: str) -> Rule | None:
    """The rule on a record that *text*, a TXT value at *owner*, is, and that nobody looks for there."""
    if owner.startswith("*."):
        return None  # it answers for names where somebody may look
    at = kind_at(owner, "TXT")
    for kind, rule in _ELSEWHERE.items():
        sought = at is kind and not owner.startswith(_NO_SELECTOR)
        if not sought and selects(kind, text):
            old = kind is Kind.TLSRPT and owner.startswith(_OLD_LABEL)
            return RPT_OLD_LABEL if old else rule
    return None
