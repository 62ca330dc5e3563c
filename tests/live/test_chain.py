"""What one response says, by who speaks: messages as values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dnsauth.live.chain import LAME, MAX_CHAIN, Failure, Link, Looping, Referred, follow
from dnsauth.live.resolution import Asked, Resolved
from dnsauth.live.wire import RR, Message

ASKED = Asked("a.example.com.", "TXT")
ZONE = "example.com."
SOA = RR(ZONE, "SOA", 600, "ns.example.com. h.example.com. 1 3600 600 86400 90")
TXT = RR("a.example.com.", "TXT", 300, "x")
ALIAS = RR("a.example.com.", "CNAME", 200, "b.example.com.")


def message(*answer, authority=(), rcode="NOERROR", authoritative=True, available=False, authentic=False):
    return Message(
        1, rcode, True, authoritative, False, available, authentic, answer, tuple(authority), (), ()
    )


def ns(owner):
    return RR(owner, "NS", 300, "ns.example.net.")


@pytest.mark.parametrize(
    ("said", "expected", "reason"),
    [
        (message(TXT), Resolved(("x",), 300), "its own record"),
        (message(TXT, authoritative=False), LAME, "a cache of somebody else's"),
        (message(ALIAS, authoritative=False), LAME, "an alias from a cache"),
        (
            message(ALIAS, RR("b.example.com.", "TXT", 9, "x")),
            Resolved(("x",), 9, ("b.example.com.",)),
            "an alias in the zone",
        ),
        (
            message(
                RR("a.example.com.", "CNAME", 200, "b.victim.net."), RR("b.victim.net.", "TXT", 300, "no")
            ),
            Link(("b.victim.net.",), 200),
            "what stands outside of its zone is not its to say",
        ),
        (
            message(RR("a.example.com.", "CNAME", 200, "b.victim.net."), rcode="NXDOMAIN"),
            Link(("b.victim.net.",), 200),
            "nor that it does not exist",
        ),
        (message(authority=[SOA]), Resolved((), 90), "NODATA"),
        (message(authority=[SOA], rcode="NXDOMAIN"), Resolved((), 90, exists=False), "NXDOMAIN"),
        (message(authority=[SOA], rcode="NXDOMAIN", authoritative=False), LAME, "NXDOMAIN of a cache"),
        (message(), Resolved((), 0), "NODATA without SOA"),
        (
            message(authority=[ns("a.example.com.")], authoritative=False),
            Referred("a.example.com."),
            "a cut at it",
        ),
        (message(authority=[ns("example.com.")], authoritative=False), LAME, "a referral to itself"),
        (message(authority=[ns("com.")], authoritative=False), LAME, "a referral upwards"),
        (message(authority=[ns("other.example.com.")], authoritative=False), LAME, "a referral sideways"),
        (
            message(ALIAS, authority=[ns("b.example.com.")]),
            Link(("b.example.com.",), 200),
            "an alias to below a cut",
        ),
        (message(rcode="REFUSED"), Failure("refuses to answer (REFUSED)", "REFUSED"), "REFUSED"),
        (message(rcode="SERVFAIL"), Failure("fails with SERVFAIL", "SERVFAIL"), "SERVFAIL"),
        (message(TXT, authentic=True), Resolved(("x",), 300), "an authoritative server does not validate"),
    ],
)
def test_what_an_authoritative_server_is_believed(said, expected, reason):
    assert expected == follow(said, ASKED, ZONE), reason


names = st.sampled_from([f"{letter}.example." for letter in "abcdef"])
records = st.builds(
    RR, names, st.sampled_from(["CNAME", "CNAME", "TXT", "SOA", "NS"]), st.integers(0, 600), names
)


def soa(rr):
    return rr._replace(value=f"{rr.value} h.example. 1 3600 600 86400 90") if rr.type == "SOA" else rr


sections = st.lists(records.map(soa), max_size=20)


@given(sections, sections, st.booleans(), st.booleans(), st.randoms(use_true_random=False))
def test_whatever_a_server_says_ends_and_does_not_hang_on_its_order(answer, authority, aa, own, random):
    said = message(*answer, authority=authority, authoritative=aa, available=True)
    other = message(
        *random.sample(answer, len(answer)), authority=authority, authoritative=aa, available=True
    )
    zone = "example." if own else ""
    step = follow(said, Asked("a.example.", "TXT"), zone)

    assert step == follow(other, Asked("a.example.", "TXT"), zone)
    if isinstance(step, Resolved | Link | Looping):
        assert len(step.chain) <= MAX_CHAIN + 1
