"""DKIM keys of our own as text and JSON: what state they are in, what comes next and when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from dnsauth import names
from dnsauth.lock.keys import Key, State
from dnsauth.output import safe
from dnsauth.output.style import PLAIN, Style
from dnsauth.records import dkim
from dnsauth.rotation.due import Due, Step, Wait, minute
from dnsauth.rotation.states import Event
from dnsauth.rotation.step import Lack, Moved

NEXT: Mapping[State, Event | None] = {
    State.GENERATED: Event.PUBLISH,
    State.PUBLISHED: Event.SEE,
    State.VISIBLE: Event.ACTIVATE,
    State.ACTIVE: Event.RETIRE,
    State.RETIRING: Event.DRAIN,
    State.REVOKED: Event.REMOVE,
    State.REMOVED: None,
}
_REVOKING: Mapping[State, Event] = {State.VISIBLE: Event.RETIRE, State.RETIRING: Event.REVOKE}
_WAY = tuple(State)
_COLOURS = {State.ACTIVE: "green", State.REMOVED: "dim"}


class Told(NamedTuple):
    """A key of a zone, what is due of it, and the state it was in before this command."""

    zone: str
    key: Key
    due: Due
    before: State | None = None


def status(found: Sequence[Told], lacking: Iterable[Lack], now: datetime, style: Style = PLAIN) -> str:
    """The keys by mail domain and sender, each with its way so far, and below what comes next, by date."""
    lines = [*_table(found, now, style), *_lacks(lacking)]
    coming = sorted(
        (told.due.until, told.key.owner, told.due.why)
        for told in found
        if isinstance(told.due, Wait) and told.due.until is not None
    )
    if coming:
        lines += ["", "Coming:"]
        lines += [f"  {minute(until)}  {bare(owner)}: {safe.line(why)}" for until, owner, why in coming]
    return "".join(f"{line}\n" for line in lines) or "no key of your own, and no sender asks for one\n"


def _table(found: Sequence[Told], now: datetime, style: Style) -> Iterator[str]:
    width = max((len(told.key.selector) for told in found), default=0)
    last = None
    for told in found:
        key = told.key
        at = (key.domain, key.sender)
        if at != last:
            yield style.paint(f"{names.readable(key.domain)}  {safe.plain(key.sender)}", "bold")
            last = at
        done = _WAY.index(key.state) + 1
        way = "■" * done + "□" * (len(_WAY) - done)
        state = style.paint(f"{key.state.value:<9}", _COLOURS.get(key.state, "yellow"))
        name = f"{safe.plain(key.selector):<{width}}"
        next = "" if key.state is State.REMOVED else safe.line(said(told.due))
        if key.reported:
            next = f"{next}  (last seen in reports {key.reported.end:%Y-%m-%d})".lstrip()
        yield f"  {name}  {key.algorithm:<8}  {way}  {state}  {_age(now - key.since)}  {next}".rstrip()


def bare(owner: str) -> str:
    """*owner* without its final dot, safe to print."""
    return safe.plain(owner.removesuffix("."))


def _lacks(lacking: Iterable[Lack]) -> Iterator[str]:
    for policy, algorithm in lacking:
        yield (
            f"{names.readable(policy.domain)}  {safe.plain(policy.sender)}: a key of {algorithm} is to be"
            " made; `dnsauth rotate step` makes it"
        )


def _age(span: timedelta) -> str:
    days, hours = divmod(max(int(span.total_seconds()), 0) // 3600, 24)
    return f"{days:>3} d" if days else f"{hours:>3} h"


def said(due: Due) -> str:
    """What is due, for people."""
    match due:
        case Step(event):
            return f"may {event.value} now"
        case Wait(None, why):
            return f"waits: {why}"
        case Wait(until, why):
            assert until is not None  # noqa: S101  the case above
            return f"until {minute(until)}: {why}"


def moves(zone: str, found: Iterable[Moved], made: Iterable[Key], style: Style = PLAIN) -> str:
    """What a step did in *zone*, one line for each key that moved, waits or was *made*, with its evidence."""
    lines = []
    for before, key, due in found:
        if before.state is State.REMOVED:
            continue
        owner = safe.plain(key.owner.removesuffix("."))
        if before.state is key.state:
            lines.append(f"  {owner}  {style.paint(key.state.value, 'dim')}  {safe.line(said(due))}")
        else:
            way = f"{before.state.value} → {style.paint(key.state.value, 'green')}"
            lines.append(f"  {owner}  {way}{safe.line(evidence(key))}")
    for key in made:
        owner = safe.plain(key.owner.removesuffix("."))
        lines.append(
            f"  {owner}  {style.paint('made', 'green')}, {key.algorithm}, for {safe.plain(key.sender)}"
        )
    return (
        f"{style.paint(names.readable(zone), 'bold')}\n" + "".join(f"{line}\n" for line in lines)
        if lines
        else ""
    )


def evidence(key: Key) -> str:
    """What the lock has seen of *key*, as the end of a line."""
    parts = []
    if key.seen:
        parts.append(f"seen at {', '.join(key.seen.servers)} since {minute(key.seen.at)}")
    parts += [
        f"{word.host} {'signs' if word.signs else 'stopped'} {minute(word.at)}"
        + (f" (says {word.by})" if word.by else "")
        for word in key.words
    ]
    if key.reported:
        parts.append(f"reports of {key.reported.by} until {minute(key.reported.end)}")
    if key.revocation:
        parts.append(f"revoked by {key.revocation.by}: {key.revocation.reason}")
    return f"  ({'; '.join(parts)})" if parts else ""


def as_json(found: Iterable[Told], lacking: Iterable[tuple[str, Lack]]) -> dict[str, object]:
    """``dnsauth-keys/1``: one object for each key, and the keys that are to be made."""
    return {
        "format": "dnsauth-keys/1",
        "keys": [_key(told) for told in found],
        "lacking": [
            {"zone": zone, "domain": policy.domain, "sender": policy.sender, "algorithm": algorithm}
            for zone, (policy, algorithm) in lacking
        ],
    }


def _key(told: Told) -> dict[str, object]:
    zone, key, due, before = told
    record = dkim.Record.parse(key.record)
    seen = key.seen
    return {
        "zone": zone,
        "domain": key.domain,
        "sender": key.sender,
        "selector": key.selector,
        "algorithm": key.algorithm,
        "bits": record.bits,
        "fingerprint": dkim.fingerprint(record),
        "state": key.state.value,
        "before": (before or key.state).value,
        "made": rfc3339(key.made),
        "since": rfc3339(key.since),
        "seen": {"at": rfc3339(seen.at), "servers": list(seen.servers), "ttl": seen.ttl} if seen else None,
        "hosts": [
            {"host": word.host, "signs": word.signs, "at": rfc3339(word.at), "by": word.by}
            for word in key.words
        ],
        "reported": {**key.reported._asdict(), "end": rfc3339(key.reported.end)} if key.reported else None,
        "revoked": {**key.revocation._asdict(), "at": rfc3339(key.revocation.at)} if key.revocation else None,
        "next": _next(key, due),
    }


def _next(key: Key, due: Due) -> dict[str, object] | None:
    coming = (_REVOKING if key.revocation else NEXT).get(key.state, NEXT[key.state])
    match due:
        case Step(event):
            return {"step": event.value, "due": "now", "waits_for": ""}
        case Wait(until, why) if coming:
            return {"step": coming.value, "due": rfc3339(until) if until else None, "waits_for": why}
    return None


def rfc3339(time: datetime) -> str:
    """*time* as RFC 3339, UTC, to the second."""
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def stores(
    keys: Sequence[Key], lost: Sequence[Key], strangers: Iterable[tuple[str, str]], style: Style = PLAIN
) -> str:
    """Each key with the store it is kept in, those that are in none, and what no lock knows."""
    width = max((len(key.owner) - 1 for key in keys), default=0)
    missing = {key.owner for key in lost}
    lines = [
        f"{safe.plain(key.owner.removesuffix('.')):<{width}}  {key.algorithm:<8}  {key.state.value:<9}  "
        + (style.paint("in no store", "red") if key.owner in missing else safe.plain(key.store))
        for key in keys
    ]
    lines += [
        f"{safe.plain(name)}  in {safe.plain(store)}, known to no lock; `dnsauth keys prune` deletes it"
        for store, name in strangers
    ]
    return "".join(f"{line}\n" for line in lines)


def stores_json(
    keys: Iterable[Key], lost: Iterable[Key], strangers: Iterable[tuple[str, str]]
) -> dict[str, object]:
    """``dnsauth-stores/1``: where each key is kept."""
    missing = {key.owner for key in lost}
    return {
        "format": "dnsauth-stores/1",
        "keys": [
            {**_named(key), "state": key.state.value, "store": key.store, "held": key.owner not in missing}
            for key in keys
        ],
        "unknown": [{"store": store, "name": name} for store, name in strangers],
    }


def records_json(keys: Iterable[Key]) -> dict[str, object]:
    """``dnsauth-key-records/1``: the public half of each key."""
    return {
        "format": "dnsauth-key-records/1",
        "keys": [{**_named(key), "owner": key.owner, "record": key.record} for key in keys],
    }


def _named(key: Key) -> dict[str, object]:
    return {"domain": key.domain, "sender": key.sender, "selector": key.selector, "algorithm": key.algorithm}
