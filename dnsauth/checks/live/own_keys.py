"""Keys of our own that hosts may sign with, beside what servers answer (RFC 6376 section 6.1.2)."""

from __future__ import annotations

from collections.abc import Iterator

from dnsauth.checks.live.view import LiveView
from dnsauth.checks.rules.dkim import DKIM_NOT_SERVED
from dnsauth.checks.texts.text import parsed
from dnsauth.findings import Finding
from dnsauth.live.resolution import Asked, Resolved
from dnsauth.lock.keys import State
from dnsauth.plan.kind import Kind
from dnsauth.records import BadRecord, dkim

_USED = frozenset({State.VISIBLE, State.ACTIVE, State.RETIRING})
"""States in which mail that a key signed may be on its way."""


def own_keys(view: LiveView) -> Iterator[Finding]:
    """The keys of the subject's lock that are in use, and are not what is served at their names."""
    for key in view.asking.own.get(view.domain, ()):
        asked = Asked(key.owner, "TXT")
        said = view.surveyed.answers.get(asked)
        if key.state not in _USED or not isinstance(said, Resolved):
            continue
        if what := _otherwise(said.values, dkim.Record.parse(key.record)):
            yield view.finding(DKIM_NOT_SERVED, asked, {"state": key.state.value, "said": what})


def _otherwise(values: tuple[str, ...], wanted: dkim.Record) -> str:
    """What servers do in place of answering *wanted*; empty where they answer it, among others or alone."""
    if not values:
        return "have no record there"
    found = [parsed(Kind.DKIM, text) for text in values]
    keys = [record.key for record in found if isinstance(record, dkim.Record)]
    if wanted.key in keys:
        return ""
    if all(isinstance(record, BadRecord) for record in found):
        return "answer something else"
    return "answer another key" if any(keys) else "answer that it is revoked"
