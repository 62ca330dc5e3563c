"""Keys of our own as the lock has them, beside what the inventory asks for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from dnsauth.checks.rules.keys import (
    NEVER_SEEN,
    SELDOM,
    SELECTOR_REUSED,
    SENDER_GONE,
    STANDS_STILL,
    TTL_LONG,
    TWO_ACTIVE,
)
from dnsauth.desired.model import Desired
from dnsauth.findings import Finding, Where
from dnsauth.inventory.model import Inventory, OwnKeys, Sender, Zone
from dnsauth.lock.keys import Key, State
from dnsauth.names import readable
from dnsauth.rotation.policies import policies
from dnsauth.rotation.ring import Ring, renamed, ring
from dnsauth.rotation.states import EFFECTS, Published
from dnsauth.rrset import RRsetId

GRACE = timedelta(days=14)  # caches run out in hours, reviews and hosts take days
LONGEST_TTL = 86400  # seconds
LONGEST_USE = timedelta(days=366)

_WAITS = {
    State.GENERATED: "the lock that lets it be published was never applied",
    State.PUBLISHED: "not every server was seen to answer it",
    State.VISIBLE: "not every host has reported that it signs with it",
}


def own_keys(
    zone: Zone, keys: Iterable[Key], desired: Iterable[Desired], inventory: Inventory, now: datetime
) -> Iterator[Finding]:
    """What is doubtful on *now* in the *keys* of *zone*'s lock, and in what its senders ask of keys."""
    senders = {(domain.name, sender.name): sender for domain in zone.domains for sender in domain.senders}
    for (domain, _), asking in senders.items():
        if asking.own_keys:
            yield from _asked(domain, asking, asking.own_keys)
    keys = tuple(keys)
    if not keys:
        return
    keys = renamed(keys, policies(zone, inventory).values())
    by_id = {rrset.id: rrset for rrset in desired}
    for key in keys:
        sender = senders.get((key.domain, key.sender))
        where = sender.where if sender else zone.where
        yield from _state(key, sender, where, now)
        yield from _published(key, by_id, where)
    yield from _active(keys, senders, now)


def _asked(domain: str, sender: Sender, own: OwnKeys) -> Iterator[Finding]:
    every = timedelta(seconds=own.every)
    if every > LONGEST_USE:
        facts = {"sender": sender.name, "domain": readable(domain), "every": every.days}
        yield Finding(SELDOM, sender.where, domain, facts)


def _state(key: Key, sender: Sender | None, where: Where, now: datetime) -> Iterator[Finding]:
    facts = {
        "owner": readable(key.owner),
        "state": key.state.value,
        "sender": key.sender,
        "domain": readable(key.domain),
        "since": f"{key.since:%Y-%m-%d}",
    }
    effect = EFFECTS[key.state]
    if sender is None or sender.own_keys is None:
        if effect.published is Published.KEY:
            yield Finding(SENDER_GONE, where, key.domain, facts)
    elif key.state in _WAITS and now > key.since + GRACE:
        more = {"days": (now - key.since).days, "waits": _WAITS[key.state]}
        yield Finding(STANDS_STILL, where, key.domain, {**facts, **more})
    if effect.signs and key.seen is None:
        yield Finding(NEVER_SEEN, where, key.domain, facts)


def _published(key: Key, by_id: Mapping[RRsetId, Desired], where: Where) -> Iterator[Finding]:
    """What stands at the key's owner name that its state does not let stand there, or stands too long."""
    effect = EFFECTS[key.state]
    others = [by_id[id] for type in ("TXT", "CNAME") if (id := RRsetId(key.owner, type)) in by_id]
    facts = {"owner": readable(key.owner), "sender": key.sender, "since": f"{key.since:%Y-%m-%d}"}
    if key.state is State.REMOVED and others:
        yield Finding(SELECTOR_REUSED, where, key.domain, facts)
    elif effect.published is Published.KEY and (ttl := max((r.ttl for r in others), default=0)) > LONGEST_TTL:
        yield Finding(TTL_LONG, where, key.domain, {**facts, "ttl": ttl, "hours": ttl // 3600})


def _active(
    keys: Sequence[Key], senders: Mapping[tuple[str, str], Sender], now: datetime
) -> Iterator[Finding]:
    rings: defaultdict[Ring, list[Key]] = defaultdict(list)
    for key in keys:
        if key.state is State.ACTIVE and (key.domain, key.sender) in senders:
            rings[ring(key)].append(key)
    for at, active in rings.items():
        older, *newer = sorted(active, key=lambda key: (key.since, key.selector))
        # a step that makes one active retires the other, unless a host has not reported yet
        if newer and now > newer[-1].since + GRACE:
            facts = {
                "owner": readable(older.owner),
                "other": readable(newer[-1].owner),
                "since": f"{newer[-1].since:%Y-%m-%d}",
                "algorithm": at.algorithm,
                "sender": at.sender,
            }
            yield Finding(TWO_ACTIVE, senders[at.domain, at.sender].where, at.domain, facts)
