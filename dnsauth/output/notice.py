"""What somebody is told of a command: which events, a title, and a few lines of text.

Of DNS it holds names and counts, no values: a text that anybody can publish has no place in a chat, and what
it means there (a mention, a link) is not ours to know.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from dnsauth.apply.receipt import Entry, Outcome, Receipt, exit_code
from dnsauth.checks.live.rules import NOT_SERVED
from dnsauth.diff.model import ZoneDiff
from dnsauth.findings import Finding, Severity
from dnsauth.findings import Outcome as Assessed
from dnsauth.inventory.model import Inventory
from dnsauth.inventory.operations import Event, Notify
from dnsauth.live.standing import Verified
from dnsauth.lock.keys import Key, State
from dnsauth.names import deepest, readable
from dnsauth.notify import Message
from dnsauth.output import safe
from dnsauth.output.by_zone import by_zone
from dnsauth.output.plan import actions
from dnsauth.output.receipt import lagging
from dnsauth.output.text import counted
from dnsauth.rotation.policies import hosts
from dnsauth.rotation.step import Moved

MAX_LINES = 20
SOON = timedelta(days=30)  # an agreement or waiver that ends by then is told of
PATIENCE = timedelta(days=3)  # a key that waits longer for a host is told of


class News(NamedTuple):
    """One thing that happened, and the *zones* it concerns: none where that is all of them."""

    event: Event
    zones: tuple[str, ...]
    text: str


class Notice(NamedTuple):
    """What happened, and what to do or where to look next."""

    news: tuple[News, ...]
    next: str


def message(command: str, notice: Notice, to: Notify) -> Message | None:
    """*notice* of ``dnsauth command`` as *to* is told it; None where nothing of it is for them.

    What failed stands first. A long text is cut at a line, and says so.
    """
    news = [one for one in notice.news if one.event in to.on and _concerns(one, to)]
    if not news:
        return None
    news.sort(key=lambda one: one.event is not Event.FAILED)
    tally = Counter(one.event for one in news)
    title = f"dnsauth {command}: " + ", ".join(f"{tally[e]:,} {e.value}" for e in Event if tally[e])
    lines = [safe.plain(one.text) for one in news[:MAX_LINES]]
    if len(news) > MAX_LINES:
        lines.append(f"and {len(news) - MAX_LINES:,} more")
    return Message(title, "\n".join([*lines, "", safe.plain(notice.next)]), bad=Event.FAILED in tally)


def _concerns(news: News, to: Notify) -> bool:
    return not (news.zones and to.zones) or any(zone in to.zones for zone in news.zones)


def of_failure() -> Notice:
    """That a command could not do its work; why may hold what others wrote, and stands in its log."""
    return Notice((News(Event.FAILED, (), "it could not be done"),), "Its log says why.")


def of_receipt(receipt: Receipt, path: Path | None) -> Notice:
    """What *receipt*, whose file is *path*, says was written and was not."""
    news = [one for entry in receipt.entries for one in _entry(entry)]
    if receipt.unverified:
        zones = tuple(dict.fromkeys(entry.plan.zone for entry in receipt.entries if entry.written))
        news.append(News(Event.FAILED, zones, "what was written could not be verified"))
    kept = f"Receipt: {path}. " if path else ""
    return Notice(tuple(news), f"{kept}Exit code {exit_code(receipt)}.")


def _entry(entry: Entry) -> Iterator[News]:
    zone = entry.plan.zone
    place = f"{readable(zone)} at {entry.plan.provider}"
    match entry.outcome:
        case Outcome.DONE:
            return
        case Outcome.APPLIED:
            late = entry.verified and not entry.verified.agrees
            behind = (
                f"; not served everywhere yet, {_behind(entry.verified)}" if late and entry.verified else ""
            )
            yield News(Event.APPLIED, (zone,), f"{place}: applied, {actions(entry.plan.changes)}{behind}")
        case Outcome.STOPPED:
            codes = sorted({one.rule.code for one in entry.plan.findings if one.stops})
            yield News(Event.FAILED, (zone,), f"{place}: stopped by {', '.join(codes)}")
        case outcome:
            some = ", and something may have been written" if entry.written else ""
            yield News(Event.FAILED, (zone,), f"{place}: {outcome.value}{some}")


def of_verified(found: Iterable[Verified]) -> Notice:
    """Which zones are not served as asked."""
    news = (
        News(Event.FAILED, (one.zone,), f"{readable(one.zone)}: not served as asked, {_behind(one)}")
        for one in found
        if not one.agrees
    )
    return Notice(tuple(news), "`dnsauth verify` says what each server answers.")


def _behind(verified: Verified) -> str:
    return lagging([verified]) or "no server was asked"


def of_diff(found: Iterable[ZoneDiff]) -> Notice:
    """Which zones differ, and of which something could not be learned."""
    return Notice(
        tuple(news for one in found for news in _diff(one)), "`dnsauth diff` shows each value, by server."
    )


def _diff(found: ZoneDiff) -> Iterator[News]:
    name, zones = readable(found.zone), (found.zone,)
    if differing := len({one.change.rrset.id for one in found.differences}):
        yield News(Event.DRIFT, zones, f"{name}: {counted(differing, 'RRset')} not as the inventory asks")
    if unknown := len({(one.owner, one.type) for one in found.not_assessed}):
        yield News(Event.FAILED, zones, f"{name}: {counted(unknown, 'RRset')} not assessed")


def of_check(found: Iterable[Finding], inventory: Inventory, today: date, *, live: bool) -> Notice:
    """What ends soon, and, where somebody looked *live*, the errors and what could not be learned."""
    news = [*_ending(inventory, today)]
    if live:
        for zone, findings in sorted(by_zone(found, inventory.zones).items()):
            news += _check(zone, findings)
    return Notice(tuple(news), "`dnsauth check` says each line and its next step.")


def _check(zone: str, found: Sequence[Finding]) -> Iterator[News]:
    name, zones = (readable(zone), (zone,)) if zone else ("the inventory", ())
    unknown = [one for one in found if one.outcome is Assessed.NOT_ASSESSED]
    failing = [one for one in found if one.outcome is Assessed.FAIL]
    drift = [one for one in failing if one.rule.severity is Severity.ERROR or one.rule is NOT_SERVED]
    if drift:
        yield News(Event.DRIFT, zones, f"{name}: {counted(len(drift), 'finding')}, {_codes(drift)}")
    if unknown:
        yield News(Event.FAILED, zones, f"{name}: {len(unknown):,} not assessed, {_codes(unknown)}")


def _codes(found: Iterable[Finding]) -> str:
    return ", ".join(sorted({one.rule.code for one in found}))


def _ending(inventory: Inventory, today: date) -> Iterator[News]:
    for agreement in inventory.agreements.values():
        whose = f"the agreement {agreement.name} with {agreement.partner}"
        zones = tuple(_of_agreement(agreement.name, inventory))
        if agreement.expires and agreement.expires <= today + SOON:
            verb = "ended" if agreement.expires < today else "ends"
            yield News(Event.ENDING, zones, f"{whose} {verb} on {agreement.expires}")
        if agreement.review and agreement.review <= today + SOON:
            verb = "was" if agreement.review < today else "is"
            yield News(Event.ENDING, zones, f"{whose} {verb} to be reviewed by {agreement.review}")
    for waiver in inventory.waivers:
        if waiver.until <= today + SOON:
            zone = deepest(waiver.domain, inventory.zones)
            verb = "ended" if waiver.until < today else "ends"
            text = f"the waiver of {waiver.rule} for {readable(waiver.domain)} {verb} on {waiver.until}"
            yield News(Event.ENDING, (zone,) if zone else (), text)


def _of_agreement(name: str, inventory: Inventory) -> Iterator[str]:
    """The zones with a sender that the agreement *name* covers."""
    for zone in inventory.zones.values():
        if any(sender.baa == name for domain in zone.domains for sender in domain.senders):
            yield zone.name


def of_step(
    moved: Iterable[tuple[str, Moved]], made: Iterable[tuple[str, Key]], inventory: Inventory, now: datetime
) -> Notice:
    """Which keys *moved* and were *made*, each with its zone, and which wait too long for a host."""
    news = [
        News(Event.KEY_DUE, (zone,), f"{_named(key)}: made, {key.algorithm}, for {key.sender}")
        for zone, key in made
    ]
    for zone, (before, key, _) in moved:
        if before.state is not key.state:
            way = f"{before.state.value} → {key.state.value}"
            news.append(News(Event.KEY_DUE, (zone,), f"{_named(key)}: {way}"))
        elif waits := _silent(key, hosts(key, inventory), now):
            days = (now - key.since).days
            text = f"{_named(key)}: {key.state.value}, has waited {days} days for {', '.join(waits)}"
            news.append(News(Event.KEY_DUE, (zone,), text))
    return Notice(tuple(news), "`dnsauth rotate status` says what each key waits for.")


def _silent(key: Key, hosts: Collection[str], now: datetime) -> list[str]:
    """The *hosts* that have been asked for too long to sign with *key*, or to stop."""
    if key.state not in (State.VISIBLE, State.RETIRING) or now - key.since <= PATIENCE:
        return []
    said = {word.host for word in key.words if word.signs is (key.state is State.VISIBLE)}
    return [host for host in hosts if host not in said]


def _named(key: Key) -> str:
    return key.owner.removesuffix(".")
