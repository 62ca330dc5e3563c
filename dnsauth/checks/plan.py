"""Planning, whole: merge, order, digests and guards for one zone, then what concerns all zones together.

zones = [checks.plan.zone_plan(view…) for each zone at each of its providers]
plan = checks.plan.plan(zones, inventory, created)
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from dnsauth import names
from dnsauth.checks.extent import losing_or_changing, too_many_zones
from dnsauth.checks.flattened import refused
from dnsauth.checks.guards import guards, settled
from dnsauth.checks.rotation import in_use, not_due
from dnsauth.checks.rules.guards import INTRUDER, TOO_MANY_ZONES, UNREVIEWED
from dnsauth.checks.sending import sending
from dnsauth.checks.view import View
from dnsauth.desired.model import Desired
from dnsauth.findings import NOWHERE, Finding, Where
from dnsauth.inventory.model import Inventory
from dnsauth.lock.model import Lock
from dnsauth.plan import zone as planned
from dnsauth.plan.merge import Intruder, merge
from dnsauth.plan.model import Held, Plan, ZonePlan
from dnsauth.spf.lookup import Lookup


def zone_plan(
    inventory: Inventory,
    desired: Sequence[Desired],
    lock: Lock,
    held: Held,
    *,
    lookup: Lookup,
    now: datetime,
    beside: Iterable[Finding] = (),
    touching: Container[str] | None = None,
) -> ZonePlan:
    """The plan of *held*'s zone at its provider, judged.

    *lock* records every desired value already (`dnsauth.desired.locks.updated`); *lookup* says what others
    publish (``observed.lock.yaml``). *now* has a time zone. What `check` found stands *beside*:
    some of it refuses changes. *touching*: the owner names whose changes are planned; None for all.
    """
    merged = merge(desired, lock, held)
    changes = [change for change in merged.changes if touching is None or change.owner in touching]
    plan = planned.zone_plan(changes, held)
    zone = inventory.zones.get(held.zone)
    where = zone.where if zone else NOWHERE
    findings = tuple(_intruder(intruder, where) for intruder in merged.intruders)
    if plan.changes or not held.exists:
        view = View(tuple(desired), lock, held, plan.changes, zone.domains if zone else (), lookup, where)
        effects = sending(view)
        judged = (
            *guards(view, effects.stops, plan.digest, inventory.waivers, now.date()),
            *not_due(view, inventory, now),
            *refused(plan.changes, beside),
            *effects.notes,
            *in_use(view, inventory, now),
        )
        findings = (*judged, *findings)
    return replace(plan, findings=findings) if findings else plan


def _intruder(intruder: Intruder, where: Where) -> Finding:
    owner, type = intruder.id
    facts = {"owner": names.readable(owner), "type": type, "value": intruder.value}
    return Finding(INTRUDER, where, owner, facts)


def plan(zones: Iterable[ZonePlan], inventory: Inventory, created: datetime) -> Plan:
    """The plan of all *zones*, as `zone_plan` gave them, judged as one; *created* has a time zone."""
    whole = planned.plan(zones, inventory.digest, created)
    concerned = losing_or_changing(whole.zones)
    found = too_many_zones(concerned)
    if found is None:
        return whole
    domains = {zone.zone for zone in concerned}
    ids = {(zone.zone, zone.provider) for zone in concerned}
    first = min(domains)
    notes = tuple(settled(found, first, domains, inventory.waivers, created.date()))
    return replace(
        whole,
        zones=tuple(
            replace(zone, findings=(*zone.findings, *(_at(note, zone, inventory) for note in notes)))
            if (zone.zone, zone.provider) in ids
            else zone
            for zone in whole.zones
        ),
    )


def unreviewed(whole: Plan, inventory: Inventory) -> Plan:
    """*whole*, where what would be written says that nobody saw it."""
    return replace(
        whole,
        zones=tuple(
            replace(zone, findings=(*zone.findings, _at(Finding(UNREVIEWED), zone, inventory)))
            if zone.changes and not zone.stopped
            else zone
            for zone in whole.zones
        ),
    )


def apart(zone: ZonePlan) -> ZonePlan:
    """*zone* without what `plan` found of it and others together."""
    code = TOO_MANY_ZONES.code
    findings = tuple(one for one in zone.findings if code not in (one.rule.code, one.facts.get("rule")))
    return zone if findings == zone.findings else replace(zone, findings=findings)


def _at(note: Finding, plan: ZonePlan, inventory: Inventory) -> Finding:
    zone = inventory.zones.get(plan.zone)
    where = zone.where if zone and note.where == NOWHERE else note.where
    return replace(note, where=where, owner=plan.zone)
