"""Applying: in parallel, each zone all or nothing, none stopped by another's failure."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.nameserver import Nameserver
from dnsauth.apply.receipt import Outcome, Receipt, exit_code
from dnsauth.apply.zones import apply
from dnsauth.errors import DnsauthError
from dnsauth.findings import Finding, Rule, Severity
from dnsauth.live.servers import Authority, Server
from dnsauth.live.standing import State, Verified
from dnsauth.plan.model import Change, Held, Plan, ZonePlan
from dnsauth.rrset import RRsetId, presentation
from dnsauth.verify import of_changes, verify
from tests.apply.providers import Breaking, Liar, Mangling, Refusing, Stored, adding, planned, txt
from tests.live.sockets import looking

ZONES = tuple(f"{label}.example." for label in "abcdef")


def at(provider: Stored, *zones: str) -> dict[tuple[str, str], Held]:
    return {(zone, provider.name): provider.read(zone) for zone in zones or provider.zones}


def plan(*zones: ZonePlan) -> Plan:
    return Plan("2026-03-01T00:00:00Z", "0" * 64, zones)


def agreeing(changes: Mapping[str, tuple[Change, ...]]) -> list[Verified]:
    return [Verified(zone, ()) for zone in changes]


def applied(
    fresh, saved, *providers: Stored, held=None, check=agreeing, limit=4, progress=lambda *_: None
) -> Receipt:
    return apply(
        fresh,
        saved,
        held if held is not None else {k: v for provider in providers for k, v in at(provider).items()},
        {provider.name: provider for provider in providers},
        verify=check,
        who="ops@host",
        when="2026-03-01T12:00:00Z",
        version="1.0",
        limit=limit,
        progress=progress,
    )


def outcomes(receipt: Receipt) -> list[str]:
    return [entry.outcome.value for entry in receipt.entries]


def test_every_zone_is_written_once_and_shown_as_it_is_done():
    provider = Stored("ns1", {zone: [txt(zone, "foreign")] for zone in ZONES})
    shown = []
    receipt = applied(
        plan(*(adding(provider, zone) for zone in ZONES)),
        None,
        provider,
        progress=lambda entry, done, total: shown.append((entry.outcome, done, total)),
    )

    assert ["applied"] * 6 == outcomes(receipt)
    assert sorted(ZONES) == sorted(provider.writes)
    assert [(Outcome.APPLIED, done, 6) for done in range(1, 7)] == shown
    assert 0 == exit_code(receipt)
    assert list(ZONES) == [entry.plan.zone for entry in receipt.entries], "the plan's order"


def test_a_foreign_change_after_the_plan_refuses_the_zone_whole_and_the_others_go_on():
    provider = Stored("ns1", {zone: [txt(zone, "foreign")] for zone in ZONES})
    saved = plan(*(adding(provider, zone) for zone in ZONES))
    stale = ZONES[2]
    provider.zones[stale][RRsetId(stale, "TXT")] = txt(stale, "foreign", "new")
    fresh = plan(*(adding(provider, zone) for zone in ZONES))
    receipt = applied(fresh, saved, provider)

    assert ["applied", "applied", "stale", "applied", "applied", "applied"] == outcomes(receipt)
    assert stale not in provider.writes
    assert 4 == exit_code(receipt)


def test_a_stale_zone_alone_writes_nothing():
    provider = Stored("ns1", {ZONES[0]: []})
    receipt = applied(
        plan(adding(provider, ZONES[0], "v=spf1 mx -all")), plan(adding(provider, ZONES[0])), provider
    )

    assert (["stale"], [], 5) == (outcomes(receipt), provider.writes, exit_code(receipt))
    assert receipt.entries[0].next


def test_what_is_done_stopped_or_gone_is_not_written_and_says_why():
    provider = Stored("ns1", {zone: [] for zone in ZONES[:3]})
    guard = Finding(Rule("PLN001", Severity.ERROR, "stops"))
    change = Change(None, txt(ZONES[1], "x"))
    fresh = plan(
        planned(provider.read(ZONES[0])),
        planned(provider.read(ZONES[1]), change, findings=(guard,)),
    )
    saved = plan(*fresh.zones, planned(provider.read(ZONES[2]), Change(None, txt(ZONES[2], "x"))))
    receipt = applied(fresh, saved, provider)

    assert ["done", "stopped", "stale"] == outcomes(receipt)
    assert ["", "stopped by PLN001", "the inventory has no such zone at ns1 any more"] == [
        entry.message for entry in receipt.entries
    ]
    assert ([], 1) == (provider.writes, exit_code(receipt))


def test_a_zone_at_two_providers_is_applied_at_each_by_itself():
    good, bad = Stored("ns1", {ZONES[0]: []}), Refusing("ns2", {ZONES[0]: []})
    receipt = applied(plan(adding(good, ZONES[0]), adding(bad, ZONES[0])), None, good, bad)

    assert (["applied", "failed"], 4) == (outcomes(receipt), exit_code(receipt))
    assert [True, False] == [entry.verified is not None for entry in receipt.entries]


KINDS = {Stored: "applied", Liar: "failed", Refusing: "failed", Breaking: "failed", Mangling: "failed"}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(list(KINDS)), min_size=1, max_size=8))
def test_no_provider_that_goes_wrong_touches_the_outcome_of_another(kinds):
    providers = [
        kind(f"{i}", {zone: [txt(zone, 'a "foreign" value')] for zone in ZONES[:2]})
        for i, kind in enumerate(kinds)
    ]
    fresh = plan(*(adding(provider, zone) for provider in providers for zone in ZONES[:2]))
    receipt = applied(fresh, None, *providers)

    assert [KINDS[kind] for kind in kinds for _ in ZONES[:2]] == outcomes(receipt)


def test_a_provider_has_no_more_zones_under_way_than_the_limit_and_each_provider_its_own():
    under_way, most = Counter(), Counter()
    counting, together = threading.Lock(), threading.Barrier(4)  # 2 providers × 2 zones

    class Counting(Stored):
        def write(self, held, changes):
            with counting:
                under_way[self.name] += 1
                most[self.name] = max(most[self.name], under_way[self.name])
            together.wait(timeout=5)
            super().write(held, changes)
            with counting:
                under_way[self.name] -= 1

    providers = [Counting(name, {zone: [] for zone in ZONES}) for name in ("ns1", "ns2")]
    fresh = plan(*(adding(provider, zone) for provider in providers for zone in ZONES))

    assert ["applied"] * 12 == outcomes(applied(fresh, None, *providers, limit=2))
    assert {"ns1": 2, "ns2": 2} == most


def test_only_what_was_applied_is_verified():
    good, bad = Stored("ns1", {zone: [] for zone in ZONES[:2]}), Liar("ns2", {ZONES[2]: []})
    asked = []

    def check(changes):
        asked.append(dict(changes))
        return agreeing(changes)

    fresh = plan(*(adding(good, zone) for zone in ZONES[:2]), adding(bad, ZONES[2]))
    applied(fresh, None, good, bad, check=check)
    applied(plan(planned(good.read(ZONES[0]))), None, good, check=check)

    assert [{zone.zone: zone.changes for zone in fresh.zones[:2]}] == asked


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (DnsauthError("'ns1:53' is no address of a server"), "'ns1:53' is no address of a server"),
        (ValueError("hunter2"), "it failed with ValueError at test_zones.py:"),
    ],
)
def test_what_was_written_has_its_receipt_when_it_cannot_be_verified(error, said):
    def check(_):
        raise error

    provider = Stored("ns1", {ZONES[0]: []})
    receipt = applied(plan(adding(provider, ZONES[0])), None, provider, check=check)

    assert (["applied"], 4) == (outcomes(receipt), exit_code(receipt))
    assert receipt.unverified.startswith(said)
    assert "hunter2" not in receipt.unverified


def test_ctrl_c_begins_no_more_zones_ends_those_under_way_and_leaves_a_receipt():
    class Interrupted(Stored):
        def write(self, held, changes):
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
            time.sleep(0.3)  # the main thread takes the other zones back meanwhile
            super().write(held, changes)

    provider = Interrupted("ns1", {zone: [] for zone in ZONES})
    asked = []
    receipt = applied(
        plan(*(adding(provider, zone) for zone in ZONES)), None, provider, limit=1, check=asked.append
    )

    assert ["applied", *["interrupted"] * 5] == outcomes(receipt)
    assert ([ZONES[0]], [], 130) == (provider.writes, asked, exit_code(receipt))


def test_ctrl_c_while_verifying_leaves_a_receipt_of_what_was_written():
    def check(_):
        signal.raise_signal(signal.SIGINT)

    provider = Stored("ns1", {ZONES[0]: []})
    receipt = applied(plan(adding(provider, ZONES[0])), None, provider, check=check)

    assert (["applied"], True, 130) == (outcomes(receipt), receipt.interrupted, exit_code(receipt))


def test_what_is_applied_is_seen_at_the_nameserver_that_serves_it():
    zone = ZONES[0]

    class Serving(Stored):
        """Publishes what it stores; *lagging* serves what it had at first."""

        def write(self, held, changes):
            super().write(held, changes)
            server.load(zone, text(self, 2))

    def text(provider: Stored, serial: int) -> str:
        head = f"$ORIGIN {zone}\n@ 300 SOA ns hostmaster {serial} 3600 600 86400 300\n@ 300 NS ns\nns 300 A 192.0.2.1\n"
        rrsets = provider.zones[zone].values()
        return head + "".join(
            f"{r.owner} {r.ttl} {r.type} {presentation(r.type, v)}\n" for r in rrsets for v in r.values
        )

    provider = Serving("ns1", {zone: [txt(zone, "foreign")]})
    with Nameserver({zone: text(provider, 1)}) as server, Nameserver({zone: text(provider, 1)}) as lagging:
        servers = tuple(Server(f"{s.port}", s.address, s.port) for s in (server, lagging))

        def check(changes):
            return verify(
                [expected for name, each in changes.items() for expected in of_changes(name, each)],
                {zone: Authority(zone, servers)},
                look=looking(),
                deadline=time.monotonic() + 0.3,
                clock=time.monotonic,
                sleep=time.sleep,
            )

        receipt = applied(plan(adding(provider, zone)), None, provider, check=check)

    assert (["applied"], 0) == (outcomes(receipt), exit_code(receipt)), "a server that only lags is a warning"
    assert [(State.AGREES, 2), (State.DIFFERS, 1)] == [
        (standing.state, standing.serial) for standing in receipt.entries[0].verified.standings
    ]
