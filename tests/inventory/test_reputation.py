"""`reputation:`: which block lists are asked, of addresses and of domains; and rules of two letters in waivers."""

from __future__ import annotations

import pytest

from tests.inventory.repository import inventory, whole

ZONES = {"example.com": 'version: 1\ndomains: {"@": {sends: false}}\n'}
ZEN, DBL = ("zen.example.org.",), ("dbl.example.org.",)


def config(text: str) -> str:
    return f"version: 1\nreputation: {text}\n"


@pytest.mark.parametrize(
    ("text", "addresses", "domains"),
    [
        ("[zen.example.org]", ZEN, ()),
        ("{addresses: [zen.example.org], domains: dbl.example.org}", ZEN, DBL),
        ("{domains: [dbl.example.org.]}", (), DBL),
        ("", (), ()),
    ],
)
def test_lists_are_asked_of_addresses_or_of_domains(text, addresses, domains, tmp_path):
    found = whole(tmp_path, ZONES, config(text)).reputation
    assert (addresses, domains) == (found.addresses, found.domains)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("zen.example.org", "'reputation' should be a list of block lists of addresses"),
        ("[]", "'reputation' is empty"),
        ("{addresses: []}", "'addresses' is empty"),
        ("{hosts: [zen.example.org]}", "'hosts' is no key of `reputation`"),
        ('["zen example.org"]', "may hold letters"),
    ],
)
def test_what_is_wrong_is_said(text, said, tmp_path):
    _, (finding,) = inventory(tmp_path, ZONES, config(text))
    assert said in str(finding)


def test_a_rule_of_two_letters_may_be_waived(tmp_path):
    waiver = "{rule: MX003, where: example.com, until: 2027-03-01, owner: dns@example.com, why: one host}"
    (found,) = whole(tmp_path, ZONES, f"version: 1\nwaivers: [{waiver}]\n").waivers
    assert "MX003" == found.rule
