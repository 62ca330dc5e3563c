"""Own names at their servers, all others at the resolver: on a small Internet, lame, bogus and behind."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date

import pytest

from demo.nameserver import Nameserver
from dnsauth.checks.live.view import Subject
from dnsauth.inventory.operations import Live
from dnsauth.live.engine import Limits
from dnsauth.live.look import Question
from dnsauth.live.network import Network
from dnsauth.live.reply import Answer, Lame
from dnsauth.live.resolution import Asked, Bogus, Looping, Resolved, Unanswered
from dnsauth.live.servers import Missing, Server
from dnsauth.spf.lookup import NoSuchName, TempError
from dnsauth.survey import survey
from tests.live.resolvers import QUICK, Told, telling
from tests.servers.world import NS1, NS2

TODAY = date(2026, 3, 1)
OWN = """
@ 300 SOA ns hostmaster 1 3600 600 86400 60
@ 300 NS ns
@ 300 TXT "own"
alias 200 CNAME target.example.net.
near 300 CNAME @
far 300 NS ns.elsewhere.example.
"""


@pytest.fixture
def network(world, unbound) -> Iterator[Network]:
    """The world, whose zones below ``example.`` but the vendor's are ours."""
    zones = [
        f"{name}.example." for name in ("clinic", "signed", "lagging", "half", "lame", "silent", "mismatch")
    ]
    live = Live(resolver=unbound.endpoint, roots=(f"{world.root}:{world.port}",))
    with Network(live, zones, TODAY) as found:
        yield found


@pytest.fixture
def own() -> Iterator[Nameserver]:
    with Nameserver({"example.com.": OWN}) as server:
        yield server


def live(own: Nameserver, resolver: Server) -> Live:
    return Live(resolver.address, {"example.com.": (f"{own.address}:{own.port}",)})


def test_names_in_our_zones_are_asked_at_their_servers_and_aliases_lead_to_the_resolver(own):
    told = {"target.example.net. TXT": Told('target.example.net. 300 TXT "theirs"')}
    names = [Asked(f"{name}example.com.", "TXT") for name in ("", "near.", "alias.", "none.")]
    with telling(told) as resolver, Network(live(own, resolver.server), ["example.com."], TODAY) as network:
        found = network.resolve(names)

    assert [
        Resolved(("own",), 300),
        Resolved(("own",), 300, ("example.com.",)),
        Resolved(("theirs",), 200, ("target.example.net.",)),
        Resolved((), 60, exists=False),
    ] == list(found.values())
    assert ["target.example.net. TXT"] == resolver.questions


def test_a_name_that_our_zone_delegates_to_others_is_asked_at_the_resolver(own):
    told = {"a.far.example.com. TXT": Told('a.far.example.com. 300 TXT "theirs"')}
    asked = Asked("a.far.example.com.", "TXT")
    with telling(told) as resolver, Network(live(own, resolver.server), ["example.com."], TODAY) as network:
        assert Resolved(("theirs",), 300) == network.resolve([asked])[asked]


def test_what_the_resolver_remembers_of_our_names_is_never_what_they_are(own):
    told = {"example.com. TXT": Told('example.com. 300 TXT "old"')}
    asked = Asked("example.com.", "TXT")
    with telling(told) as resolver, Network(live(own, resolver.server), ["example.com."], TODAY) as network:
        assert ("old",) == network.validated([asked])[asked].values
        assert ("own",) == network.resolve([asked])[asked].values


def test_names_of_others_stay_for_the_run_and_our_own_do_not(own):
    told = {"target.example.net. TXT": Told('target.example.net. 300 TXT "theirs"')}
    asked = Asked("alias.example.com.", "TXT")
    with telling(told) as resolver, Network(live(own, resolver.server), ["example.com."], TODAY) as network:
        for _ in range(3):
            network.resolve([asked])

    assert 1 == len(resolver.questions)
    assert 3 == sum(served.name == "alias.example.com." for served in own.served)


def test_a_server_given_for_a_zone_that_is_not_ours_is_asked_about_it(own):
    asked = Asked("example.com.", "TXT")
    with telling({}) as resolver, Network(live(own, resolver.server), [], TODAY) as network:
        assert Resolved(("own",), 300) == network.resolve([asked])[asked]


def test_a_look_up_for_spf_tells_absence_from_failure(own):
    told = {
        "loop.example.net. TXT": Told("loop.example.net. 300 CNAME loop.example.net."),
        "bad.example.net. TXT": Told(rcode="REFUSED"),
    }
    with telling(told) as resolver, Network(live(own, resolver.server), ["example.com."], TODAY) as network:
        assert ("own",) == network.lookup("example.com.", "TXT")
        assert () == network.lookup("example.com.", "A")
        with pytest.raises(NoSuchName, match=r"none\.example\.com\. does not exist \(NXDOMAIN\)"):
            network.lookup("none.example.com.", "TXT")
        with pytest.raises(TempError, match=r"^it is a CNAME that leads nowhere: "):
            network.lookup("loop.example.net.", "TXT")
        with pytest.raises(TempError, match=r"^127\.0\.0\.1:\d+ refuses to answer \(REFUSED\)$"):
            network.lookup("bad.example.net.", "TXT")


def test_a_zone_whose_servers_are_unknown_is_not_asked_at_the_resolver():
    told = {
        "example.com. NS": Told(rcode="NXDOMAIN"),
        "com. NS": Told(rcode="NXDOMAIN"),
        ". NS": Told(rcode="REFUSED"),
    }
    asked = Asked("example.com.", "TXT")
    with (
        telling(told) as resolver,
        Network(Live(resolver.server.address), ["example.com."], TODAY, limits=QUICK) as network,
    ):
        found = network.resolve([asked])[asked]

    assert isinstance(found, Unanswered)
    assert "example.com.: it has no NS records" in found.why
    assert "example.com. TXT" not in resolver.questions


@pytest.mark.parametrize("roots", [False, True], ids=["by the resolver", "from the roots"])
def test_why_nobody_could_be_asked_is_said_once(roots):
    told = {
        "com. NS": Told(authority="com. 300 NS ns.host.net.", flags=0)
        if roots
        else Told("com. 300 NS ns.host.net."),
        "net. NS": Told(rcode="REFUSED"),
    }
    with telling(lambda asked: told.get(asked, Told(rcode="REFUSED"))) as said:
        at = said.server.address
        live = Live(at, roots=(at,) if roots else ())
        with Network(live, ["example.com."], TODAY, limits=QUICK) as network:
            found = network.resolve([Asked("example.com.", "TXT")])[Asked("example.com.", "TXT")]

    assert f"example.com.: nobody tells who serves it: {at} refuses to answer (REFUSED)" == found.why


def test_a_server_that_never_answers_costs_one_wait_a_run_whoever_asks_it():
    with telling({}) as silent:
        live = Live(silent.server.address, {"example.com.": (silent.server.address,)})
        with Network(live, ["example.com."], TODAY, limits=QUICK) as network:
            network.look(Question(silent.server, f"{i}.example.com.", "TXT") for i in range(10))
            before = len(silent.questions)
            again = network.look([Question(silent.server, "example.com.", "TXT")])
            found = network.resolve([Asked("example.com.", "TXT"), Asked("example.net.", "TXT")])
            assert before == len(silent.questions)
            once_more = network.look_again([Question(silent.server, "example.com.", "TXT")])

    (silence,), (later,) = again.values(), once_more.values()
    assert silence.why.partition(" in ")[0] == later.why.partition(" in ")[0]
    assert {Unanswered(silence.why)} == set(found.values())
    assert before < len(silent.questions), "a server that is waited for is asked each time"


def test_zones_that_are_looked_at_one_after_the_other_wait_for_a_dead_server_once(monkeypatch):
    monkeypatch.setattr("dnsauth.survey.TOGETHER", 1)
    zones = [f"{name}.example.com." for name in "abcd"]
    subjects = [
        Subject(zone, (Asked(zone, "TXT"), Asked(f"_dmarc.{zone}", "TXT")), zone=True, delegated=False)
        for zone in zones
    ]
    with telling({}) as silent:
        at = silent.server.address
        with Network(Live(at, dict.fromkeys(zones, (at,))), zones, TODAY, limits=QUICK) as network:
            counts = [len(silent.questions) for _ in survey(subjects, network)]

    assert 0 < counts[0] == counts[-1]


def test_the_run_ends_at_its_deadline():
    with telling({}) as silent:
        deadline = time.monotonic() + 0.3
        with Network(Live(silent.server.address), [], TODAY, limits=Limits(), deadline=deadline) as network:
            found = network.resolve(Asked(f"{i}.example.", "TXT") for i in range(1000))
        late = time.monotonic() - deadline

    assert {Unanswered} == {type(each) for each in found.values()}
    assert late < 2


def test_the_world_is_walked_to_every_server_of_a_zone(world, network):
    port = world.port
    servers = (Server(NS1, "127.0.0.3", port), Server(NS2, "127.0.0.4", port))
    found = network.authorities(
        ["clinic.example.", "half.example.", "glueless.example.", "homeless.example."]
    )

    assert [servers, servers, (Server("ns.elsewhere.test.", "127.0.0.3", port),), ()] == [
        each.servers for each in found.values()
    ]
    assert (Missing("ns.unregistered.example.", "it has no address"),) == found["homeless.example."].missing


def test_what_parents_say_of_keys_and_servers(network):
    found = network.delegations(
        ["clinic.example.", "signed.example.", "mismatch.example.", "nobody.example."]
    )

    assert [(NS1, NS2), (NS1, NS2), (NS1, NS2), ()] == [each.names for each in found.values()]
    assert [False, True, False, False] == [each.signed for each in found.values()]
    assert ["", "", "", "example. has no such name (NXDOMAIN)"] == [each.why for each in found.values()]


def test_servers_that_lag_or_are_lame_are_told_apart(network):
    def answers(zone):
        servers = network.authorities([zone])[zone].servers
        return [*network.look(Question(server, zone, "TXT") for server in servers).values()]

    new, old = answers("lagging.example.")
    assert new.rrset.values != old.rrset.values
    good, lame = answers("half.example.")
    assert (Answer, True) == (
        type(good),
        lame == Lame() or "REFUSED" in repr(lame) or "Refused" in repr(lame),
    )


def test_own_names_are_answered_by_the_server_that_serves_them(network):
    names = [
        Asked(name, "TXT")
        for name in ("half.example.", "signed.example.", "lame.example.", "silent.example.")
    ]
    half, signed, lame, silent = network.resolve(names).values()

    assert (("v=spf1 -all",), ("v=spf1 -all",)) == (half.values, signed.values)
    assert {Unanswered} == {type(lame), type(silent)}
    assert "REFUSED" in lame.why


def test_dnssec_holds_or_does_not(network):
    secure = Asked("signed.example.", "TXT")
    bogus = [Asked(f"{name}.example.", "TXT") for name in ("bogus", "expired", "stripped")]
    found = network.validated(
        [secure, Asked("unsigned.example.", "TXT"), Asked("none.signed.example.", "A"), *bogus]
    )

    assert [True, False, True] == [each.secure for each in list(found.values())[:3]]
    assert {Bogus} == {type(found[each]) for each in bogus}
    assert all("RFC 8914 code" in found[each].why for each in bogus)


def test_names_of_others_are_told_apart(network):
    names = {
        "gone.dkim.broken.example.": Resolved,
        "ring.dkim.broken.example.": Looping,
        "self.dkim.broken.example.": Looping,
        "bogus.dkim.broken.example.": Bogus,
        "dark.dkim.broken.example.": Unanswered,
        "s1.customer.dkim.vendor.example.": Resolved,
    }
    found = network.resolve(Asked(name, "TXT") for name in names)

    assert [] == [
        (name, found[Asked(name, "TXT")])
        for name, expected in names.items()
        if not isinstance(found[Asked(name, "TXT")], expected)
    ]
    assert not found[Asked("gone.dkim.broken.example.", "TXT")].exists
    assert ("k1.dkim.vendor.example.",) == found[Asked("s1.customer.dkim.vendor.example.", "TXT")].chain
