"""Rules on names that are alike, on leftovers and on servers without TCP: what fires, and what nearly does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dnsauth.checks.check import check
from dnsauth.checks.rules import leftovers
from dnsauth.desired.load import load
from dnsauth.findings import Rule
from dnsauth.live.reply import Answer, Unreachable
from dnsauth.rrset import RRset
from tests.checks.live_worlds import FIRST, OURS, SECOND, World, findings
from tests.checks.rules.declared import TODAY, Case, codes
from tests.checks.rules.pages import read
from tests.markdown import Document
from tests.plan.values import ZONE

M365 = (
    '  "@":\n    receives: {microsoft-365: {mx: example-com.mail.protection.outlook.com.}}\n'
    "    keep: [{owner: autodiscover, type: CNAME, values: [autodiscover.example.org.]}]\n"
)
GOOGLE = M365.replace("{microsoft-365: {mx: example-com.mail.protection.outlook.com.}}", "google-workspace")
TOKEN = '  "@":\n    sends: false\n    keep: [{owner: "@", type: TXT, values: ["protonmail-verification=0a1b"]}]\n'
OLD_TYPE = '  "@":\n    sends: false\n    keep: [{owner: "@", type: SPF, values: ["v=spf1 -all"]}]\n'

CASES = (
    Case("DNS021", M365, ("autodiscover.example.org.", "autodiscover.outlook.com.")),
    Case("DNS021", M365, ("autodiscover.example.org.", "mail.example.com.")),
    Case(
        "DNS021",
        GOOGLE.replace("autodiscover.example.org.", "autodiscover.outlook.com."),
        ("autodiscover.outlook.com.", "autodiscover.example.org."),
    ),
    Case("DNS022", TOKEN, ("protonmail-verification", "site-verification")),
    Case("DNS022", TOKEN, ('"protonmail', '"v=spf1 include:_spf.protonmail.ch -all", "protonmail')),
    Case("SPF097", OLD_TYPE, ("type: SPF", "type: TXT")),
)
LONG = tuple(sorted(("v=spf1 -all", *(f"token-{i}-" + "x" * 200 for i in range(7)))))
APEX = (ZONE, "TXT")
BLOCKED = Unreachable("no answer from 192.0.2.2 by TCP in 5 s", cut=True)

FIRED = QUIET = frozenset([*(case.rule for case in CASES), "DNS020", "DNS023"])


def test_every_rule_of_the_area_is_here():
    assert {rule.code for rule in vars(leftovers).values() if isinstance(rule, Rule)} == FIRED


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.mended[1]}")
def test_what_is_left_over(case, tmp_path):
    assert case.rule in codes(case, tmp_path)
    assert case.rule not in codes(case.right, tmp_path)


def alike(other: str, domain: str, directory) -> list[str]:
    zones = directory / "zones"
    zones.mkdir()
    (directory / "dnsauth.yaml").write_text("version: 1\n")
    (zones / "clinic-lake.example.yaml").write_text(
        'version: 1\ndomains: {"@": {senders: [{own: {service: custom, spf: ["ip4:192.0.2.0/24"]}}]}}\n'
    )
    (zones / f"{other}.yaml").write_text(f'version: 1\ndomains: {{"@": {{{domain}}}}}\n')
    it = load(directory)
    found = check(it.inventory, it.catalogue, it.desired, lookup=it.lookup, today=TODAY)
    return [str(one.facts["domain"]) for one in found if one.rule.code == "DNS020"]


OPEN = "sends: false, dmarc: {policy: none}"
MX = "receives: [10 mx1.example.com., 20 mx2.example.com.]"


@pytest.mark.parametrize(
    "name", ["clinic-lakes", "clinc-lake", "clinic-kake", "clinic-alke", "cliniclake", "c1inic-lake"]
)
@pytest.mark.parametrize("domain", [OPEN, MX])
def test_a_name_that_is_alike_and_open_is_told(name, domain, tmp_path):
    assert [f"{name}.example"] == alike(f"{name}.example", domain, tmp_path)


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("clinic-lakes.example", "parked: true"),
        ("clinic-lakes.example", "sends: false"),
        ("clinic-lakes.example", 'senders: [{own: {service: custom, spf: ["ip4:192.0.2.0/24"]}}]'),
        ("clinic-lake2.example", OPEN),
        ("clinic-lakess.example", OPEN),
        ("clinic-lake.test", OPEN),
        ("lake.example", OPEN),
    ],
)
def test_a_name_that_is_closed_or_only_numbered_or_further_off_is_not_told(name, domain, tmp_path):
    assert [] == alike(name, domain, tmp_path)


def without_tcp(reply, values=LONG):
    whole = Answer(RRset(*APEX, 300, values))
    world = World(ours=OURS | {APEX: values}, replies={(FIRST, "TXT"): whole, (SECOND, "TXT"): reply})
    return [one for one in findings(world) if one.rule.code == "DNS023"]


def test_a_server_that_gives_no_answer_by_tcp_is_told_where_another_does():
    one, *_ = without_tcp(BLOCKED)
    assert "by TCP" in one.message
    assert SECOND.address == one.facts["address"]


@pytest.mark.parametrize(
    ("reply", "values"),
    [
        (replace(BLOCKED, cut=False), LONG),
        (BLOCKED, LONG[:2]),
        (Answer(RRset(*APEX, 300, LONG)), LONG),
    ],
)
def test_a_server_is_not_told_where_tcp_may_be_stopped_here(reply, values):
    assert [] == without_tcp(reply, values)


PAGES = [Document(f"docs/checks/{code}.md") for code in sorted(FIRED)]
FENCES = [(page, fence) for page in PAGES for fence in page.fences if fence.language]


@pytest.mark.parametrize(("page", "fence"), FENCES, ids=[f"{page}:{fence.line}" for page, fence in FENCES])
def test_what_a_page_says_to_write_is_right(page, fence, tmp_path):
    assert [] == read(fence, tmp_path), page
