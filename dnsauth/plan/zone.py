"""The plan of one zone at one provider, before anybody judged it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from dnsauth.plan.digest import held_digest, zone_digest
from dnsauth.plan.model import Change, Held, Plan, ZonePlan
from dnsauth.plan.order import ordered


def zone_plan(changes: Sequence[Change], held: Held) -> ZonePlan:
    """*changes* against *held*, in the order they are written, with both digests and no findings."""
    steps = ordered(changes) if changes else ()
    state = held_digest(held, {change.owner for change in steps})
    digest = zone_digest(held.zone, held.provider, state, steps, observed=held.observed)
    return ZonePlan(held.zone, held.provider, state, digest, steps, observed=held.observed)


def plan(zones: Iterable[ZonePlan], inventory: str, created: datetime) -> Plan:
    """*zones* by name and provider, with the digest of the inventory's files; *created* has a time zone."""
    stamp = created.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return Plan(stamp, inventory, tuple(sorted(zones, key=lambda zone: (zone.zone, zone.provider))))
