"""The guard: what a merged lock allows is judged again when DNS is about to follow."""

from __future__ import annotations

import pytest

from dnsauth.lock.keys import State
from dnsauth.rotation.due import Wait
from dnsauth.rotation.late import late
from dnsauth.rotation.states import Published
from dnsauth.rotation.timing import DAY
from tests.rotation.values import HOSTS, LEAKED, TIMING, a_key, at, reported, seen, signs, stopped

NOTHING, KEY, EMPTY = Published.NOTHING, Published.KEY, Published.EMPTY
QUEUES = "mail it signed may still lie in queues (RFC 5321 section 4.5.4.1)"
DRAINED = {"state": State.REVOKED, "since": at(days=7), "words": stopped(*HOSTS), "made": at(days=-9)}


@pytest.mark.parametrize(
    ("held", "fields", "more", "expected", "why"),
    [
        (NOTHING, {"state": State.PUBLISHED}, {}, None, "a key appears"),
        (KEY, {"state": State.ACTIVE}, {}, None, "it stands already"),
        (
            EMPTY,
            {"state": State.ACTIVE},
            {},
            Wait(None, "it is revoked already, and its selector is never used again"),
            "a verifier that saw it empty need not look again",
        ),
        (KEY, DRAINED, {}, None, "7 days after the last host"),
        (KEY, DRAINED, {"ttl": 3 * DAY}, Wait(at(days=8), QUEUES), "its TTL is longer than was thought"),
        (
            KEY,
            {**DRAINED, "words": (*stopped("mx1"), *stopped("mx2", hours=1))},
            {},
            Wait(at(days=7, hours=1), QUEUES),
            "the last host counts",
        ),
        (
            KEY,
            {**DRAINED, "words": (*stopped("mx1"), *signs("mx2"))},
            {},
            Wait(None, "mx2 has to report that it signs without it"),
            "a host signs with it",
        ),
        (
            KEY,
            {**DRAINED, "words": ()},
            {},
            Wait(None, "mx1 and mx2 have to report that they sign without it"),
            "no host has said a word",
        ),
        (KEY, DRAINED, {"hosts": (*HOSTS, "mx3")}, None, "a host that came since never signed with it"),
        (KEY, {**DRAINED, "words": ()}, {"hosts": ()}, None, "nobody is left to sign"),
        (KEY, {**DRAINED, "reported": reported(days=6)}, {}, None, "a stranger stops no zone"),
        (
            KEY,
            {**DRAINED, "words": signs(*HOSTS), "revocation": LEAKED},
            {},
            None,
            "a person revoked it, and mail it signed is given up",
        ),
        (
            KEY,
            {**DRAINED, "since": at(days=9)},
            {},
            Wait(None, "the clock says 2026-03-08 12:00Z, and the lock knows of 2026-03-10 12:00Z"),
            "the step was taken by a clock that was ahead",
        ),
        (KEY, {"state": State.REMOVED}, {}, None, "nobody can have used it"),
        (
            KEY,
            {"state": State.REMOVED, "words": signs("mx1")},
            {},
            Wait(None, "hosts signed with it, and it was never revoked"),
            "it skipped a state",
        ),
        (EMPTY, {"state": State.REMOVED, "seen": seen(days=-23)}, {}, None, "30 days were seen"),
        (
            EMPTY,
            {"state": State.REMOVED, "seen": seen(days=-22)},
            {},
            Wait(at(days=8), "the empty p= says so for a while (RFC 6376 section 3.6.1)"),
            "30 days are not over",
        ),
        (
            EMPTY,
            {"state": State.REMOVED},
            {},
            Wait(None, "every authoritative server has to answer that it is revoked"),
            "nobody saw it",
        ),
        (NOTHING, {"state": State.REMOVED}, {}, None, "it is gone"),
        (NOTHING, {"state": State.REVOKED}, {}, None, "it was deleted by hand, and is known"),
    ],
)
def test_what_is_not_due_is_stopped(held, fields, more, expected, why):
    given = {"hosts": HOSTS, "timing": TIMING, "now": at(days=7), **more}
    ttl = given.pop("ttl", 3600)
    assert expected == late(a_key(**fields), held, ttl, **given), why
