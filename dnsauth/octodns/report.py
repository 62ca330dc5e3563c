"""Findings as the text of an octoDNS exception."""

from __future__ import annotations

from collections.abc import Iterable

from dnsauth.findings import Finding


def report(heading: str, findings: Iterable[Finding]) -> str:
    """*heading*, and a line for each of *findings* with its code, reason and next step."""
    lines = [f"{found.rule.code} {found}" + (f" ({found.next})" if found.next else "") for found in findings]
    return "\n  ".join([f"{heading}: nothing is planned", *lines])
