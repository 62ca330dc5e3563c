"""What hosts say becomes evidence."""

from __future__ import annotations

import pytest

from dnsauth.lock.keys import State, Word
from dnsauth.records import dkim
from dnsauth.rotation.reports import Mismatch, Report, confirmed
from tests.rotation.values import DOMAIN, SIGNER, a_key, at, signs, stopped

MINE = (DOMAIN, "new")


def _report(*signing, host="mx1", signer=SIGNER, by="", held=None, **after):
    return Report(host, signer, at(**after), held or {}, frozenset((DOMAIN, each) for each in signing), by)


@pytest.mark.parametrize(
    ("state", "before", "report", "after", "why"),
    [
        (State.VISIBLE, (), _report("new", hours=1), signs("mx1", hours=1), "it signs"),
        (State.ACTIVE, (), _report("new", hours=1), signs("mx1", hours=1), "it signs"),
        (State.RETIRING, (), _report("new", hours=1), signs("mx1", hours=1), "it signs still"),
        (State.VISIBLE, (), _report(hours=1), (), "it need not have heard of it yet"),
        (State.ACTIVE, (), _report(hours=1), stopped("mx1", hours=1), "it signs with another"),
        (State.RETIRING, (), _report(hours=1), stopped("mx1", hours=1), "it signs with another"),
        (State.RETIRING, (), _report(), stopped("mx1"), "from the moment on at which it retired"),
        (State.RETIRING, (), _report(hours=-1), (), "it is older than what it would tell of"),
        (State.ACTIVE, (), _report(hours=-1), (), "it is older than what it would tell of"),
        (State.GENERATED, (), _report("new", hours=1), (), "no host may hold it"),
        (State.PUBLISHED, (), _report("new", hours=1), (), "no host may sign with it"),
        (State.REVOKED, (), _report(hours=1), (), "nothing waits for it any more"),
        (State.REMOVED, (), _report(hours=1), (), "nothing waits for it any more"),
        (
            State.ACTIVE,
            signs("mx1", hours=1),
            _report("new", hours=9),
            signs("mx1", hours=1),
            "the first time counts",
        ),
        (
            State.RETIRING,
            stopped("mx1", hours=1),
            _report(hours=9),
            stopped("mx1", hours=1),
            "the first time counts",
        ),
        (State.VISIBLE, signs("mx1", hours=1), _report(hours=2), stopped("mx1", hours=2), "it stopped"),
        (State.ACTIVE, signs("mx1", hours=1), _report(hours=2), stopped("mx1", hours=2), "it stopped"),
        (
            State.RETIRING,
            stopped("mx1", hours=1),
            _report("new", hours=2),
            signs("mx1", hours=2),
            "it began again",
        ),
        (
            State.RETIRING,
            signs("mx1", hours=2),
            _report(hours=1),
            signs("mx1", hours=2),
            "reports come in any order, and the latest counts",
        ),
        (
            State.RETIRING,
            stopped("mx1", hours=2),
            _report("new", hours=1),
            stopped("mx1", hours=2),
            "reports come in any order, and the latest counts",
        ),
        (
            State.ACTIVE,
            signs("mx2", hours=1),
            _report("new", hours=2),
            (*signs("mx1", hours=2), *signs("mx2", hours=1)),
            "each host has its word, in their order",
        ),
        (
            State.ACTIVE,
            signs("mx1"),
            _report(hours=2, by="jo"),
            (Word("mx1", at(hours=2), signs=False, by="jo"),),
            "a word is recorded as a word",
        ),
        (State.ACTIVE, (), _report("new", signer="other", hours=1), (), "of another signer it tells nothing"),
        (State.ACTIVE, (), _report("old", hours=1), stopped("mx1", hours=1), "another key signs"),
    ],
)
def test_what_a_host_says_is_kept(state, before, report, after, why):
    (found,) = confirmed((a_key(state=state, words=before),), report)
    assert after == found.words, why


def test_a_report_tells_of_every_key_of_its_signer():
    old, new = a_key("old", State.ACTIVE, words=signs("mx1")), a_key("new", State.VISIBLE)
    other = a_key("other", State.ACTIVE, signer="other")
    found = confirmed((old, new, other), _report("new", hours=1))
    assert [stopped("mx1", hours=1), signs("mx1", hours=1), ()] == [key.words for key in found]


def test_a_host_that_holds_the_key_of_the_lock_is_believed():
    held = {MINE: dkim.fingerprint(dkim.Record.parse(a_key().record))}
    (found,) = confirmed((a_key(state=State.VISIBLE),), _report("new", held=held))
    assert signs("mx1") == found.words


@pytest.mark.parametrize("state", State)
def test_a_host_that_holds_another_key_is_not(state):
    with pytest.raises(Mismatch) as caught:
        confirmed((a_key(state=state),), _report(held={MINE: "00" * 32}))
    assert ("new._domainkey.example.com.", "new") == (str(caught.value), caught.value.key.selector)
