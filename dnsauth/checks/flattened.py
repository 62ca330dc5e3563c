"""Whether flattened SPF records are what their senders' terms say, and of late.

What could not be flattened stands as its own term, which passes whoever passes there. So that nothing moves
back and forth while something is wrong, a change of such a record is refused until it is mended.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from dnsauth import names
from dnsauth.desired.flatten import Flat, Stays, Why
from dnsauth.findings import Finding, Rule, Severity
from dnsauth.inventory.model import MailDomain, Zone
from dnsauth.lock.observed import Observed
from dnsauth.plan.model import Change
from dnsauth.plan.sides import added, gone
from dnsauth.records import spf
from dnsauth.spf.flatten import is_chunk

FRESH = timedelta(days=2)  # a refresh runs every day; one may fail

NOT_LOOKED_UP = Rule(
    "SPF040",
    Severity.ERROR,
    "{owner}: '{term}' of {senders} can't be flattened: observed.lock.yaml does not have {what}",
    "run `dnsauth lock --refresh`, and commit what it writes",
)
BROKEN = Rule(
    "SPF041",
    Severity.ERROR,
    "{owner}: '{term}' of {senders} can't be flattened: {what}",
    "ask the vendor, or remove the sender: the term itself gives receivers the same error",
)
NOT_FLATTENED = Rule(
    "SPF042",
    Severity.WARNING,
    "{owner}: '{term}' of {senders} stays as it is: {what}",
    "let the sender go without `flatten`, or use a MAIL FROM domain of its own",
)
TOO_MANY_CHUNKS = Rule(
    "SPF043",
    Severity.ERROR,
    "{owner}: '{term}' of {senders} can't be flattened: the addresses are {what} (RFC 7208 section 4.6.4)",
    "flatten fewer senders, or let one use a MAIL FROM domain of its own",
)
TOO_OLD = Rule(
    "SPF044",
    Severity.ERROR,
    "{owner}: the addresses of {senders} were looked up {age} ago, and may be {limit} old",
    "run `dnsauth lock --refresh`, and commit what it writes",
)
OLD = Rule(
    "SPF045",
    Severity.WARNING,
    "{owner}: the addresses of {senders} were looked up {age} ago; vendors change them without a word",
    "run `dnsauth lock --refresh` every day, and commit what it writes",
)
NO_GAIN = Rule(
    "SPF046",
    Severity.WARNING,
    "{owner}: flattening {senders} takes {count} lookups, its terms take {lookups} (RFC 7208 section 4.6.4)",
    "let the senders go without `flatten`",
)

_RULES = {
    Why.UNKNOWN: NOT_LOOKED_UP,
    Why.BROKEN: BROKEN,
    Why.MESSAGE: NOT_FLATTENED,
    Why.QUALIFIED: NOT_FLATTENED,
    Why.SIZE: TOO_MANY_CHUNKS,
}


def flattening(
    zone: Zone, flattened: Mapping[str, Flat], observed: Observed, now: datetime
) -> Iterator[Finding]:
    """What is wrong with the *flattened* records of *zone*, by mail domain, on *now*."""
    for domain in zone.domains:
        flat = flattened.get(domain.name)
        if flat is None or all(sender.flatten is None for sender in domain.senders):
            continue
        yield from (_stays(domain, one) for one in flat.stays)
        yield from _age(domain, flat, observed, now)
        if flat.asked and len(flat.pieces) > flat.lookups:
            facts = {"count": len(flat.pieces), "lookups": flat.lookups}
            yield _finding(NO_GAIN, domain, _senders(domain), facts)


def refused(changes: tuple[Change, ...], found: Iterable[Finding]) -> Iterator[Finding]:
    """Those of *found*, from `flattening`, that keep one of *changes* from being written."""
    touched = {
        names
        for change in changes
        if change.type == "TXT" and any(map(spf.selects, (*added(change), *gone(change))))
        for names in _domains(change.owner)
    }
    return (one for one in found if one.stops and one.owner in touched)


def _domains(owner: str) -> tuple[str, ...]:
    """The mail domains whose record may stand at *owner*."""
    label, _, above = owner.partition(".")
    return (owner, above) if label == "_spf" or is_chunk(owner) else (owner,)


def _stays(domain: MailDomain, one: Stays) -> Finding:
    what = one.what if one.why is not Why.MESSAGE else f"{one.why}, by '{one.what}'"
    facts = {"term": one.term.text, "what": what or one.why.value}
    return _finding(_RULES[one.why], domain, one.term.senders, facts)


def _age(domain: MailDomain, flat: Flat, observed: Observed, now: datetime) -> Iterator[Finding]:
    age = observed.age(now, [name for names in flat.asked for name in names])
    if not flat.asked or age is None:
        return
    limit = min(timedelta(seconds=s.flatten) for s in domain.senders if s.flatten is not None)
    facts = {"age": _duration(age), "limit": _duration(limit)}
    if age > limit:
        yield _finding(TOO_OLD, domain, _senders(domain), facts)
    elif age > FRESH:
        yield _finding(OLD, domain, _senders(domain), facts)


def _senders(domain: MailDomain) -> tuple[str, ...]:
    return tuple(sender.name for sender in domain.senders if sender.flatten is not None)


def _finding(
    rule: Rule, domain: MailDomain, senders: tuple[str, ...], facts: Mapping[str, object]
) -> Finding:
    where = next((s.where for s in domain.senders if s.name in senders), domain.where)
    said = {"owner": names.readable(domain.name), "senders": ", ".join(senders)}
    return Finding(rule, where, domain.name, {**said, **facts})


def _duration(time: timedelta) -> str:
    days, hours = divmod(int(time.total_seconds()) // 3600, 24)
    return f"{days} day{'s' * (days != 1)}" if days else f"{hours} hour{'s' * (hours != 1)}"
