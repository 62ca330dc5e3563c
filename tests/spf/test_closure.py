"""The trees of many domains, over answers that come in waves."""

from __future__ import annotations

import gc
import weakref
from collections import Counter
from ipaddress import ip_network

import pytest
from hypothesis import HealthCheck, given, settings

from dnsauth.spf import NoSuchName, NotLooked, TempError
from dnsauth.spf.addresses import Addresses
from dnsauth.spf.closure import closure
from dnsauth.spf.graph import MAX_SIZE
from dnsauth.spf.tree import Kind, tree, walk
from tests.spf.strategies import DOMAINS, records, zones


class Resolver:
    """What has been fetched from *zone*, wave by wave."""

    def __init__(self, zone, *, lost=()):
        self.zone = zone
        self.lost = lost
        self.waves = []
        self.held = {}

    def fetch(self, asked):
        self.waves.append(asked)
        for question in asked.difference(self.lost):
            try:
                self.held[question] = self.zone(*question)
            except (NoSuchName, TempError) as error:
                self.held[question] = error

    def __call__(self, name, type):
        found = self.held.get((name, type))
        if found is None:
            raise NotLooked(name)
        if isinstance(found, Exception):
            raise found
        return found


def grown(domains, zone, **options):
    resolver = Resolver(zone, **options)
    return closure(domains, resolver, resolver.fetch), resolver.waves


def names(wave):
    return {f"{name[:-1]} {type}" for name, type in wave}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(zones(opaque=True))
def test_the_trees_are_those_over_all_answers(zone):
    found, waves = grown(DOMAINS, zone)
    known = {}
    assert [*DOMAINS] == [*found]
    for domain in DOMAINS:
        expected = tree(domain, zone, known)
        assert expected == found[domain]
        assert [*walk(expected)] == [*walk(found[domain])]
        assert frozenset() == found[domain].missing
    assert 1 == max(Counter(question for wave in waves for question in wave).values())


def test_trees_are_let_go_without_the_collector():
    class Known(dict):
        pass

    known = Known()
    zone = records({}, a="v=spf1 include:b.example -all", b="v=spf1 ip4:192.0.2.3 -all")
    assert 1 == tree("a.example.", zone, known).lookups
    held = weakref.ref(known)
    gc.disable()
    try:
        del known
        assert held() is None
    finally:
        gc.enable()


def test_a_tree_that_is_known_is_not_looked_at_again():
    zone = records({}, a="v=spf1 include:b.example -all", b="v=spf1 include:c.example -all", c="v=spf1 -all")
    first, _ = grown(("b.example.",), zone)
    resolver = Resolver(zone)
    found = closure(("a.example.",), resolver, resolver.fetch, dict(first))
    assert [{"a.example TXT"}] == [names(wave) for wave in resolver.waves]
    assert tree("a.example.", zone) == found["a.example."]


def test_each_wave_asks_for_all_that_is_missing_at_once():
    zone = records(
        {
            ("a.example.", "A"): ("192.0.2.1",),
            ("d.example.", "MX"): ("10 mx.example.",),
            ("mx.example.", "A"): ("192.0.2.2",),
        },
        a="v=spf1 a include:c.example -all",
        b="v=spf1 include:c.example mx:d.example -all",
        c="v=spf1 include:e.example a:e.example -all",
        e="v=spf1 ip4:192.0.2.3 -all",
    )
    found, waves = grown(("a.example.", "b.example.", "a.example."), zone)
    assert [
        {"a.example TXT", "b.example TXT"},
        {"a.example A", "a.example AAAA", "c.example TXT", "d.example MX"},
        {"e.example TXT", "e.example A", "e.example AAAA", "mx.example A", "mx.example AAAA"},
    ] == [names(wave) for wave in waves]
    assert Addresses.of([ip_network("192.0.2.2/31")]) == found["b.example."].passes
    assert found["a.example."].branches[1].tree is found["b.example."].branches[0].tree


def test_what_cannot_be_fetched_is_asked_for_once_and_stays_missing():
    zone = records(
        a="v=spf1 include:b.example include:c.example", b="v=spf1 -all", c="v=spf1 ip4:192.0.2.1 -all"
    )
    found, waves = grown(("a.example.",), zone, lost={("b.example.", "TXT")})
    assert [{"a.example TXT"}, {"b.example TXT", "c.example TXT"}] == [names(wave) for wave in waves]
    assert {("b.example.", "TXT")} == found["a.example."].missing
    assert 1 == found["a.example."].passes.count4


def test_nothing_is_asked_for_that_is_held():
    zone = records(a="v=spf1 include:b.example", b="v=spf1 -all")
    resolver = Resolver(zone)
    resolver.fetch({("a.example.", "TXT"), ("b.example.", "TXT")})
    assert 1 == closure(("a.example.",), resolver, pytest.fail)["a.example."].lookups
    assert {} == closure((), resolver, pytest.fail)


class Rule:
    """Records by a rule."""

    def __init__(self, rule):
        self.rule = rule

    def __call__(self, name, type):
        if type != "TXT":
            return ()
        return (self.rule(name.partition(".")[0]),)


def includes(*labels):
    return " ".join(("v=spf1", *(f"include:{label}.example" for label in labels), "-all"))


def test_a_chain_without_end_takes_as_many_waves_as_an_evaluation_gets():
    found, waves = grown(("0.example.",), Rule(lambda label: includes(int(label) + 1)))
    assert 11 == len(waves)
    assert Kind.CUT in {branch.problem.kind for _, branch in walk(found["0.example."]) if branch.problem}
    assert frozenset() == found["0.example."].missing


def test_the_longest_way_takes_thirteen_waves():
    texts = {f"n{n}": f"v=spf1 include:n{n + 1}.example -all" for n in range(10)}
    zone = records({("m.example.", "MX"): ("10 h.example.",)}, **texts, n10="v=spf1 mx:m.example -all")
    found, waves = grown(("n0.example.",), zone)
    assert 13 == len(waves)
    assert 11 == found["n0.example."].lookups


def test_names_without_end_are_asked_for_up_to_a_bound_and_the_rest_of_the_run_is_unharmed():
    hostile = Rule(lambda label: includes(*(f"{label}{n}" for n in range(10))))
    domains = ("h.example.", "a.example.", "b.example.")
    rest = {
        "a.example.": "v=spf1 ip4:192.0.2.1 include:c.example -all",
        "c.example.": "v=spf1 ip4:192.0.2.2 -all",
    }
    found, waves = grown(domains, lambda name, type: (rest[name],) if name in rest else hostile(name, type))
    asked = sum(map(len, waves))
    assert asked < 2 * MAX_SIZE / 10 + 100
    assert len(waves) <= 13
    assert not found["h.example."].counted
    assert 2 == found["a.example."].passes.count4


def test_records_of_64_kilobytes_are_asked_for_up_to_a_bound():
    big = " ".join(f"ip4:10.0.{n // 250}.{n % 250}" for n in range(3500))
    zone = Rule(lambda label: f"{includes(*(f'{label}{n}' for n in range(9)))} {big}".replace(" -all", ""))
    _, waves = grown(("0.example.",), zone)
    assert [1, 9] == [len(wave) for wave in waves]


def test_a_name_that_is_far_from_one_domain_and_near_another_is_read_for_both():
    texts = {f"n{n}": includes(f"n{n + 1}") for n in range(13)}
    zone = records(**texts, n13="v=spf1 ip4:192.0.2.1 -all")
    found, _ = grown(("n0.example.", "n9.example."), zone)
    assert 1 == found["n9.example."].passes.count4
    assert found["n9.example."].counted
    assert not found["n0.example."].counted
    assert 0 == found["n0.example."].passes.count4


def test_a_name_that_is_held_far_from_one_domain_is_followed_once_it_is_found_near_another():
    texts = {f"n{n}": includes(f"n{n + 1}") for n in range(12)}
    zone = records(**texts, n12="v=spf1 ip4:192.0.2.1 -all", near=includes("n10"))
    resolver = Resolver(zone)
    resolver.fetch({(f"n{n}.example.", "TXT") for n in range(11)})
    found = closure(("n0.example.", "near.example."), resolver, resolver.fetch)
    assert 1 == found["near.example."].passes.count4


def test_thousands_of_domains_ask_for_what_they_share_once():
    texts = {f"v{n}": f"v=spf1 ip4:192.0.2.{n} -all" for n in range(10)}
    vendors = records(**texts)

    def zone(name, type):
        label = name.partition(".")[0]
        return (includes(f"v{int(label) % 10}"),) if label.isdigit() else vendors(name, type)

    domains = [f"{n}.example." for n in range(2000)]
    found, waves = grown(domains, zone)
    assert [2000, 10] == [len(wave) for wave in waves]
    assert all(found[f"{n}.example."].passes.count4 == 1 for n in range(2000))
