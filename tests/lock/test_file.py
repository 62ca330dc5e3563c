"""The lock file and the lock are inverse, and a broken file is named and loses nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnsauth.lock import file
from dnsauth.lock.model import Claim, Grammar, Lock, Recorded

ZONE = "example.com."
DIGEST = "ab" * 32

printable = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=80)
recorded = st.builds(Recorded, st.text("0123456789abcdef", min_size=64, max_size=64), st.just("") | printable)
claims = st.builds(
    Claim,
    st.sampled_from([ZONE, "_dmarc.example.com.", "*._domainkey.example.com."]),
    st.sampled_from(["TXT", "CNAME", "MX"]),
    st.sampled_from(Grammar),
)
locks = st.builds(
    Lock,
    st.just(ZONE),
    st.dictionaries(
        claims, st.sets(recorded, min_size=1, max_size=4).map(lambda s: tuple(sorted(s))), max_size=6
    ),
    st.dictionaries(
        st.sampled_from([ZONE, "mail.example.com."]),
        st.dictionaries(
            st.sampled_from(["ip4:192.0.2.10", "?include:_spf.example.net", "exists:%{i}._spf.example.net"]),
            st.lists(st.sampled_from(["own-mta", "portal"]), min_size=1, unique=True).map(tuple),
            min_size=1,
        ),
    ),
)


@given(locks)
@settings(max_examples=100, deadline=None)
def test_the_file_and_the_lock_are_inverse(lock):
    text = file.write(lock)
    assert (lock, ()) == file.read(text.encode(), "zones/example.com.lock.yaml", ZONE)
    assert text == file.write(file.read(text.encode(), "x", ZONE)[0])


def test_one_value_stands_on_one_line():
    lock = Lock(
        ZONE, {Claim(ZONE, "TXT", Grammar.SPF): (Recorded(DIGEST), Recorded("cd" * 32, "v=spf1 'x' -all"))}
    )
    assert [
        "version: 1",
        "zone: example.com",
        "recorded:",
        f"- '@ TXT spf {DIGEST}'",
        f"- '@ TXT spf {'cd' * 32} adopted v=spf1 ''x'' -all'",
    ] == file.write(lock).splitlines()[1:]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("- a", "no lock file"),
        ("version: 2\nzone: example.com\nrecorded: []", "version '2'"),
        ("version: 1\nzone: example.org\nrecorded: []", "says zone: example.org"),
        ("version: 1\nzone: example.com\nrecorded: x", "no list"),
        ("version: 1\nzone: example.com\nrecorded: ['@ TXT spf 12']", "no recorded value"),
        (f"version: 1\nzone: example.com\nrecorded: ['@ TXT spg {DIGEST}']", "no recorded value"),
        (
            f"version: 1\nzone: example.com\nrecorded: ['x.example.org. TXT spf {DIGEST}']",
            "no recorded value",
        ),
        ("version: 1\nzone: example.com\nversion: 1", "version"),
        ("version: 1\nzone: example.com\nrecorded: []\nterms: x", "no list"),
        ("version: 1\nzone: example.com\nrecorded: []\nterms: ['@ mx']", "no SPF term"),
        ("version: 1\nzone: example.com\nrecorded: []\nterms: ['x.example.org. mx mta']", "no SPF term"),
    ],
)
def test_a_broken_lock_is_named(text, reason):
    _, findings = file.read(text.encode(), "zones/example.com.lock.yaml", ZONE)
    assert any(reason in finding.message for finding in findings)
    assert all(finding.stops and finding.where.file == "zones/example.com.lock.yaml" for finding in findings)
