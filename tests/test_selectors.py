"""Selectors of new keys."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain, repeat

import pytest

from dnsauth import names
from dnsauth.keys.pair import ALGORITHMS
from dnsauth.selectors import PATTERN, RANDOM, problem, selector

MARCH = datetime(2026, 3, 9, tzinfo=UTC)


def _chance(letters):
    given = chain(letters, repeat("z"))
    return lambda alphabet: next(letter for letter in given if letter in alphabet)


def test_a_selector_says_when_and_for_what_its_key_was_made():
    assert "202603-rsa-2048-k3p7" == selector(PATTERN, "rsa-2048", MARCH, _chance("k3p7"), ())


def test_a_selector_is_never_used_twice():
    taken = {"202603-ed25519-aaaa", "202603-ed25519-bbbb"}
    assert "202603-ed25519-cccc" == selector(PATTERN, "ed25519", MARCH, _chance("aaaabbbbcccc"), taken)


def test_its_letters_are_those_of_base32():
    assert 32 == len(set(RANDOM))
    assert RANDOM.islower()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_selector_is_a_valid_one(algorithm):
    found = selector(PATTERN, algorithm, MARCH, _chance(""), ())
    assert found == names.selector(found)


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        (PATTERN, ""),
        ("{random}", ""),
        ("s.{random}", ""),
        ("{year}{month}", "it has no {random}"),
        ("{random}{day}", "{day} is none of {year}, {month}, {algorithm}, {random}"),
        ("dkim_{random}", "no selector"),
        ("-{random}", "no selector"),
        ("{random}.", "no selector"),
        ("a" * 60 + "{random}", "no selector"),
        ("{random} ", "no selector"),
        ("{{random}}", "no selector"),
    ],
)
def test_a_pattern_of_bad_selectors_is_refused(pattern, reason):
    found = problem(pattern)
    assert reason in found if reason else not found
