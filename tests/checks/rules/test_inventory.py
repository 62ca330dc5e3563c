"""Who answers for senders, and waivers: each rule on the smallest inventory that has its fault."""

from __future__ import annotations

import pytest

from dnsauth.findings import Severity
from tests.checks.rules.declared import KEY, SERVICE, Case, codes, found

MTA = '  "@": {senders: [mta: {ip: [192.0.2.10], MORE}]}\n'
BESIDE = """\
  "@":
    senders:
      - mta: {ip: [192.0.2.10], owner: it@example.com, data: personal, review: 2027-01-01}
      - other: {service: mta, ip: [192.0.2.11], MORE}
"""
NEUTRAL = '  "@": {senders: [mta: {ip: [192.0.2.10]}], spf: {all: neutral}}\n'
WAIVER = "waivers: [{rule: SPF012, where: example.com, until: UNTIL, owner: it@example.com, why: moving}]\n"
UNSOURCED = SERVICE.replace("status: reported", "status: unverified")
AT = f'  "@": {{senders: [vendor: {{dkim: {{v1: "{KEY}"}}}}]}}\n'


def beside(said: str) -> str:
    return BESIDE.replace("MORE", said)


def until(day: str) -> str:
    return WAIVER.replace("UNTIL", day)


KEPT = '  "@": {keep: [{owner: "@", type: TXT, values: VALUES}]}\n'
CASES = (
    Case("INV101", AT, ("unverified", "reported"), service=UNSOURCED),
    Case("INV102", NEUTRAL, ("2026-11-23", "2026-11-24"), until("2026-11-23")),
    Case("INV103", NEUTRAL, ("SPF013", "SPF012"), until("2027-01-01").replace("SPF012", "SPF013")),
    Case("INV104", KEPT.replace("VALUES", "192.0.2.256").replace("TXT", "A"), ("2.256", "2.25")),
    Case("INV105", KEPT.replace("VALUES", '["v=spf1 mx -all", "v=spf1 -all"]'), (', "v=spf1 -all"', "")),
    Case("INV110", beside("review: 2027-01-01"), ("11], ", "11], owner: dns@example.com, ")),
    Case("INV111", beside("data: public"), ("data: public", "review: 2027-01-01")),
    Case("INV112", MTA.replace("MORE", "review: 2026-11-23"), ("2026-11-23", "2026-11-24")),
    Case("INV113", beside("review: 2027-01-01"), ("11], ", "11], data: public, ")),
    Case(
        "INV114",
        '  "@":\n    senders: [mta: {ip: [192.0.2.10]}, mailchimp: {}]\n',
        ('"@"', "news"),
    ),
    Case("INV115", NEUTRAL, ("2026-12-08", "2026-12-09"), until("2026-12-08")),
    Case("INV116", NEUTRAL, ("2027-11-26", "2027-11-25"), until("2027-11-26")),
    Case("INV118", AT, ("2024-11-23", "2024-11-24"), service=SERVICE.replace("2026-01-01", "2024-11-23")),
    Case(
        "INV120",
        '  "@":\n    senders: [mta: {ip: [192.0.2.10]}]\n'
        '    keep: [{owner: "@", type: TXT, values: "v=spf1 ip4:192.0.2.10 include:old.example.net ~all"}]\n',
        (" include:old.example.net", ""),
    ),
    Case("INV119", MTA.replace("MORE", "ends: 2026-11-23"), ("2026-11-23", "2026-11-24")),
)
FIRED = QUIET = frozenset(case.rule for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_a_rule_fires_and_is_quiet_where_its_fault_is_mended(case, tmp_path):
    assert case.rule in codes(case, tmp_path / "wrong")
    assert case.rule not in codes(case.right, tmp_path / "right")


def test_an_ordinary_inventory_has_no_warning(tmp_path):
    selectors = "".join(
        f"selector{n}: selector{n}-example-com._domainkey.example.n-v1.dkim.mail.microsoft., " for n in (1, 2)
    )
    zone = f"""\
  "@":
    senders:
      - microsoft-365: {{{selectors}mx: example-com.mail.protection.outlook.com.}}
    receives: microsoft-365
    dmarc: {{policy: reject}}
"""
    ours = [one for one in found(Case("", zone, ("", "")), tmp_path) if one.rule.code.startswith("INV1")]
    assert [] == ours


def test_findings_that_only_tell_are_no_warnings(tmp_path):
    told = {one.rule.code: one.rule.severity for case in CASES for one in found(case, tmp_path / case.rule)}
    assert {code for code in FIRED if told[code] is Severity.INFO} == {
        *("INV110", "INV111", "INV113", "INV114", "INV115", "INV118", "INV120")
    }


def test_a_waiver_at_a_guard_ends_with_its_change_and_is_not_told_before(tmp_path):
    waiver = (
        until("2026-12-01").replace("SPF012", "PLN021").replace("owner:", 'change: "0123456789ab", owner:')
    )
    assert not codes(Case("", NEUTRAL, ("", ""), waiver), tmp_path) & {"INV103", "INV115"}
