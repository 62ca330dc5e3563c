"""Resolvers asked over real sockets; a nameserver that answers for every zone of the test is one, too."""

from __future__ import annotations

import dns.flags
import pytest

from demo.nameserver import Nameserver
from dnsauth.errors import DnsauthError
from dnsauth.live.engine import Limits
from dnsauth.live.failover import Route
from dnsauth.live.resolution import Asked, Bogus, Looping, Resolved, Unanswered, resolution_said
from dnsauth.live.resolver import NONE, resolvers
from dnsauth.live.servers import Server
from tests.live.resolvers import QUICK, Told, resolving, telling

ZONE = """
$ORIGIN example.com.
@ 300 SOA ns1 hostmaster 1 3600 600 86400 60
@ 300 NS NS1
@ 300 NS ns2
ns1 300 A 192.0.2.1
ns1 300 A 192.0.2.2
alias 200 CNAME ns1
out 100 CNAME target.example.net.
"""
OTHER = """
$ORIGIN example.net.
@ 300 SOA ns1 hostmaster 1 3600 600 86400 60
@ 300 NS ns1
target 50 CNAME here
here 400 TXT "x"
"""
TXT = Asked("a.example.", "TXT")
SOA = "example. 600 SOA ns.example. h.example. 1 3600 600 86400 90"
FOUND = Told('a.example. 300 TXT "x"')
X = Resolved(("x",), 300)
ENOUGH = Limits(timeout=0.4, tries=2, patience=1.2)  # for a server that answers beside one that never does
BOGUS = Told(rcode="SERVFAIL", error=(9, "no key"))


def server(running: Nameserver) -> Server:
    return Server("ns.example.", running.address, running.port)


def resolve(told, *names, clock=lambda: 0.0):
    """What *names*, ``a.example. TXT`` where there are none, resolve to at a server that is *told* so."""
    with telling(told) as said, resolving(said.server, clock=clock) as resolver:
        found = resolver.resolve(Asked(*name.split()) for name in names or ["a.example. TXT"])
    return next(iter(found.values())) if not names else found


def chain(length, end=""):
    return "\n".join(f"{_name(i)} 300 CNAME {_name(i + 1)}" for i in range(length)) + "\n" + end


def _name(number):
    return f"{'a' if number == 0 else number}.example."


def test_values_come_sorted_and_two_kinds_of_absence_are_told_apart():
    with Nameserver({"example.com.": ZONE}) as running, resolving(server(running)) as resolver:
        names = [("", "NS"), ("ns1.", "A"), ("ns1.", "AAAA"), ("none.", "A")]
        found = resolver.resolve(Asked(f"{name}example.com.", type) for name, type in names)

    assert [
        Resolved(("ns1.example.com.", "ns2.example.com."), 300),
        Resolved(("192.0.2.1", "192.0.2.2"), 300),
        Resolved((), 60),
        Resolved((), 60, exists=False),
    ] == list(found.values())


def test_a_chain_is_followed_from_answer_to_answer_and_lives_as_long_as_its_shortest_part():
    with (
        Nameserver({"example.com.": ZONE, "example.net.": OTHER}) as running,
        resolving(server(running)) as resolver,
    ):
        found = resolver.resolve([Asked("alias.example.com.", "A"), Asked("out.example.com.", "TXT")])

    assert [
        Resolved(("192.0.2.1", "192.0.2.2"), 200, ("ns1.example.com.",)),
        Resolved(("x",), 50, ("target.example.net.", "here.example.net.")),
    ] == list(found.values())


def test_what_many_want_is_asked_for_once():
    many = [f"{i}.example." for i in range(20)]
    told = {f"{name} TXT": Told(f"{name} 300 CNAME a.example.") for name in many} | {"a.example. TXT": FOUND}
    with telling(told) as said, resolving(said.server) as resolver:
        found = resolver.resolve(Asked(name, "TXT") for name in [*many, *many])

    assert {Resolved(("x",), 300, ("a.example.",))} == set(found.values())
    assert sorted([*(f"{name} TXT" for name in many), "a.example. TXT"]) == sorted(said.questions)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ('b.example. 300 TXT "x"\na.example. 300 CNAME b.example.', "the end before the beginning"),
        ('a.example. 300 CNAME b.example.\nB.EXAMPLE. 300 TXT "x"', "case means nothing"),
        (
            'a.example. 300 CNAME b.example.\nc.example. 300 TXT "no"\nb.example. 300 TXT "x"\nb.example. 9 A 192.0.2.1',
            "what nobody asked for",
        ),
        ('a.example. 300 CNAME b.example.\nb.example. 300 TXT "x"\nb.example. 300 TXT "x"', "the same twice"),
    ],
)
def test_a_chain_is_read_owner_by_owner(answer, reason):
    assert Resolved(("x",), 300, ("b.example.",)) == resolve({"a.example. TXT": Told(answer)}), reason


def test_records_beside_the_chain_are_never_believed():
    poison = 'a.example. 300 CNAME b.example.\nvictim.example. 300 TXT "no"'
    told = {
        "a.example. TXT": Told(poison, additional='victim.example. 300 TXT "no"'),
        "b.example. TXT": Told('b.example. 300 TXT "x"'),
        "victim.example. TXT": Told('victim.example. 300 TXT "yes"'),
    }

    found = resolve(told, "a.example. TXT", "victim.example. TXT")

    assert [("x",), ("yes",)] == [each.values for each in found.values()]


@pytest.mark.parametrize(
    ("told", "expected", "reason"),
    [
        ({"a.example. TXT": Told("a.example. 1 CNAME a.example.")}, ["a.example."], "to itself"),
        (
            {"a.example. TXT": Told("a.example. 1 CNAME b.example.\nb.example. 1 CNAME a.example.")},
            ["b.example.", "a.example."],
            "a ring in one answer",
        ),
        (
            {
                "a.example. TXT": Told("a.example. 1 CNAME b.example."),
                "b.example. TXT": Told("b.example. 1 CNAME c.example."),
                "c.example. TXT": Told("c.example. 1 CNAME b.example."),
            },
            ["b.example.", "c.example.", "b.example."],
            "a ring from answer to answer",
        ),
        (
            {"a.example. TXT": Told(chain(30))},
            [_name(i) for i in range(1, 18)],
            "one answer longer than any resolver follows",
        ),
        (
            {f"{_name(i)} TXT": Told(f"{_name(i)} 1 CNAME {_name(i + 1)}") for i in range(30)},
            [_name(i) for i in range(1, 18)],
            "as long from answer to answer",
        ),
    ],
)
def test_a_chain_that_does_not_end_is_looping(told, expected, reason):
    assert Looping(tuple(expected)) == resolve(told), reason


@pytest.mark.parametrize("length", [16, 17])
def test_sixteen_aliases_are_followed_and_no_more(length):
    end = f'{_name(length)} 300 TXT "x"'
    whole = resolve({"a.example. TXT": Told(chain(length, end))})
    parts = {f"{_name(i)} TXT": Told(f"{_name(i)} 300 CNAME {_name(i + 1)}") for i in range(length)}
    apart = resolve(parts | {f"{_name(length)} TXT": Told(end)})

    assert (length == 16, length == 16) == (isinstance(whole, Resolved), isinstance(apart, Resolved))


def test_a_cname_that_is_asked_for_is_not_followed():
    told = {"a.example. CNAME": Told('a.example. 300 CNAME b.example.\nb.example. 300 TXT "x"')}

    assert Resolved(("b.example.",), 300) == resolve(told, "a.example. CNAME")[Asked("a.example.", "CNAME")]


@pytest.mark.parametrize(
    ("told", "expected", "reason"),
    [
        (Told(authority=SOA), Resolved((), 90), "NODATA; the lesser of TTL and MINIMUM"),
        (Told(authority=SOA, rcode="NXDOMAIN"), Resolved((), 90, exists=False), "NXDOMAIN"),
        (Told(), Resolved((), 0), "no SOA says how long, RFC 2308 section 2.2"),
        (
            Told("a.example. 20 CNAME b.example.", SOA, rcode="NXDOMAIN"),
            Resolved((), 20, ("b.example.",), exists=False),
            "the last name is the one that is not there",
        ),
        (
            Told("a.example. 20 CNAME b.example.", SOA),
            Resolved((), 20, ("b.example.",)),
            "the last name has none",
        ),
    ],
)
def test_absence_is_kept_as_long_as_the_soa_says(told, expected, reason):
    assert expected == resolve({"a.example. TXT": told}), reason


def test_an_alias_with_the_soa_of_its_own_zone_is_no_absence_of_its_target():
    told = {
        "a.example. TXT": Told("a.example. 20 CNAME b.example.net.", SOA),
        "b.example.net. TXT": Told('b.example.net. 300 TXT "x"'),
    }

    assert Resolved(("x",), 20, ("b.example.net.",)) == resolve(told)


def test_a_name_is_secure_where_the_resolver_vouches_for_every_part():
    vouched = dns.flags.RA | dns.flags.AD
    told = {
        "a.example. TXT": Told("a.example. 300 CNAME b.example.", flags=vouched),
        "b.example. TXT": Told('b.example. 300 TXT "x"', flags=vouched),
        "c.example. TXT": Told("c.example. 300 CNAME d.example.", flags=vouched),
        "d.example. TXT": Told('d.example. 300 TXT "x"'),
        "e.example. TXT": Told(authority=SOA, rcode="NXDOMAIN", flags=vouched),
    }
    names = ("a.example. TXT", "b.example. TXT", "c.example. TXT", "d.example. TXT", "e.example. TXT")

    assert [True, True, False, False, True] == [each.secure for each in resolve(told, *names).values()]


def test_data_that_the_resolver_will_not_vouch_for_is_bogus_and_why_is_said():
    with (
        telling({"a.example. TXT": BOGUS, "a.example. TXT +cd": FOUND}) as said,
        resolving(said.server) as resolver,
    ):
        found = resolver.resolve([TXT])[TXT]

    assert Bogus(f"{said.server.address} says DNSKEY Missing: no key (RFC 8914 code 9)") == found
    assert ["a.example. TXT", "a.example. TXT +cd"] == said.questions


def test_an_absence_that_the_resolver_will_not_vouch_for_is_bogus_too():
    gone = Told(authority=SOA, rcode="NXDOMAIN")

    assert isinstance(resolve({"a.example. TXT": BOGUS, "a.example. TXT +cd": gone}), Bogus)


def test_a_resolver_without_extended_errors_is_asked_once_more_before_a_name_is_bogus():
    with (
        telling({"a.example. TXT": Told(rcode="SERVFAIL"), "a.example. TXT +cd": FOUND}) as said,
        resolving(said.server) as resolver,
    ):
        found = resolver.resolve([TXT])[TXT]

    why = f"{said.server.address} fails with SERVFAIL, and has data where it need not validate"
    assert Bogus(why) == found
    assert ["a.example. TXT", "a.example. TXT +cd", "a.example. TXT"] == said.questions


def test_a_failure_that_passes_is_no_bogus_name():
    answers = iter([Told(rcode="SERVFAIL"), FOUND, FOUND])

    assert X == resolve(lambda _: next(answers))


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (Told(rcode="SERVFAIL"), "fails with SERVFAIL"),
        (Told(rcode="SERVFAIL", error=(22, "delegation a.example.")), "fails with SERVFAIL"),
        (Told(rcode="REFUSED"), "refuses to answer (REFUSED)"),
        (Told(rcode="NOTAUTH"), "fails with NOTAUTH"),
        (Told(authority="example. 300 NS ns.example."), "refers to other servers and does not resolve"),
        (Told(flags=0), "does not resolve for others"),
        (Told(flags=0, rcode="NXDOMAIN"), "does not resolve for others"),
    ],
)
def test_what_keeps_a_resolver_from_answering_is_no_absence(told, why):
    with telling(lambda _: told) as said, resolving(said.server) as resolver:
        assert Unanswered(f"{said.server.address} {why}") == resolver.resolve([TXT])[TXT]


def test_a_resolver_that_could_not_reach_the_servers_is_not_asked_for_data_it_has_not():
    with (
        telling(lambda _: Told(rcode="SERVFAIL", error=(22, ""))) as said,
        resolving(said.server) as resolver,
    ):
        resolver.resolve([TXT])

    assert ["a.example. TXT", "a.example. CNAME"] == said.questions


def test_a_resolver_that_fails_on_a_ring_of_aliases_shows_the_ring_alias_by_alias():
    told = {f"{name}.example. {type}": Told(rcode="SERVFAIL") for name in "ab" for type in ("TXT", "TXT +cd")}
    told |= {
        "a.example. CNAME": Told("a.example. 300 CNAME b.example."),
        "b.example. CNAME": Told("b.example. 300 CNAME a.example."),
    }

    assert Looping(("b.example.", "a.example.")) == resolve(told)


def test_a_ring_that_shows_without_validation_is_looping_and_not_bogus():
    ring = Told("a.example. 300 CNAME b.example.\nb.example. 300 CNAME a.example.")

    assert Looping(("b.example.", "a.example.")) == resolve(
        {"a.example. TXT": BOGUS, "a.example. TXT +cd": ring}
    )


def test_a_bogus_name_at_the_end_of_a_chain_says_where_it_leads():
    data = Told('a.example. 300 CNAME b.example.\nb.example. 300 TXT "x"')
    found = resolve({"a.example. TXT": BOGUS, "a.example. TXT +cd": data})

    assert isinstance(found, Bogus)
    assert found.why.startswith("b.example.: 127.0.0.1:")


def test_a_failure_at_the_end_of_a_chain_says_where_it_leads():
    told = {
        "a.example. TXT": Told("a.example. 300 CNAME b.example."),
        "b.example. TXT": Told(rcode="REFUSED"),
    }
    found = resolve(told)

    assert isinstance(found, Unanswered)
    assert found.why.startswith("b.example.: 127.0.0.1:")


@pytest.mark.parametrize(
    "first",
    [None, Told(rcode="SERVFAIL"), Told(rcode="REFUSED"), Told(rcode="NOTIMP"), Told(flags=0)],
    ids=["silent", "SERVFAIL", "REFUSED", "NOTIMP", "no resolver"],
)
def test_where_one_resolver_fails_the_next_is_asked(first):
    with (
        telling(lambda _: first) as failing,
        telling({"a.example. TXT": FOUND}) as said,
        resolving(failing.server, said.server, limits=ENOUGH) as resolver,
    ):
        assert X == resolver.resolve([TXT])[TXT]


def test_why_each_resolver_failed_is_said():
    with (
        telling(lambda _: Told(rcode="REFUSED")) as one,
        telling(lambda _: Told(rcode="SERVFAIL")) as two,
        resolving(two.server, one.server) as resolver,
    ):
        found = resolver.resolve([TXT])[TXT]

    address = (two.server.address, one.server.address)
    assert Unanswered(f"{address[0]} fails with SERVFAIL; {address[1]} refuses to answer (REFUSED)") == found


def test_a_resolver_that_never_answers_is_given_up():
    names = [Asked(f"{i}.example.", "TXT") for i in range(300)]
    with (
        telling({}) as dead,
        telling(lambda asked: Told(f'{asked.split()[0]} 300 TXT "x"')) as said,
        resolving(dead.server, said.server, limits=ENOUGH) as resolver,
    ):
        found = resolver.resolve(names)
        before = len(dead.questions)
        found |= resolver.resolve(Asked(name, "A") for name, _ in names[:1])

    assert {("x",)} == {each.values for each in list(found.values())[:300]}
    assert before == len(dead.questions) < 100


def test_silence_says_how_long_it_was_waited_for():
    with telling({}) as dead, resolving(dead.server, limits=QUICK) as resolver:
        found = resolver.resolve([TXT])[TXT]

    assert isinstance(found, Unanswered)
    assert dead.server.address in found.why
    assert f"a.example. could not be asked: {found.why}" == f"a.example. {resolution_said(found)}"


def test_answers_are_kept_as_long_as_their_ttl():
    now = [0.0]
    zero = Told('b.example. 0 TXT "x"')
    gone = Told(authority=SOA, rcode="NXDOMAIN")
    names = [TXT, Asked("b.example.", "TXT"), Asked("c.example.", "TXT")]
    with (
        telling({"a.example. TXT": FOUND, "b.example. TXT": zero, "c.example. TXT": gone}) as said,
        resolving(said.server, clock=lambda: now[0]) as resolver,
    ):
        counts = []
        for time in (0, 1, 89, 90, 299, 300):
            now[0] = time
            resolver.resolve(names)
            counts.append([said.questions.count(f"{name} TXT") for name, _ in names])

    assert [[1, 1, 1], [1, 2, 1], [1, 3, 1], [1, 4, 2], [1, 5, 3], [2, 6, 3]] == counts


def test_a_chain_is_kept_part_by_part():
    now = [0.0]
    told = {
        "a.example. TXT": Told("a.example. 300 CNAME b.example."),
        "b.example. TXT": Told('b.example. 9 TXT "x"'),
    }
    with telling(told) as said, resolving(said.server, clock=lambda: now[0]) as resolver:
        resolver.resolve([TXT])
        now[0] = 10.0
        assert Resolved(("x",), 9, ("b.example.",)) == resolver.resolve([TXT])[TXT]

    assert ["a.example. TXT", "b.example. TXT", "b.example. TXT"] == said.questions


def test_a_failure_is_kept_for_a_minute():
    now = [0.0]
    with (
        telling(lambda _: Told(rcode="REFUSED")) as said,
        resolving(said.server, clock=lambda: now[0]) as resolver,
    ):
        for now[0] in (0.0, 59.0, 60.0):
            resolver.resolve([TXT])

    assert 2 == len(said.questions)


def test_no_more_is_kept_than_fits(monkeypatch):
    monkeypatch.setattr("dnsauth.live.resolver.MAX_KEPT", 2)
    with (
        telling(lambda asked: Told(f'{asked.split()[0]} 300 TXT "x"')) as said,
        resolving(said.server) as resolver,
    ):
        for names in ("abc", "bc", "a"):
            resolver.resolve(Asked(f"{name}.example.", "TXT") for name in names)

    assert [f"{name}.example. TXT" for name in "abca"] == said.questions


def test_a_system_without_a_resolver_says_what_to_set():
    with resolving() as resolver:
        assert Unanswered(NONE) == resolver.resolve([TXT])[TXT]


@pytest.mark.parametrize(
    "name", ["a..example.", f"{'a' * 64}.example.", f"{'a.' * 130}example.", "a.example", "ü.example."]
)
def test_a_name_that_dns_cannot_hold_is_not_asked_for(name):
    with telling({}) as said, resolving(said.server) as resolver:
        (found,) = resolver.resolve([Asked(name, "TXT")]).values()

    assert isinstance(found, Unanswered)
    assert [] == said.questions


def test_names_with_servers_of_their_own_are_asked_there_and_what_they_say_may_not_be_kept():
    with (
        Nameserver({"example.com.": ZONE}) as running,
        telling({"target.example.net. TXT": Told(authority=SOA)}) as said,
    ):
        own = Route((server(running),), "example.com.", kept=False)

        def routes(names):
            return {name: own for name in names if name.endswith("example.com.")}

        with resolving(said.server) as resolver:
            for _ in range(2):
                (found,) = resolver.resolve([Asked("out.example.com.", "TXT")], routes).values()

        assert Resolved((), 0, ("target.example.net.",)) == found
        assert 2 == sum(served.name == "out.example.com." for served in running.served)


def test_the_resolvers_of_the_system_are_those_of_its_configuration(tmp_path):
    path = tmp_path / "resolv.conf"
    path.write_text(
        "# nameserver 192.0.2.9\nsearch example.com\nnameserver 192.0.2.1\nnameserver\nnameserver x\n"
        "options edns0\nnameserver 2001:db8::1\nnameserver 192.0.2.1\n"
    )

    assert (Server("192.0.2.1", "192.0.2.1"), Server("2001:db8::1", "2001:db8::1")) == resolvers("", path)
    assert () == resolvers("", tmp_path / "none")
    assert (Server("127.0.0.1:5300", "127.0.0.1", 5300),) == resolvers("127.0.0.1:5300", path)


def test_a_resolver_by_name_is_refused():
    with pytest.raises(DnsauthError, match="is no address of a server"):
        resolvers("dns.example.net:53")
