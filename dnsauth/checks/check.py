"""`dnsauth check`: what is doubtful in the inventory and in the records that follow from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import TypeAlias

from dnsauth import names
from dnsauth.catalogue.model import Catalogue
from dnsauth.checks.every import RULES
from dnsauth.checks.offline import fleet, judge
from dnsauth.checks.offline.services import Services
from dnsauth.checks.offline.view import Trees, ZoneView
from dnsauth.checks.rules.guards import WAIVABLE
from dnsauth.checks.rules.healthcare import PHI_IN_CLEAR, PHI_UNENFORCED, PHI_WAIVED
from dnsauth.checks.rules.inventory import WAIVER_ENDING, WAIVER_EXPIRED, WAIVER_LONG, WAIVER_UNUSED
from dnsauth.desired.model import Desired
from dnsauth.findings import Finding, Severity
from dnsauth.inventory.model import Inventory, Waiver
from dnsauth.spf.lookup import Lookup

Found: TypeAlias = tuple[Finding, ...]
Spread: TypeAlias = Callable[[Callable[[ZoneView], Found], Sequence[ZoneView]], Iterable[Found]]
"""Judges zones by a function, in their order: one after another, as `map` does, or in several processes."""

LONG = timedelta(days=366)
ENDING = timedelta(days=14)
_GUARDED = (PHI_UNENFORCED, PHI_IN_CLEAR)  # beside errors


def check(
    inventory: Inventory,
    catalogue: Catalogue,
    desired: Mapping[str, Sequence[Desired]],
    *,
    lookup: Lookup,
    today: date,
    beside: Mapping[str, Sequence[Finding]] = MappingProxyType({}),
    live: bool = False,
    waived: Callable[[Finding, Waiver], None] = lambda _found, _waiver: None,
    spread: Spread = map,
) -> Iterator[Finding]:
    """Every finding on *inventory* and on what is *desired* by zone, but those *waived* on *today*.

    *lookup* says what SPF will find, our own records included. What others found, by zone, stands *beside*.
    Waivers come last; those of live rules waive nothing only where somebody looked *live*. How
    zones are judged one by one is *spread*.
    """
    used: set[Waiver] = set()
    good: defaultdict[str, list[Waiver]] = defaultdict(list)
    for one in inventory.waivers:
        if today <= one.until and not one.change:
            good[one.rule].append(one)
    trees, services = Trees(lookup), Services(catalogue)
    views = {
        name: ZoneView(zone, inventory, catalogue, tuple(desired.get(name, ())), trees, services, today)
        for name, zone in inventory.zones.items()
    }
    # zone by zone, before all of them: what is parsed is still at hand
    within = dict(zip(views, spread(_within, tuple(views.values())), strict=True))
    between: defaultdict[str | None, list[Finding]] = defaultdict(list)
    for found in fleet.judged(tuple(views.values())):
        between[names.deepest(found.owner, views)].append(found)
    phi = {domain.name for view in views.values() for domain in view.zone.domains if domain.phi}
    for name in views:
        for found in (*within[name], *between[name], *beside.get(name, ())):
            waivers = good.get(found.rule.code, ())
            waiver = next((one for one in waivers if one.domain in (found.owner, name)), None)
            if waiver is None:
                yield found
            else:
                if waiver not in used and found.owner in phi and _protects(found):
                    facts = {
                        "rule": waiver.rule,
                        "domain": names.readable(found.owner),
                        "until": waiver.until,
                    }
                    yield Finding(PHI_WAIVED, waiver.where, found.owner, facts)
                used.add(waiver)
                waived(found, waiver)
    yield from between[None]
    for waiver in inventory.waivers:
        judged = live or waiver.rule not in RULES or not RULES[waiver.rule].live
        yield from _waiver(waiver, waiver in used or not judged, today)


def _within(view: ZoneView) -> Found:
    return tuple(judge.judged(view))


def _protects(found: Finding) -> bool:
    return found.rule.severity is Severity.ERROR or found.rule in _GUARDED


def _waiver(waiver: Waiver, used: bool, today: date) -> Iterator[Finding]:
    facts = {"rule": waiver.rule, "until": waiver.until}
    if waiver.until < today:
        yield Finding(WAIVER_EXPIRED, waiver.where, waiver.domain, facts)
        return
    if waiver.rule not in RULES:
        problem = "there is no such rule"
    elif waiver.rule in WAIVABLE:
        problem = "" if waiver.change else "a guard is waived for one change; copy `change` from the plan"
    elif waiver.rule.startswith("PLN"):
        problem = "nothing waives this guard"
    else:
        problem = "" if used else f"{names.readable(waiver.domain)} has no such finding"
    if problem:
        yield Finding(WAIVER_UNUSED, waiver.where, waiver.domain, {**facts, "problem": problem})
    elif today + LONG < waiver.until:
        yield Finding(WAIVER_LONG, waiver.where, waiver.domain, facts)
    elif waiver.until <= today + ENDING and not waiver.change:  # a guard's ends with its change
        yield Finding(WAIVER_ENDING, waiver.where, waiver.domain, {**facts, "who": waiver.owner})
