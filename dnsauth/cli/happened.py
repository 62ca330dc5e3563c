"""What stages return, as events of the audit trail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from dnsauth.apply.receipt import Outcome, Receipt
from dnsauth.audit import events
from dnsauth.cli.deploying import Deployed
from dnsauth.cli.judging import Judged
from dnsauth.cli.making import stored
from dnsauth.findings import Outcome as Found
from dnsauth.findings import Severity
from dnsauth.live.standing import Verified
from dnsauth.lock.keys import Key
from dnsauth.plan.digest import change_id
from dnsauth.plan.model import Change, Plan
from dnsauth.rrset import RRset

REPUTATION = ("BLK", "PTR")
"""Areas of rules on what others think of our addresses."""


def planned(plan: Plan) -> events.Planned:
    """A plan that was made."""
    zones = tuple(
        events.Zone(
            zone.zone,
            zone.provider,
            zone.held,
            zone.digest,
            _changes(zone.zone, zone.changes),
            tuple(sorted({one.rule.code for one in zone.findings if one.stops})),
        )
        for zone in plan.zones
        if zone.changes or zone.stopped
    )
    return events.Planned(zones, len(plan.zones) - len(zones), plan.observed)


def applied(receipt: Receipt) -> events.Applied:
    """An apply, as its receipt tells it."""
    told = [one for one in receipt.entries if one.outcome is not Outcome.DONE or one.plan.changes]
    zones = tuple(
        events.Written(
            one.plan.zone,
            one.plan.provider,
            one.plan.held,
            one.plan.digest,
            one.outcome.value,
            one.written,
            _changes(one.plan.zone, one.plan.changes),
            one.message,
            None if one.verified is None else _standing(one.verified),
        )
        for one in told
    )
    agree = len(receipt.entries) - len(told)
    return events.Applied(receipt.plan, zones, agree, receipt.unverified, receipt.interrupted)


def verified(found: Iterable[Verified]) -> events.Verified:
    """A look at authoritative servers."""
    return events.Verified(tuple(map(_standing, found)))


def turned(
    before: Mapping[str, Iterable[Key]],
    after: Mapping[str, Iterable[Key]],
    made: Mapping[str, Iterable[Key]] | None = None,
) -> Iterator[events.Event]:
    """What became of the keys of each zone *before*, and of private halves that were *made* for it."""
    yield from used("made", (key for keys in (made or {}).values() for key in keys))
    old = {key.owner: key for keys in before.values() for key in keys}
    every = [key for keys in after.values() for key in keys]
    yield events.Rotated(tuple(_move(old.get(key.owner), key) for key in every if old.get(key.owner) != key))


def used(action: events.Action, keys: Iterable[Key], host: str = "") -> Iterator[events.KeyAccess]:
    """The private halves of *keys*, if there are any, as they were made, read or put to work."""
    names = tuple(sorted({events.StoredKey(key.store, stored(key)) for key in keys}, key=repr))
    if names:
        yield events.KeyAccess(action, names, host)


def deployed(done: Iterable[Deployed], keys: Mapping[str, Iterable[Key]]) -> Iterator[events.KeyAccess]:
    """The private halves among *keys* that were read for the signers of a host."""
    known = {(key.domain, key.selector): key for mine in keys.values() for key in mine}
    for one in done:
        report = one.report
        yield from used("deployed", (known[at] for at in report.fingerprints if at in known), report.host)


def checked(judged: Judged) -> events.Checked:
    """A live check, in figures."""
    found = judged.findings
    unknown = sum(one.outcome is Found.NOT_ASSESSED for one in found)
    kinds = Counter(one.rule.severity for one in found if one.outcome is not Found.NOT_ASSESSED)
    facts = tuple(
        events.Fact(one.rule.code, one.owner, {name: str(fact) for name, fact in one.facts.items()})
        for one in found
        if one.rule.code.startswith(REPUTATION)
    )
    return events.Checked(
        True,
        len(judged.repository.inventory.zones),
        kinds[Severity.ERROR],
        kinds[Severity.WARNING],
        kinds[Severity.INFO],
        unknown,
        len(judged.waived),
        dict(sorted(Counter(one.rule.code for one in found).items())),
        facts,
    )


def _changes(zone: str, changes: Iterable[Change]) -> tuple[events.Change, ...]:
    return tuple(
        events.Change(
            change_id(zone, one), one.action.value, one.owner, one.type, _side(one.before), _side(one.after)
        )
        for one in changes
    )


def _side(rrset: RRset | None) -> events.Side | None:
    return None if rrset is None else events.Side(rrset.ttl, rrset.values)


def _standing(found: Verified) -> events.Standing:
    servers = [
        events.Server(one.server.name, one.server.address, one.serial, one.state.value, one.why)
        for one in found.standings
    ]
    missing = [events.Server(one.name, "", None, "not assessed", one.why) for one in found.missing]
    return events.Standing(found.zone, found.agrees, (*servers, *missing))


def _move(before: Key | None, key: Key) -> events.KeyMove:
    known = before.words if before else ()
    words = tuple(events.Word(one.host, one.signs, one.by) for one in key.words if one not in known)
    return events.KeyMove(
        key.domain,
        key.sender,
        key.selector,
        key.algorithm,
        before.state.value if before else "",
        key.state.value,
        words,
        key.revocation.reason if key.revocation else "",
    )
