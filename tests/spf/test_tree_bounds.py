"""Records made to cost much cost a bounded amount of time, memory and questions."""

from __future__ import annotations

from collections import Counter
from ipaddress import ip_address

import pytest

from dnsauth.spf import NoSuchName, check_host
from dnsauth.spf.addresses import ALL
from dnsauth.spf.graph import MAX_DEPTH, MAX_SIZE
from dnsauth.spf.reading import MAX_FOLLOWED
from dnsauth.spf.tree import Kind, tree, walk
from tests.spf.strategies import records


class Counted:
    """Records by a rule, and how often each name was asked for."""

    def __init__(self, rule):
        self.rule = rule
        self.asked = Counter()

    def __call__(self, name, type):
        self.asked[name, type] += 1
        text = self.rule(name.partition(".")[0]) if type == "TXT" else None
        if text is None:
            raise NoSuchName(name)
        return (f"v=spf1 {text}",)


def includes(*labels):
    return " ".join(f"include:{label}.example" for label in labels)


def test_ten_to_the_tenth_ways_are_a_hundred_records():
    def rule(label):
        level, place = map(int, label.split("-"))
        below = includes(*(f"{level + 1}-{n}" for n in range(10))) if level < 10 else ""
        return f"ip4:192.0.{level}.{place} {below} -all"

    zone = Counted(rule)
    found = tree("0-0.example.", zone)
    assert sum(10**n for n in range(1, 11)) == found.lookups
    assert 1 + 10 * 10 == zone.asked.total()
    assert 101 == len({at.domain for at, _ in walk(found)})
    assert ip_address("192.0.10.0") in found.passes, "the first way takes ten lookups"
    assert ip_address("192.0.10.1") not in found.passes, "the next is one too many"


def test_names_without_end_are_read_up_to_a_bound():
    zone = Counted(lambda label: includes(*(f"{label}{n}" for n in range(10))) + " -all")
    found = tree("0.example.", zone)
    assert MAX_SIZE / 21 - 1 < zone.asked.total() < MAX_SIZE / 21 + 1
    assert not found.counted
    assert Kind.CUT in {branch.problem.kind for _, branch in walk(found) if branch.problem}


def test_what_an_evaluation_comes_to_is_read_before_what_is_beyond_it():
    def rule(label):
        if label.startswith("f"):
            return includes(*(f"{label}{n}" for n in range(30)))
        return (
            f"ip4:192.0.2.{label} {includes(int(label) + 1)} -all"
            if label != "0"
            else includes("1", "f") + " -all"
        )

    zone = Counted(rule)
    found = tree("0.example.", zone)
    assert zone.asked.total() < MAX_SIZE / 20
    assert 10 == found.passes.count4


def test_a_chain_is_followed_as_far_as_an_evaluation_gets():
    zone = Counted(lambda label: f"ip4:192.0.2.{int(label) % 256} include:{int(label) + 1}.example -all")
    known = {}
    found = tree("0.example.", zone, known)
    assert MAX_DEPTH + 1 == zone.asked.total() == found.lookups == found.passes.count4
    assert {} == known, "what is cut for one domain is not for another"
    assert tree("5.example.", zone, known) == tree("5.example.", zone)
    for host in range(13):
        said = check_host(f"192.0.2.{host}", "user@0.example", "", zone)
        assert (said.result == "pass") is (ip_address(f"192.0.2.{host}") in found.passes)


def test_everything_brings_in_everything():
    names = [str(n) for n in range(150)]
    zone = Counted(lambda label: f"ip4:192.0.2.{label} {includes(*names)}")
    found = tree("0.example.", zone)
    assert MAX_FOLLOWED == zone.asked.total()
    assert found.lookups > 10**20
    assert not found.counted
    assert ip_address("192.0.2.0") in found.passes
    said = check_host("192.0.2.9", "user@0.example", "", zone)
    assert (said.result == "pass") is (ip_address("192.0.2.9") in found.passes)


def test_a_ring_of_records_that_also_fail_says_what_check_host_says():
    zone = Counted(
        lambda label: (
            f"-ip4:192.0.2.{2 * int(label)} {includes((int(label) + 1) % 7)} ip4:192.0.2.0/28 {includes(0)}"
        )
    )
    for label in range(7):
        found = tree(f"{label}.example.", zone)
        for host in range(20):
            said = check_host(f"192.0.2.{host}", f"user@{label}.example", "", zone)
            assert (said.result == "pass") is (ip_address(f"192.0.2.{host}") in found.passes), host


@pytest.mark.parametrize(
    ("passes", "lookups", "terms"),
    [
        (10_000, 0, " ".join(f"ip4:10.{n // 100}.{n % 100}.0" for n in range(10_000))),
        (0, 10_000, " ".join(f"a:h{n}.example" for n in range(10_000))),
        (0, 10_000, " ".join(f"mx:h{n}.example" for n in range(10_000))),
        (0, 10_000, " ".join(f"include:h{n}.example" for n in range(10_000))),
        (1, 0, " ".join("ip4:10.0.0.0" for _ in range(10_000))),
        (0, 0, " ".join(f"x{n}=y" for n in range(10_000))),
        (10_000, 3, "a a a:six.example " + " ".join(f"ip4:10.{n // 100}.{n % 100}.0" for n in range(10_000))),
    ],
    ids=["ip4", "a", "mx", "include", "same", "modifiers", "with void lookups for IPv6"],
)
def test_ten_thousand_terms(passes, lookups, terms):
    zone = records(
        {("a.example.", "A"): ("10.255.0.0", "10.0.0.0"), ("six.example.", "A"): ("10.0.0.0",)},
        a=f"v=spf1 {terms}",
    )
    found = tree("a.example.", zone)
    assert 10_000 <= len(found.branches) <= 10_003
    assert lookups == found.lookups
    assert passes + (lookups == 3) == found.passes.count4


def test_thousands_of_domains_read_what_they_share_once():
    def rule(label):
        return (
            includes("vendor", "other") + " -all"
            if label.isdigit()
            else f"{includes('below')} -all"
            if label == "vendor"
            else "-all"
        )

    zone = Counted(rule)
    known = {}
    for number in range(2000):
        found = tree(f"{number}.example.", zone, known)
        assert 3 == found.lookups
    assert 2003 == zone.asked.total()
    assert known["0.example."].branches[0].tree is known["1999.example."].branches[0].tree


def test_trees_compare_and_print_in_no_time_however_deep():
    def rule(label):
        return includes(*(f"{int(label) + n}" for n in range(1, 20))) if int(label) < 300 else "ip4:192.0.2.1"

    found, again = (tree("0.example.", Counted(rule)) for _ in range(2))
    assert found == again
    assert hash(found) == hash(again)
    assert len(repr(found)) < 100_000


def test_a_record_of_64_kilobytes_in_every_include():
    big = " ".join(f"ip4:10.0.{n // 250}.{n % 250}/32" for n in range(3500))
    zone = Counted(lambda label: f"{big} {includes(*(f'{label}{n}' for n in range(9)))} -all")
    found = tree("0.example.", zone)
    assert zone.asked.total() < 8
    assert 3500 == found.passes.count4
    assert ALL == found.passes | found.errors
