"""What is wrong with flattened records is said with its sender, and refuses changes of that record alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dnsauth.checks.flattened import flattening, refused
from dnsauth.desired.derive import derive
from dnsauth.findings import Outcome
from dnsauth.inventory.model import Sender
from dnsauth.lock.observed import Looked, Observed
from dnsauth.plan.model import Change
from tests.desired.test_flatten import BIG, CATALOGUE, DAYS, NOW, VENDOR, ZONE, inventory, seen, sender
from tests.plan.values import rrset


def found(observed: Observed, *senders: Sender, days: float = 0) -> dict[str, str]:
    """What is said, by rule, after so many days."""
    said = inventory(*senders)
    flattened = derive(said, CATALOGUE, observed).flattened
    return {
        one.rule.code: one.message
        for one in flattening(said.zones[ZONE], flattened, observed, NOW + timedelta(days=days))
    }


ESP = sender("esp", "include:v.example")
CASES = {
    "nothing": (seen(VENDOR), (ESP,), 1.9, {}),
    "nobody flattens": (seen({}), (sender("esp", "include:v.example", flatten=None),), 99, {}),
    "not looked up": (
        seen({}),
        (ESP,),
        0,
        {"SPF040": "example.com: 'include:v.example' of esp can't be flattened: observed.lock.yaml does not have v.example TXT"},
    ),
    "broken": (
        seen({"v.example": {}}),
        (ESP,),
        0,
        {"SPF041": "example.com: 'include:v.example' of esp can't be flattened: v.example has no SPF record"},
    ),
    "the message decides": (
        seen({"v.example": {"TXT": ["v=spf1 exists:%{i}.v.example -all"]}}),
        (ESP,),
        0,
        {"SPF042": "example.com: 'include:v.example' of esp stays as it is: the message decides what it matches, by 'exists:%{i}.v.example'"},
    ),
    "another qualifier": (
        seen(VENDOR),
        (sender("esp", "?include:v.example"),),
        0,
        {"SPF042": "example.com: '?include:v.example' of esp stays as it is: another qualifier than + stands in the way"},
    ),
    "old": (
        seen(VENDOR),
        (ESP, sender("crm", "mx:m.example", flatten=60 * DAYS)),
        30,
        {"SPF045": "example.com: the addresses of esp, crm were looked up 30 days ago; vendors change them without a word"},
    ),
    "too old for one of them": (
        seen(VENDOR),
        (ESP, sender("crm", "mx:m.example", flatten=6 * 3600)),
        0.26,
        {"SPF044": "example.com: the addresses of esp, crm were looked up 6 hours ago, and may be 6 hours old"},
    ),
    "more lookups than before": (
        seen(BIG),
        (ESP,),
        0,
        {"SPF046": "example.com: flattening esp takes 2 lookups, its terms take 1 (RFC 7208 section 4.6.4)"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("observed", "senders", "days", "said"), CASES.values(), ids=CASES)
def test_what_is_wrong_is_said(observed, senders, days, said):
    assert said == found(observed, *senders, days=days)


def test_too_many_chunks_are_counted():
    terms = " ".join(f"ip4:198.18.{host}.{low}" for host in range(130) for low in (1, 3))
    said = found(seen({"v.example": {"TXT": [f"v=spf1 {terms} -all"]}}), ESP)
    assert ["SPF043"] == list(said)
    assert "the addresses are 260 networks in 12 records of at most 10" in said["SPF043"]


def test_what_could_not_be_asked_is_as_old_as_it_is():
    observed = Observed(
        NOW,
        spf=seen(VENDOR).spf,
        hosts=seen(VENDOR).hosts,
        stale={Looked("v.example.", "TXT"): NOW - timedelta(days=40)},
    )
    assert {"SPF044"} == found(observed, ESP).keys()
    assert {} == found(observed, sender("crm", "mx:m.example"))


SPF = "v=spf1 -all"
REFUSED = {
    "the record": (Change(rrset("@", "TXT", SPF), rrset("@", "TXT", "v=spf1 mx -all")), True),
    "the record behind an include": (Change(rrset("_spf", "TXT", SPF), None), True),
    "a chunk": (Change(None, rrset("_spf-0123abcd", "TXT", SPF)), True),
    "another value beside the record": (Change(rrset("@", "TXT", SPF), rrset("@", "TXT", SPF, "x=1")), False),
    "the record of another name": (Change(None, rrset("news", "TXT", SPF)), False),
    "the policy": (Change(None, rrset("_dmarc", "TXT", "v=DMARC1; p=none")), False),
    "MX": (Change(None, rrset("@", "MX", "10 mx.example.com.")), False),
}


@pytest.mark.parametrize(("change", "stops"), REFUSED.values(), ids=REFUSED)
def test_an_error_refuses_changes_of_its_record_alone(change, stops):
    said = inventory(ESP)
    observed = seen({})
    errors = list(flattening(said.zones[ZONE], derive(said, CATALOGUE, observed).flattened, observed, NOW))
    assert [Outcome.FAIL] == [one.outcome for one in errors]
    assert (errors if stops else []) == list(refused((change,), errors))


def test_a_warning_refuses_nothing():
    said = inventory(ESP)
    observed = seen(BIG)
    warnings = list(flattening(said.zones[ZONE], derive(said, CATALOGUE, observed).flattened, observed, NOW))
    assert ["SPF046"] == [one.rule.code for one in warnings]
    assert [] == list(refused((REFUSED["the record"][0],), warnings))
