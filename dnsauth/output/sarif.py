"""Findings as SARIF 2.1.0, which code scanning shows on the lines of a repository."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from urllib.parse import quote

from dnsauth import __version__
from dnsauth.findings import Finding, Rule, Severity
from dnsauth.output import rule_pages, safe

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def findings(found: Sequence[Finding], directory: PurePath) -> dict[str, object]:
    """One run with a result for each finding; *directory* leads from the root to ``dnsauth.yaml``."""
    rules = {one.rule.code: one.rule for one in found}
    driver = {
        "name": "dnsauth",
        "semanticVersion": __version__,
        "rules": [_rule(rules[code]) for code in sorted(rules)],
    }
    results = [_result(one, directory) for one in found]
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _rule(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.code,
        **_help(rule.code),
        "shortDescription": {"text": rule.text},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _help(code: str) -> dict[str, object]:
    try:
        page = rule_pages.explained(code)
    except rule_pages.NoPage:
        return {}
    return {"help": {"text": page, "markdown": page}}


def _text(text: str) -> str:
    """*text* as a message, without the links that section 3.11.6 knows in it."""
    return safe.plain(text).replace("](", "\\x5d(")


def _result(one: Finding, directory: PurePath) -> dict[str, object]:
    text = _text(one.message) + (f" Next: {_text(one.next)}" if one.next else "")
    result: dict[str, object] = {
        "ruleId": one.rule.code,
        "level": "error" if one.stops else _LEVELS[one.rule.severity],
        "message": {"text": text},
        "properties": {"owner": one.owner, "outcome": one.outcome.value},
    }
    if one.where.file:
        place: dict[str, object] = {
            "artifactLocation": {
                "uri": quote((directory / one.where.file).as_posix()),
                "uriBaseId": "%SRCROOT%",
            }
        }
        if one.where.line:
            column = {"startColumn": one.where.column} if one.where.column else {}
            place["region"] = {"startLine": one.where.line, **column}
        result["locations"] = [{"physicalLocation": place}]
    return result
