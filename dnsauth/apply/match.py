"""Which zones of a new plan may be written, given the plan that was reviewed.

What was reviewed is never executed, only compared (docs/decisions/004-apply-plans-again.md).
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple, TypeAlias

from dnsauth.plan.model import Plan, ZonePlan
from dnsauth.plan.reviewed import Reviewed

Saved: TypeAlias = Plan | tuple[Reviewed, ...] | None
"""What was reviewed: a saved plan, the digests alone, or nothing, where whoever applies sees the plan."""


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


def match(fresh: Plan, saved: Saved) -> tuple[Matched, ...]:
    """The verdict on every zone and provider of *saved*, in its order; of *fresh* where no plan was saved.

    *fresh* was made now, from what is held now. What a saved plan does not name was not reviewed, and is left
    out; beside digests alone it is stale where it would change something.
    """
    if saved is None:
        return tuple(Matched(zone, _verdict(zone, zone.digest)) for zone in fresh.zones)
    now = {(zone.zone, zone.provider): zone for zone in fresh.zones}
    if not isinstance(saved, Plan):
        known = {(one.zone, one.provider): one.digest for one in saved}
        return (
            *(Matched(zone, _verdict(zone, known.get(at, ""))) for at, zone in now.items()),
            *(Matched(ZonePlan(*at, "", known[at]), Verdict.ABSENT) for at in known if at not in now),
        )
    return tuple(
        Matched(zone, _verdict(zone, reviewed.digest))
        if (zone := now.get((reviewed.zone, reviewed.provider)))
        else Matched(reviewed, Verdict.ABSENT)
        for reviewed in saved.zones
    )


def _verdict(zone: ZonePlan, reviewed: str) -> Verdict:
    if not zone.changes:
        return Verdict.STOPPED if zone.stopped else Verdict.DONE
    if zone.digest != reviewed:  # before its guards: they judge what nobody reviewed
        return Verdict.STALE
    return Verdict.STOPPED if zone.stopped else Verdict.AGREED
