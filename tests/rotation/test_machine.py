"""The machine in a world that lags, forgets and crashes: no message is lost, and every key comes to its end."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dnsauth.lock.keys import State
from dnsauth.rotation.timing import DAY, Timing
from tests.rotation.values import HOSTS, SENDER, SERVERS
from tests.rotation.world import MINUTE, Habit, World, Zone

ALGORITHMS = st.sampled_from([("rsa-2048",), ("rsa-3072",), ("rsa-2048", "ed25519")])
EVERY = st.sampled_from([3 * DAY, 60 * DAY])
TTL = st.sampled_from([300, 3 * DAY])
HABITS = st.fixed_dictionaries({name: st.sampled_from(Habit) for name in HOSTS})
INDEX = st.integers(0, 3)
SPANS = st.sampled_from([timedelta(hours=1), timedelta(hours=7), timedelta(days=1)])
AGO = st.sampled_from([timedelta(), timedelta(hours=9), timedelta(days=3), timedelta(days=40)])
LONG = st.sampled_from([timedelta(minutes=1), timedelta(days=2), timedelta(days=8)])
MORE = "mx3"
ON_THE_WAY = (State.GENERATED, State.PUBLISHED, State.VISIBLE, State.ACTIVE, State.RETIRING)


class Rotation(RuleBasedStateMachine):
    """Whatever may happen to the keys of one sender, in any order."""

    world: World

    @initialize(
        algorithms=ALGORITHMS,
        every=EVERY,
        overlap=st.sampled_from([0, DAY]),
        ttl=TTL,
        negative=st.sampled_from([60, DAY]),
        days=st.integers(0, 8),
    )
    def begin(self, algorithms, every, overlap, ttl, negative, days):
        timing = Timing(every, overlap, kept=3 * DAY)
        self.world = World(Zone(SENDER, algorithms, HOSTS), timing, ttl, negative)
        for _ in range(days):
            self.world.round(timedelta(days=1))

    @rule(rounds=st.integers(1, 6), span=SPANS)
    def all_is_well(self, rounds, span):
        for _ in range(rounds):
            self.world.round(span)

    @rule(
        rounds=st.integers(1, 3),
        span=SPANS,
        lagging=st.sets(st.sampled_from(SERVERS)),
        silent=st.sets(st.sampled_from(SERVERS)),
        caught_up=st.booleans(),
    )
    def servers_do_as_they_like(self, rounds, span, lagging, silent, caught_up):
        for _ in range(rounds):
            self.world.round(span, None, lagging, silent)
        if caught_up:
            for name in lagging:
                self.world.transfer(name)

    @rule(span=LONG)
    def nothing_happens(self, span):
        self.world.now += span

    @rule(
        silent=st.sets(st.sampled_from(SERVERS), max_size=1),
        merged=st.booleans(),
        crashes=st.sampled_from([False, False, True]),
    )
    def step(self, silent, merged, crashes):
        branch = self.world.step(silent=silent, crashes=crashes)
        if branch and not (merged and self.world.merge(branch)):
            self.world.branches.append(branch)

    @precondition(lambda self: self.world.head.keys)
    @rule(behind=LONG)
    def step_with_a_clock_that_went_back(self, behind):
        latest = max(key.latest for key in self.world.head.keys)
        branch = self.world.step(now=min(self.world.now - behind, latest - MINUTE))
        assert {*branch.base.keys} == {*branch.keys}

    @precondition(lambda self: self.world.branches)
    @rule(index=INDEX, merged=st.booleans())
    def merge_late_or_never(self, index, merged):
        branches = self.world.branches
        branch = branches.pop(index % len(branches))
        if merged:
            self.world.merge(branch)

    @rule(name=st.sampled_from(SERVERS), versions=st.none() | INDEX, applied=st.booleans())
    def transfer(self, name, versions, applied):
        if applied:
            self.world.apply()
        self.world.transfer(name, versions)

    @rule(
        index=INDEX,
        pulled=st.booleans(),
        reported=st.sampled_from(["at once", "late", "never"]),
        ahead=st.sampled_from([timedelta(), timedelta(minutes=4), timedelta(minutes=-10)]),
    )
    def deploy(self, index, pulled, reported, ahead):
        name = sorted(self.world.hosts)[index % len(self.world.hosts)]
        report = self.world.deploy(name, pulled=pulled, ahead=ahead)
        if report and reported == "at once":
            self.world.deliver(report)
        elif report and reported == "late":
            self.world.mailbox.append(report)

    @precondition(lambda self: self.world.newest(*ON_THE_WAY))
    @rule(index=INDEX, at_once=st.booleans())
    def revoke(self, index, at_once):
        newest = self.world.newest(*ON_THE_WAY)
        self.world.revoke(newest[index % len(newest)], at_once=at_once)

    @precondition(lambda self: self.world.head.zone.sender)
    @rule()
    def rename_it(self):
        old = self.world.head.zone.sender
        if all(key.sender == old for key in self.world.head.keys):
            self.world.edit(sender="other-mta" if old == SENDER else SENDER, formerly=old)

    @precondition(lambda self: MORE not in self.world.hosts)
    @rule()
    def add_a_host(self):
        self.world.add_a_host(MORE)

    @rule(hosts=HABITS, rounds=st.sampled_from([1, 3, 10]), span=SPANS)
    def hosts_do_as_they_like(self, hosts, rounds, span):
        for _ in range(rounds):
            self.world.round(span, hosts)

    @rule(deployed=st.none() | HABITS)
    def add_or_remove_the_sender(self, deployed):
        self.world.edit(sender="" if self.world.head.zone.sender else SENDER, formerly="")
        if deployed:
            self.world.round(timedelta(hours=1), deployed, stepped=False)

    @precondition(lambda self: self.world.mailbox)
    @rule(index=INDEX)
    def deliver(self, index):
        mailbox = self.world.mailbox
        self.world.deliver(mailbox.pop(index % len(mailbox)))

    @precondition(lambda self: self.world.head.keys)
    @rule(index=st.integers(0, 9), ago=AGO, org_name=st.sampled_from(["google.com", ""]))
    def an_aggregate_report_arrives(self, index, ago, org_name):
        """Also late, and also a forged one: for a key that nobody ever signed with, or that is long gone."""
        keys = self.world.head.keys
        self.world.reported(keys[index % len(keys)].selector, ago, org_name)

    @precondition(lambda self: self.world.newest(State.RETIRING))
    @rule(rounds=st.integers(1, 8), ago=AGO)
    def an_aggregate_report_sees_what_drains(self, rounds, ago):
        """On one of the last days of a drain, as of a host that was forgotten."""
        for _ in range(rounds):
            self.world.round(timedelta(days=1))
        if retiring := self.world.newest(State.RETIRING):
            self.world.reported(retiring[0], ago, "google.com")

    @precondition(lambda self: self.world.newest(State.VISIBLE, State.ACTIVE))
    @rule(index=INDEX)
    def back(self, index):
        newest = self.world.newest(State.VISIBLE, State.ACTIVE)
        self.world.back(newest[index % len(newest)])

    @precondition(lambda self: self.world.head.zone.sender)
    @rule(algorithms=ALGORITHMS)
    def ask_for_other_algorithms(self, algorithms):
        self.world.edit(algorithms=algorithms)

    @invariant()
    def mail_verifies(self):
        if hasattr(self, "world"):
            self.world.verifies()

    def teardown(self):
        if hasattr(self, "world"):
            self.world.ends()


TestRotation = Rotation.TestCase
TestRotation.settings = settings(
    max_examples=200, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
