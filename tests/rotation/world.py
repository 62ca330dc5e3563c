"""A world of rotation without a network: a repository, servers that lag, hosts that sign, mail in flight.

Mail is checked against the worst resolvers there can be: of every owner name, every server is asked at every
moment, long before anything is published there too, and each answer is kept for as long as it may be. So what
a resolver may answer at a time is what any server answered then, or before within the TTL of that answer, and
a key serves a message exactly where nothing but the key is among that, from when it was signed until no queue
holds it any more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain
from typing import NamedTuple

from dnsauth.lock.keys import Key, Reported, Revocation, State
from dnsauth.records import dkim
from dnsauth.reports.evidence import recorded
from dnsauth.rotation.due import Answer, Facts, Served, Step, moved
from dnsauth.rotation.late import late
from dnsauth.rotation.reports import Report, confirmed
from dnsauth.rotation.ring import Policy, Ring, ring
from dnsauth.rotation.states import EFFECTS, TRANSITIONS, Event, Published
from dnsauth.rotation.step import NoWayBack, Stepped, back, signs, step
from dnsauth.rotation.timing import Timing
from dnsauth.selectors import selector
from tests.rotation.values import DOMAIN, NOON, SERVERS, SIGNER, record

MOVES = {(before, after) for (before, _), after in TRANSITIONS.items()}
ROUNDS = len(State)
SETTLED = 12  # days until new keys sign and what they replace retires
GONE = 30  # days until the last record goes
MINUTE = timedelta(minutes=1)


def every(_: Key) -> bool:
    """Every key."""
    return True


class Zone(NamedTuple):
    """Of the sender under test what the inventory says; *sender* is empty where it went."""

    sender: str
    algorithms: tuple[str, ...]
    hosts: tuple[str, ...]
    formerly: str = ""


class Commit(NamedTuple):
    """What the main branch holds."""

    keys: tuple[Key, ...]
    zone: Zone


class Branch(NamedTuple):
    """A lock that waits for its merge, and what it was made from."""

    base: Commit
    keys: tuple[Key, ...]


class Habit(StrEnum):
    """What a host does of its timer."""

    WELL = "pulls, deploys, reports"
    LATE = "its reports lie about"
    SILENT = "its reports never come"
    STUCK = "its checkout stays as it is"
    DOWN = "it signs on, and deploys nothing"


class Was(NamedTuple):
    """What a server answered from *since* on."""

    since: datetime | None
    answer: Published


@dataclass
class Server:
    """An authoritative server: how many of the publications it has, and what it answered when."""

    has: int = 0
    log: dict[str, list[Was]] = field(default_factory=dict)

    def was(self, owner: str) -> list[Was]:
        return self.log.setdefault(owner, [Was(None, Published.NOTHING)])


@dataclass
class Host:
    """A mail host: its checkout, and since when it signs with which selectors.

    *maybe*: since when it may sign with others, had it pulled and deployed again without saying so.
    """

    checkout: Commit | None = None
    signing: dict[str, datetime] = field(default_factory=dict)
    maybe: dict[str, datetime] = field(default_factory=dict)


class Signed(NamedTuple):
    """That a host signed with a key all the time from *first* to *last*."""

    selector: str
    first: datetime
    last: datetime


class World:
    """Everything there is; each method is one thing that may happen at `now`, and asserts what it can."""

    def __init__(self, zone: Zone, timing: Timing, ttl: int, negative: int) -> None:
        self.now = NOON
        self.timing = timing
        self.rest = Timing(0, 0, timing.queue, timing.kept)
        self.ttl = ttl
        self.negative = negative
        self.head = Commit((), zone)
        self.branches: list[Branch] = []
        self.published: list[dict[str, Published]] = [{}]
        self.servers = {name: Server() for name in SERVERS}
        self.hosts: dict[str, Host] = {name: Host() for name in zone.hosts}
        self.mailbox: list[Report] = []
        self.mail: list[Signed] = []
        self.store: set[str] = set()
        self.given_up: set[str] = set()  # revoked at once by a person
        self.emergencies: set[Ring] = set()  # whose key a person revoked, until another is active
        self.rushed: set[str] = set()
        self.made = 0

    # the repository

    def policies(self, commit: Commit) -> Mapping[tuple[str, str], Policy]:
        sender, algorithms, _, formerly = commit.zone
        if not sender:
            return {}
        asked = Policy(DOMAIN, sender, algorithms, self.timing, "vault", SIGNER, "{random}", formerly)
        return {(DOMAIN, sender): asked}

    def commit(self, keys: Iterable[Key], zone: Zone | None = None, *, outdated: bool = False) -> None:
        """Make the main branch hold *keys*, after every look at what that means.

        *outdated*: they were made for another inventory, and a key may retire that is asked for again; or before
        a key was revoked at once, and the one that signs alone since then may retire for its sake.
        """
        before, after = self.head, Commit(tuple(keys), zone or self.head.zone)
        self._lawful(before.keys, after.keys)
        if not outdated:
            self._signed_on(before, after)
        active = [(key.sender, key.algorithm) for key in after.keys if key.state is State.ACTIVE]
        assert len(active) == len(set(active)), "two keys of a ring are active"
        old = {key.selector: key for key in before.keys}
        names = {old[key.selector].sender: key.sender for key in after.keys if key.selector in old}
        self.emergencies = {
            each._replace(sender=names.get(each.sender, each.sender)) for each in self.emergencies
        }
        self.emergencies -= {ring(key) for key in after.keys if _sound(key)}
        self.rushed |= {
            key.selector
            for key in after.keys
            if key.state is State.VISIBLE
            and old[key.selector].state is State.PUBLISHED
            and ring(key) in self.emergencies
        }
        self.head = after
        for name in after.zone.hosts:
            for _, chosen in self.chosen(after):
                self.hosts[name].maybe.setdefault(chosen, self.now)

    def _lawful(self, before: Iterable[Key], after: Sequence[Key]) -> None:
        now = {key.selector: key for key in after}
        assert len(now) == len(after), "a selector is used twice"
        for old in before:
            new = now.pop(old.selector)
            assert old.state is new.state or (old.state, new.state) in MOVES, (old.state, new.state)
            assert _lasting(old) == _lasting(new)
        for new in now.values():
            assert new.state is State.GENERATED
            assert new.selector not in {o.split(".")[0] for each in self.published for o in each}
        for key in after:
            assert key.state is State.REMOVED or key.owner in self.store, f"{key.selector} is lost"

    def _signed_on(self, before: Commit, after: Commit) -> None:
        """No algorithm that is asked for loses the key hosts sign with, and no sender its last one."""
        if not before.zone.sender or not after.zone.sender:
            return
        at_once = any(
            new.state is State.REVOKED and old.state in (State.VISIBLE, State.ACTIVE)
            for old in before.keys
            for new in after.keys
            if old.selector == new.selector
        )
        if at_once:
            return
        old, new = self.algorithms(before), self.algorithms(after)
        assert not old or new, "nothing signs any more"
        assert old & set(before.zone.algorithms) & set(after.zone.algorithms) <= new

    def algorithms(self, commit: Commit) -> set[str]:
        """The algorithms hosts sign with that have *commit*."""
        chosen = {selector for _, selector in self.chosen(commit)}
        found = [key.algorithm for key in commit.keys if key.selector in chosen]
        assert len(found) == len(set(found)), "two keys of an algorithm sign"
        return set(found)

    def newest(self, *states: State) -> list[str]:
        """The selectors of the keys in any of *states*, the newest first."""
        found = [key for key in self.head.keys if key.state in states]
        return [key.selector for key in sorted(found, key=lambda key: key.made, reverse=True)]

    def edit(self, **zone: object) -> None:
        """Change the inventory."""
        self.commit(self.head.keys, self.head.zone._replace(**zone))

    def merge(self, branch: Branch) -> bool:
        """Merge line by line as Git does; False where that is a conflict."""
        base = {key.selector: key for key in branch.base.keys}
        merged = {key.selector: key for key in self.head.keys}
        for key in branch.keys:
            old, mine = base.get(key.selector), merged.get(key.selector)
            if key in (old, mine):
                continue
            if mine != old:
                return False
            merged[key.selector] = key
        given_up = any(
            key.state is State.REVOKED and base[key.selector].state is not State.REVOKED
            for key in self.head.keys
            if key.selector in self.given_up and key.selector in base
        )
        self.commit(merged.values(), outdated=given_up or branch.base.zone != self.head.zone)
        return True

    # rotate

    def step(
        self,
        *,
        now: datetime | None = None,
        silent: Collection[str] = (),
        crashes: bool = False,
        only: Callable[[Key], bool] = every,
    ) -> Branch | None:
        """What a step writes, from the main branch; None where it crashes once a key is in its store."""
        now = now or self.now
        stepped = self._stepped(now, silent, only)
        if only is every:
            self._delayed(stepped, now, silent)
        new = []
        for lack in stepped.lacking:
            key = self._new(lack.policy, lack.algorithm, now)
            self.store.add(key.owner)
            if crashes:
                return None
            new.append(key)
        return Branch(self.head, (*(move.key for move in stepped.keys), *new))

    def _stepped(
        self,
        now: datetime,
        silent: Collection[str],
        only: Callable[[Key], bool] = every,
        keys: Sequence[Key] | None = None,
    ) -> Stepped:
        def told(key: Key) -> Facts:
            return self.facts(key, silent)

        mine = self.head.keys if keys is None else keys
        return step(mine, self.policies(self.head), self.rest, told, now, only=only)

    def facts(self, key: Key, silent: Collection[str] = ()) -> Facts:
        """What the servers but the *silent* ones answer for *key*."""
        held = {
            name: Answer.UNKNOWN if name in silent else Answer(server.was(key.owner)[-1].answer.value)
            for name, server in self.servers.items()
        }
        ttl = max(self.negative, *(self.ttl for answer in held.values() if answer in _STANDS), 0)
        return Facts({name: Served(answer) for name, answer in held.items()}, ttl, self.head.zone.hosts)

    def _delayed(self, stepped: Stepped, now: datetime, silent: Collection[str]) -> None:
        """Assert that reports hold back what drains, for as long as they may, and do nothing else."""
        if not any(move.before.reported for move in stepped.keys):
            return
        unheard = [replace(key, reported=None) for key in self.head.keys]
        others = self._stepped(now, silent, keys=unheard)
        assert stepped.lacking == others.lacking
        without = {move.key.selector: move for move in others.keys}
        longest = self.timing.in_flight(max(self.ttl, self.negative))
        for before, key, what in stepped.keys:
            other = without[key.selector]
            assert before.reported == key.reported
            if what == other.due:
                assert replace(key, reported=None) == other.key
            else:
                assert other.due == Step(Event.DRAIN)
                assert now < before.reported.end + timedelta(seconds=longest), "it waits for nothing"
                assert what.until > now
            if what == Step(Event.DRAIN) and key.reported:
                heard = key.reported.end + timedelta(seconds=self.timing.in_flight(self.ttl))
                assert now >= heard, "a report was not heard"

    def _new(self, policy: Policy, algorithm: str, now: datetime) -> Key:
        taken = {key.selector for key in self.head.keys}
        tries = chain(min(taken, default=""), self._letters())  # taken at the first try, where there is one
        name = selector(policy.selector, algorithm, now, lambda _: next(tries), taken)
        return Key(
            DOMAIN,
            name,
            policy.sender,
            algorithm,
            State.GENERATED,
            now,
            now,
            record(algorithm),
            "vault",
            policy.signer,
        )

    def _letters(self) -> Iterator[str]:
        while True:
            self.made += 1
            yield from f"{self.made:04}"

    def back(self, selector: str) -> bool:
        """Take a switch back; False where there is no way."""
        named = next(key for key in self.head.keys if key.selector == selector)
        mine = [key for key in self.head.keys if key.sender == named.sender]
        try:
            changed = {key.selector: key for key in back(mine, selector, self.now)}
        except NoWayBack:
            return False
        self.commit(changed.get(key.selector, key) for key in self.head.keys)
        return True

    def revoke(self, selector: str, *, at_once: bool) -> None:
        """Revoke, and rush the successor as far as it goes; what is written reaches servers before Git."""
        named = next(key for key in self.head.keys if key.selector == selector)
        if named.state in (State.REVOKED, State.REMOVED):
            return
        marked = replace(named, revocation=named.revocation or Revocation(self.now, "me", "it leaked"))
        if named.state not in (State.GENERATED, State.PUBLISHED):
            self.emergencies.add(ring(named))
            if at_once:
                self.given_up.add(selector)
                marked = moved(marked, Event.REVOKE, self.now)
        self.commit(marked if key is named else key for key in self.head.keys)
        for _ in range(ROUNDS):
            self.apply()
            branch = self.step(only=lambda key: key.sender == named.sender)
            assert branch is not None
            if {*branch.keys} == {*branch.base.keys}:
                break
            self.commit(branch.keys)

    def deliver(self, report: Report) -> None:
        """Take a report into the lock."""
        self.commit(confirmed(self.head.keys, report))

    def reported(self, selector: str, ago: timedelta, org_name: str) -> None:
        """Take into the lock that somebody saw mail pass with this key, be it true or not."""
        seen = {(DOMAIN, selector): Reported(self.now - ago, org_name)}
        old = {key.selector: key.reported for key in self.head.keys}
        self.commit(recorded(self.head.keys, seen))
        for key in self.head.keys:
            was = old[key.selector]
            assert was is None or (key.reported and key.reported.end >= was.end)

    # DNS

    def apply(self) -> bool:
        """Publish what the main branch allows; False where the guard stops the zone."""
        held = self.published[-1]
        wanted = {key.owner: EFFECTS[key.state].published for key in self.head.keys}
        policies = self.policies(self.head)
        for key in self.head.keys:
            there = held.get(key.owner, Published.NOTHING)
            policy = policies.get((key.domain, key.sender))
            timing = policy.timing if policy else self.rest
            hosts = self.head.zone.hosts
            if there is not wanted[key.owner] and late(
                key, there, self.ttl, hosts=hosts, timing=timing, now=self.now
            ):
                return False
        if wanted != held:
            self.published.append(wanted)
        return True

    def transfer(self, name: str, versions: int | None = None) -> None:
        """Let a server catch up, with all there is or by so many *versions*."""
        server = self.servers[name]
        last = len(self.published) - 1
        server.has = last if versions is None else min(last, server.has + versions)
        for owner, answer in self.published[server.has].items():
            was = server.was(owner)
            if was[-1].answer is not answer:
                was.append(Was(self.now, answer))

    # mail hosts

    def chosen(self, commit: Commit) -> frozenset[tuple[str, str]]:
        """What hosts sign with that have *commit*."""
        return signs(commit.keys, self.policies(commit))

    def deploy(self, name: str, *, pulled: bool, ahead: timedelta = timedelta()) -> Report | None:
        """Let a host sign as its checkout says, and report with its clock *ahead*.

        What it may have signed with meanwhile is mail as well, but not where its checkout is still the old one.
        """
        host = self.hosts[name]
        if pulled:
            self.mail += [Signed(each, since, self.now) for each, since in host.maybe.items()]
            host.checkout = self.head
        host.maybe = {selector: self.now for _, selector in self.chosen(self.head)}
        if host.checkout is None:
            return None
        keys = [key for key in host.checkout.keys if EFFECTS[key.state].installed]
        assert all(key.owner in self.store for key in keys)
        chosen = self.chosen(host.checkout)
        new = {selector for _, selector in chosen}
        assert new <= {key.selector for key in keys}
        self.mail += [
            Signed(each, since, self.now) for each, since in host.signing.items() if each not in new
        ]
        host.signing = {each: host.signing.get(each, self.now) for each in new}
        prints = {(k.domain, k.selector): dkim.fingerprint(dkim.Record.parse(k.record)) for k in keys}
        return Report(name, SIGNER, self.now + ahead, prints, chosen)

    # the law

    def verifies(self) -> None:
        """Assert that every message verifies at every resolver for as long as it may be in flight."""
        keys = {key.selector: key for key in self.head.keys}
        still = [
            Signed(each, since, self.now)
            for host in self.hosts.values()
            for each, since in (*host.signing.items(), *host.maybe.items())
        ]
        for signed in (*self.mail, *still):
            if signed.selector not in self.given_up:
                self._verifies(keys[signed.selector], signed)
        queue = timedelta(seconds=self.timing.queue)
        self.mail = [signed for signed in self.mail if signed.last + queue > self.now]

    def _verifies(self, key: Key, signed: Signed) -> None:
        flight = timedelta(seconds=0 if key.revocation else self.timing.queue)
        for name, server in self.servers.items():
            log = server.was(key.owner)
            for was, next in zip(log, (*log[1:], None), strict=True):
                if was.answer is Published.KEY:
                    continue
                kept = self.ttl if was.answer is Published.EMPTY else self.negative
                if was.answer is Published.NOTHING and key.selector in self.rushed:
                    kept = 0
                begun = was.since is None or was.since < signed.last + flight
                ended = next is not None and next.since + timedelta(seconds=kept) <= signed.first
                assert not begun or ended, (
                    f"{name} answered {was.answer} for {key.selector} from {was.since}, kept {kept} s,"
                    f" with mail signed from {signed.first} to {signed.last}"
                )

    # all at once

    def round(
        self,
        span: timedelta,
        hosts: Mapping[str, Habit] | None = None,
        lagging: Collection[str] = (),
        silent: Collection[str] = (),
        *,
        stepped: bool = True,
    ) -> None:
        """What timers do once in *span*: a step, merged and applied, and every host by its habit.

        All is well but for the servers that are *lagging*, or *silent* when they are asked.
        """
        branch = self.step(silent=silent) if stepped else None
        if branch:
            self.commit(branch.keys)
        self.apply()
        for name in self.servers:
            if name not in lagging:
                self.transfer(name)
        for name in self.hosts:
            self._timer(name, (hosts or {}).get(name, Habit.WELL))
        self.verifies()
        self.now += span

    def _timer(self, name: str, habit: Habit) -> None:
        report = None if habit is Habit.DOWN else self.deploy(name, pulled=habit is not Habit.STUCK)
        if report and habit is Habit.LATE:
            self.mailbox.append(report)
        elif report and habit is not Habit.SILENT:
            self.deliver(report)

    def add_a_host(self, name: str) -> None:
        """Let the signer have one host more, which starts with today's checkout."""
        self.hosts[name] = Host()
        self.edit(hosts=(*self.head.zone.hosts, name))

    def ends(self) -> None:
        """Assert that keys settle where all goes well, and that all of them go when their sender went."""
        for _ in range(SETTLED):
            self.round(timedelta(days=1))
        asked = sorted(self.head.zone.algorithms) if self.head.zone.sender else []
        assert asked == sorted(k.algorithm for k in self.head.keys if k.state is State.ACTIVE)
        self.edit(sender="", formerly="")
        for _ in range(GONE):
            if all(key.state is State.REMOVED for key in self.head.keys):
                break
            self.round(timedelta(days=1))
        assert {State.REMOVED} >= {key.state for key in self.head.keys}


_STANDS = frozenset({Answer.KEY, Answer.EMPTY})


def _sound(key: Key) -> bool:
    return key.state is State.ACTIVE and key.revocation is None


def _lasting(key: Key) -> tuple[object, ...]:
    return key.domain, key.selector, key.algorithm, key.made, key.record, key.store, key.signer
