"""A profile is data: what it asks of a domain, and how what is published and found answers it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from dnsauth.checks.rules.dmarc import DMARC_UNSIGNED
from dnsauth.checks.rules.spf import SPF_LOOKUPS
from dnsauth.findings import Finding, Outcome, Where
from dnsauth.inventory.model import All
from dnsauth.profiles.assess import Answer, Found, assess, by_domain, unmet
from dnsauth.profiles.model import Applies, Level, Part, Profile, Requirement
from dnsauth.profiles.standing import Standing
from dnsauth.records.dmarc import Policy

DOMAIN = "example.com."
ASKED = Requirement("one", "a thing", Where("p.yaml"), "RFC 7208", "https://example.com/", date(2026, 1, 1))
SENDING = frozenset({Applies.ANY, Applies.SENDS})
STANDS = Standing(
    DOMAIN, SENDING, frozenset({Part.SPF}), All.SOFTFAIL, Policy.QUARANTINE, ("mailto:a@example.com",)
)
LIVE = "SPF030"


def answered(requirement, found, standing=STANDS):
    profile = Profile("p", "P", "about", (requirement,))
    return [one for assessment in assess([profile], [standing], found) for one in assessment.answers]


def answer(**asked):
    found = asked.pop("found", Found())
    (one,) = answered(replace(ASKED, **asked), found)
    return one.answer


def found(rule=SPF_LOOKUPS, outcome=Outcome.FAIL, **more):
    facts = {"owner": "example.com", "count": 11, "limit": 10, "least": ""}
    return Found({DOMAIN: [Finding(rule, owner=DOMAIN, facts=facts, outcome=outcome)]}, **more)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"publishes": (Part.SPF,)}, Answer.MET),
        ({"publishes": (Part.SPF, Part.DKIM)}, Answer.UNMET),
        ({"policy": (Policy.QUARANTINE, Policy.REJECT)}, Answer.MET),
        ({"policy": (Policy.REJECT,)}, Answer.UNMET),
        ({"closing": (All.FAIL,)}, Answer.UNMET),
        ({"closing": (All.FAIL, All.SOFTFAIL)}, Answer.MET),
        ({"reports_to": "mailto:A@example.com"}, Answer.MET),
        ({"reports_to": "mailto:b@example.com"}, Answer.UNMET),
        ({"broken_by": ("SPF013",)}, Answer.MET),
        ({"broken_by": ("SPF013",), "found": found()}, Answer.UNMET),
        ({"broken_by": ("SPF014",), "found": found()}, Answer.MET),
        ({"broken_by": ("SPF013",), "found": found(outcome=Outcome.NOT_ASSESSED)}, Answer.NOT_ASSESSED),
        ({"broken_by": (LIVE,)}, Answer.NOT_ASSESSED),
        ({"broken_by": (LIVE,), "found": Found(live=True)}, Answer.MET),
        ({"broken_by": (LIVE, "SPF013")}, Answer.MET),
        ({"broken_by": ("SPF013",), "found": Found(waived=found().findings)}, Answer.WAIVED),
        (
            {"broken_by": ("SPF013",), "publishes": (Part.DKIM,), "found": Found(waived=found().findings)},
            Answer.UNMET,
        ),
    ],
)
def test_an_answer_is_what_is_published_and_found(asked, expected):
    assert expected is answer(**asked)


def test_what_does_not_apply_is_not_asked():
    assert [] == answered(replace(ASKED, applies=Applies.PARKED), Found())
    assert 1 == len(answered(replace(ASKED, applies=Applies.SENDS), Found()))


def test_unmet_demands_are_errors_and_unmet_advice_a_warning():
    profile = Profile(
        "p",
        "P",
        "about",
        (
            replace(ASKED, broken_by=("SPF013",)),
            replace(ASKED, id="two", level=Level.SHOULD, policy=(Policy.REJECT,)),
            replace(ASKED, id="three", publishes=(Part.SPF,)),
        ),
    )
    (assessment,) = assess([profile], [STANDS], found())
    first, second = unmet([assessment], {DOMAIN: Where("zones/example.com.yaml", 4)})
    assert ("PRF002", "error") == (first.rule.code, first.rule.severity)
    assert "example.com: p asks for a thing (RFC 7208): SPF013" == first.message
    assert "`dnsauth check --explain SPF013` says how" == first.next
    assert ("PRF003", "warning") == (second.rule.code, second.rule.severity)
    assert second.message.endswith("its policy is quarantine")
    assert not assessment.met


def test_a_finding_belongs_to_its_mail_domain_and_one_of_a_zone_to_all_of_them():
    domains = {DOMAIN: DOMAIN, "mail.example.com.": DOMAIN, "example.net.": "example.net."}
    of_name = Finding(DMARC_UNSIGNED, owner="s1._domainkey.mail.example.com.")
    of_zone = Finding(DMARC_UNSIGNED, owner=DOMAIN, facts={"zone": "example.com"})
    apex = Finding(DMARC_UNSIGNED, owner=DOMAIN)
    nowhere = Finding(DMARC_UNSIGNED, owner="example.org.")
    assert {"mail.example.com.": [of_name, of_zone], DOMAIN: [of_zone, apex]} == by_domain(
        [of_name, of_zone, apex, nowhere], domains
    )
