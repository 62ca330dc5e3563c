"""The receipt of an apply: who wrote what, when, and how it was seen to arrive."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from dnsauth.findings import Finding
from dnsauth.live.standing import Verified, as_json
from dnsauth.plan.digest import change_json, finding_json, rrset_json
from dnsauth.plan.model import ZonePlan
from dnsauth.rrset import RRset, RRsetId

FORMAT = "dnsauth-receipt/1"


class Outcome(StrEnum):
    """What became of one zone at one provider."""

    APPLIED = "applied"
    DONE = "done"
    STALE = "stale"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """Its turn had not come when Ctrl-C did."""


class Difference(NamedTuple):
    """An RRset that was written and reads otherwise; None where there is none."""

    id: RRsetId
    written: RRset | None
    found: RRset | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One zone at one provider.

    *written*: the provider holds something new, or might. *unlike* is what its read-back shows otherwise,
    *verified* how authoritative servers stood in the end, None where they were not asked.
    """

    plan: ZonePlan
    outcome: Outcome
    written: bool = False
    message: str = ""
    next: str = ""
    unlike: tuple[Difference, ...] = ()
    verified: Verified | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one apply did, zone by zone in the plan's order.

    *who* is user@host, *when* RFC 3339 UTC, *version* that of dnsauth, *plan* the digest of the saved plan or
    empty, *findings* what was shown beside those of the zones, *unverified* why authoritative servers could
    not be asked at all.
    """

    who: str
    when: str
    version: str
    plan: str
    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...] = ()
    unverified: str = ""
    interrupted: bool = False


def exit_code(receipt: Receipt) -> int:
    """The exit code *receipt* stands for (docs/plans.md).

    130 after Ctrl-C; 0 where everything is applied or done; 4 where something was written and something was
    not, or could not be verified; else 5 where zones were only stale, so that a new plan may do; else 1.
    A server that does not agree yet changes nothing: the provider has been read back.
    """
    outcomes = {entry.outcome for entry in receipt.entries} - {Outcome.APPLIED, Outcome.DONE}
    if receipt.interrupted:
        return 130
    if not outcomes and not receipt.unverified:
        return 0
    if any(entry.written for entry in receipt.entries):
        return 4
    return 5 if outcomes == {Outcome.STALE} else 1


def document(receipt: Receipt) -> dict[str, object]:
    """*receipt* as ``dnsauth-receipt/1``."""
    return {
        "format": FORMAT,
        "who": receipt.who,
        "when": receipt.when,
        "version": receipt.version,
        "plan": receipt.plan or None,
        "interrupted": receipt.interrupted,
        "unverified": receipt.unverified,
        "findings": [finding_json(finding) for finding in receipt.findings],
        "zones": [_entry(entry) for entry in receipt.entries],
    }


def to_json(receipt: Receipt) -> str:
    """The text of the receipt's file, in printable ASCII alone: what DNS held can't command a terminal."""
    return json.dumps(document(receipt), indent=1) + "\n"


def _entry(entry: Entry) -> dict[str, object]:
    return {
        "zone": entry.plan.zone,
        "provider": entry.plan.provider,
        "digest": entry.plan.digest,
        "outcome": entry.outcome.value,
        "written": entry.written,
        "message": entry.message,
        "next": entry.next,
        "changes": [change_json(change) for change in entry.plan.changes],
        "findings": [finding_json(finding) for finding in entry.plan.findings],
        "readback": [
            {**unlike.id._asdict(), "written": rrset_json(unlike.written), "found": rrset_json(unlike.found)}
            for unlike in entry.unlike
        ],
        "verified": entry.verified and as_json(entry.verified),
    }
