"""Asking until every server agrees: the comparison by values, the loop on real servers."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import dns.tsigkeyring
import dns.update
import pytest
from dns.query import tcp

from demo.nameserver import Nameserver
from dnsauth.desired.model import Desired, Value
from dnsauth.live.engine import Limits
from dnsauth.live.look import Look
from dnsauth.live.reply import Absent, Alias, Answer, Lame, Refused, Unreachable
from dnsauth.live.servers import Authority, Missing, Server
from dnsauth.live.standing import State, Verified
from dnsauth.lock import claims
from dnsauth.lock.model import Claim, Grammar, Lock, Recorded
from dnsauth.plan.model import Change
from dnsauth.rrset import RRset
from dnsauth.verify import Expected, Gone, Wanted, met, of_changes, of_desired, verify
from tests.live.sockets import looking, peer
from tests.servers import KEY, SECRET
from tests.servers.bind import Named
from tests.servers.knot import Knot

ZONE = "example.com."
LOOK = looking()
SPF, OLD_SPF, FOREIGN = "v=spf1 mx -all", "v=spf1 -all", "someone-else=1"


def txt(*values: str, owner: str = ZONE) -> RRset:
    return RRset(owner, "TXT", 300, tuple(sorted(values)))


def exact(*, wanted: tuple[str, ...] = (), gone: tuple[str, ...] = (), owner: str = ZONE) -> Expected:
    return Expected(
        ZONE,
        owner,
        "TXT",
        tuple(Wanted(Grammar.TOKEN, text) for text in wanted),
        tuple(Gone(Grammar.TOKEN, claims.digest(Grammar.TOKEN, "TXT", text)) for text in gone),
    )


@pytest.mark.parametrize(
    ("changes", "expected", "reason"),
    [
        ([Change(None, txt(SPF))], [exact(wanted=(SPF,))], "a create"),
        ([Change(txt(SPF), None)], [exact(gone=(SPF,))], "a delete"),
        (
            [Change(txt(FOREIGN, OLD_SPF), txt(FOREIGN, SPF))],
            [exact(wanted=(SPF,), gone=(OLD_SPF,))],
            "a foreign value is not looked at",
        ),
        ([Change(txt(SPF), RRset(ZONE, "TXT", 60, (SPF,)))], [], "a TTL is proven by the read-back"),
        (
            [Change(txt(OLD_SPF), txt(SPF)), Change(txt(SPF, FOREIGN), txt(SPF))],
            [exact(wanted=(SPF,), gone=(FOREIGN, OLD_SPF))],
            "two providers of one zone",
        ),
        (
            [Change(None, txt(SPF)), Change(txt(SPF, FOREIGN), txt(FOREIGN))],
            [exact(wanted=(SPF,))],
            "what one provider got is not awaited to go from the other",
        ),
    ],
)
def test_changes_say_what_should_be_served(changes, expected, reason):
    assert expected == [*of_changes(ZONE, changes)], reason


def test_a_type_change_is_expected_at_both_types():
    cname = RRset("em.example.com.", "CNAME", 300, ("U1.example.net.",))
    change = [Change(txt("x", owner="em.example.com."), None), Change(None, cname)]
    there = Expected(ZONE, "em.example.com.", "CNAME", (Wanted(Grammar.RRSET, "U1.example.net."),))

    assert (exact(gone=("x",), owner="em.example.com."), there) == of_changes(ZONE, change)
    assert met(there, Answer(RRset("em.example.com.", "CNAME", 300, ("u1.example.net.",)))), (
        "names have no case"
    )


def test_desired_values_are_wanted_and_recorded_ones_that_nobody_desires_should_be_gone():
    spf, token = Claim(ZONE, "TXT", Grammar.SPF), Claim(ZONE, "TXT", Grammar.TOKEN)
    left = Claim("em.example.com.", "CNAME", Grammar.RRSET)
    recorded = [claims.digest(Grammar.SPF, "TXT", SPF), claims.digest(Grammar.SPF, "TXT", OLD_SPF)]
    lock = Lock(
        ZONE,
        {
            spf: tuple(sorted(map(Recorded, recorded))),
            token: (Recorded(claims.digest(Grammar.TOKEN, "TXT", "verify=1")),),
            left: (Recorded(claims.digest(Grammar.RRSET, "CNAME", "u1.example.net.")),),
            Claim(ZONE, "MX", Grammar.RRSET): (),
        },
    )
    desired = Desired(ZONE, ZONE, "TXT", 300, (Value(SPF, spf, (), ""), Value("verify=1", token, (), "")))

    assert (
        Expected(
            ZONE,
            ZONE,
            "TXT",
            (Wanted(Grammar.SPF, SPF), Wanted(Grammar.TOKEN, "verify=1")),
            (Gone(Grammar.SPF, recorded[1]),),
        ),
        Expected(ZONE, *left[:2], (), (Gone(Grammar.RRSET, lock.claims[left][0].digest),)),
    ) == of_desired([desired], lock)


@pytest.mark.parametrize(
    ("reply", "agrees", "reason"),
    [
        (Answer(txt(SPF, FOREIGN)), True, "a foreign value is not looked at"),
        (Answer(txt("v=spf1 MX -ALL")), True, "it parses equal"),
        (Answer(txt(SPF, OLD_SPF)), False, "the old value is still there"),
        (Answer(txt("v=spf1 a -all")), False, "another value stands there"),
        (Absent.NODATA, False, "nothing is there"),
        (Alias(RRset(ZONE, "CNAME", 300, ("example.net.",))), False, "a CNAME is there"),
        (Refused(), False, "not said"),
        (Lame(), False, "not said"),
        (Unreachable("no answer"), False, "not said"),
    ],
)
def test_a_reply_meets_what_is_expected_where_it_has_the_wanted_and_not_the_gone(reply, agrees, reason):
    gone = Gone(Grammar.SPF, claims.digest(Grammar.SPF, "TXT", OLD_SPF))
    expected = Expected(ZONE, ZONE, "TXT", (Wanted(Grammar.SPF, SPF),), (gone,))

    assert agrees is met(expected, reply), reason


@pytest.mark.parametrize(
    ("reply", "agrees"),
    [
        (Absent.NXDOMAIN, True),
        (Absent.NODATA, True),
        (Alias(RRset(ZONE, "CNAME", 300, ("example.net.",))), True),
        (Answer(txt(FOREIGN)), True),
        (Answer(txt(OLD_SPF)), False),
        (Unreachable("no answer"), False),
        (Refused(), False),
        (Lame(), False),
    ],
)
def test_what_could_not_be_asked_is_never_gone(reply, agrees):
    assert agrees is met(exact(gone=(OLD_SPF,)), reply)


class Clock:
    """Seconds that pass only by sleeping; *at* is done when its second is reached."""

    def __init__(self, at: Mapping[float, Callable[[], None]] | None = None) -> None:
        self.now, self.slept, self.at = 0.0, [], dict(at or {})

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        for second in [second for second in self.at if second <= self.now]:
            self.at.pop(second)()


def run(
    expected, authorities, clock: Clock, *, timeout: float = 60, look: Look = LOOK
) -> tuple[Verified, ...]:
    return verify(expected, authorities, look=look, deadline=timeout, clock=clock, sleep=clock.sleep)


def zone(*values: str, serial: int = 1) -> str:
    texts = "".join(f'@ 300 TXT "{value}"\n' for value in values)
    return f"$ORIGIN {ZONE}\n@ 300 SOA ns1 hostmaster {serial} 3600 600 86400 300\n@ 300 NS ns1\nns1 300 A 192.0.2.1\n{texts}"


def test_a_server_that_lags_is_asked_until_it_agrees_and_the_others_are_not_asked_again():
    with Nameserver({ZONE: zone(SPF, serial=2)}) as first, Nameserver({ZONE: zone(OLD_SPF)}) as second:
        servers = tuple(Server(f"ns{s.port}.", s.address, s.port) for s in (first, second))
        clock = Clock({1.0: lambda: second.load(ZONE, zone(SPF, serial=2))})

        (verified,) = run([exact(wanted=(SPF,), gone=(OLD_SPF,))], {ZONE: Authority(ZONE, servers)}, clock)

        assert verified.agrees
        assert [(s, 2, State.AGREES) for s in servers] == [
            (s.server, s.serial, s.state) for s in verified.standings
        ]
        assert 2 == len(first.served)
    assert [0.2, 0.4, 0.8] == clock.slept


def test_a_server_that_still_lags_when_the_time_is_up_is_shown_with_its_answer():
    with Nameserver({ZONE: zone(OLD_SPF)}) as lagging:
        server = Server("ns1.", lagging.address, lagging.port)
        clock = Clock()

        (verified,) = run([exact(wanted=(SPF,))], {ZONE: Authority(ZONE, (server,))}, clock, timeout=20)

    assert (False, [State.DIFFERS]) == (verified.agrees, [s.state for s in verified.standings])
    assert 'example.com. TXT: answers "v=spf1 -all"' == verified.standings[0].why
    assert ([0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 3.8], 20.0) == (
        pytest.approx(clock.slept),
        pytest.approx(clock.now),
    )


def test_no_time_is_time_for_one_look():
    with Nameserver({ZONE: zone(SPF)}) as server:
        authority = Authority(ZONE, (Server("ns1.", server.address, server.port),))

        assert run([exact(wanted=(SPF,))], {ZONE: authority}, Clock(), timeout=0)[0].agrees
        assert not run([exact(gone=(SPF,))], {ZONE: authority}, Clock(), timeout=0)[0].agrees


def test_a_zone_that_is_not_served_yet_is_waited_for():
    with Nameserver({}) as server:
        authority = Authority(ZONE, (Server("ns1.", server.address, server.port),))
        refused = run([exact(gone=(SPF,))], {ZONE: authority}, Clock(), timeout=0)
        clock = Clock({1.0: lambda: server.load(ZONE, zone(OLD_SPF))})

        assert [State.REFUSED] == [s.state for s in refused[0].standings]
        assert run([exact(gone=(SPF,))], {ZONE: authority}, clock)[0].agrees


def test_a_silent_server_keeps_a_zone_from_agreeing_and_its_neighbours_do_not_wait_for_it():
    other = "example.org."
    texts = {ZONE: zone(SPF), other: zone(SPF).replace("example.com", "example.org")}
    with Nameserver(texts) as server, peer(lambda _: []) as silent:
        serving = Server("ns1.", server.address, server.port)
        expected = [
            exact(wanted=(SPF,)),
            Expected(other, other, "TXT", (Wanted(Grammar.TOKEN, SPF),)),
        ]
        found = run(
            expected,
            {ZONE: Authority(ZONE, (serving, silent.server)), other: Authority(other, (serving,))},
            Clock(),
            timeout=1,
            look=looking(Limits(timeout=0.05, tries=2)),
        )

    assert {ZONE: False, other: True} == {v.zone: v.agrees for v in found}
    assert [State.AGREES, State.UNREACHABLE] == [s.state for s in found[0].standings]


def test_a_zone_whose_servers_are_unknown_is_not_waited_for_and_does_not_agree():
    clock = Clock()
    missing = (Missing(ZONE, "it has no NS records"),)

    assert (Verified(ZONE, (), missing),) == run(
        [exact(wanted=(SPF,))], {ZONE: Authority(ZONE, (), missing)}, clock
    )
    assert [] == clock.slept


def test_every_look_is_shown():
    shown: list[tuple[Verified, ...]] = []
    with Nameserver({ZONE: zone(OLD_SPF)}) as server:
        authority = Authority(ZONE, (Server("ns1.", server.address, server.port),))
        clock = Clock({0.3: lambda: server.load(ZONE, zone(SPF))})
        verify(
            [exact(wanted=(SPF,))],
            {ZONE: authority},
            look=LOOK,
            deadline=60,
            clock=clock,
            sleep=clock.sleep,
            progress=shown.append,
        )

    assert [False, False, True] == [look[0].agrees for look in shown]


def test_a_frozen_secondary_is_seen_to_lag_and_seen_to_catch_up(named: Named, knot: Knot):
    name = "lagging.example."
    text = zone(OLD_SPF).replace("example.com.", name)
    named.load(name, text, notify=knot.endpoint)
    knot.follow(name)
    knot.freeze(name)
    update = dns.update.Update(
        name, keyring=dns.tsigkeyring.from_text({KEY: SECRET}), keyalgorithm="hmac-sha256"
    )
    update.replace(name, 300, "TXT", f'"{SPF}"')
    assert 0 == tcp(update, named.address, port=named.port, timeout=5).rcode()
    servers = tuple(Server(f"{s.address}:{s.port}", s.address, s.port) for s in (named, knot))
    expected = of_changes(name, [Change(txt(OLD_SPF, owner=name), txt(SPF, owner=name))])

    def look(timeout: float) -> list[tuple[State, int | None]]:
        (verified,) = verify(
            expected,
            {name: Authority(name, servers)},
            look=LOOK,
            deadline=time.monotonic() + timeout,
            clock=time.monotonic,
            sleep=time.sleep,
        )
        return [(s.state, s.serial) for s in verified.standings]

    assert [(State.AGREES, 2), (State.DIFFERS, 1)] == look(0.3)
    knot.thaw(name)
    assert [(State.AGREES, 2), (State.AGREES, 2)] == look(10)
