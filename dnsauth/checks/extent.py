"""The guards against a plan that is larger than anybody meant."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from dnsauth import names
from dnsauth.checks.rules.guards import TOO_MANY_RRSETS, TOO_MANY_ZONES
from dnsauth.checks.view import View
from dnsauth.findings import Finding
from dnsauth.plan.digest import CHANGE_ID, digest
from dnsauth.plan.model import Action, ZonePlan
from dnsauth.rrset import RRsetId

MAX_PERCENT = 30
FROM_RRSETS = 10
MAX_ZONES = 25


def too_many_rrsets(view: View, zone_digest: str) -> Iterator[Finding]:
    """More than 30 % of the held RRsets we have claims on updated or deleted, from 10 such RRsets up.

    Its waiver names the zone's whole plan, by the first digits of *zone_digest*.
    """
    claimed = {RRsetId(claim.owner, claim.type) for claim in view.lock.claims} & view.before.keys()
    count, base = sum(change.action is not Action.CREATE for change in view.changes), len(claimed)
    if base >= FROM_RRSETS and 100 * count > MAX_PERCENT * base:
        facts = {
            "zone": names.readable(view.zone),
            "count": count,
            "base": base,
            "percent": math.ceil(100 * count / base),
            "limit": MAX_PERCENT,
            "change": zone_digest[:CHANGE_ID],
        }
        yield Finding(TOO_MANY_RRSETS, view.where, view.zone, facts)


def losing_or_changing(plans: Sequence[ZonePlan]) -> tuple[ZonePlan, ...]:
    """The plans that update or delete something."""
    return tuple(plan for plan in plans if any(change.action is not Action.CREATE for change in plan.changes))


def too_many_zones(plans: Sequence[ZonePlan]) -> Finding | None:
    """More than 25 zones among *plans*, which all lose or change records.

    Its waiver names these plans together and may stand at any zone of them.
    """
    zones = {plan.zone for plan in plans}
    if len(zones) <= MAX_ZONES:
        return None
    together = digest(sorted(plan.digest for plan in plans))
    facts = {"count": len(zones), "limit": MAX_ZONES, "change": together[:CHANGE_ID]}
    return Finding(TOO_MANY_ZONES, facts=facts)
