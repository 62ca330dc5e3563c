"""Chunks hold what they were cut from, fit an answer, and stay the same where their addresses do."""

from __future__ import annotations

import random
from ipaddress import ip_network

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dnsauth.records import spf
from dnsauth.spf import NoSuchName, check_host
from dnsauth.spf.addresses import EMPTY, Addresses
from dnsauth.spf.flatten import Chunk, asked, chunks, is_chunk
from dnsauth.spf.tree import tree
from tests.spf.strategies import records

DOMAIN = "example.com."
LONG = ".".join(["a" * 60] * 3) + ".example.com."

networks = st.one_of(
    st.tuples(st.integers(0, 2**32 - 1), st.integers(8, 32)),
    st.tuples(st.integers(0x2001 << 112, (0x2002 << 112) - 1), st.integers(20, 128)),
).map(lambda pair: ip_network(pair, strict=False))
sets = st.lists(networks, max_size=120).map(Addresses.of)


def some(chance: random.Random, count: int) -> Addresses:
    """As many networks as a vendor lists, in no order."""
    return Addresses.of(
        ip_network((chance.getrandbits(32), chance.randint(22, 32)), strict=False) for _ in range(count)
    )


def held(cut: tuple[Chunk, ...]) -> Addresses:
    return Addresses.union(chunk.addresses for chunk in cut)


@given(sets, st.sampled_from([DOMAIN, LONG]))
def test_chunks_hold_the_addresses_each_once_and_fit_an_answer(addresses, domain):
    cut = chunks(addresses, domain)
    assert addresses == held(cut)
    assert len(addresses.networks()) == sum(len(chunk.addresses.networks()) for chunk in cut)
    assert len(cut) == len({chunk.owner for chunk in cut})
    for chunk in cut:
        assert 450 >= len(chunk.owner) + len(chunk.text)
        assert spf.Record.parse(chunk.text).closing is spf.Qualifier.FAIL
        assert chunk.owner.endswith(f".{domain}")
        assert is_chunk(chunk.owner)


@given(sets)
def test_all_but_the_last_are_three_quarters_full_or_the_next_did_not_fit(addresses):
    *full, _ = chunks(addresses, DOMAIN) or (None,)
    for chunk in full:
        assert len(chunk.owner) + len(chunk.text) > 450 * 0.75 - 48


@given(sets)
def test_order_and_run_make_no_difference(addresses):
    again = Addresses.of(reversed(addresses.networks()))
    assert chunks(addresses, DOMAIN) == chunks(again, DOMAIN)


def test_no_addresses_are_no_chunk():
    assert () == chunks(EMPTY, DOMAIN)


@pytest.mark.parametrize(
    "owner",
    ["_spf.example.com.", "_spf-12345678x.example.com.", "spf-12345678.example.com.", "_spf1.example.com."],
)
def test_other_names_are_no_chunks(owner):
    assert not is_chunk(owner)


def test_a_name_says_the_range():
    """The names are published: another way to make them would move every chunk of every domain."""
    one = Addresses.of([ip_network("192.0.2.0/24")])
    other = Addresses.of([ip_network("2001:db8::/32"), ip_network("198.51.100.7/32")])
    assert ["_spf-36a9e7f1.example.com."] == [chunk.owner for chunk in chunks(one, DOMAIN)]
    assert ["_spf-36a9e7f1.example.com."] == [chunk.owner for chunk in chunks(other, DOMAIN)]
    many = Addresses.of(ip_network(f"198.18.{host}.0/24") for host in range(0, 60, 2))
    assert ["_spf-707514f8.example.com.", "_spf-fba25c9f.example.com."] == [
        chunk.owner for chunk in chunks(many, DOMAIN)
    ]


def test_a_changed_address_changes_few_chunks():
    """Of about ten; most changes touch one and rename none, for a name says the range and not what is in it."""
    touched, renamed = [], []
    for seed in range(200):
        chance = random.Random(seed)
        before = some(chance, 180)
        after = (
            before - Addresses.of([chance.choice(before.networks())])
            if seed % 2
            else before | some(chance, 1)
        )
        old, new = ({c.owner: c.addresses for c in chunks(side, DOMAIN)} for side in (before, after))
        touched.append(sum(old.get(owner) != addresses for owner, addresses in new.items()))
        renamed.append(len(new.keys() - old.keys()))
    assert 1 == sorted(touched)[100]
    assert 0 == sorted(renamed)[100]
    assert 2.5 > sum(touched) / 200
    assert 2 > sum(renamed) / 200


def root(cut: tuple[Chunk, ...]) -> str:
    return " ".join(["v=spf1", *(f"include:{chunk.owner[:-1]}" for chunk in cut), "~all"])


def published(cut: tuple[Chunk, ...]) -> dict[str, str]:
    return {DOMAIN: root(cut), **{chunk.owner: chunk.text for chunk in cut}}


def passes(dns: dict[str, str], address: object) -> bool:
    def lookup(name: str, type: str) -> tuple[str, ...]:
        if name not in dns:
            raise NoSuchName(name)
        return (dns[name],) if type == "TXT" else ()

    return check_host(str(address), "a@example.com", "mail.example.com", lookup).result == "pass"


@given(
    st.lists(networks, min_size=1, max_size=80),
    st.lists(networks, max_size=20),
    st.lists(st.integers(0, 79), max_size=20),
    st.randoms(use_true_random=False),
)
@example([ip_network("192.0.2.0/25"), ip_network("192.0.2.128/25")], [], [1], random.Random(1))
def test_who_passes_before_and_after_passes_a_receiver_that_has_some_records_of_either_day(
    kept, new, gone, chance
):
    """Chunks that left the record are still answered, as `retired` sees to; nothing else is said of order."""
    before = Addresses.of(kept)
    after = Addresses.of(network for index, network in enumerate(kept) if index not in gone) | Addresses.of(
        new
    )
    old, now = (published(chunks(side, DOMAIN)) for side in (before, after))
    both = [network.network_address for network in (before & after).networks()]
    for _ in range(3):
        seen = {**old, **now, **{name: old[name] for name in old if chance.random() < 0.5}}
        for address in chance.sample(both, min(4, len(both))):
            assert passes(seen, address)


def test_what_decides_a_match_is_every_name_on_the_way():
    zone = records(
        a="v=spf1 include:b.example redirect=c.example",
        b="v=spf1 a mx:d.example ptr -all",
        c="v=spf1 ip4:192.0.2.1 exists:%{i}.e.example -all",
    )
    zone.answers["d.example.", "MX"] = ("10 h1.example.", "20 .")
    (branch,) = tree(
        "x.example.",
        lambda name, type: ("v=spf1 include:a.example",) if name == "x.example." else zone(name, type),
    ).branches
    assert {
        *(("a.example.", "TXT"), ("b.example.", "TXT"), ("c.example.", "TXT")),
        *(("b.example.", "A"), ("b.example.", "AAAA"), ("d.example.", "MX")),
        *(("h1.example.", "A"), ("h1.example.", "AAAA")),
    } == asked(branch, zone)
