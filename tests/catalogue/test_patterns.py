from __future__ import annotations

import re
import time

import pytest

from dnsauth.catalogue.patterns import MAX_MATCHED, PLAIN, pattern


@pytest.mark.parametrize(
    "text", [r"u\d+\.wl\d+", "us|eu", "[0-9a-f]{8}-[0-9a-f]{4}", "[a-z0-9]{1,63}", r"[^\]]+", ".", ""]
)
def test_a_flat_pattern_is_taken(text):
    assert text == pattern(text).pattern


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("(a+)+b", "character 1"),
        ("(?i)a", "character 1"),
        (r"(a)\1", "character 1"),
        (r"a\1", "character 2"),
        ("a++", "character 3"),
        ("a*?", "character 3"),
        ("^a$", "character 1"),
        ("[", "character 1"),
        ("[a-z&&b]", "character 1"),
        ("a+b+c+d+", "more than 3 quantifiers that vary"),
        ("a?b?c?d?", "more than 3 quantifiers that vary"),
        ("a{3,2}", "no regular expression"),
        ("a" * 201, "201 characters of at most 200"),
    ],
)
def test_a_pattern_that_could_run_away_is_refused(text, reason):
    with pytest.raises(ValueError, match=re.escape(reason)):
        pattern(text)


def test_the_worst_pattern_of_the_subset_ends_soon():
    start = time.process_time()
    assert None is pattern(".*.*.*x").fullmatch("a" * MAX_MATCHED)
    assert time.process_time() - start < 1


@pytest.mark.parametrize("text", ["", " a", "a ", 'a"', "a;b", "a\\b", "a\n", "é"])
def test_a_text_without_a_pattern_holds_nothing_that_ends_a_value(text):
    assert None is PLAIN.fullmatch(text)
