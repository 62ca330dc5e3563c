"""``plan.json`` ⇄ `Plan`: what was reviewed, held fast by a digest over the whole file.

The text is JSON of ASCII characters alone. An apply never executes what it says: it plans again, and goes on
where the zone digests agree.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from dnsauth.desired.model import Origin
from dnsauth.errors import DnsauthError
from dnsauth.findings import NOWHERE, Finding, Outcome, Rule, Severity, Where
from dnsauth.plan.digest import change_json, digest, finding_json, zone_digest
from dnsauth.plan.model import Action, Change, Plan, ZonePlan
from dnsauth.rrset import RRset

FORMAT = "dnsauth-plan/1"
MAX_TEXT = 256 * 2**20  # characters; 10,000 zones with 8 changes each take 100 million

_AGAIN = "make a new plan with `dnsauth plan --out FILE`, and let it be reviewed"
_KINDS = {str: "a text", int: "an integer", bool: "true or false", list: "a list", dict: "an object"}
_T = TypeVar("_T")


class BadPlan(DnsauthError):
    """The file is no plan of this version, or not as it was written."""

    def __init__(self, file: str, problem: str, hint: str = _AGAIN) -> None:
        super().__init__(f"{file}: {problem}", hint)


def document(plan: Plan) -> dict[str, object]:
    """*plan* as ``dnsauth-plan/1``; the last field is the digest over all others."""
    body: dict[str, object] = {
        "format": FORMAT,
        "created": plan.created,
        "inventory": plan.inventory,
        "zones": [
            {
                "zone": zone.zone,
                "provider": zone.provider,
                "observed": zone.observed,
                "held": zone.held,
                "digest": zone.digest,
                "changes": [change_json(change) for change in zone.changes],
                "findings": [finding_json(finding) for finding in zone.findings],
            }
            for zone in plan.zones
        ],
    }
    return {**body, "digest": digest(body)}


def write(plan: Plan) -> str:
    """The text of the plan file."""
    return _text(document(plan))


def _text(whole: Mapping[str, object]) -> str:
    return json.dumps(whole, indent=1) + "\n"


def read(text: str, file: str = "plan.json") -> Plan:
    """The plan *text* holds; raises `BadPlan` where it isn't, to the octet, what `write` wrote."""
    if len(text) > MAX_TEXT:
        raise BadPlan(file, f"the file has {len(text)} characters; a plan has at most {MAX_TEXT}")
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadPlan(file, f"this is no JSON: {error}") from error
    if not isinstance(whole, dict) or not isinstance(whole.get("format"), str):
        raise BadPlan(file, "this is no plan: it has no field `format`")
    if whole["format"] != FORMAT:
        raise BadPlan(
            file,
            f"the file is of format {whole['format']!r:.60}; this dnsauth reads {FORMAT!r}",
            "use the dnsauth that wrote it, or make a new plan with `dnsauth plan --out FILE`",
        )
    _unedited(whole, text, file)
    fields = _Fields(file, "the plan", whole)
    zones = tuple(_zone(fields.inner(item, "zone")) for item in fields.list("zones"))
    return Plan(fields.text("created"), fields.text("inventory"), zones)


def _unedited(whole: dict[str, object], text: str, file: str) -> None:
    body = dict(whole)
    stated = body.pop("digest", None)
    try:
        same = next(reversed(whole)) == "digest" and stated == digest(body) and text == _text(whole)
    except (ValueError, RecursionError):
        same = False
    if not same:
        raise BadPlan(file, "the file was edited after it was written: its digest does not match")


def json_schema() -> dict[str, object]:
    """The JSON Schema of ``dnsauth-plan/1``; programs must accept fields it does not name."""
    text, flag, texts = (
        {"type": "string"},
        {"type": "boolean"},
        {"type": "array", "items": {"type": "string"}},
    )
    number, sha256 = {"type": "integer", "minimum": 0}, {"type": "string", "pattern": "^[0-9a-f]{64}$"}
    side = {"oneOf": [{"type": "null"}, _object(ttl=number, values=texts)]}
    origin = _object(file=text, line=number, sender=text, service=text)
    change = _object(
        action={"enum": [action.value for action in Action]},
        adopts=flag,
        drift=flag,
        owner=text,
        type=text,
        before=side,
        after=side,
        origin={"type": "array", "items": origin},
        meaning=texts,
    )
    finding = _object(
        rule=text,
        severity={"enum": [severity.value for severity in Severity]},
        message=text,
        where={"oneOf": [{"type": "null"}, _object(file=text, line=number, column=number)]},
        owner=text,
        facts={"type": "object"},
        next=text,
        outcome={"enum": [outcome.value for outcome in Outcome]},
    )
    zone = _object(
        zone=text,
        provider=text,
        observed=flag,
        held=sha256,
        digest=sha256,
        changes={"type": "array", "items": change},
        findings={"type": "array", "items": finding},
    )
    whole = _object(
        format={"const": FORMAT},
        created={"type": "string", "format": "date-time"},
        inventory=text,
        zones={"type": "array", "items": zone},
        digest=sha256,
    )
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "dnsauth plan", **whole}


def _object(**properties: object) -> dict[str, object]:
    return {"type": "object", "properties": properties, "required": list(properties)}


@dataclass(frozen=True, slots=True)
class _Fields:
    """A JSON object whose fields are taken by type; what is missing or of another type is refused."""

    file: str
    name: str
    fields: Mapping[str, object]

    def inner(self, item: object, name: str) -> _Fields:
        if not isinstance(item, dict):
            raise BadPlan(self.file, f"a {name} is no JSON object")
        return _Fields(self.file, name, item)

    def _typed(self, name: str, kind: type[_T]) -> _T:
        value = self.fields.get(name)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise BadPlan(self.file, f"{self.name}: field `{name}` is missing or not {_KINDS[kind]}")
        return value

    def text(self, name: str) -> str:
        return self._typed(name, str)

    def number(self, name: str) -> int:
        return self._typed(name, int)

    def flag(self, name: str) -> bool:
        return self._typed(name, bool)

    def list(self, name: str) -> list[object]:
        return self._typed(name, list)

    def mapping(self, name: str) -> dict[str, object]:
        return self._typed(name, dict)

    def texts(self, name: str) -> tuple[str, ...]:
        items = self.list(name)
        if not all(isinstance(item, str) for item in items):
            raise BadPlan(self.file, f"{self.name}: field `{name}` holds something other than text")
        return tuple(map(str, items))

    def maybe(self, name: str) -> _Fields | None:
        item = self.fields.get(name)
        return None if item is None else self.inner(item, name)


def _zone(fields: _Fields) -> ZonePlan:
    plan = ZonePlan(
        fields.text("zone"),
        fields.text("provider"),
        fields.text("held"),
        fields.text("digest"),
        tuple(_change(fields.inner(item, "change")) for item in fields.list("changes")),
        tuple(_finding(fields.inner(item, "finding")) for item in fields.list("findings")),
        fields.flag("observed"),
    )
    known = zone_digest(plan.zone, plan.provider, plan.held, plan.changes, observed=plan.observed)
    if plan.digest != known:
        raise BadPlan(fields.file, f"the digest of zone {plan.zone} is not that of its changes")
    return plan


def _change(fields: _Fields) -> Change:
    owner, type = fields.text("owner"), fields.text("type")
    before, after = (_rrset(fields.maybe(side), owner, type) for side in ("before", "after"))
    if before is None and after is None:
        raise BadPlan(fields.file, f"the change of {owner} {type} has neither `before` nor `after`")
    origins = (fields.inner(item, "origin") for item in fields.list("origin"))
    change = Change(
        before,
        after,
        fields.flag("adopts"),
        fields.flag("drift"),
        tuple(Origin(o.text("file"), o.number("line"), o.text("sender"), o.text("service")) for o in origins),
        fields.texts("meaning"),
    )
    if fields.text("action") != change.action.value:
        raise BadPlan(fields.file, f"the change of {owner} {type} is no {fields.text('action')!r:.20}")
    return change


def _rrset(fields: _Fields | None, owner: str, type: str) -> RRset | None:
    return None if fields is None else RRset(owner, type, fields.number("ttl"), fields.texts("values"))


def _finding(fields: _Fields) -> Finding:
    place = fields.maybe("where")
    where = Where(place.text("file"), place.number("line"), place.number("column")) if place else NOWHERE
    try:
        severity, outcome = Severity(fields.text("severity")), Outcome(fields.text("outcome"))
    except ValueError as error:
        raise BadPlan(fields.file, f"a finding: {error}") from error
    rule = Rule(
        fields.text("rule"), severity, _literal(fields.text("message")), _literal(fields.text("next"))
    )
    return Finding(rule, where, fields.text("owner"), fields.mapping("facts"), outcome)


def _literal(text: str) -> str:
    """*text* as a rule's text that says just this, whatever braces it has."""
    return text.replace("{", "{{").replace("}", "}}")
