"""dnsauth beside checkdmarc and mailauth: every difference, on odd records and on real ones, is an explained one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from dns.nameserver import Do53Nameserver

from demo.nameserver import Nameserver
from tests.checks import opinions
from tests.checks.differences import explained
from tests.checks.explained import DMARC_CHECKDMARC, DMARC_MAILAUTH, SPF_CHECKDMARC, SPF_MAILAUTH, Explained
from tests.checks.odd_records import DMARC, SPF
from tests.records.test_real_zones import kind, records
from tests.spf import peers


def spf_by_checkdmarc(texts: Sequence[str]) -> set[Explained]:
    names = opinions.world(texts)
    with served(names) as nameserver:
        theirs = opinions.spf_of_checkdmarc(texts, nameserver)
    return explained(texts, opinions.spf_here(texts, names), theirs, SPF_CHECKDMARC)


def dmarc_by_checkdmarc(texts: Sequence[str]) -> set[Explained]:
    with served(opinions.collectors(texts)) as nameserver:
        theirs = opinions.dmarc_of_checkdmarc(texts, nameserver)
    return explained(texts, opinions.dmarc_here(texts), theirs, DMARC_CHECKDMARC)


def spf_by_mailauth(texts: Sequence[str]) -> set[Explained]:
    names = opinions.world(texts)
    theirs = opinions.spf_of_mailauth(texts, names, peers.mailauth())
    return explained(texts, opinions.results_here(texts, names), theirs, SPF_MAILAUTH)


def dmarc_by_mailauth(texts: Sequence[str]) -> set[Explained]:
    theirs = opinions.dmarc_of_mailauth(texts, peers.mailauth())
    ours = [
        replace(one, said=frozenset(), result=(*one.result[:2], *one.result[3:]))
        for one in opinions.dmarc_here(texts)
    ]
    return explained(texts, ours, theirs, DMARC_MAILAUTH)


@contextmanager
def served(names: opinions.Names) -> Iterator[Do53Nameserver]:
    opinions.forget()
    with Nameserver({".": opinions.zone(names)}) as server:
        yield Do53Nameserver(server.address, server.port)


JUDGES = (
    (spf_by_checkdmarc, SPF, SPF_CHECKDMARC),
    (spf_by_mailauth, SPF, SPF_MAILAUTH),
    (dmarc_by_checkdmarc, DMARC, DMARC_CHECKDMARC),
    (dmarc_by_mailauth, DMARC, DMARC_MAILAUTH),
)


@pytest.mark.parametrize(("judge", "texts", "known"), JUDGES, ids=[judge.__name__ for judge, *_ in JUDGES])
def test_odd_records_differ_by_known_rules_each_of_which_is_needed(judge, texts, known):
    assert len(texts) > 100
    assert set() == set(known) - judge(texts)


@pytest.mark.parametrize("judge", [spf_by_checkdmarc, spf_by_mailauth])
def test_the_spf_records_of_real_zones_are_judged_alike(shared, judge):
    texts = real(shared, "spf")
    assert len(texts) > 15
    assert set() == judge(texts)


@pytest.mark.parametrize("judge", [dmarc_by_checkdmarc, dmarc_by_mailauth])
def test_the_policies_of_real_zones_and_of_the_vectors_differ_by_known_rules(shared, judge):
    vectors = json.loads((shared / "data/vectors/dmarc7489.json").read_text())
    texts = [*real(shared, "dmarc"), *(one["text"] for one in vectors if one["kind"] == "record")]
    assert len(texts) > 50
    assert judge(texts)


def real(shared: Path, what: str) -> list[str]:
    """Each text of that kind once; the names they speak of say what `opinions.world` has them say."""
    return sorted({one.text for one in records(shared) if kind(one) == what})
