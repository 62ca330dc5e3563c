"""Applying a plan: zones in parallel, each all or nothing, none stopped by another's failure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from threading import Event
from typing import TypeAlias

from dnsauth.apply.interrupt import interrupts
from dnsauth.apply.match import Matched, Saved, Verdict, match
from dnsauth.apply.receipt import Entry, Outcome, Receipt
from dnsauth.apply.write import said, write
from dnsauth.findings import Finding
from dnsauth.live.standing import Verified
from dnsauth.plan.model import Change, Held, Plan, Provider, ZonePlan

LIMIT = 4  # zones under way at once at one provider

At: TypeAlias = tuple[str, str]
"""Zone and provider."""
Verify: TypeAlias = Callable[[Mapping[str, tuple[Change, ...]]], Iterable[Verified]]
"""What was written, by zone, to how authoritative servers stand to it."""
Job: TypeAlias = tuple[ZonePlan, Held, Provider]
Progress: TypeAlias = Callable[[Entry, int, int], None]
"""Called with each zone's outcome, how many are through, and of how many; must not raise."""


def apply(
    fresh: Plan,
    saved: Saved,
    held: Mapping[At, Held],
    providers: Mapping[str, Provider],
    *,
    verify: Verify,
    who: str,
    when: str,
    version: str,
    plan: str = "",
    findings: tuple[Finding, ...] = (),
    limit: int = LIMIT,
    progress: Progress = lambda *_: None,
    stop: Event | None = None,
) -> Receipt:
    """The receipt of writing *fresh*, where it agrees with *saved* if there is one.

    *held* has what each zone of *fresh* was made from, *providers* each provider by name; *who*, *when*,
    *version*, *plan* and *findings* are as in `Receipt`. After Ctrl-C no zone is begun any more, those under
    way are ended, and the receipt says `interrupted`; *stop* is set then.
    """
    matched = match(fresh, saved)
    jobs = {
        _at(m): (m.plan, held[_at(m)], providers[m.plan.provider])
        for m in matched
        if m.verdict is Verdict.AGREED
    }
    with interrupts(stop) as stopped:
        written = _write(jobs, limit, progress, stopped)
        entries = tuple(written.get(_at(m)) or _unwritten(m) for m in matched)
    interrupted, unverified = stopped.is_set(), ""
    try:
        if not interrupted:
            entries = _verified(entries, verify)
    except KeyboardInterrupt:
        interrupted = True
    except Exception as error:  # noqa: BLE001  what was written needs its receipt all the more
        unverified, _ = said(error)
    return Receipt(who, when, version, plan, entries, findings, unverified, interrupted)


def _at(matched: Matched) -> At:
    return matched.plan.zone, matched.plan.provider


def _write(jobs: Mapping[At, Job], limit: int, progress: Progress, stop: Event) -> dict[At, Entry]:
    """The outcome of each zone that was begun before *stop* was set."""

    def one(job: Job) -> Entry | None:
        return None if stop.is_set() else write(*job)

    pools = {provider: ThreadPoolExecutor(limit) for _, provider in jobs}
    entries: dict[At, Entry] = {}
    try:
        futures = {pools[at[1]].submit(one, job): at for at, job in jobs.items()}
        for future in as_completed(futures):
            if entry := future.result():
                entries[futures[future]] = entry
                progress(entry, len(entries), len(jobs))
    finally:
        for pool in pools.values():
            pool.shutdown(cancel_futures=True)
    return entries


def _unwritten(matched: Matched) -> Entry:
    """The entry of a zone that was not begun."""
    plan, verdict = matched
    again = "make a new plan with `dnsauth plan`, and let it be reviewed"
    match verdict:
        case Verdict.DONE:
            return Entry(plan, Outcome.DONE)
        case Verdict.AGREED:
            return Entry(plan, Outcome.INTERRUPTED, message="interrupted before its turn came", next=again)
        case Verdict.STOPPED:
            rules = ", ".join(sorted({finding.rule.code for finding in plan.findings if finding.stops}))
            return Entry(plan, Outcome.STOPPED, message=f"stopped by {rules}", next="see its findings")
        case Verdict.STALE:
            why = f"what {plan.provider} holds there, or what the inventory asks, is not what was reviewed"
            return Entry(plan, Outcome.STALE, message=why, next=again)
        case Verdict.ABSENT:
            why = f"the inventory has no such zone at {plan.provider} any more"
            return Entry(plan, Outcome.STALE, message=why, next=again)


def _verified(entries: tuple[Entry, ...], verify: Verify) -> tuple[Entry, ...]:
    """*entries* with the standing of authoritative servers where something was applied."""
    changes: defaultdict[str, tuple[Change, ...]] = defaultdict(tuple)
    for entry in entries:
        if entry.outcome is Outcome.APPLIED:
            changes[entry.plan.zone] += entry.plan.changes
    if not changes:
        return entries
    verified = {each.zone: each for each in verify(changes)}
    return tuple(
        replace(entry, verified=verified.get(entry.plan.zone)) if entry.outcome is Outcome.APPLIED else entry
        for entry in entries
    )
