"""What may happen to a key, and when: one row a rule, with its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dnsauth.lock.keys import State
from dnsauth.rotation.due import Answer, Facts, Served, Step, Wait, due, minute, moved, observed
from dnsauth.rotation.states import TRANSITIONS, Event
from dnsauth.rotation.timing import DAY, Timing
from tests.rotation.values import (
    HOSTS,
    LEAKED,
    SERVERS,
    TIMING,
    a_key,
    at,
    facts,
    reported,
    seen,
    signs,
    stopped,
)

NOTHING, KEY, EMPTY, OTHER, UNKNOWN = (
    Answer.NOTHING,
    Answer.KEY,
    Answer.EMPTY,
    Answer.OTHER,
    Answer.UNKNOWN,
)
CACHES = "caches may hold that nothing is there (RFC 2308 section 5)"
QUEUES = "mail it signed may still lie in queues (RFC 5321 section 4.5.4.1)"
SIGNS = "its successor has to sign before it is revoked"
BOTH_STOPPED = stopped(*HOSTS)


def _due(state, told, later=None, timing=TIMING, **fields):
    return due(a_key(state=state, **fields), told, timing, at(**(later or {"days": 1})))


@pytest.mark.parametrize(
    ("told", "fields", "expected", "why"),
    [
        (facts(NOTHING, NOTHING), {}, Step(Event.PUBLISH), "its name is free everywhere"),
        (
            facts(NOTHING, OTHER),
            {},
            Wait(None, "ns2.example.net. answers something else"),
            "somebody else uses its name",
        ),
        (facts(NOTHING, KEY), {}, Wait(None, "ns2.example.net. answers the key"), "it was there before"),
        (
            facts(NOTHING, UNKNOWN),
            {},
            Wait(None, "ns2.example.net. answers unknown"),
            "a server that could not be asked may hold anything",
        ),
        (
            facts(OTHER, EMPTY),
            {},
            Wait(None, "ns1.example.net. answers something else, nor does one other as it should"),
            "the first is named, the others are counted",
        ),
        (
            Facts({name: Served(OTHER) for name in "cab"}, 3600, HOSTS),
            {},
            Wait(None, "a answers something else, nor do 2 others as they should"),
            "the first is named, the others are counted",
        ),
        (
            Facts({"ns": Served(UNKNOWN, "timed out")}, 3600, HOSTS),
            {},
            Wait(None, "ns timed out"),
            "what a server said is shown in its words",
        ),
        (facts(OTHER, OTHER, wanted=False), {}, Step(Event.ABANDON), "nobody asks for it any more"),
        (facts(NOTHING, NOTHING), {"revocation": LEAKED}, Step(Event.ABANDON), "a person revoked it"),
    ],
)
def test_a_generated_key(told, fields, expected, why):
    assert expected == _due(State.GENERATED, told, **fields), why


@pytest.mark.parametrize(
    ("told", "seen", "later", "expected", "why"),
    [
        (
            facts(KEY, KEY),
            None,
            {"days": 9},
            Wait(None, "every authoritative server has to answer the key"),
            "time alone proves nothing",
        ),
        (
            facts(KEY, NOTHING),
            seen(),
            {"days": 9},
            Wait(None, "ns2.example.net. answers nothing"),
            "a server disagrees",
        ),
        (
            facts(UNKNOWN, KEY),
            seen(),
            {"days": 9},
            Wait(None, "ns1.example.net. answers unknown"),
            "a server could not be asked",
        ),
        (
            facts(KEY, KEY),
            seen(3600),
            {"minutes": 59},
            Wait(at(hours=1), CACHES),
            "a negative cache may hold",
        ),
        (facts(KEY, KEY), seen(3600), {"minutes": 60}, Step(Event.SEE), "no negative cache is left"),
        (
            facts(KEY, KEY),
            seen(86400, minutes=7),
            {"hours": 24},
            Wait(at(hours=24, minutes=7), CACHES),
            "the wait counts from what was seen, not from the publication",
        ),
        (
            facts(KEY, KEY, ttl=86400),
            seen(60),
            {"hours": 1},
            Wait(at(days=1), CACHES),
            "the zone says now that they hold it longer",
        ),
        (
            facts(KEY, KEY, ttl=60),
            seen(86400),
            {"hours": 1},
            Wait(at(days=1), CACHES),
            "the zone said then that they hold it longer",
        ),
        (facts(KEY, KEY, rushed=True), seen(86400), {"minutes": 1}, Step(Event.SEE), "mail waits for it"),
        (
            facts(KEY, NOTHING, rushed=True),
            seen(86400),
            {"minutes": 1},
            Wait(None, "ns2.example.net. answers nothing"),
            "mail waits for it, and servers are not rushed",
        ),
        (
            facts(NOTHING, NOTHING, wanted=False),
            None,
            {"hours": 1},
            Step(Event.ABANDON),
            "nobody asks for it",
        ),
    ],
)
def test_a_published_key(told, seen, later, expected, why):
    assert expected == _due(State.PUBLISHED, told, later, seen=seen), why


def test_a_published_key_that_a_person_revoked_goes_before_anybody_signs_with_it():
    assert Step(Event.ABANDON) == _due(State.PUBLISHED, facts(KEY, KEY), revocation=LEAKED)


@pytest.mark.parametrize(
    ("told", "words", "expected", "why"),
    [
        (facts(KEY, KEY), signs(*HOSTS), Step(Event.ACTIVATE), "every host signs with it"),
        (
            facts(KEY, KEY),
            signs("mx1"),
            Wait(None, "mx2 has to report that it signs with it"),
            "a host has not reported",
        ),
        (
            facts(KEY, KEY),
            (),
            Wait(None, "mx1 and mx2 have to report that they sign with it"),
            "no host has reported",
        ),
        (
            facts(KEY, KEY, hosts=("mx1", "mx2", "mx3")),
            (),
            Wait(None, "mx1, mx2 and mx3 have to report that they sign with it"),
            "a host was added, and none has reported",
        ),
        (
            facts(KEY, KEY),
            (*signs("mx1"), *stopped("mx2")),
            Wait(None, "mx2 has to report that it signs with it"),
            "a host signs with it no more",
        ),
        (
            facts(KEY, OTHER),
            signs(*HOSTS),
            Wait(None, "ns2.example.net. answers something else"),
            "a server disagrees",
        ),
        (facts(KEY, KEY, hosts=()), (), Step(Event.ACTIVATE), "its signer has no host"),
        (facts(KEY, KEY, replaced=True), signs(*HOSTS), Step(Event.RETIRE), "hosts should sign without it"),
        (
            facts(KEY, KEY, wanted=False),
            signs(*HOSTS),
            Step(Event.ACTIVATE),
            "its algorithm went, and until the new one is there hosts have nothing else",
        ),
    ],
)
def test_a_visible_key(told, words, expected, why):
    assert expected == _due(State.VISIBLE, told, words=words), why


@pytest.mark.parametrize("state", [State.VISIBLE, State.ACTIVE])
def test_a_revoked_key_that_hosts_have_nothing_beside_signs_on(state):
    told = facts(KEY, KEY)
    assert Wait(None, SIGNS) == _due(state, told, words=signs(*HOSTS), revocation=LEAKED)


@pytest.mark.parametrize(
    ("told", "words", "later", "expected", "why"),
    [
        (
            facts(KEY, KEY),
            signs(*HOSTS),
            {"days": 1},
            Wait(at(days=90), "its successor is made then"),
            "it is young enough",
        ),
        (
            facts(KEY, KEY),
            signs(*HOSTS),
            {"days": 90},
            Wait(None, "its successor is on its way"),
            "it is too old",
        ),
        (
            facts(KEY, KEY, replaced=True),
            BOTH_STOPPED,
            {"days": 1},
            Step(Event.RETIRE),
            "no host signs with it",
        ),
        (
            facts(KEY, KEY, replaced=True),
            (*signs("mx2"), *stopped("mx1")),
            {"days": 1},
            Wait(None, "mx2 has to report that it signs without it"),
            "a host signs with it still",
        ),
        (
            facts(KEY, KEY, hosts=(), replaced=True),
            (),
            {"days": 1},
            Step(Event.RETIRE),
            "nobody is left to sign",
        ),
        (
            facts(OTHER, UNKNOWN, replaced=True),
            BOTH_STOPPED,
            {"days": 1},
            Step(Event.RETIRE),
            "it needs no server",
        ),
        (
            facts(KEY, KEY, replaced=True, succeeded=True),
            signs("mx2"),
            {"days": 1},
            Step(Event.RETIRE),
            "each host signs with its successor, whatever a clock that was ahead makes of the words",
        ),
    ],
)
def test_an_active_key(told, words, later, expected, why):
    assert expected == _due(State.ACTIVE, told, later, words=words), why


@pytest.mark.parametrize(
    ("told", "fields", "timing", "later", "expected", "why"),
    [
        (
            facts(KEY, KEY),
            {"words": stopped("mx1")},
            TIMING,
            {"days": 99},
            Wait(None, "mx2 has to report that it signs without it"),
            "a host has not reported",
        ),
        (
            facts(KEY, KEY),
            {"words": (*stopped("mx1"), *signs("mx2"))},
            TIMING,
            {"days": 99},
            Wait(None, "mx2 has to report that it signs without it"),
            "a host signs with it still",
        ),
        (
            facts(KEY, OTHER),
            {"words": BOTH_STOPPED},
            TIMING,
            {"days": 99},
            Wait(None, "ns2.example.net. answers something else"),
            "a server disagrees",
        ),
        (
            facts(KEY, UNKNOWN),
            {"words": BOTH_STOPPED},
            TIMING,
            {"days": 99},
            Wait(None, "ns2.example.net. answers unknown"),
            "a server could not be asked",
        ),
        (
            facts(KEY, KEY),
            {"words": BOTH_STOPPED},
            TIMING,
            {"days": 6, "hours": 23, "minutes": 59},
            Wait(at(days=7), QUEUES),
            "7 days at least, whatever queues do",
        ),
        (facts(KEY, KEY), {"words": BOTH_STOPPED}, TIMING, {"days": 7}, Step(Event.DRAIN), "7 days are over"),
        (
            facts(KEY, KEY),
            {"words": (*stopped("mx1"), *stopped("mx2", hours=5))},
            TIMING,
            {"days": 7},
            Wait(at(days=7, hours=5), QUEUES),
            "the last host counts",
        ),
        (
            facts(KEY, KEY),
            {"words": stopped(*HOSTS, hours=-30)},
            TIMING,
            {"days": 6},
            Wait(at(days=7), QUEUES),
            "of one that stopped before it retired it was not known whether it stayed so",
        ),
        (
            facts(KEY, KEY),
            {"words": (*BOTH_STOPPED, *stopped("gone", days=3))},
            TIMING,
            {"days": 7},
            Step(Event.DRAIN),
            "a host that is none of the signer's any more does not count",
        ),
        (
            facts(KEY, KEY, ttl=3 * DAY),
            {"words": BOTH_STOPPED},
            TIMING,
            {"days": 7},
            Wait(at(days=8), QUEUES),
            "queue and TTL are longer than 7 days",
        ),
        (
            facts(KEY, KEY, ttl=60),
            {"words": BOTH_STOPPED, "seen": seen(3 * DAY)},
            TIMING,
            {"days": 7},
            Wait(at(days=8), QUEUES),
            "the TTL was longer when it was published",
        ),
        (
            facts(KEY, KEY),
            {"words": BOTH_STOPPED},
            TIMING._replace(queue=20 * DAY),
            {"days": 7},
            Wait(at(days=20, hours=1), QUEUES),
            "queues here are longer",
        ),
        (
            facts(KEY, KEY),
            {"words": BOTH_STOPPED},
            TIMING._replace(overlap=2 * DAY),
            {"days": 7},
            Wait(at(days=9), QUEUES),
            "the overlap stands on top",
        ),
        (
            facts(KEY, KEY, hosts=()),
            {},
            TIMING,
            {"days": 6},
            Wait(at(days=7), QUEUES),
            "without hosts it counts from when it retired",
        ),
        (
            facts(OTHER, UNKNOWN),
            {"words": BOTH_STOPPED, "revocation": LEAKED},
            TIMING,
            {"minutes": 1},
            Step(Event.REVOKE),
            "a person gave up the mail it signed",
        ),
        (
            facts(KEY, KEY),
            {"words": stopped("mx1"), "revocation": LEAKED},
            TIMING,
            {"minutes": 1},
            Wait(None, "mx2 has to report that it signs without it"),
            "a host would sign with a key that is not there",
        ),
        (
            facts(KEY, KEY),
            {"words": BOTH_STOPPED, "reported": reported(days=3)},
            TIMING,
            {"days": 7},
            Wait(
                at(days=8, hours=1), "reports of google.com saw mail signed with it until 2026-03-04 12:00Z"
            ),
            "a message like those may be in a queue for 5 days, and its record in caches for an hour",
        ),
        (
            facts(KEY, KEY, ttl=60),
            {"words": BOTH_STOPPED, "seen": seen(DAY), "reported": reported("", days=3)},
            TIMING._replace(queue=6 * DAY),
            {"days": 9, "hours": 23},
            Wait(
                at(days=10),
                "reports of somebody without a name saw mail signed with it until 2026-03-04 12:00Z",
            ),
            "the queues of here, and the TTL of then",
        ),
        (
            facts(KEY, KEY),
            {"words": BOTH_STOPPED, "reported": reported(days=3)},
            TIMING,
            {"days": 8, "hours": 1},
            Step(Event.DRAIN),
            "that is over",
        ),
        (
            facts(KEY, KEY),
            {"words": BOTH_STOPPED, "reported": reported(days=1, hours=23)},
            TIMING,
            {"days": 7},
            Step(Event.DRAIN),
            "the drain is no shorter",
        ),
        (
            facts(KEY, KEY),
            {"words": BOTH_STOPPED, "reported": reported(days=-90)},
            TIMING,
            {"days": 7},
            Step(Event.DRAIN),
            "it was in use then",
        ),
        (
            facts(KEY, KEY),
            {"words": BOTH_STOPPED, "reported": reported(days=3)},
            TIMING,
            {"days": 6},
            Wait(at(days=7), QUEUES),
            "a report ends no wait",
        ),
        (
            facts(KEY, KEY),
            {"words": stopped("mx1"), "reported": reported(days=3)},
            TIMING,
            {"days": 99},
            Wait(None, "mx2 has to report that it signs without it"),
            "and is no word of a host",
        ),
        (
            facts(KEY, KEY),
            {"words": BOTH_STOPPED, "reported": reported(days=3), "revocation": LEAKED},
            TIMING,
            {"days": 4},
            Step(Event.REVOKE),
            "it saves no key that is not to be trusted",
        ),
        (
            facts(KEY, KEY),
            {"words": BOTH_STOPPED, "reported": reported(days=2_000_000)},
            TIMING,
            {"days": 8},
            Wait(
                at(days=13, hours=1), "reports of google.com saw mail signed with it until 2026-03-09 12:00Z"
            ),
            "nobody saw what is not yet",
        ),
    ],
)
def test_a_retiring_key(told, fields, timing, later, expected, why):
    assert expected == _due(State.RETIRING, told, later, timing, **fields), why


@pytest.mark.parametrize(
    ("told", "seen", "later", "expected", "why"),
    [
        (
            facts(EMPTY, EMPTY),
            None,
            {"days": 99},
            Wait(None, "every authoritative server has to answer that it is revoked"),
            "time alone proves nothing",
        ),
        (
            facts(EMPTY, KEY),
            seen(),
            {"days": 99},
            Wait(None, "ns2.example.net. answers the key"),
            "a server still gives it away",
        ),
        (
            facts(EMPTY, EMPTY),
            seen(minutes=3),
            {"days": 30},
            Wait(at(days=30, minutes=3), "the empty p= says so for a while (RFC 6376 section 3.6.1)"),
            "whoever verifies late learns why",
        ),
        (facts(EMPTY, EMPTY), seen(), {"days": 30}, Step(Event.REMOVE), "it stood for long enough"),
    ],
)
def test_a_revoked_key(told, seen, later, expected, why):
    assert expected == _due(State.REVOKED, told, later, seen=seen), why


def test_a_removed_key_stays_so():
    assert Wait(None, "its selector is never used again") == _due(State.REMOVED, facts(NOTHING, NOTHING))


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize(
    ("fields", "latest", "why"),
    [
        ({"made": at(minutes=5)}, at(minutes=5), "when it was made"),
        ({"since": at(minutes=5)}, at(minutes=5), "when it came to its state"),
        ({"seen": seen(minutes=5)}, at(minutes=5), "when servers agreed"),
        ({"words": signs("mx1", minutes=5)}, at(minutes=5), "when a host reported"),
        ({"revocation": LEAKED._replace(at=at(minutes=5))}, at(minutes=5), "when it was revoked"),
    ],
)
def test_a_clock_that_went_back_stops_a_key(state, fields, latest, why):
    key = a_key(state=state, **fields)
    expected = Wait(None, "the clock says 2026-03-01 12:04Z, and the lock knows of 2026-03-01 12:05Z")
    assert expected == due(key, facts(KEY, KEY), TIMING, latest - timedelta(seconds=1)), why


@pytest.mark.parametrize("state", [state for state in State if state is not State.RETIRING])
@pytest.mark.parametrize(
    "told", [facts(KEY, KEY), facts(EMPTY, EMPTY), facts(NOTHING, NOTHING, replaced=True)]
)
@pytest.mark.parametrize("end", [{"days": -9}, {"days": 9}, {"days": 999}])
def test_a_report_is_nothing_to_any_other_state_and_stops_no_clock(state, told, end):
    key = a_key(state=state, seen=seen(), words=signs(*HOSTS))
    heard = replace(key, reported=reported(**end))
    assert due(key, told, TIMING, at(days=9)) == due(heard, told, TIMING, at(days=9))
    assert key.latest == heard.latest


def test_what_was_reported_stays_with_a_key_whatever_happens_to_it():
    for state, event in TRANSITIONS:
        key = a_key(state=state, reported=reported())
        assert reported() == moved(key, event, at(days=1)).reported


def test_a_time_is_read_to_the_minute():
    assert "2026-03-01 12:00Z" == minute(at(seconds=59))


@pytest.mark.parametrize(
    ("drain", "ttl", "timing", "why"),
    [
        (7 * DAY, 300, TIMING, "5 days of queue and a short TTL are less than 7 days"),
        (7 * DAY, 2 * DAY, TIMING, "5 days of queue and 2 of TTL are 7 days"),
        (8 * DAY, 3 * DAY, TIMING, "5 days of queue and 3 of TTL"),
        (11 * DAY, 3 * DAY, Timing(0, overlap=3 * DAY), "and an overlap of 3"),
        (7 * DAY, 0, Timing(0, queue=0), "7 days at least"),
    ],
)
def test_a_drain_is_as_long_as_queues_and_caches(drain, ttl, timing, why):
    assert drain == timing.drain(ttl), why
    assert timing.in_flight(ttl) <= drain, "what a report of before asks for"


@pytest.mark.parametrize(
    ("state", "before", "answers", "after", "why"),
    [
        (State.PUBLISHED, None, (KEY, KEY), seen(60, hours=1), "every server answers the key"),
        (State.PUBLISHED, None, (KEY, NOTHING), None, "one does not yet"),
        (State.PUBLISHED, None, (KEY, UNKNOWN), None, "one could not be asked"),
        (State.PUBLISHED, seen(9), (KEY, KEY), seen(9), "the first time counts"),
        (State.PUBLISHED, seen(9), (KEY, UNKNOWN), seen(9), "one that could not be asked takes nothing away"),
        (State.PUBLISHED, seen(9), (KEY, NOTHING), None, "one that answers otherwise does"),
        (State.PUBLISHED, seen(9), (UNKNOWN, OTHER), None, "one that answers otherwise does"),
        (State.VISIBLE, seen(9), (KEY, NOTHING), seen(9), "what was waited for is over"),
        (State.ACTIVE, None, (KEY, KEY), seen(60, hours=1), "an imported key is seen once"),
        (State.RETIRING, seen(9), (OTHER, KEY), seen(9), "what was waited for is over"),
        (State.REVOKED, None, (EMPTY, EMPTY), seen(60, hours=1), "every server answers that it is revoked"),
        (State.REVOKED, None, (EMPTY, KEY), None, "one still answers the key"),
        (State.REVOKED, seen(9), (EMPTY, KEY), None, "one answers the key again"),
        (State.GENERATED, None, (NOTHING, NOTHING), None, "nothing counts from it"),
        (State.REMOVED, seen(9), (NOTHING, NOTHING), seen(9), "nothing counts from it any more"),
        (State.PUBLISHED, None, (), None, "no server was asked"),
        (State.PUBLISHED, seen(9), (), seen(9), "no server was asked"),
    ],
)
def test_what_is_seen(state, before, answers, after, why):
    key = a_key(state=state, seen=before)
    assert after == observed(key, facts(*answers, ttl=60), at(hours=1)).seen, why


def test_nothing_is_seen_by_a_clock_that_went_back():
    key = a_key(seen=None, words=signs("mx1", hours=2))
    assert key == observed(key, facts(KEY, KEY), at(hours=1))


def test_what_was_seen_names_the_servers():
    found = observed(a_key(), facts(KEY, KEY), at(hours=1)).seen
    assert SERVERS == found.servers
