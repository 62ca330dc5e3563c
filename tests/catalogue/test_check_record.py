"""``services.lock.yaml``: written, read, merged by hand."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dnsauth.catalogue.check_record import FILE, Cost, parse, read, write

NAMES = st.from_regex(r"[a-z0-9_-]{1,20}(\.[a-z0-9_-]{1,20}){1,3}", fullmatch=True)
COSTS = st.builds(Cost, st.integers(1, 9999), st.dates())
TEXT = """\
# `dnsauth services check --live --record` writes this file; review it and commit it. docs/services.md tells its form.
version: 1
lookups:
  '_spf.vendor.example': 3 since 2026-11-24
  'no': 1 since 2026-10-01
"""


def test_it_is_sorted_with_one_include_a_line():
    costs = {"no": Cost(1, date(2026, 10, 1)), "_spf.vendor.example": Cost(3, date(2026, 11, 24))}
    assert TEXT == write(costs)
    assert (costs, ()) == parse(TEXT.encode())


@given(st.dictionaries(NAMES, COSTS))
def test_what_is_written_is_what_is_read(costs):
    assert (costs, ()) == parse(write(costs).encode())


def test_a_missing_file_holds_nothing(tmp_path):
    assert ({}, ()) == read(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("version: 1", "version: 2", "this has no `version: 1` and `lookups:`"),
        ("lookups:", "costs:", "this has no `version: 1` and `lookups:`"),
        ("3 since", "many since", "'_spf.vendor.example' is not NUMBER since YYYY-MM-DD"),
        ("2026-11-24", "2026-11-31", "is not NUMBER since YYYY-MM-DD"),
        ("3 since 2026-11-24", "[3]", "is not NUMBER since YYYY-MM-DD"),
        ("_spf.vendor", "_spf vendor", "is not NUMBER since YYYY-MM-DD"),
        ("  'no'", "<<<<<<< ours\n  'no'", ""),
    ],
)
def test_what_is_no_such_file_is_told_with_its_place(tmp_path, old, new, reason):
    (tmp_path / FILE).write_text(TEXT.replace(old, new))
    costs, (finding, *_) = read(tmp_path)
    assert FILE == finding.where.file
    assert reason in finding.message
    assert finding.next
    assert "_spf.vendor.example" not in costs or "<" in new
