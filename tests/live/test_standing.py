"""When a zone counts as agreed."""

from __future__ import annotations

import pytest

from dnsauth.live.reply import Absent, Alias, Answer, Failed, Lame, Refused, Unreachable
from dnsauth.live.servers import Missing, Server
from dnsauth.live.standing import Behind, Standing, State, Verified, as_json
from dnsauth.rrset import RRset

V4 = Server("ns1.example.net.", "192.0.2.1")
V6 = Server("ns1.example.net.", "2001:db8::1")
OTHER = Server("ns2.example.net.", "198.51.100.1", 5300)
OLD = Answer(RRset("example.com.", "TXT", 300, ("v=spf1 -all",)))


def standing(server: Server, *replies: object) -> Standing:
    return Standing(server, 7, tuple(Behind("example.com.", "TXT", reply) for reply in replies))


@pytest.mark.parametrize(
    ("replies", "state"),
    [
        ((), State.AGREES),
        ((OLD,), State.DIFFERS),
        ((Absent.NXDOMAIN,), State.DIFFERS),
        ((Alias(RRset("example.com.", "CNAME", 1, ("x.",))),), State.DIFFERS),
        ((Refused(),), State.REFUSED),
        ((Lame(),), State.LAME),
        ((Failed("SERVFAIL"),), State.LAME),
        ((Unreachable("no answer"),), State.UNREACHABLE),
        ((Unreachable("no answer"), OLD), State.DIFFERS),
    ],
)
def test_the_state_of_a_server(replies, state):
    assert state is standing(V4, *replies).state


@pytest.mark.parametrize(
    ("standings", "missing", "agrees", "reason"),
    [
        ((standing(V4), standing(OTHER)), (), True, "all agree"),
        ((standing(V4), standing(OTHER, OLD)), (), False, "one lags"),
        ((standing(V4), standing(V6, Unreachable("x"))), (), True, "a server was asked by another address"),
        ((standing(V4), standing(V6, OLD)), (), False, "one address of it lags"),
        (
            (standing(V4), standing(OTHER, Unreachable("x"))),
            (),
            False,
            "a server that can't be asked may differ",
        ),
        ((standing(V4), standing(V6, Refused())), (), False, "a refusal is an answer to the world"),
        ((standing(V4),), (Missing("ns3.example.net.", "it has no address"),), False, "one leads nowhere"),
        ((), (), False, "nobody was asked"),
    ],
)
def test_a_zone_agrees_where_every_server_does(standings, missing, agrees, reason):
    assert agrees is Verified("example.com.", standings, missing).agrees, reason


def test_a_family_without_a_route_is_said_once():
    no_route = Unreachable("there is no route for IPv6 from here", routed=False)
    verified = Verified("example.com.", (standing(V4), standing(V6, no_route), standing(V6, no_route)))

    assert ("IPv6",) == verified.unrouted


def test_why_a_server_does_not_agree_is_said_by_owner():
    assert 'example.com. TXT: answers "v=spf1 -all"' == standing(V4, Unreachable("x"), OLD).why
    assert "refuses to answer (REFUSED)" == standing(V4, Refused(), Refused()).why
    assert "" == standing(V4).why


def test_the_json_form_has_every_server_by_address():
    missing = Missing("ns3.example.net.", "it has no address")

    assert {
        "zone": "example.com.",
        "agrees": False,
        "servers": [
            {
                "name": "ns2.example.net.",
                "address": "198.51.100.1:5300",
                "serial": 7,
                "state": "differs",
                "why": 'example.com. TXT: answers "v=spf1 -all"',
                "behind": [{"owner": "example.com.", "type": "TXT", "answer": 'answers "v=spf1 -all"'}],
            }
        ],
        "missing": [{"name": "ns3.example.net.", "why": "it has no address"}],
    } == as_json(Verified("example.com.", (standing(OTHER, OLD),), (missing,)))
