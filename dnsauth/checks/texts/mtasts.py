"""What an MTA-STS record says by itself (RFC 8461 section 3.1)."""

from __future__ import annotations

from collections.abc import Iterator

from dnsauth.checks.rules.transport import STS_BAD_ID, STS_NO_ID
from dnsauth.checks.texts.text import Text, Verdict
from dnsauth.records import BadRecord, mtasts, tags
from dnsauth.records.text import shown


def judged(text: Text) -> Iterator[Verdict]:
    """What is doubtful in *text*."""
    if not isinstance(text.record, BadRecord):
        return
    ids = [tag.value for tag in tags.split(text.text) if tag.name == "id" and tag.equals]
    if not ids:
        yield Verdict(STS_NO_ID, {})
    elif not _good(ids[0]):
        yield Verdict(STS_BAD_ID, {"id": shown(ids[0])})


def _good(id: str) -> bool:
    try:
        mtasts.Record(id)
    except BadRecord:
        return False
    return True
