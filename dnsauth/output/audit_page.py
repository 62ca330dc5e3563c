"""The audit report as one HTML page that needs nothing else, and as JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from pathlib import Path

from dnsauth import page_templates
from dnsauth.output import safe
from dnsauth.output.profiles import NOT_A_VERDICT
from dnsauth.pack import charts
from dnsauth.pack.build import shares
from dnsauth.pack.model import Report

TEMPLATE = "audit/report.html.j2"
_SECTIONS = (
    ("estate", "Estate"),
    ("domains", "Domains"),
    ("senders", "Senders"),
    ("keys", "Keys"),
    ("changes", "Changes"),
    ("findings", "Findings"),
    ("waivers", "Waivers"),
    ("remedies", "Put right"),
)
_LEVELS = ("error", "warning")


def page(report: Report, directory: Path) -> str:
    """*report* as HTML; texts of others are shown as text. Raises `BadTemplate` for a broken override."""
    worse = [one for one in report.findings if one.severity in _LEVELS or one.outcome != "fail"]
    values = {
        **{field.name: getattr(report, field.name) for field in dataclasses.fields(report)},
        "until": report.until.date(),
        "profiles": tuple(report.profiles.items()),
        "findings": worse,
        "findings_count": len(worse),
        "sections": _SECTIONS,
        "glance": _glance(report, len(worse)),
        "events": (
            ("applied", "Changes of records", report.changes),
            ("rotations", "Rotations and key access", report.rotations),
        ),
        "not_a_verdict": NOT_A_VERDICT,
        "shares_chart": _shares(report),
        "checks_chart": _checks(report),
    }
    return page_templates.rendered(
        TEMPLATE, directory, {name: _shown(value) for name, value in values.items()}
    )


def as_json(report: Report) -> dict[str, object]:
    """``dnsauth-audit/1``: every figure of the report."""
    whole = _plain(report)
    assert isinstance(whole, dict)  # noqa: S101  a dataclass is one
    return {"format": "dnsauth-audit/1", **whole}


def _glance(report: Report, worse: int) -> Sequence[tuple[str, str, str]]:
    parked = sum(one.does == "parked" for one in report.domains)
    phi = sum(one.data == "phi" for one in report.senders)
    enforced = sum(one.policy in ("quarantine", "reject") for one in report.domains)
    figures = (
        ("mail domains", len(report.domains), "profiles.json"),
        ("of them parked", parked, "profiles.json"),
        ("with DMARC enforced", enforced, "profiles.json"),
        ("senders", len(report.senders), "senders.json"),
        ("with patient data", phi, "senders.json"),
        ("keys of our own", sum(one.state == "active" for one in report.keys), "keys.json"),
        ("open findings", worse, "findings.json"),
        ("waivers", len(report.waivers), "waivers.json"),
    )
    return [(what, f"{count:,}", path) for what, count, path in figures]


def _shares(report: Report) -> str:
    if not report.profiles:
        return ""
    whole = shares(report)
    series = {
        kind: [counts[kind] for counts in whole.values()] for kind in ("met", "waived", "unknown", "unmet")
    }
    words = {"unknown": "not assessed"}
    named = {words.get(kind, kind): values for kind, values in series.items()}
    return page_templates.markup(charts.stacked("Requirements met, by profile", tuple(whole), named))


def _checks(report: Report) -> str:
    if len(report.checks) < 2:
        return ""
    at = [one.at for one in report.checks]
    series = {
        "errors": [one.errors for one in report.checks],
        "warnings": [one.warnings for one in report.checks],
    }
    chart = charts.over_time("Errors and warnings over time", at, series)
    return page_templates.markup(chart.replace('class="chart"', 'class="chart lines"', 1))


def _shown(value: object) -> object:
    """*value* with each text of it visible to the last character; markup of our own stays."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        inside = {field.name: _shown(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {**inside, **_derived(value)}
    match value:
        case str() if type(value) is str:
            return safe.plain(value)
        case Mapping():
            return {_shown(key): _shown(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_shown(inner) for inner in value]
        case _:
            return value


def _derived(value: object) -> Mapping[str, object]:
    return {"unmet": value.unmet} if hasattr(value, "unmet") else {}


def _plain(value: object) -> object:
    """*value* as JSON knows it."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    match value:
        case Enum():
            return value.value
        case date() | datetime():
            return value.isoformat()
        case Mapping():
            return {str(key): _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case _:
            return value
