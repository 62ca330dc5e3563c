"""Desired × lock × replies, server by server; a dict stands for the network."""

from __future__ import annotations

import pytest
from hypothesis import given

from dnsauth.diff.compare import ZONES, compared, diff, diffs, questions
from dnsauth.diff.model import NotAssessed, Seen, ZoneDiff
from dnsauth.live.look import Question
from dnsauth.live.reply import Absent, Alias, Answer, Failed, Lame, Refused, Unreachable
from dnsauth.live.servers import Authority, Missing, Server
from dnsauth.live.standing import State
from dnsauth.lock.model import Lock
from dnsauth.plan.merge import changes
from dnsauth.plan.model import Action
from dnsauth.rrset import RRset, RRsetId
from tests.plan.values import KEY, OTHER_KEY, ZONE, adopting, at, desired, held, lock, rrset
from tests.plan.worlds import HELD, INVENTORY

SPF, OLD_SPF, FOREIGN = "v=spf1 mx -all", "v=spf1 a -all", "someone-else=1"
FIRST, SECOND, THIRD = (Server(f"ns{i}.example.net.", f"192.0.2.{i}") for i in (1, 2, 3))
V6 = Server(FIRST.name, "2001:db8::1")
NO_ROUTE = Unreachable("there is no route for IPv6 from here", routed=False)
SILENT = Unreachable("no answer")
TXT = RRsetId(ZONE, "TXT")


def soa(serial: int) -> Answer:
    return Answer(RRset(ZONE, "SOA", 300, (f"ns1.example.net. it.example.net. {serial} 3600 600 86400 300",)))


def txt(*values: str, ttl: int = 3600) -> Answer:
    return Answer(rrset("@", "TXT", *values, ttl=ttl))


def found(wanted, known, replies, **more) -> ZoneDiff:
    """The diff where *replies* has by server what it says of the apex's TXT, serials counting up."""
    said = {Question(server, *TXT): reply for server, reply in replies.items()}
    said |= {
        Question(server, ZONE, "SOA"): soa(i) if isinstance(reply, Answer | Alias | Absent) else reply
        for i, (server, reply) in enumerate(replies.items(), 1)
    }
    return diff(wanted, known, Authority(ZONE, tuple(replies), **more), said)


APEX = [desired("@", "TXT", SPF)]
OURS = lock(*APEX)
AGED = lock(desired("@", "TXT", OLD_SPF))


@pytest.mark.parametrize(
    ("wanted", "known", "reply", "after", "reason"),
    [
        (APEX, OURS, txt(SPF), None, "as asked"),
        (APEX, OURS, txt(SPF, FOREIGN, ttl=60), None, "foreign values do not count, and keep the TTL"),
        (APEX, OURS, txt("v=spf1 MX -ALL", ttl=60), None, "it parses equal, and keeps its TTL"),
        (APEX, OURS, txt(SPF, ttl=60), (SPF,), "the zone's TTL is another"),
        (APEX, OURS, Absent.NXDOMAIN, (SPF,), "the name is not there"),
        (APEX, OURS, Absent.NODATA, (SPF,), "the type is not there"),
        (APEX, OURS, txt(FOREIGN), (FOREIGN, SPF), "others' values stay"),
        (APEX, AGED, txt(OLD_SPF), (SPF,), "the recorded value gives way"),
        ([], AGED, txt(OLD_SPF), (), "recorded, and asked for no more"),
        ([], AGED, txt(OLD_SPF, FOREIGN), (FOREIGN,), "only ours goes"),
        ([], AGED, Absent.NODATA, None, "it went already"),
        ([], AGED, txt(SPF), None, "nobody recorded it, nothing is asked: it stays"),
        ([], AGED, txt(FOREIGN), None, "foreign"),
    ],
)
def test_one_server_is_compared_as_a_provider_is_planned(wanted, known, reply, after, reason):
    differences = found(wanted, known, {FIRST: reply}).differences
    assert ([] if after is None else [after]) == [
        one.change.after.values if one.change.after else () for one in differences
    ], reason


@given(INVENTORY, INVENTORY, HELD)
def test_a_server_that_answers_what_a_provider_holds_differs_as_the_plan_says(wanted, before, rrsets):
    known = lock(*before, *wanted)
    ids = compared(wanted, known)
    holds = {one.id: one for one in rrsets}
    replies = {
        Question(FIRST, *id): Answer(holds[id]) if id in holds else Absent.NODATA
        for id in (*ids, RRsetId(ZONE, "SOA"))
    }
    seen = diff(wanted, known, Authority(ZONE, (FIRST,)), replies)

    assert set(changes(wanted, known, held(*rrsets))) == {one.change for one in seen.differences}


def test_a_value_nobody_recorded_in_our_place_is_drift_and_an_adopted_one_says_so():
    (drift,) = found(APEX, OURS, {FIRST: txt(OLD_SPF)}).differences
    (adopts,) = found(APEX, adopting(OURS, "@", "TXT", OLD_SPF), {FIRST: txt(OLD_SPF)}).differences
    assert ((True, False), (False, True)) == (
        (drift.change.drift, drift.change.adopts),
        (adopts.change.drift, adopts.change.adopts),
    )


def test_a_cname_in_the_way_is_named():
    cname = Alias(RRset(ZONE, "CNAME", 300, ("host.example.org.",)))
    (one,) = found(APEX, OURS, {FIRST: cname}).differences
    assert (Action.CREATE, ("a CNAME stands there, to host.example.org.",)) == (
        one.change.action,
        one.change.meaning,
    )


def test_the_same_change_at_several_servers_is_one_entry():
    seen = found(APEX, AGED, {FIRST: txt(OLD_SPF), SECOND: txt(OLD_SPF)})
    (one,) = seen.differences
    assert ((FIRST, SECOND), (), False) == (one.servers, one.agreeing, seen.disagrees)
    assert (Seen(FIRST, 1, State.DIFFERS), Seen(SECOND, 2, State.DIFFERS)) == seen.servers


def test_a_server_that_lags_stands_beside_those_that_agree_with_its_answer_and_serial():
    seen = found(APEX, AGED, {FIRST: txt(SPF), SECOND: txt(OLD_SPF), THIRD: SILENT})
    (one,) = seen.differences
    assert ((SECOND,), (FIRST,), True) == (one.servers, one.agreeing, seen.disagrees)
    assert ("SPF gains mx", "SPF loses a") == one.change.meaning
    assert [(1, State.AGREES), (2, State.DIFFERS), (None, State.UNREACHABLE)] == [s[1:] for s in seen.servers]


def test_servers_that_are_wrong_in_their_own_ways_are_told_apart():
    seen = found(APEX, AGED, {FIRST: Absent.NODATA, SECOND: txt(OLD_SPF), THIRD: Absent.NXDOMAIN})
    assert [(Action.CREATE, (FIRST, THIRD)), (Action.UPDATE, (SECOND,))] == [
        (one.change.action, one.servers) for one in seen.differences
    ]
    assert seen.disagrees


def test_differences_stand_as_a_plan_would_write_them_and_those_of_one_rrset_together():
    wanted = [desired("_dmarc", "TXT", "v=DMARC1; p=reject"), desired("s1._domainkey", "TXT", KEY)]
    known = lock(*wanted, desired("s1._domainkey", "TXT", OTHER_KEY))
    answers = {
        FIRST: {wanted[0].id: Absent.NODATA, wanted[1].id: Absent.NODATA},
        SECOND: {wanted[0].id: Absent.NODATA, wanted[1].id: Answer(rrset("s1._domainkey", "TXT", OTHER_KEY))},
    }
    replies = {Question(server, *id): reply for server, said in answers.items() for id, reply in said.items()}
    replies |= {Question(server, ZONE, "SOA"): soa(1) for server in answers}
    seen = diff(wanted, known, Authority(ZONE, (FIRST, SECOND)), replies)
    assert [at("s1._domainkey"), at("s1._domainkey"), at("_dmarc")] == [
        one.change.owner for one in seen.differences
    ]


@pytest.mark.parametrize(
    ("reply", "state", "why"),
    [
        (Refused(), State.REFUSED, "refuses to answer (REFUSED)"),
        (Lame(), State.LAME, "answers without authority: it does not serve this zone"),
        (Failed("SERVFAIL"), State.LAME, "fails with SERVFAIL"),
        (SILENT, State.UNREACHABLE, "cannot be asked: no answer"),
    ],
)
def test_what_could_not_be_asked_is_not_assessed_and_never_absent(reply, state, why):
    seen = found(APEX, OURS, {FIRST: reply})
    assert ((), (Seen(FIRST, None, state),)) == (seen.differences, seen.servers)
    assert (NotAssessed(*TXT, f"ns1.example.net (192.0.2.1:53) {why}"),) == seen.not_assessed


@pytest.mark.parametrize(
    ("replies", "not_assessed", "unrouted", "reason"),
    [
        ({FIRST: txt(SPF), V6: NO_ROUTE}, [], ("IPv6",), "one address answered"),
        ({FIRST: txt(SPF), V6: SILENT}, [], (), "one address answered"),
        ({FIRST: SILENT, V6: NO_ROUTE}, ["192.0.2.1:53"], ("IPv6",), "the address with a route is silent"),
        ({FIRST: Lame(), V6: NO_ROUTE}, ["192.0.2.1:53"], ("IPv6",), "the address with a route is lame"),
        ({FIRST: txt(SPF), V6: Lame()}, ["[2001:db8::1]:53"], (), "it answers, and is wrong"),
        ({V6: NO_ROUTE, SECOND: txt(SPF)}, ["[2001:db8::1]:53"], ("IPv6",), "the other is another server"),
    ],
)
def test_a_server_counts_as_asked_when_one_of_its_addresses_answered(replies, not_assessed, unrouted, reason):
    seen = found(APEX, OURS, replies)
    assert not_assessed == [one.why.partition("(")[2].partition(")")[0] for one in seen.not_assessed], reason
    assert unrouted == seen.unrouted


def test_a_server_without_an_address_leaves_each_rrset_not_assessed():
    seen = found(APEX, OURS, {FIRST: txt(SPF)}, missing=(Missing("ns9.example.net.", "it has no address"),))
    assert (NotAssessed(*TXT, "ns9.example.net: it has no address"),) == seen.not_assessed


def test_a_zone_that_asks_for_nothing_is_asked_for_its_soa():
    authority = Authority(ZONE, (FIRST, SECOND), ignored=("ns9.example.net.",))
    asked = list(questions(authority, compared([], Lock(ZONE))))
    assert [Question(FIRST, ZONE, "SOA"), Question(SECOND, ZONE, "SOA")] == asked

    seen = diff([], Lock(ZONE), authority, dict(zip(asked, (soa(7), Refused()), strict=True)))
    assert [(7, State.AGREES), (None, State.REFUSED)] == [s[1:] for s in seen.servers]
    assert ([(ZONE, "SOA")], ("ns9.example.net.",)) == ([s[:2] for s in seen.not_assessed], seen.ignored)


def test_a_serial_that_was_not_told_makes_nothing_unknown():
    replies = {Question(FIRST, *TXT): txt(SPF), Question(FIRST, ZONE, "SOA"): SILENT}
    assert ZoneDiff(ZONE, (Seen(FIRST, None, State.AGREES),)) == diff(
        APEX, OURS, Authority(ZONE, (FIRST,)), replies
    )


@pytest.mark.parametrize("count", [0, 1, ZONES, ZONES + 1, 2 * ZONES + 1])
def test_many_zones_are_looked_at_some_at_a_time(count):
    zones = {f"{number}.example.": Lock(f"{number}.example.") for number in range(count)}
    looks: list[int] = []
    steps: list[tuple[int, int]] = []

    def look(asked):
        asked = list(asked)
        looks.append(len(asked))
        return dict.fromkeys(asked, Absent.NODATA)

    seen = diffs(
        dict.fromkeys(zones, ()),
        zones,
        authorities=lambda names: {name: Authority(name, (FIRST,)) for name in names},
        look=look,
        progress=lambda *step: steps.append(step),
    )
    assert [*zones] == [one.zone for one in seen]
    assert count == sum(looks)
    assert all(size <= ZONES for size in looks)
    assert ([(count, count)] if count else []) == steps[-1:]
