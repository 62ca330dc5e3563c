"""Which zones of a new plan may be written, given the plan that was reviewed.

What was reviewed is never executed, only compared (docs/decisions/004-apply-plans-again.md).
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from dnsauth.plan.model import Plan, ZonePlan


class Verdict(StrEnum):
    """What becomes of one zone at one provider; only an agreed one is written."""

    AGREED = "agreed"
    DONE = "done"
    """Nothing is left to change."""
    STALE = "stale"
    """The new plan is not the one that was reviewed."""
    STOPPED = "stopped"
    """A guard stops it."""
    ABSENT = "absent"
    """It was reviewed, and the inventory no longer has it."""


class Matched(NamedTuple):
    """The new plan of one zone at one provider, or the reviewed one where it is absent, and the verdict."""

    plan: ZonePlan
    verdict: Verdict


def match(fresh: Plan, saved: Plan | None) -> tuple[Matched, ...]:
    """The verdict on every zone and provider of *saved*, in its order; of *fresh* where nothing was saved.

    *fresh* was made now, from what is held now. What *saved* does not name was not reviewed, and is left out.
    """
    if saved is None:
        return tuple(Matched(zone, _verdict(zone, zone)) for zone in fresh.zones)
    now = {(zone.zone, zone.provider): zone for zone in fresh.zones}
    return tuple(
        Matched(zone, _verdict(zone, reviewed))
        if (zone := now.get((reviewed.zone, reviewed.provider)))
        else Matched(reviewed, Verdict.ABSENT)
        for reviewed in saved.zones
    )


def _verdict(zone: ZonePlan, reviewed: ZonePlan) -> Verdict:
    if not zone.changes:
        return Verdict.STOPPED if zone.stopped else Verdict.DONE
    if zone.digest != reviewed.digest:  # before its guards: they judge what nobody reviewed
        return Verdict.STALE
    return Verdict.STOPPED if zone.stopped else Verdict.AGREED
