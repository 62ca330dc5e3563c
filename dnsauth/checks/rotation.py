"""The guard on keys of our own: DNS follows a state of the lock only where that step is due now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from dnsauth import names
from dnsauth.checks.view import View
from dnsauth.findings import Finding, Rule, Severity
from dnsauth.inventory.model import Inventory, Zone
from dnsauth.lock.keys import Key, State
from dnsauth.records import BadRecord, dkim
from dnsauth.records.text import shown
from dnsauth.rotation.due import minute
from dnsauth.rotation.late import late
from dnsauth.rotation.policies import hosts, policies, timing
from dnsauth.rotation.states import Published
from dnsauth.rrset import RRset

NOT_DUE = Rule(
    "PLN009",
    Severity.ERROR,
    "{owner}: the lock says {state}, which is not due{until}: {why}",
    "`dnsauth rotate status` says when it is; to take the step back restore the key's line from Git",
)

IN_USE = Rule(
    "PLN017",
    Severity.INFO,
    "{owner}: a report of {by} saw mail verify with this key until {end}; what is still under way fails once"
    " it is withdrawn (RFC 6376 section 3.1)",
)
OVERDUE = Rule(
    "KEY011",
    Severity.WARNING,
    "{owner} is in use since {since}, and its sender asks for a new key every {every} days: rotation stands"
    " still",
    "run `dnsauth rotate step` every day; `dnsauth rotate status` says what it waits for",
)
GRACE = timedelta(days=14)  # a successor needs caches to run out, reviews and hosts


def overdue(zone: Zone, keys: Iterable[Key], inventory: Inventory, now: datetime) -> Iterator[Finding]:
    """The *keys* of *zone* that should have been replaced two weeks ago."""
    keys = tuple(keys)
    known = policies(zone, inventory) if keys else {}
    senders = {(domain.name, sender.name): sender for domain in zone.domains for sender in domain.senders}
    for key in keys:
        at = (key.domain, key.sender)
        if key.state is not State.ACTIVE or at not in known:
            continue
        every = timedelta(seconds=known[at].timing.every)
        if now > key.since + every + GRACE:
            facts = {
                "owner": names.readable(key.owner),
                "since": f"{key.since:%Y-%m-%d}",
                "every": every.days,
            }
            yield Finding(OVERDUE, senders[at].where, key.domain, facts)


def not_due(view: View, inventory: Inventory, now: datetime) -> Iterator[Finding]:
    """The changes of *view* that would withdraw a key, or bring one back, when that is not due on *now*."""
    keys = {key.owner: key for key in view.lock.keys}
    touched = [change for change in view.changes if change.type == "TXT" and change.owner in keys]
    if not touched:
        return
    zone = inventory.zones.get(view.zone)
    known = policies(zone, inventory) if zone else {}
    for change in touched:
        key = keys[change.owner]
        policy = known.get((key.domain, key.sender))
        waits = policy.timing if policy else timing(None, inventory.rotation)
        ttl = change.before.ttl if change.before else 0
        wait = late(key, held(key, change.before), ttl, hosts=hosts(key, inventory), timing=waits, now=now)
        if wait:
            facts = {
                "owner": names.readable(key.owner),
                "state": key.state.value,
                "until": f" before {minute(wait.until)}" if wait.until else "",
                "why": wait.why,
            }
            yield Finding(NOT_DUE, view.place(change), change.owner, facts)


def in_use(view: View, inventory: Inventory, now: datetime) -> Iterator[Finding]:
    """The keys that *view* withdraws while mail like that of which reports tell may be under way on *now*.

    Anybody can send a report: it stops nothing, and rotation never gets here before that time is over.
    """
    keys = {key.owner: key for key in view.lock.keys if key.reported}
    for change in view.changes if keys else ():
        key = keys.get(change.owner)
        if key is None or key.reported is None or change.type != "TXT" or change.before is None:
            continue
        if held(key, change.before) is not Published.KEY or held(key, change.after) is Published.KEY:
            continue
        flight = timedelta(seconds=timing(None, inventory.rotation).in_flight(change.before.ttl))
        if key.reported.end <= now < key.reported.end + flight:
            facts = {
                "owner": names.readable(key.owner),
                "by": shown(key.reported.by),
                "end": minute(key.reported.end),
            }
            yield Finding(IN_USE, view.place(change), change.owner, facts)


def held(key: Key, rrset: RRset | None) -> Published:
    """What *rrset* holds of *key*."""
    texts = rrset.values if rrset else ()
    for text in texts:
        try:
            record = dkim.Record.parse(text)
        except BadRecord:
            continue
        if record.revoked:
            return Published.EMPTY
        if record.key == dkim.Record.parse(key.record).key:
            return Published.KEY
    return Published.NOTHING
