"""What a plan changes for those who send, each proven by evaluating SPF before and after."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnsauth.checks.plan import zone_plan
from dnsauth.checks.published import published, unknown
from dnsauth.desired.locks import updated
from dnsauth.findings import Severity, Where
from dnsauth.inventory.model import Inventory, MailDomain, Sender, Zone
from dnsauth.rrset import RRsetId
from dnsauth.spf import NoSuchName, NotLooked, TempError, check_host
from tests.plan.values import ZONE, answers, at, desired, held, lock, rrset

TODAY = datetime(2026, 11, 24, tzinfo=UTC)
OTHERS = {
    ("_spf.example.net.", "TXT"): ("v=spf1 ip4:198.51.100.0/24 include:_more.example.net -all",),
    ("_more.example.net.", "TXT"): ("v=spf1 ip4:203.0.113.0/25 -all",),
    ("mail.example.net.", "A"): ("192.0.2.77",),
    ("mail.example.net.", "AAAA"): (),
}
MTA, VENDOR = "ip4:192.0.2.0/24", "include:_spf.example.net"


def spf(label: str, *brought: tuple[str, str], closing: str = "-all"):
    """A desired record of terms, each with its sender."""
    record = desired(label, "TXT", " ".join(("v=spf1", *(term for term, _ in brought), closing)))
    terms = tuple((term, (sender,)) for term, sender in brought)
    return replace(record, values=(replace(record.values[0], terms=terms),))


def plan(before, after, *senders: str, also=(), others=OTHERS):
    """The plan from records *before*, as applied once, to those *after*, where *senders* stay."""
    where = Where("zones/example.com.yaml", 4)
    domain = MailDomain(ZONE, where, 3600, True, tuple(Sender(name, name, where) for name in senders))
    inventory = Inventory(Path(), {ZONE: Zone(ZONE, where, ("ns1",), (domain,))})
    stands = [rrset("@", "TXT", *one.texts) if one.owner == ZONE else one.rrset for one in before]
    return zone_plan(
        inventory,
        after,
        updated(lock(*before), after),
        held(*stands, *also),
        lookup=answers(others),
        now=TODAY,
    )


def found(plan, code):
    return [finding for finding in plan.findings if finding.rule.code == code]


def test_a_sender_that_goes_takes_its_addresses_with_it_and_the_plan_says_which():
    before, after = [spf("@", (MTA, "own-mta"), (VENDOR, "vendor"))], [spf("@", (MTA, "own-mta"))]

    result = plan(before, after, "own-mta")

    (lost,) = found(result, "PLN013")
    assert (["198.51.100.0/24", "203.0.113.0/25"], []) == (lost.facts["lost"], lost.facts["gained"])
    assert "vendor" == lost.facts["sender"]
    assert Severity.WARNING is lost.rule.severity
    assert not result.stopped
    for network in map(ip_network, lost.facts["lost"]):
        for address in (network[0], network[-1]):
            assert "pass" == passes(before, address)
            assert "fail" == passes(after, address)
    assert "pass" == passes(before, ip_address("192.0.2.9")) == passes(after, ip_address("192.0.2.9"))


def passes(records, address):
    zone = published(ZONE, {one.id: one.rrset for one in records}, answers(OTHERS))
    return check_host(address, f"a@{ZONE.removesuffix('.')}", "mail.example.com", zone).result


def test_a_sender_that_stays_and_loses_addresses_stops_the_plan():
    before = [spf("@", ("ip4:192.0.2.0/25", "own-mta"), ("ip4:192.0.2.128/25", "own-mta"))]
    after = [spf("@", ("ip4:192.0.2.0/25", "own-mta"), ("ip4:198.51.100.9", "own-mta"))]

    result = plan(before, after, "own-mta")

    (lost,) = found(result, "PLN029")
    assert (["192.0.2.128/25"], ["198.51.100.9/32"]) == (lost.facts["lost"], lost.facts["gained"])
    assert (
        "192.0.2.128/25 may no longer send: brought by sender own-mta, which stays; 198.51.100.9 may"
        in lost.message
    )
    assert "rule: PLN029" in lost.next
    assert result.stopped


def test_a_sentence_has_few_networks_and_the_facts_all():
    many = [(f"ip4:192.0.2.{2 * last}", "old") for last in range(7)]

    (lost,) = found(plan([spf("@", *many)], [spf("@", (VENDOR, "vendor"))], "vendor"), "PLN013")

    assert (
        "192.0.2.0, 192.0.2.2, 192.0.2.4, 192.0.2.6, 192.0.2.8, 192.0.2.10 and 1 more network may"
        in lost.message
    )
    assert "192.0.2.12/32" == lost.facts["lost"][-1]


def test_addresses_that_pass_by_another_term_are_not_lost():
    before, after = [spf("@", ("ip4:192.0.2.0/25", "old"), (MTA, "own-mta"))], [spf("@", (MTA, "own-mta"))]

    assert [] == [
        f for f in plan(before, after, "own-mta").findings if f.rule.code in ("PLN013", "PLN014", "PLN029")
    ]


def test_what_is_gained_is_told_with_its_sender_and_its_price():
    result = plan(
        [spf("@", (MTA, "own-mta"))], [spf("@", (MTA, "own-mta"), (VENDOR, "vendor"))], "own-mta", "vendor"
    )

    (gained,), (costs,) = found(result, "PLN014"), found(result, "PLN015")
    assert (["198.51.100.0/24", "203.0.113.0/25"], "vendor") == (
        gained.facts["gained"],
        gained.facts["sender"],
    )
    assert "SPF lookups 0 → 2 of 10, 8 to spare; vendor 0 → 2" in costs.message
    assert {"vendor": [0, 2]} == costs.facts["senders"]


def test_a_first_record_needs_no_words():
    assert () == plan([], [spf("@", (MTA, "own-mta"))], "own-mta").findings


def test_a_record_of_ours_behind_an_include_is_told_by_its_own_senders():
    root = spf("@", ("include:_spf.example.com", "own-mta"))
    before = [root, spf("_spf", (MTA, "own-mta"), (VENDOR, "vendor"))]
    after = [root, spf("_spf", (MTA, "own-mta"))]

    (lost,) = found(plan(before, after, "own-mta"), "PLN013")

    assert ("vendor", ZONE) == (lost.facts["sender"], lost.owner)


def test_what_was_never_looked_up_is_said():
    (unknown_terms,) = found(
        plan(
            [spf("@", (MTA, "own-mta"), (VENDOR, "vendor"))],
            [spf("@", (MTA, "own-mta"))],
            "own-mta",
            others={},
        ),
        "PLN016",
    )

    assert f"whom {VENDOR} lets pass was never looked up" in unknown_terms.message


def test_void_lookups_are_counted_in_the_resolved_tree():
    gone = [(f"a:gone{i}.example.com", "own-mta") for i in range(3)]

    result = plan([spf("@", (MTA, "own-mta"))], [spf("@", (MTA, "own-mta"), *gone)], "own-mta")

    (voids,) = found(result, "PLN030")
    assert "takes 3 void lookups of at most 2; before it was 0" in voids.message


networks = st.sampled_from(
    [f"ip4:192.0.2.{i * 32}/27" for i in range(8)] + ["mx", "a:mail.example.net", VENDOR]
)
records = st.lists(networks, max_size=5, unique=True)


@given(records, records)
@settings(max_examples=60, deadline=None)
def test_what_is_told_is_what_an_evaluation_says(before, after):
    hosts = (rrset("@", "MX", "10 mx.example.com."), rrset("mx", "A", "203.0.113.200"))
    sides = [[spf("@", *((term, f"s{i}") for i, term in enumerate(terms)))] for terms in (before, after)]
    told = plan(*sides, "s0", also=hosts).findings
    lost = {n for f in told for n in map(ip_network, f.facts.get("lost", ()))}
    gained = {n for f in told for n in map(ip_network, f.facts.get("gained", ()))}
    for address in map(
        ip_address, ("192.0.2.1", "192.0.2.77", "192.0.2.255", "198.51.100.9", "203.0.113.5", "203.0.113.200")
    ):
        was, will = (
            check_host(
                address,
                "a@example.com",
                "h.example.com",
                published(ZONE, {o.id: o for o in (*hosts, *(x.rrset for x in side))}, answers(OTHERS)),
            ).result
            for side in sides
        )
        assert any(address in network for network in lost) == (was == "pass" != will)
        assert any(address in network for network in gained) == (will == "pass" != was)


ZONE_RRSETS = {
    one.id: one
    for one in (
        rrset("@", "TXT", "v=spf1 -all"),
        rrset("a.b", "A", "192.0.2.1"),
        rrset("*", "A", "192.0.2.2"),
        rrset("*.b", "TXT", "below b"),
        rrset("alias", "CNAME", "a.b.example.com."),
        rrset("out", "CNAME", "mail.example.net."),
        rrset("ring", "CNAME", "ring.example.com."),
        rrset("child", "NS", "ns.example.net."),
    )
}


@pytest.mark.parametrize(
    ("name", "type", "expected", "reason"),
    [
        ("@", "TXT", ("v=spf1 -all",), "the apex"),
        ("@", "A", (), "no data at the apex, and no wildcard"),
        ("a.b", "A", ("192.0.2.1",), "a name"),
        ("b", "A", (), "an empty non-terminal exists"),
        ("x.b", "TXT", ("below b",), "the wildcard at the closest encloser"),
        ("x.b", "A", (), "and no other"),
        ("x", "A", ("192.0.2.2",), "the wildcard of the zone"),
        ("alias", "A", ("192.0.2.1",), "a CNAME within"),
        ("out", "A", ("192.0.2.77",), "a CNAME out of the zone"),
        ("a.a.b", "A", NoSuchName, "below a name there is no wildcard of its parent"),
        ("ring", "A", TempError, "a ring ends"),
        ("x.child", "A", NotLooked, "what is delegated is not ours to answer"),
    ],
)
def test_a_zone_answers_as_its_servers_would(name, type, expected, reason):
    lookup = published(ZONE, ZONE_RRSETS, answers(OTHERS))
    if isinstance(expected, tuple):
        assert expected == lookup(at(name), type), reason
    else:
        with pytest.raises(expected):
            lookup(at(name), type)


def test_nothing_is_known_of_an_empty_world():
    with pytest.raises(NotLooked):
        published(ZONE, {}, unknown)("example.net.", "A")
    with pytest.raises(NoSuchName):
        published(ZONE, {RRsetId(ZONE, "TXT"): rrset("@", "TXT", "x")}, unknown)("x.example.com.", "A")
