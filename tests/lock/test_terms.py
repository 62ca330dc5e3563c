"""What a lock knows of SPF terms that stand though nobody asks for them, and when it may forget who brought them."""

from __future__ import annotations

import pytest

from dnsauth.lock import claims
from dnsauth.lock.model import Claim, Grammar, Lock, Recorded
from dnsauth.lock.terms import forgotten, left, of

ZONE = "example.com."
APEX = Claim(ZONE, "TXT", Grammar.SPF)
OLD, NEW, HAND = "v=spf1 ip4:192.0.2.1 a ~all", "v=spf1 ip4:192.0.2.2 ~all", "v=spf1 A -all"
TERMS = {"ip4:192.0.2.1": ("mta",), "a": ("mta",), "ip4:192.0.2.2": ("mta",)}


def digest(text: str) -> str:
    return claims.digest(Grammar.SPF, "TXT", text)


def lock(*recorded: Recorded, terms=TERMS) -> Lock:
    return Lock(ZONE, {APEX: recorded} if recorded else {}, {ZONE: terms})


@pytest.mark.parametrize(
    ("recorded", "desired", "kept", "reason"),
    [
        (
            (Recorded(digest(OLD)), Recorded(digest(NEW))),
            NEW,
            TERMS.keys(),
            "nobody knows what the old one says",
        ),
        ((Recorded(digest(NEW)),), NEW, {"ip4:192.0.2.2"}, "only the desired one is left"),
        (
            (Recorded(digest(HAND), HAND), Recorded(digest(NEW))),
            NEW,
            {"ip4:192.0.2.2", "a"},
            "an adopted one has it",
        ),
        ((Recorded(digest(HAND), HAND),), "", {"a"}, "nothing is desired, and an adopted one has it"),
        ((), NEW, {"ip4:192.0.2.2"}, "nothing is recorded yet"),
        ((), "", (), "nothing is left at all"),
        ((Recorded(digest(OLD)),), "", TERMS.keys(), "nothing is desired, and the old one may stand"),
    ],
)
def test_a_term_is_forgotten_where_every_record_that_may_stand_is_known_and_none_has_it(
    recorded, desired, kept, reason
):
    asked = {(ZONE, "TXT"): (desired,)} if desired else {}
    expected = {term: TERMS[term] for term in TERMS if term in kept}
    assert ({ZONE: expected} if expected else {}) == forgotten(lock(*recorded), asked).terms, reason


def test_what_is_left_is_told_with_who_brought_it_and_without_what_is_asked_for():
    hand = "v=spf1 -include:_a.example.net a redirect=_b.example.net"
    one = lock(Recorded(digest(hand), hand), terms={"a": ("mta",), "include:_c.example.net": ("portal",)})
    desired = {(ZONE, "TXT"): ("v=DMARC1; p=none", "v=spf1 a ~all")}
    assert {
        ZONE: {
            "-include:_a.example.net": (),
            "include:_b.example.net": (),
            "include:_c.example.net": ("portal",),
        }
    } == {owner: {str(term): by for term, by in some.items()} for owner, some in left(one, desired).items()}


@pytest.mark.parametrize(
    ("term", "reason"),
    [
        ("include:_spf-0123abcd.example.com", "a chunk of flattened addresses leads nowhere"),
        ("incl:example.net", "a hand has been here"),
        ("exp=why.example.net", "an explanation lets nobody pass"),
        ("-all", "it leads nowhere"),
    ],
)
def test_some_terms_leave_nothing(term, reason):
    assert {} == left(lock(terms={term: ("mta",)}), {}), reason


def test_a_record_that_is_wrong_has_no_terms():
    assert () == of("v=spf1 ip4:192.0.2.1 nclude:example.net -all")
