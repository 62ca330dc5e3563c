"""Add before take away, and nothing before what it leans on."""

from __future__ import annotations

import itertools

import pytest

from dnsauth.plan.model import Change
from dnsauth.plan.order import ordered
from tests.plan.values import KEY, OTHER_KEY, at, rrset


def create(label, type, *values):
    return Change(None, rrset(label, type, *values))


def delete(label, type, *values):
    return Change(rrset(label, type, *values), None)


def update(label, type, before, after):
    return Change(rrset(label, type, *before), rrset(label, type, *after))


CASES = {
    "creates and updates before deletes": [
        create("s2._domainkey", "TXT", KEY),
        delete("s1._domainkey", "TXT", OTHER_KEY),
    ],
    "an update that only takes away is a taking away": [
        create("s2._domainkey", "TXT", KEY),
        update("@", "TXT", ["v=spf1 mx -all", "token"], ["token"]),
        delete("s1._domainkey", "TXT", OTHER_KEY),
    ],
    "keys before SPF before DMARC": [
        create("s1._domainkey", "TXT", KEY),
        create("@", "TXT", "v=spf1 mx -all"),
        create("_dmarc", "TXT", "v=DMARC1; p=reject"),
    ],
    "a policy that weakens goes first, also where it goes for good": [
        update("_dmarc", "TXT", ["v=DMARC1; p=reject"], ["v=DMARC1; p=none"]),
        create("s2._domainkey", "TXT", KEY),
        delete("_dmarc.mail", "TXT", "v=DMARC1; p=reject"),
        update("@", "TXT", ["v=spf1 mx -all", "token"], ["token"]),
        delete("s1._domainkey", "TXT", OTHER_KEY),
    ],
    "an included record is there before it is included": [
        create("z._spf", "TXT", "v=spf1 ip4:192.0.2.1 -all"),
        create("_spf", "TXT", "v=spf1 include:z._spf.example.com -all"),
        update("@", "TXT", ["v=spf1 mx -all"], ["v=spf1 include:_spf.example.com -all"]),
    ],
    "an included record goes after the last that includes it": [
        delete("@", "TXT", "v=spf1 redirect=_spf.example.com"),
        delete("_spf", "TXT", "v=spf1 include:a._spf.example.com -all"),
        delete("a._spf", "TXT", "v=spf1 ip4:192.0.2.1 -all"),
    ],
    "where TXT gives way to CNAME the delete stands right before the create": [
        create("a._domainkey", "TXT", KEY),
        delete("s1._domainkey", "TXT", OTHER_KEY),
        create("s1._domainkey", "CNAME", "s1.example.net."),
        create("@", "TXT", "v=spf1 mx -all"),
        delete("b._domainkey", "TXT", KEY),
    ],
    "where CNAME gives way to others the delete stands right before the creates": [
        delete("bounce", "CNAME", "b.example.net."),
        create("bounce", "MX", "10 mx.example.net."),
        create("bounce", "TXT", "v=spf1 mx -all"),
        create("_dmarc", "TXT", "v=DMARC1; p=none"),
    ],
}


@pytest.mark.parametrize("expected", CASES.values(), ids=CASES)
def test_changes_are_written_in_this_order_however_they_came(expected):
    for given in itertools.islice(itertools.permutations(expected), 24):
        assert expected == list(ordered(given))


def test_records_that_include_one_another_are_all_written():
    loop = [
        create("a", "TXT", "v=spf1 include:b.example.com -all"),
        create("b", "TXT", "v=spf1 include:a.example.com -all"),
    ]
    assert {at("a"), at("b")} == {change.owner for change in ordered(loop)}


def test_a_chain_of_includes_beyond_all_limits_is_written_whole():
    chain = [create(f"n{i}", "TXT", f"v=spf1 include:n{i + 1}.example.com -all") for i in range(2000)]
    assert len(chain) == len(ordered(chain))


def test_a_record_that_cannot_be_read_has_its_place_too():
    assert 1 == len(ordered([create("@", "TXT", "v=spf1 nclude:x")]))
