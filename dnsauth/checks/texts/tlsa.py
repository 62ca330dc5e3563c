"""What TLSA records of a host that receives mail say by themselves, RFC 7672 section 3.1."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dnsauth.checks.rules.dane import TLSA_ALONE, TLSA_CERTIFICATE, TLSA_FORM, TLSA_LENGTH, TLSA_USAGE
from dnsauth.checks.texts.text import Verdict
from dnsauth.records import BadRecord
from dnsauth.records.tlsa import DIGESTS, Record

_KEY_OF_SERVER, _KEY_OF_AUTHORITY = 3, 2  # DANE-EE and DANE-TA
_CERTIFICATE, _PUBLIC_KEY = 0, 1  # selectors
_WHOLE = 0  # matching type
_SHOWN = 24  # digits of the data


def judged(values: Iterable[str]) -> Iterator[Verdict]:
    """What is doubtful in *values*, all TLSA records of one name."""
    records = [record for text in values if (record := _read(text))]
    for record in records:
        yield from _judged(record)
    if len(records) == 1:
        yield Verdict(TLSA_ALONE, {})


def usable(text: str) -> bool:
    """True for a record that mail servers match certificates against."""
    record = _read(text)
    return record is not None and not any(
        verdict.rule in (TLSA_USAGE, TLSA_LENGTH) for verdict in _judged(record)
    )


def _read(text: str) -> Record | None:
    try:
        return Record.parse(text)
    except BadRecord:
        return None


def _judged(record: Record) -> Iterator[Verdict]:
    data = record.data if len(record.data) <= _SHOWN else f"{record.data[:_SHOWN]}…"
    facts = {"record": f"{record.usage} {record.selector} {record.matching} {data}", "value": str(record)}
    needed = DIGESTS.get(record.matching, record.octets)
    if record.usage not in (_KEY_OF_SERVER, _KEY_OF_AUTHORITY):
        yield Verdict(TLSA_USAGE, {**facts, "usage": record.usage})
    elif record.octets != needed:
        counts = {"octets": record.octets, "matching": record.matching, "needed": needed}
        yield Verdict(TLSA_LENGTH, {**facts, **counts})
    elif record.selector not in (_CERTIFICATE, _PUBLIC_KEY):
        yield Verdict(TLSA_FORM, {**facts, "what": f"the unknown selector {record.selector}"})
    elif record.matching not in (_WHOLE, *DIGESTS):
        yield Verdict(TLSA_FORM, {**facts, "what": f"the unknown matching type {record.matching}"})
    elif record.usage == _KEY_OF_SERVER and record.selector == _CERTIFICATE:
        yield Verdict(TLSA_CERTIFICATE, facts)
    elif record.matching == _WHOLE:
        yield Verdict(TLSA_FORM, {**facts, "what": "all of a key or certificate in place of a digest"})
