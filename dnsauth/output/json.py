"""The JSON forms that programs read; fields are added, never changed (docs/reference.md)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from dnsauth.catalogue.model import Service, ServiceParameter
from dnsauth.desired.model import Desired
from dnsauth.diff.model import ZoneDiff
from dnsauth.diff.model import as_json as diff_json
from dnsauth.findings import Finding, Rule
from dnsauth.github.outcome import Posted
from dnsauth.live.standing import Verified, as_json
from dnsauth.plan.digest import finding_json


def text(document: Mapping[str, object]) -> str:
    """*document* as a JSON text of ASCII characters alone, so that no terminal obeys it."""
    return json.dumps(document, indent=2, default=str) + "\n"


def records(desired: Mapping[str, Sequence[Desired]]) -> dict[str, object]:
    """``dnsauth-records/1``: one object for each desired RRset."""
    return {
        "format": "dnsauth-records/1",
        "records": [
            {
                "zone": zone,
                "owner": one.owner,
                "type": one.type,
                "ttl": one.ttl,
                "values": list(one.texts),
                "origin": [
                    o._asdict() for o in dict.fromkeys(o for value in one.values for o in value.origin)
                ],
            }
            for zone, rrsets in sorted(desired.items())
            for one in rrsets
        ],
    }


def findings(found: Iterable[Finding]) -> dict[str, object]:
    """``dnsauth-findings/1``: one object for each finding."""
    return {"format": "dnsauth-findings/1", "findings": [finding_json(one) for one in found]}


def rule(rule: Rule, title: str, page: str) -> dict[str, object]:
    """``dnsauth-rule/1``: a rule, and its *page* as Markdown."""
    return {
        "format": "dnsauth-rule/1",
        "code": rule.code,
        "severity": rule.severity.value,
        "title": title,
        "message": rule.text,
        "next": rule.next,
        "live": rule.live,
        "page": page,
    }


def verified(found: Iterable[Verified]) -> dict[str, object]:
    """``dnsauth-verify/1``: one object for each zone, with the standing of each of its servers."""
    return {"format": "dnsauth-verify/1", "zones": [as_json(one) for one in found]}


def diff(found: Iterable[ZoneDiff]) -> dict[str, object]:
    """``dnsauth-diff/1``: one object for each zone, with its servers, changes, and what was not assessed."""
    return {"format": "dnsauth-diff/1", "zones": [diff_json(one) for one in found]}


def posted(what: str, done: Posted) -> dict[str, object]:
    """``dnsauth-github/1``: what became of a text at GitHub, and where it stands."""
    return {
        "format": "dnsauth-github/1",
        "what": what,
        "done": done.done.value,
        "number": done.number or None,
        "url": done.url or None,
    }


def services(found: Iterable[Service]) -> dict[str, object]:
    """``dnsauth-services/1``: one object for each service of the catalogue."""
    return {"format": "dnsauth-services/1", "services": [_service(one) for one in found]}


def _service(one: Service) -> dict[str, object]:
    return {
        "name": one.name,
        "title": one.title,
        "category": one.category,
        "status": one.status.value,
        "shipped": one.shipped,
        "parameters": [_parameter(parameter) for parameter in one.parameters.values()],
        "envelope": one.envelope and one.envelope.value,
        "alignment": dict(one.alignment),
        "rotation": one.rotation.by,
        "selectors": one.rotation.selectors,
        "rotation_command": one.rotation.command,
        "rotation_tool": one.rotation.tool,
        "baa": one.baa,
        "detect": {table: list(texts) for table, texts in asdict(one.detect).items()},
        "sources": [{"url": source.url, "seen": source.seen} for source in one.sources],
        "notes": one.notes,
    }


def _parameter(one: ServiceParameter) -> dict[str, object]:
    return {
        "name": one.name,
        "required": one.required,
        "many": one.many,
        "pattern": one.pattern,
        "example": one.example,
        "default": one.default,
        "help": one.help,
    }
