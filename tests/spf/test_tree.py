"""Trees: what records mean for all addresses at once, held to check_host() and to the clauses of RFC 7208."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dnsauth.records.mechanisms import All
from dnsauth.records.spf import Directive
from dnsauth.spf import Result, check_host
from dnsauth.spf.addresses import ALL, EMPTY, IPV4, Addresses
from dnsauth.spf.model import Idle
from dnsauth.spf.tree import Kind, Reach, Tree, tree, walk
from tests.spf.strategies import DOMAINS, records, zones

ERRORS = (Result.NONE, Result.PERMERROR, Result.TEMPERROR)
slow = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def of(*texts):
    return Addresses.of(map(ip_network, texts))


def shown(addresses):
    return " ".join(map(str, addresses.networks()))


def probes(found: Tree):
    """Both sides of every edge of what any term matches, and addresses that none does."""
    edges: set[IPv4Address | IPv6Address] = {IPv4Address("203.0.113.9"), IPv6Address("2001:db8:ffff::9")}
    for _, branch in walk(found):
        for (firsts, ends), kind in (
            (branch.part.matches.four, IPv4Address),
            (branch.part.matches.six, IPv6Address),
        ):
            for place in (*firsts, *ends):
                edges |= {kind(each) for each in (place - 1, place) if 0 <= each < 2 ** kind(0).max_prefixlen}
    return sorted(edges, key=str)


@slow
@given(zones(), st.booleans())
def test_they_say_of_every_address_what_check_host_says(zone, shared):
    known: dict[str, Tree] | None = {} if shared else None
    for domain in DOMAINS:
        found = tree(domain, zone, known)
        for address in probes(found):
            said = check_host(address, f"user@{domain[:-1]}", "helo.example", zone)
            assert (said.result is Result.PASS) is (address in found.passes), (address, said)
            assert (said.result in ERRORS) is (address in found.errors), (address, said)


@slow
@given(zones())
def test_an_evaluation_costs_no_more_and_just_as_much_where_nothing_matches(zone):
    for domain in DOMAINS:
        found = tree(domain, zone)
        matched = Addresses.union(branch.part.matches for _, branch in walk(found) if not _ends_all(branch))
        for address in probes(found):
            said = check_host(address, f"user@{domain[:-1]}", "helo.example", zone)
            voids = found.cost.voids4 if address in IPV4 else found.cost.voids6
            assert said.lookups <= found.lookups
            if said.result not in ERRORS:
                assert said.voids <= voids
                assert address in matched or (said.lookups, said.voids) == (found.lookups, voids)


def _ends_all(branch):
    """Whether it is an all that no include matches by."""
    return (
        isinstance(branch.term, Directive)
        and isinstance(branch.term.mechanism, All)
        and not branch.part.passes
    )


@slow
@given(zones(opaque=True, held=True), st.permutations(DOMAINS))
def test_a_tree_is_the_same_whichever_are_known(zone, domains):
    known: dict[str, Tree] = {}
    for domain in domains:
        found, alone = tree(domain, zone, known), tree(domain, zone)
        assert (alone.passes, alone.errors) == (found.passes, found.errors)
        assert (alone.opaque, alone.missing, alone.counted) == (found.opaque, found.missing, found.counted)
        assert {at.domain for at, _ in walk(alone)} == {at.domain for at, _ in walk(found)}
        if alone.counted:
            assert alone == found
            assert [*walk(alone)] == [*walk(found)]


@slow
@given(zones(opaque=True, held=True))
def test_what_each_branch_gains_is_what_passes(zone):
    for domain in DOMAINS:
        found = tree(domain, zone)
        assert found.passes == Addresses.union(branch.gains for branch in found.branches)
        before = EMPTY
        for branch in found.branches:
            assert EMPTY == branch.gains & before
            assert EMPTY == branch.gains - branch.matches
            assert branch.shadowed is (bool(branch.matches) and not branch.matches - before)
            before |= branch.matches


HOSTS = {
    ("two.example.", "A"): ("192.0.2.1", "192.0.2.130"),
    ("two.example.", "AAAA"): ("2001:db8::1",),
    ("four.example.", "A"): ("192.0.2.9",),
    ("mail.example.", "MX"): ("10 two.example.", "20 four.example."),
    ("both.example.", "MX"): ("10 two.example.",),
    ("none.example.", "MX"): ("0 .",),
    ("many.example.", "MX"): tuple(f"{place} h{place}.example." for place in range(11)),
    ("part.example.", "MX"): ("10 four.example.", "20 gone.example.", "30 two.example."),
    ("slow.example.", "A"): None,
    ("slow.example.", "AAAA"): ("2001:db8::5",),
    ("slow.example.", "TXT"): None,
    ("slowmx.example.", "MX"): ("10 four.example.", "20 slow.example.", "30 two.example."),
}


def published(**texts):
    return records(HOSTS, **{label: f"v=spf1 {text}" for label, text in texts.items()})


PASSES = [
    ("192.0.2.0/24", {"a": "ip4:192.0.2.0/24 -all"}, "section 5.6"),
    ("", {"a": "-ip4:192.0.2.0/24 ?ip4:198.51.100.1 ~ip4:203.0.113.1"}, "only + is a pass, section 4.6.2"),
    (
        "192.0.2.0/25",
        {"a": "-ip4:192.0.2.128/25 ip4:192.0.2.0/24"},
        "what matched before is gone, section 4.6.2",
    ),
    ("192.0.2.0/24", {"a": "ip4:192.0.2.0/24 -ip4:192.0.2.128/25"}, "and so is what passed"),
    ("192.0.2.1/32", {"a": "ip4:192.0.2.1 -all ip4:192.0.2.2"}, "behind all, section 5.1"),
    ("0.0.0.0/0 ::/0", {"a": "+all"}, "section 5.1"),
    ("192.0.2.1/32 192.0.2.130/32 2001:db8::1/128", {"a": "a:two.example"}, "section 5.3"),
    ("192.0.2.0/24 2001:db8::/64", {"a": "a:two.example/24//64"}, "dual-cidr-length, section 5.6"),
    ("192.0.2.1/32 192.0.2.9/32 192.0.2.130/32 2001:db8::1/128", {"a": "mx:mail.example"}, "section 5.4"),
    ("192.0.2.0/24 2001:db8::/32", {"a": "mx:mail.example/25//32"}, "each address with its own network"),
    ("", {"a": "mx:none.example mx:two.example"}, "no host, and no implicit MX, section 5.4"),
    ("192.0.2.1/32", {"a": "include:b.example -all", "b": "ip4:192.0.2.1 -all"}, "section 5.2"),
    (
        "192.0.2.1/32",
        {"a": "include:b.example -all", "b": "ip4:192.0.2.1 ?all"},
        "neutral is no match, section 5.2",
    ),
    ("", {"a": "-include:b.example ip4:192.0.2.1", "b": "ip4:192.0.2.0/24"}, "whom it lets pass may fail"),
    (
        "192.0.2.1/32",
        {"a": "include:b.example ip4:192.0.2.1", "b": "-ip4:192.0.2.0/24"},
        "a fail is no match",
    ),
    ("192.0.2.1/32", {"a": "redirect=b.example", "b": "ip4:192.0.2.1 -all"}, "section 6.1"),
    ("", {"a": "redirect=b.example ?all", "b": "ip4:192.0.2.1"}, "beside all it is ignored, section 6.1"),
    ("", {"a": "redirect=b.example -ip4:192.0.2.0/24", "b": "ip4:192.0.2.1"}, "it comes last, section 6.1"),
    (
        "192.0.2.1/32",
        {"a": "include:b.example", "b": "redirect=c.example", "c": "ip4:192.0.2.1 -all"},
        "redirect in a child is the child's, section 5.2",
    ),
    ("", {"a": "ip6:::ffff:192.0.2.1"}, "an IPv4 client is compared with ip4, section 5"),
    ("", {"a": "ptr exists:two.example a:%{i}.example include:%{d}"}, "the message decides"),
    ("192.0.2.1/32", {"a": "exists:%{i}.example ip4:192.0.2.1"}, "as if no such term matched"),
    ("192.0.2.1/32", {"a": "a:a..example ip4:192.0.2.1"}, "no name of DNS, section 4.8"),
    (
        "192.0.2.1/32",
        {"a": "ip4:192.0.2.1 include:b.example ip4:192.0.2.2"},
        "permerror from there, section 5.2",
    ),
    ("", {"a": "include:slow.example ip4:192.0.2.1"}, "temperror from there, section 5.2"),
    ("", {"a": "ip4:192.0.2.1 moo"}, "syntax comes first, section 4.6"),
    ("", {"a": "ip4:192.0.2.1 -all moo"}, "even behind all, section 4.6"),
    (
        "192.0.2.1/32",
        {"a": "ip4:192.0.2.1 include:b.example", "b": "ip4:192.0.2.2 moo"},
        "permerror is the parent's",
    ),
    (
        "192.0.2.1/32 2001:db8::5/128",
        {"a": "ip4:192.0.2.1 a:slow.example"},
        "temperror for IPv4 alone, section 5",
    ),
    (
        "192.0.2.9/32 2001:db8::1/128 2001:db8::5/128",
        {"a": "mx:slowmx.example"},
        "the host that cannot be asked stands behind one that matches",
    ),
    ("", {"a": "mx:many.example ip4:192.0.2.1"}, "more than ten hosts, section 4.6.4"),
    (
        "192.0.2.9/32",
        {"a": 9 * "include:b.example " + "a:four.example a:two.example", "b": "-all"},
        "the eleventh lookup is one too many, section 4.6.4",
    ),
    (
        "2001:db8::5/128",
        {"a": "a:slow.example ip4:192.0.2.1 " + 10 * "include:b.example ", "b": "-all"},
        "temperror comes before too many lookups",
    ),
    (
        "192.0.2.0/30",
        {
            "a": 3 * "include:b.example " + 5 * "include:c.example " + "ip4:192.0.2.0/24",
            "b": "-ip4:192.0.2.0/30 include:c.example",
            "c": "-all",
        },
        "who fails early in an include has lookups left",
    ),
    ("192.0.2.2/32", {"a": "a a ip4:192.0.2.2 a ip4:192.0.2.1"}, "the third void lookup, section 4.6.4"),
    ("192.0.2.9/32", {"a": "a a mx:part.example -all"}, "what stands before the third void lookup"),
    (
        "192.0.2.1/32 192.0.2.9/32",
        {"a": 3 * "a:four.example " + "ip4:192.0.2.1 ip6:2001:db8::1"},
        "without AAAA three are void for IPv6, and none for IPv4",
    ),
    (
        "192.0.2.1/32 192.0.2.2/31",
        {"a": "ip4:192.0.2.1 include:b.example", "b": "ip4:192.0.2.2/31 include:a.example"},
        "in a loop, whoever matches on the way",
    ),
]


@pytest.mark.parametrize(("expected", "texts", "reason"), PASSES, ids=[reason for _, _, reason in PASSES])
def test_whom_a_record_lets_pass(expected, texts, reason):
    assert expected == shown(tree("a.example.", published(**texts)).passes), reason


@pytest.mark.parametrize(
    ("lookups", "voids", "texts", "reason"),
    [
        (
            0,
            0,
            {"a": "ip4:192.0.2.1 ip6:2001:db8::1 -all exp=b.example"},
            "none of them queries, section 4.6.4",
        ),
        (1, 0, {"a": "mx:both.example"}, "the addresses of hosts are not counted, section 4.6.4"),
        (1, 1, {"a": "mx:part.example"}, "a term is void once, and where one of its queries is"),
        (1, 1, {"a": "mx"}, "NXDOMAIN, section 4.6.4"),
        (1, 1, {"a": "a:four.example"}, "void for IPv6, which is the worse"),
        (2, 0, {"a": "include:b.example", "b": "a:two.example"}, "the include, and what it brings in"),
        (
            4,
            0,
            {"a": "include:b.example include:b.example", "b": "a:two.example"},
            "each time it is evaluated",
        ),
        (
            2,
            0,
            {"a": "redirect=b.example", "b": "include:c.example", "c": ""},
            "redirect counts, section 4.6.4",
        ),
        (0, 0, {"a": "-all a:two.example redirect=b.example"}, "what is never evaluated"),
        (2, 2, {"a": "exists:%{i}.example ptr"}, "void where they do not match, or may be"),
        (1, 0, {"a": "include:%{d}.example"}, "what it leads to is not known"),
        (1, 0, {"a": "include:gone.example"}, "permerror, and no void lookup"),
        (1, 0, {"a": "a:a..example"}, "counted, and never asked"),
    ],
)
def test_what_an_evaluation_costs(lookups, voids, texts, reason):
    found = tree("a.example.", published(**texts))
    assert (lookups, voids) == (found.lookups, found.voids), reason


@pytest.mark.parametrize(
    ("counted", "text"),
    [
        (True, "include:b.example a:gone.example mx -all"),
        (True, "include:gone.example"),
        (True, "a:%{i}.example exists:%{i}.example"),
        (False, "include:%{d}.example"),
        (False, "redirect=%{d}.example"),
        (False, "include:slow.example"),
        (False, "include:a.example"),
        (False, f"{101 * 'include:b.example '}-all"),
    ],
)
def test_lookups_are_all_counted_where_every_record_is_known(counted, text):
    assert counted is tree("a.example.", published(a=text, b="-all")).counted


PROBLEMS = [
    (Kind.NO_NAME, "gone.example does not exist", "gone.example."),
    (Kind.NO_RECORD, "two.example has no SPF record", "two.example."),
    (
        Kind.SEVERAL,
        "twice.example has 2 SPF records, which is a permerror (RFC 7208 section 4.5)",
        "twice.example.",
    ),
    (Kind.TEMPERROR, "TXT of slow.example could not be asked: timeout", "slow.example."),
    (
        Kind.SYNTAX,
        "the SPF record of wrong.example is wrong: column 12: '192.0.2' is no IPv4 address (RFC 7208 section 5.6)",
        "wrong.example.",
    ),
]


@pytest.mark.parametrize(("kind", "text", "domain"), PROBLEMS)
def test_what_is_wrong_with_a_record_is_said_where_it_is_and_where_it_is_brought_in(kind, text, domain):
    zone = records(
        {**HOSTS, ("twice.example.", "TXT"): ("v=spf1 -all", "v=spf1 -all", "other")},
        wrong="v=spf1 ip4:192.0.2",
        a=f"v=spf1 include:{domain[:-1]}",
    )
    found = tree(domain, zone)
    assert (kind, text) == found.problem[:2]
    assert (12 if kind is Kind.SYNTAX else None) == found.problem.column
    assert ALL == found.errors
    above = tree("a.example.", zone)
    assert found.problem == above.branches[0].problem
    assert above.problem is None
    assert ALL == above.errors


@pytest.mark.parametrize(
    ("kind", "said", "text"),
    [
        (Kind.HOSTS, "mx:many.example names 11 hosts of at most 10", "mx:many.example"),
        (Kind.TEMPERROR, "A of slow.example could not be asked: timeout", "a:slow.example"),
        (Kind.NO_NAME, "a:a..example leads to no name", "a:a..example"),
        (Kind.NO_NAME, "include:a..example leads to no name", "include:a..example"),
        (Kind.LOOP, "a.example brings itself in, a.example → b.example → a.example", "include:b.example"),
    ],
)
def test_what_is_wrong_with_a_term_is_said_at_the_term(kind, said, text):
    found = tree("a.example.", published(a=text, b="include:a.example"))
    problems = [branch.problem for _, branch in walk(found) if branch.problem]
    assert [kind] == [problem.kind for problem in problems]
    assert problems[0].text.startswith(said)


TERMS = "a ?include:b.example ip4:192.0.2.0/24 ip4:192.0.2.1 ip4:192.0.2.0/24 include:b.example ptr:b.example -all mx"


def test_each_term_says_what_it_is_worth():
    answers = {("a.example.", "A"): ("192.0.2.5",)}
    zone = records(answers, a=f"v=spf1 redirect=b.example {TERMS}", b="v=spf1 -all")
    found = tree("a.example.", zone)
    a, include, network, inside, same, _, ptr, closing, behind, redirect = found.branches
    assert [a, network] == [branch for branch in found.branches if branch.gains]
    assert of("192.0.2.0/24") == network.matches
    assert of("192.0.2.5") == a.gains == network.matches - network.gains
    assert [inside, same] == [branch for branch in found.branches if branch.shadowed]
    assert [same] == [branch for branch in found.branches if branch.duplicate]
    assert [
        *(None, Idle.EMPTY, None, Idle.SHADOWED, Idle.DUPLICATE, Idle.EMPTY, None),
        *(None, Idle.AFTER_ALL, Idle.BESIDE_ALL),
    ] == [branch.idle for branch in found.branches]
    assert [ptr] == [branch for branch in found.branches if branch.opaque]
    assert ALL == closing.matches
    assert (Reach.REACHED, Reach.AFTER_ALL, Reach.BESIDE_ALL) == (closing.reach, behind.reach, redirect.reach)
    assert (0, EMPTY, None) == (behind.lookups, behind.matches, redirect.tree)
    assert ("a.example.", "b.example.") == (a.target, include.target)


@pytest.mark.parametrize(
    ("wide", "text"),
    [
        (True, "ip4:10.0.0.0/15"),
        (False, "ip4:10.0.0.0/16"),
        (True, "ip6:2001:db8::/31"),
        (False, "ip6:2001:db8::/32"),
        (True, "a:two.example/8"),
        (True, "mx:mail.example//31"),
        (False, "a:four.example//16"),
        (False, "include:b.example"),
        (False, "?all"),
    ],
)
def test_a_term_is_wide_by_its_own_networks(wide, text):
    zone = published(a=text, b="ip4:10.0.0.0/8")
    assert wide is tree("a.example.", zone).branches[0].wide


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        (
            {"b": "v=spf1 ip4:192.0.2.1 exists:%{i}.x.example -all"},
            "the message decides what else it matches",
        ),
        ({"b": "v=spf1 ip4:192.0.2.1 include:none.example -all"}, "for others it ends in permerror"),
        ({"b": "v=spf1 ip4:192.0.2.1 a:slow.example -all"}, "for others it could not be asked"),
        ({"b": "v=spf1 ip4:192.0.2.1 a:later.example -all"}, "nobody has looked up the rest"),
    ],
)
def test_a_term_is_shadowed_where_that_is_certain(texts, reason):
    known = {("slow.example.", "A"): None, ("slow.example.", "AAAA"): None, ("none.example.", "TXT"): ()}
    zone = records(known, held=True, a="v=spf1 ip4:192.0.2.0/24 include:b.example -all", **texts)
    _, include, _ = tree("a.example.", zone).branches
    assert include.shadowed
    assert None is include.idle, reason


def test_a_redirect_is_never_shadowed_since_it_says_what_becomes_of_the_others():
    zone = records(a="v=spf1 ip4:192.0.2.0/24 redirect=b.example", b="v=spf1 ip4:192.0.2.1 -all")
    assert [None, None] == [branch.idle for branch in tree("a.example.", zone).branches]


def test_what_nobody_has_looked_up_is_missing_and_matches_nothing():
    zone = records(
        {("h.example.", "A"): ("192.0.2.1",)}, held=True, a="v=spf1 a:h.example include:b.example mx -all"
    )
    found = tree("a.example.", zone)
    assert {("h.example.", "AAAA"), ("b.example.", "TXT"), ("a.example.", "MX")} == found.missing
    assert "192.0.2.1/32" == shown(found.passes)
    assert EMPTY == found.errors
    assert (3, 0, False) == (found.lookups, found.voids, found.counted)
    assert [] == [branch for branch in found.branches if branch.idle]
    assert (
        Tree("b.example.", missing=frozenset({("b.example.", "TXT")}), counted=False)
        == found.branches[1].tree
    )


def test_what_is_missing_matches_nothing_beyond_the_limits_too():
    text = f"v=spf1 include:c.example ip4:192.0.2.1 {10 * 'include:b.example '}-all"
    found = tree("a.example.", records(held=True, a=text, b="v=spf1 -all"))
    assert 11 == found.lookups
    assert "192.0.2.1/32" == shown(found.passes)


def test_a_record_in_a_loop_leads_to_whatever_the_others_of_the_loop_do():
    zone = records(
        held=True,
        a="v=spf1 include:b.example include:f.example",
        b="v=spf1 redirect=c.example ptr include:x.example",
        c="v=spf1 redirect=b.example",
        f="v=spf1 redirect=c.example",
    )
    known: dict[str, Tree] = {}
    for domain in ("a.example.", "c.example.", "f.example."):
        found = tree(domain, zone, known)
        assert found.opaque
        assert {("x.example.", "TXT")} == found.missing
        assert {"b.example.", "c.example."} <= {at.domain for at, _ in walk(found)}
