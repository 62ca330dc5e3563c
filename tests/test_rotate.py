"""What servers answer for a key, as facts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dnsauth.live.look import Question
from dnsauth.live.reply import Absent, Alias, Answer, Failed, Lame, Refused, Unreachable
from dnsauth.live.servers import Authority, Missing, Server
from dnsauth.lock.keys import Key, State
from dnsauth.rotate import Watched, answer, facts, negative, questions, watched
from dnsauth.rotation.due import Answer as Said
from dnsauth.rrset import RRset

P = "k=ed25519; p=+movzn9768oHpoJKNBAD4GHZQCq7TxcPce/vPSogFm4="
OTHER = "k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
NOW = datetime(2026, 6, 1, tzinfo=UTC)
OWNER = "s1._domainkey.example.com."
ZONE = "example.com."
FIRST, SECOND = Server("ns1.example.net.", "192.0.2.1"), Server("ns1.example.net.", "2001:db8::1")
THIRD = Server("ns2.example.net.", "192.0.2.2")


def key(state: State = State.PUBLISHED) -> Key:
    return Key(ZONE, "s1", "own-mta", "ed25519", state, NOW, NOW, f"v=DKIM1; {P}", "keys", "mta")


def txt(*values: str, ttl: int = 300) -> Answer:
    return Answer(RRset(OWNER, "TXT", ttl, values))


def soa(ttl: int, minimum: int) -> Answer:
    return Answer(
        RRset(ZONE, "SOA", ttl, (f"ns1.example.net. hostmaster.example.com. 1 7200 900 1209600 {minimum}",))
    )


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        pytest.param(txt(f"v=DKIM1; {P}"), Said.KEY, id="the key"),
        pytest.param(txt(f"v=DKIM1;{P}"), Said.KEY, id="other blanks are the same record"),
        pytest.param(txt("v=DKIM1; p="), Said.EMPTY, id="revoked"),
        pytest.param(txt(f"v=DKIM1; {OTHER}"), Said.OTHER, id="another key"),
        pytest.param(txt("v=DKIM1; p=", f"v=DKIM1; {P}"), Said.OTHER, id="two records are undefined"),
        pytest.param(txt("hello"), Said.OTHER, id="no key record"),
        pytest.param(Alias(RRset(OWNER, "CNAME", 300, ("x.example.",))), Said.OTHER, id="somebody's CNAME"),
        pytest.param(Absent.NXDOMAIN, Said.NOTHING, id="no such name"),
        pytest.param(Absent.NODATA, Said.NOTHING, id="no TXT"),
        pytest.param(Refused(), Said.UNKNOWN, id="refused"),
        pytest.param(Lame(), Said.UNKNOWN, id="lame"),
        pytest.param(Failed("SERVFAIL"), Said.UNKNOWN, id="servfail"),
        pytest.param(Unreachable("time out"), Said.UNKNOWN, id="silent"),
    ],
)
def test_a_reply_is_to_a_key(reply, said):
    assert said == answer(key(), reply)


@pytest.mark.parametrize(
    ("reply", "seconds"),
    [
        pytest.param(soa(3600, 300), 300, id="the minimum"),
        pytest.param(soa(60, 300), 60, id="the SOA's own TTL, where it is less"),
        pytest.param(Absent.NODATA, 0, id="no SOA"),
        pytest.param(None, 0, id="not asked"),
    ],
)
def test_the_negative_ttl_is_the_lesser_of_the_soas_two(reply, seconds):
    assert seconds == negative(reply)


def told(replies: dict, authority: Authority):
    questions = {Question(server, OWNER, "TXT"): reply for server, reply in replies.items()}
    questions |= {Question(server, ZONE, "SOA"): soa(3600, 900) for server in replies}
    return facts(Watched(key(), ZONE), authority, questions, ("mx1.example.com",))


def test_a_server_counts_as_asked_when_one_of_its_addresses_answered():
    here = told(
        {FIRST: txt(f"v=DKIM1; {P}"), SECOND: Unreachable("no route", routed=False), THIRD: Absent.NXDOMAIN},
        Authority(ZONE, (FIRST, SECOND, THIRD)),
    )
    assert {"ns1.example.net.": Said.KEY, "ns2.example.net.": Said.NOTHING} == {
        name: served.answer for name, served in here.served.items()
    }
    assert 900 == here.ttl


def test_addresses_of_one_server_that_disagree_are_told_apart():
    here = told({FIRST: txt(f"v=DKIM1; {P}"), SECOND: Absent.NXDOMAIN}, Authority(ZONE, (FIRST, SECOND)))
    assert {Said.KEY, Said.NOTHING} == {served.answer for served in here.served.values()}
    assert {f"ns1.example.net. ({server.address})" for server in (FIRST, SECOND)} == here.served.keys()


def test_a_server_without_an_address_is_unknown_and_so_is_a_zone_without_servers():
    missing = Authority(ZONE, (FIRST,), (Missing("ns9.example.net.", "it has no address"),))
    assert Said.UNKNOWN == told({FIRST: txt(f"v=DKIM1; {P}")}, missing).served["ns9.example.net."].answer
    assert [Said.UNKNOWN] == [s.answer for s in told({}, Authority(ZONE, ())).served.values()]


def test_each_server_is_asked_for_each_key_and_once_for_the_soa():
    keys = [key(), key(State.REMOVED)]
    asked = list(questions(watched(keys, ZONE), {ZONE: Authority(ZONE, (FIRST, THIRD))}))
    assert [
        Question(FIRST, OWNER, "TXT"),
        Question(FIRST, ZONE, "SOA"),
        Question(THIRD, OWNER, "TXT"),
        Question(THIRD, ZONE, "SOA"),
    ] == asked
