"""Every mail record of the real zones parses, or is named as broken with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from dnsauth import rrset
from dnsauth.records import BadRecord, authorisation, bimi, dkim, dmarc, mtasts, mx, spf, tlsrpt


class Found(NamedTuple):
    name: str
    type: str
    text: str


def records(shared: Path) -> Iterator[Found]:
    """Every TXT and MX value, as octoDNS means it: semicolons escaped, exchanges absolute."""
    for file in sorted((shared / "data/moj-dns/zones").glob("*.yaml")):
        for name, entries in (yaml.load(file.read_bytes(), yaml.CSafeLoader) or {}).items():
            for entry in entries if isinstance(entries, list) else [entries]:
                if not isinstance(entry, dict) or entry.get("type") not in ("TXT", "MX"):
                    continue
                for value in entry["values"] if "values" in entry else [entry["value"]]:
                    if entry["type"] == "MX":
                        exchange = value["exchange"].rstrip(".")
                        yield Found(str(name), "MX", f"{value['preference']} {exchange}.")
                    else:
                        yield Found(str(name), "TXT", rrset.txt_value(value.replace("\\;", ";").encode()))


def kind(found: Found) -> str:
    """Which record a value is meant to be, by its name and, at the apex, by its text."""
    labels = found.name.split(".")
    if found.type == "MX":
        return "mx"
    if "_report" in labels:
        return "authorisation"
    if "_domainkey" in labels[1:]:
        return "dkim"
    at = {"_dmarc": "dmarc", "_mta-sts": "mtasts", "_smtp": "tlsrpt"}.get(labels[0])
    if at:
        return at
    if "_bimi" in labels:
        return "bimi"
    return "spf" if "spf1" in found.text.lower() else "other"


PARSE = {
    "mx": mx.MX.parse,
    "authorisation": dmarc.Record.parse,
    "dkim": dkim.Record.parse,
    "dmarc": dmarc.Record.parse,
    "mtasts": mtasts.Record.parse,
    "tlsrpt": tlsrpt.Record.parse,
    "bimi": bimi.Record.parse,
    "spf": spf.Record.parse,
}
SELECTS = (
    spf.selects,
    dkim.selects,
    dmarc.selects,
    authorisation.selects,
    mtasts.selects,
    tlsrpt.selects,
    bimi.selects,
)

WELL_FORMED = {
    "mx": 176,
    "dmarc": 175,
    "spf": 175,
    "dkim": 158,
    "tlsrpt": 15,
    "mtasts": 12,
    "authorisation": 2,
}
BROKEN = {
    ("dkim", "there is no 'p', the key"): 2,  # author domain signing practices (RFC 5617), under _domainkey
    ("dkim", "'\"' is not of base64"): 3,  # the quotes between two strings, taken over into the value
    ("dmarc", "a DMARC record begins with 'v=DMARC1' and ';'"): 1,  # a letter before the version
}
MISPLACED = {dkim.selects: 1}  # a revoked key at the apex


def test_every_record_parses_or_is_named_as_broken(shared):
    parsed: Counter[str] = Counter()
    broken: Counter[tuple[str, str]] = Counter()
    for found in records(shared):
        meant = kind(found)
        if meant == "other":
            continue
        try:
            record = PARSE[meant](found.text)
        except BadRecord as error:
            broken[meant, error.reason] += 1
        else:
            parsed[meant] += 1
            assert str(record) == str(PARSE[meant](str(record))), "the canonical text is its own"
    assert WELL_FORMED == parsed
    assert BROKEN == broken


def test_no_other_value_is_taken_for_a_mail_record(shared):
    others = [found.text for found in records(shared) if kind(found) == "other"]
    assert len(others) > 200
    assert MISPLACED == Counter(selects for text in others for selects in SELECTS if selects(text))


def test_a_few_policies_still_hold_tags_of_rfc_7489_and_none_a_fault(shared):
    policies = [
        dmarc.Record.parse(f.text) for f in records(shared) if kind(f) == "dmarc" and dmarc.selects(f.text)
    ]
    assert {"pct": 2, "ri": 1, "rf": 1} == Counter(name for policy in policies for name in policy.obsolete)
    assert [] == [fault for policy in policies for fault in policy.faults]
