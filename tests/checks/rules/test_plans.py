"""Guards, and what a plan says besides: each rule on a smallest change, and on one nearly equal that it lets pass."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import pytest

from dnsauth.checks.plan import plan, unreviewed
from dnsauth.checks.rules import guards
from dnsauth.findings import Rule
from dnsauth.plan.model import ZonePlan
from tests.checks import test_sending as sending
from tests.checks.test_guards import (
    MTA,
    PORTAL,
    SPF,
    TODAY,
    WAIVER,
    dmarc,
    inventory,
    judged,
    keys,
    many,
    weakening,
)
from tests.checks.test_sending import VENDOR, spf
from tests.cli.conftest import Directory
from tests.plan.values import KEY, OTHER_KEY, desired, held, rrset


class Change(NamedTuple):
    """A plan in which *rule* fires, and one in which it does not."""

    rule: str
    wrong: Callable[[], ZonePlan]
    right: Callable[[], ZonePlan]


def change(rule: str, wrong: tuple[object, ...], right: tuple[object, ...], **more: object) -> Change:
    """What `judged` says of what is wanted and held: *wrong*, and *right*."""
    return Change(rule, lambda: judged(*wrong, **more), lambda: judged(*right, **more))


def sent(rule: str, wrong: list[str], right: list[str], *before: str, **more: object) -> Change:
    """What is said where the apex lets pass what is *wrong*, or *right*, in place of what it let pass *before*."""

    def planned(terms: list[str]) -> ZonePlan:
        records = ([spf("@", *((term, _sender(term)) for term in each))] for each in (before, terms))
        return sending.plan(*records, "own-mta", **more)

    return Change(rule, lambda: planned(wrong), lambda: planned(right))


def _sender(term: str) -> str:
    return "vendor" if term == VENDOR else "own-mta"


def of_many(count: int) -> ZonePlan:
    return plan(many(count), inventory(), TODAY).zones[0]


def unseen(zone: ZonePlan) -> ZonePlan:
    whole = plan([zone], inventory(), TODAY)
    return unreviewed(whole, inventory()).zones[0]


MINE, MORE = "ip4:192.0.2.0/25", "ip4:192.0.2.128/25"
OLD_KEY = desired("s1._domainkey", "TXT", KEY, sender="mta", line=7)
NEW_KEY = desired("s2._domainkey", "TXT", OTHER_KEY, sender="mta", line=7)
HELD_KEY = held(rrset("s1._domainkey", "TXT", KEY))
BAD, NONE, REJECT = (dmarc(f"v=DMARC1; p={p}") for p in ("bogus", "none", "reject"))
HELD_NONE, HELD_REJECT = (held(rrset("_dmarc", "TXT", f"v=DMARC1; p={p}")) for p in ("none", "reject"))
OLD_MX, NEW_MX, NULL = (desired("@", "MX", mx) for mx in ("10 a.example.net.", "10 b.example.net.", "0 ."))
STS = [desired("_mta-sts", "TXT", f"v=STSv1; id={n}") for n in (1, 2)]
TEN, ELEVEN = (
    desired("@", "TXT", " ".join(("v=spf1", *(f"a:h{i}.example.net" for i in range(n)), "-all")))
    for n in (10, 11)
)
HELD_KEYS = held(*(rrset(f"s{i}._domainkey", "TXT", KEY, ttl=60) for i in range(10)))

CHANGES = (
    change("PLN001", ([SPF], held(exists=False)), ([SPF], held())),
    change("PLN002", ([dmarc("v=DMARC1; p=bogus")], held()), ([NONE], held())),
    change(
        "PLN003",
        ([desired("@", "TXT", "v=spf1 a -all", "v=spf1 mx -all")], held()),
        ([desired("@", "TXT", "token", "v=spf1 mx -all")], held()),
    ),
    change(
        "PLN004",
        ([desired("em1", "CNAME", "em.example.net.")], held(rrset("em1", "A", "192.0.2.1"))),
        ([desired("em1", "CNAME", "em.example.net.")], held(rrset("em2", "A", "192.0.2.1"))),
    ),
    change(
        "PLN005",
        ([SPF], held(rrset("@", "TXT", "v=spf1 a -all"))),
        ([SPF], held(rrset("@", "TXT", "token"))),
    ),
    change(
        "PLN006",
        ([SPF], held(rrset("@", "TXT", 'a "b" c'), faithful=False)),
        ([SPF], held(rrset("@", "TXT", 'a "b" c'))),
    ),
    change(
        "PLN008",
        ([desired("x.sub", "TXT", "v=spf1 -all")], held(rrset("sub", "NS", "ns2.example.net."))),
        ([desired("x.sub", "TXT", "v=spf1 -all")], held(rrset("sup", "NS", "ns2.example.net."))),
    ),
    change("PLN010", ([], held(rrset("@", "TXT", "v=spf1 a -all"))), ([], held(rrset("@", "TXT", "a"))), once=[SPF]),
    Change("PLN011", lambda: weakening([WAIVER]), weakening),
    Change(
        "PLN012",
        lambda: weakening([replace(WAIVER, until=TODAY.date() - timedelta(days=1))]),
        lambda: weakening([WAIVER]),
    ),
    sent("PLN013", [MINE], [MINE, VENDOR], MINE, VENDOR),
    sent("PLN014", [MINE, VENDOR], [MINE], MINE),
    sent("PLN015", [MINE, VENDOR], [MINE, MORE], MINE),
    sent("PLN016", [MINE], [MINE, VENDOR], MINE, VENDOR, others={}),
    change("PLN020", ([ELEVEN], held()), ([TEN], held())),
    change("PLN021", ([NONE], HELD_REJECT), ([REJECT], HELD_REJECT), once=[REJECT]),
    Change(
        "PLN022",
        lambda: judged([OLD_KEY, REJECT], held(), of=inventory(MTA, PORTAL)),
        lambda: judged([OLD_KEY, REJECT], held(), of=inventory(MTA)),
    ),
    change("PLN023", ([], HELD_KEY), ([NEW_KEY], HELD_KEY), once=[OLD_KEY], of=inventory(MTA)),
    change(
        "PLN024",
        ([NEW_MX], held(rrset("@", "MX", "10 a.example.net."))),
        ([OLD_MX], held(rrset("@", "MX", "10 a.example.net."))),
        once=[OLD_MX],
    ),
    change("PLN025", ([NULL], held(rrset("@", "A", "192.0.2.1"))), ([NULL], held(rrset("www", "A", "192.0.2.1")))),
    change("PLN026", ([*keys(4, 3600), *keys(10, 60)[4:]], HELD_KEYS), ([*keys(3, 3600), *keys(10, 60)[3:]], HELD_KEYS)),
    Change("PLN027", lambda: of_many(26), lambda: of_many(25)),
    change("PLN028", ([], held(STS[0].rrset)), (STS[1:], held(STS[0].rrset)), once=STS[:1]),
    sent("PLN029", [MINE], [MINE, MORE], MINE, MORE),
    Change(
        "PLN031",
        lambda: unseen(judged([NONE], held())),
        lambda: unseen(judged([BAD], held())),  # a guard stops it
    ),
    sent("PLN030", [MINE, *(f"a:gone{i}.example.com" for i in range(3))], [MINE, *(f"a:gone{i}.example.com" for i in range(2))], MINE),
)  # fmt: skip
SINGLY = ("PLN007",)
FIRED = QUIET = frozenset([*(case.rule for case in CHANGES), *SINGLY])


@pytest.mark.parametrize("case", CHANGES, ids=lambda case: case.rule)
def test_a_rule_fires_and_is_quiet_where_the_change_is_a_right_one(case):
    wrong, right = ({one.rule.code for one in made().findings} for made in (case.wrong, case.right))
    assert case.rule in wrong
    assert case.rule not in right


def test_a_zone_that_cannot_be_read_is_not_planned(tmp_path):
    directory = Directory(tmp_path)
    directory.write(
        "dnsauth.yaml",
        "version: 1\nproviders: {store: {class: octodns.provider.yaml.YamlProvider, directory: held}}\n",
    )
    directory.write("zones/example.com.yaml", "version: 1\nprovider: store\ndomains: {}\n")
    for text, expected in (("--- {}\n", []), ("--- {\n", ["PLN007"])):
        directory.write("held/example.com.yaml", text)
        (zone,) = json.loads(directory.run("plan", "--format", "json").out)["zones"]
        assert expected == [one["rule"] for one in zone["findings"]]


def test_every_guard_is_among_them():
    assert {one.code for one in vars(guards).values() if isinstance(one, Rule)} == FIRED
