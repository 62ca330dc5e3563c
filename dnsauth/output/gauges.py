"""What each command measures, as gauges: one home for every name, its help and its labels.

No two commands write the same sample, so that the files of several may lie in one directory. What is counted
by zone is always there, what is counted by kind where there is any. Names stand without the final dot.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from dnsauth.apply.receipt import Outcome, Receipt
from dnsauth.diff.model import ZoneDiff
from dnsauth.findings import Finding
from dnsauth.findings import Outcome as Assessed
from dnsauth.inventory.model import Inventory
from dnsauth.live.standing import Verified
from dnsauth.lock.keys import State
from dnsauth.names import deepest
from dnsauth.output.by_zone import by_zone
from dnsauth.output.keys import Told
from dnsauth.output.metrics import Family, Gauge, Labels
from dnsauth.rotation.due import Step, Wait

_KEY = ("zone", "domain", "sender", "selector", "algorithm", "state")

LAST_APPLY = Family(
    "dnsauth_last_apply_timestamp_seconds",
    "When an apply last left a zone at its provider as the plan has it.",
    ("zone", "provider"),
    "seconds",
)
OUTCOME = Family(
    "dnsauth_apply_outcome",
    "1 for what became of a zone at its provider in the last apply.",
    ("zone", "provider", "outcome"),
)
DRIFT = Family("dnsauth_drift_rrsets", "RRsets that some server answers otherwise than asked.", ("zone",))
NOT_ASSESSED = Family(
    "dnsauth_not_assessed",
    "What could not be learned: RRsets of diff, findings of check.",
    ("zone", "command"),
)
SERVERS = Family(
    "dnsauth_servers", "Addresses of authoritative servers, by how they stood to verify.", ("zone", "state")
)
FINDINGS = Family(
    "dnsauth_findings",
    "Findings of check that are assessed; no zone: of the inventory.",
    ("zone", "severity"),
)
WAIVER_END = Family(
    "dnsauth_waiver_end_timestamp_seconds",
    "When a waiver is over.",
    ("zone", "domain", "rule", "change"),
    "seconds",
)
REVIEW = Family(
    "dnsauth_agreement_review_timestamp_seconds",
    "When an agreement is to be reviewed.",
    ("agreement",),
    "seconds",
)
EXPIRY = Family(
    "dnsauth_agreement_expiry_timestamp_seconds", "When an agreement runs out.", ("agreement",), "seconds"
)
NEXT_STEP = Family(
    "dnsauth_key_next_step_timestamp_seconds",
    "When the next step of a key is due, where time alone decides.",
    _KEY,
    "seconds",
)
SINCE = Family(
    "dnsauth_key_state_timestamp_seconds", "When a key came to the state it is in.", _KEY, "seconds"
)
AGE = Family("dnsauth_key_age_seconds", "How long ago a key was made.", _KEY, "seconds")


def of_receipt(receipt: Receipt) -> tuple[Gauge, ...]:
    """What an apply leaves behind."""
    when = datetime.fromisoformat(receipt.when).timestamp()
    entries = [(_bare(one.plan.zone), one.plan.provider, one.outcome) for one in receipt.entries]
    good = (Outcome.APPLIED, Outcome.DONE)
    return (
        Gauge(LAST_APPLY, {(zone, provider): when for zone, provider, outcome in entries if outcome in good}),
        Gauge(OUTCOME, {(zone, provider, outcome.value): 1 for zone, provider, outcome in entries}),
    )


def of_diff(found: Iterable[ZoneDiff]) -> tuple[Gauge, ...]:
    """How far servers differ."""
    zones = tuple(found)
    unknown = {one.zone: len({(each.owner, each.type) for each in one.not_assessed}) for one in zones}
    return (
        Gauge(
            DRIFT,
            {(_bare(one.zone),): len({each.change.rrset.id for each in one.differences}) for one in zones},
        ),
        Gauge(NOT_ASSESSED, {(_bare(zone), "diff"): count for zone, count in unknown.items()}),
    )


def of_verified(found: Iterable[Verified]) -> tuple[Gauge, ...]:
    """How servers stand; those that led to no address are missing."""
    tally: Counter[Labels] = Counter()
    for one in found:
        tally.update((_bare(one.zone), standing.state.value) for standing in one.standings)
        tally.update((_bare(one.zone), "missing") for _ in one.missing)
    return (Gauge(SERVERS, tally),)


def of_check(found: Iterable[Finding], inventory: Inventory) -> tuple[Gauge, ...]:
    """How many findings there are, and when agreements and waivers end."""
    tally: Counter[Labels] = Counter()
    unknown: dict[Labels, float] = {(_bare(zone), "check"): 0 for zone in inventory.zones}
    for zone, findings in by_zone(found, inventory.zones).items():
        kinds = [one.rule.severity for one in findings if one.outcome is not Assessed.NOT_ASSESSED]
        tally.update((_bare(zone), kind.value) for kind in kinds)
        if zone or len(kinds) < len(findings):
            unknown[_bare(zone), "check"] = len(findings) - len(kinds)
    agreements = inventory.agreements.values()
    return (
        Gauge(FINDINGS, tally),
        Gauge(NOT_ASSESSED, unknown),
        Gauge(WAIVER_END, _waivers(inventory)),
        Gauge(REVIEW, {(one.name,): _midnight(one.review) for one in agreements if one.review}),
        Gauge(EXPIRY, {(one.name,): _midnight(one.expires) for one in agreements if one.expires}),
    )


def _waivers(inventory: Inventory) -> dict[Labels, float]:
    """The end of each waiver; of several for the same the last."""
    found: dict[Labels, float] = {}
    for waiver in inventory.waivers:
        zone = deepest(waiver.domain, inventory.zones) or ""
        labels = (_bare(zone), _bare(waiver.domain), waiver.rule, waiver.change)
        end = _midnight(waiver.until + timedelta(days=1))  # that day it still holds
        found[labels] = max(end, found.get(labels, end))
    return found


def of_keys(found: Iterable[Told], now: datetime) -> tuple[Gauge, ...]:
    """When each key moves next, since when it is where it is, and its age; a key that is gone has no more."""
    due: dict[Labels, float] = {}
    since: dict[Labels, float] = {}
    age: dict[Labels, float] = {}
    for zone, key, next, _ in found:
        if key.state is State.REMOVED:
            continue
        labels = (
            *(_bare(zone), _bare(key.domain), key.sender, key.selector, key.algorithm, key.state.value),
        )
        since[labels] = key.since.timestamp()
        age[labels] = (now - key.made).total_seconds()
        match next:
            case Step():
                due[labels] = now.timestamp()
            case Wait(until) if until is not None:
                due[labels] = until.timestamp()
    return Gauge(NEXT_STEP, due), Gauge(SINCE, since), Gauge(AGE, age)


def _midnight(day: date) -> float:
    return datetime.combine(day, time(), UTC).timestamp()


def _bare(name: str) -> str:
    return name.removesuffix(".")
