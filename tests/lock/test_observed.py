"""What third parties published is read from the observed lock, and a broken one is named."""

from __future__ import annotations

import pytest

from dnsauth.lock import observed


def test_no_file_is_nothing_recorded(tmp_path):
    assert ({}, ()) == observed.read(tmp_path)


def test_records_are_found_by_the_domain_asked(tmp_path):
    (tmp_path / observed.FILE).write_text(
        "version: 1\nspf:\n  _SPF.vendor.example.: v=spf1 ip4:192.0.2.0/24 -all\n"
    )
    assert ({"_spf.vendor.example": "v=spf1 ip4:192.0.2.0/24 -all"}, ()) == observed.read(tmp_path)


@pytest.mark.parametrize(
    "text",
    ["version: 2", "[]", "version: 1\nspf: [a]", "version: 1\nspf: {a: [b]}", "version: 1\nversion: 1"],
)
def test_a_broken_file_is_named(tmp_path, text):
    (tmp_path / observed.FILE).write_text(text)
    records, findings = observed.read(tmp_path)
    assert {} == records
    assert [observed.FILE] == [finding.where.file for finding in findings]
