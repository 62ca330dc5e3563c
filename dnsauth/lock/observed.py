"""``observed.lock.yaml``: what third-party names answered when they were last looked up, by the name asked.

``spf`` maps a domain, without final dot, to the SPF record it published, so that lookups count through
includes (RFC 7208 section 4.6.4) without asking the network.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dnsauth.documents import Map, read_file
from dnsauth.findings import Finding, Rule, Severity, Where

FILE = "observed.lock.yaml"

LCK004 = Rule(
    "LCK004",
    Severity.ERROR,
    "{problem}",
    "restore the file from Git, or delete it",
)


def read(directory: Path) -> tuple[Mapping[str, str], tuple[Finding, ...]]:
    """The recorded SPF records by domain, and every problem found; a missing file records nothing."""
    path = directory / FILE
    if not path.exists():
        return {}, ()
    document, findings = read_file(path, FILE)
    if findings:
        return {}, findings
    if not isinstance(document, Map) or document.get("version") != "1":
        problem = "this is no observed lock of version 1"
        return {}, (Finding(LCK004, Where(FILE), facts={"problem": problem}),)
    records = document.get("spf", Map())
    if not isinstance(records, Map) or not all(isinstance(text, str) for text in records.values()):
        where = Where(FILE, *document.where("spf"))
        return {}, (Finding(LCK004, where, facts={"problem": "`spf:` maps a domain to its SPF record"}),)
    return {domain.lower().removesuffix("."): str(text) for domain, text in records.items()}, ()
