"""The rules of the audit trail, of profiles and of report addresses, on cases that other tests have as tables."""

from __future__ import annotations

import inspect
from dataclasses import replace

import pytest

from dnsauth.findings import Where
from dnsauth.profiles.assess import assess, unmet
from dnsauth.profiles.model import Level, Profile
from dnsauth.records.dmarc import Policy
from tests.audit import test_verify as trail
from tests.checks import test_live as live
from tests.profiles.test_assess import ASKED, DOMAIN, STANDS, found

TRAIL = {
    "AUD016": trail.test_a_trail_that_is_whole_says_how_far_it_goes,
    "AUD017": trail.test_an_entry_of_a_later_version_is_told_apart_from_an_edited_one,
}
"""Beside the table of tamperings, of each of which exactly what is told is known."""
LEVELS = {"PRF002": Level.MUST, "PRF003": Level.SHOULD}
FIRED = QUIET = frozenset(
    ["DMA030", *LEVELS, *TRAIL, *(code for one in trail.TAMPERINGS.values() for code in one.told)]
)


@pytest.mark.parametrize(("code", "test"), TRAIL.items(), ids=TRAIL)
def test_a_rule_on_the_trail_is_shown_where_it_is_said_to_be(code, test):
    assert code in inspect.getsource(test)


@pytest.mark.parametrize(("code", "level"), LEVELS.items(), ids=LEVELS)
def test_a_demand_that_is_not_met_is_told_by_its_level(code, level):
    def told(*policies: Policy) -> list[str]:
        asked = replace(ASKED, level=level, policy=policies)
        profile = Profile("p", "P", "about", (asked,))
        answered = assess([profile], [STANDS], found())
        return [one.rule.code for one in unmet(answered, {DOMAIN: Where("zones/example.com.yaml", 4)})]

    assert [code] == told(Policy.REJECT)
    assert [] == told(Policy.REJECT, Policy.QUARANTINE)


@pytest.mark.parametrize(("published", "expected"), [((), {"DMA030"}), (("v=DMARC1",), set())])
def test_a_report_address_that_does_not_say_yes_is_told(published, expected):
    said = live.findings(live.with_others({live.REPORTS: published}))
    assert expected == {one.rule.code for one in said}
