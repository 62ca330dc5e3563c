"""Keys that vendors hold behind CNAMEs of ours: not ours to rotate, ours to watch.

Here they are as ``observed.lock.yaml`` has them; `dnsauth.checks.live.targets` looks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from dnsauth import names
from dnsauth.catalogue.asks import rotation_command
from dnsauth.catalogue.model import Catalogue, Service
from dnsauth.checks.live.rules import (
    DANGLING,
    KEY_ALONE,
    KEY_INVALID,
    KEY_MISSING,
    KEY_OLD,
    KEY_REVOKED,
)
from dnsauth.checks.rules.dkim import DKIM_FEW
from dnsauth.checks.senders import key_domain
from dnsauth.checks.texts.dkim import length
from dnsauth.checks.view import place
from dnsauth.desired.model import Desired, Origin
from dnsauth.findings import Finding, Rule
from dnsauth.lock.observed import Key, NoKey, Observed, Seen

OLD = timedelta(days=365)  # vendors that tell how often they rotate do it more often
FINGERPRINT = 16  # hex digits tell keys apart for a reader


class Delegated(NamedTuple):
    """The selectors of one mail domain whose keys one sender's service holds; targets by owner name."""

    domain: str
    sender: str
    service: Service | None
    targets: Mapping[str, str]

    @property
    def needed(self) -> int:
        """How many of them the vendor needs; 0 where no source says."""
        return self.service.rotation.selectors if self.service else 0


def delegated(desired: Iterable[Desired], catalogue: Catalogue) -> Mapping[str, Delegated]:
    """What belongs together among the selectors that senders delegate, by the owner name of each."""
    targets: defaultdict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    services: dict[tuple[str, str], str] = {}
    for rrset, domain in _selectors(desired):
        for value in rrset.values:
            for origin in value.origin:
                targets[domain, origin.sender][rrset.owner] = value.text
                services[domain, origin.sender] = origin.service
    return {
        owner: Delegated(domain, sender, catalogue.get(services[domain, sender]), together)
        for (domain, sender), together in targets.items()
        if sender
        for owner in together
    }


def _selectors(desired: Iterable[Desired]) -> Iterator[tuple[Desired, str]]:
    for rrset in desired:
        if rrset.type == "CNAME" and (domain := key_domain(rrset.owner)):
            yield rrset, domain


def holding(group: Delegated | None, owner: str, key: Callable[[str], Key | NoKey | None]) -> tuple[str, ...]:
    """The selectors beside *owner* that have a *key*, by owner name, where the vendor needs them all."""
    if group is None or not group.needed:
        return ()
    return tuple(each for each in group.targets if each != owner and isinstance(key(each), Key))


def alone(group: Delegated, present: Sequence[str]) -> Mapping[str, object]:
    """What the finding says of a selector without a key, where those that are *present* have one."""
    return {
        "service": group.service.title if group.service else "",
        "domain": names.readable(group.domain),
        "needed": group.needed,
        "present": ", ".join(map(names.readable, present)),
    }


def renewal(group: Delegated | None, otherwise: str = "ask the vendor to rotate it") -> str:
    """How the key is renewed: the vendor's command for the mail domain where it has one, else *otherwise*."""
    service = group.service if group else None
    if group is None or service is None or not service.rotation.command:
        return otherwise
    return f"rotate it with `{rotation_command(service, group.domain)}` ({service.rotation.tool})"


def vendor_keys(desired: Sequence[Desired], catalogue: Catalogue, observed: Observed) -> Iterator[Finding]:
    """What is wrong with the selectors *desired* in a zone, and with the keys *observed* where they lead."""
    groups = delegated(desired, catalogue)
    for rrset, _ in _selectors(desired):
        group = groups.get(rrset.owner)
        for value in rrset.values:
            if group and len(group.targets) < group.needed and rrset.owner == next(iter(group.targets)):
                yield _few(group, value.origin)
            if seen := observed.keys.get(value.text):
                judged = _Judged(rrset.owner, value.text, value.origin, group, observed)
                yield from judged.findings(seen)


def _few(group: Delegated, origin: tuple[Origin, ...]) -> Finding:
    facts = {
        "sender": group.sender,
        "domain": names.readable(group.domain),
        "service": group.service.name if group.service else "",
        "count": len(group.targets),
        "needed": group.needed,
    }
    return Finding(DKIM_FEW, place(origin), group.domain, facts)


class _Judged(NamedTuple):
    """A selector that leads to a *target*, and what was observed there."""

    owner: str
    target: str
    origin: tuple[Origin, ...]
    group: Delegated | None
    observed: Observed

    def findings(self, seen: Seen) -> Iterator[Finding]:
        match seen.key:
            case Key() as key:
                if short := length(key.algorithm):
                    longer = renewal(self.group, "ask the vendor for a longer key")
                    yield self._finding(short, seen, algorithm=key.algorithm, longer=longer)
                age = self.observed.unchanged(self.target)
                if age >= OLD:
                    yield self._finding(KEY_OLD, seen, **old(seen, age), renewal=renewal(self.group))
            case NoKey.REVOKED:
                yield self._finding(KEY_REVOKED, seen)
            case NoKey.UNREADABLE:
                yield self._finding(KEY_INVALID, seen, problem="the key cannot be read", value="")
            case NoKey() as absent:
                present = holding(self.group, self.owner, self._key)
                if self.group and present:
                    yield self._finding(KEY_ALONE, seen, **alone(self.group, present))
                else:
                    yield self._finding(DANGLING if absent is NoKey.NXDOMAIN else KEY_MISSING, seen)

    def _key(self, owner: str) -> Key | NoKey | None:
        seen = self.observed.keys.get(self.group.targets[owner]) if self.group else None
        return seen.key if seen else None

    def _finding(self, rule: Rule, seen: Seen, **facts: object) -> Finding:
        named = {
            "owner": names.readable(self.owner),
            "type": "CNAME",
            "path": " → ".join(map(names.readable, (self.owner, self.target))),
            "names": [self.owner, self.target],
            "senders": [self.group.sender] if self.group else [],
            "seen": f", by observed.lock.yaml since {day(seen)}",
        }
        return Finding(rule, place(self.origin), self.owner, {**named, **facts})


def old(seen: Seen, age: timedelta) -> Mapping[str, object]:
    """What the finding says of a key that is unchanged for *age*."""
    return {"key": worded(seen.key), "since": day(seen), "days": age.days}


def worded(key: Key | NoKey) -> str:
    """*key* for a reader."""
    return key.value if isinstance(key, NoKey) else f"{key.algorithm} {key.fingerprint[:FINGERPRINT]}…"


def day(seen: Seen) -> str:
    """The day it was seen first, YYYY-MM-DD."""
    return seen.since.date().isoformat()
