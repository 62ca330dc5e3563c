"""What others added, what a profile of one's own no longer asks, and keys that go while they are seen at work."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dnsauth.checks.rotation import in_use
from dnsauth.checks.view import View
from dnsauth.findings import Finding, Severity
from dnsauth.inventory.model import Inventory
from dnsauth.lock.keys import Reported, State
from dnsauth.lock.model import Lock
from dnsauth.lock.observed import Looked, Observed, Published
from dnsauth.plan.model import Change
from dnsauth.profiles import read
from dnsauth.profiles.model import Applies, Level, Part, Profile, Requirement
from dnsauth.profiles.softer import SHOWN, softened
from dnsauth.records.dmarc import Policy
from tests.checks.live_worlds import FILE, NS, SINCE, World, findings, policy
from tests.checks.rules.declared import Case, found
from tests.cli.conftest import Directory
from tests.plan.values import ZONE, held, rrset
from tests.profiles.test_assess import ASKED
from tests.profiles.test_read import OWN, write
from tests.reports.values import an_xml
from tests.rotation.values import NOON, a_key

FIRED = QUIET = frozenset(("SPF047", "PRF004", "PLN017", "REP002", "INV121"))

# Lookups that a vendor's record spends of ours.

TERM, NAME = "include:_spf.vendor.example", "_spf.vendor.example."
HOSTS = [f"h{i}.vendor.example" for i in range(10)]


def grown(before: int | None, now: int, own: int) -> list[Finding]:
    """What is said of *own* terms with a lookup beside a vendor's record, which spends *before* and *now*."""
    record = policy((TERM, "vendor"), *((f"a:{host}", "own") for host in HOSTS[:own]))

    def text(lookups: int) -> tuple[str, ...]:
        return (" ".join(("v=spf1", *(f"a:{host}" for host in HOSTS[:lookups]), "-all")),)

    hosts = {Looked(f"{host}.", type): (value,) for host in HOSTS for type, value in ADDRESSES}
    spf = {} if before is None else {NAME: Published(SINCE, text(before))}
    observed = Observed(SINCE, spf=spf, hosts=hosts)
    others = {(NAME, "TXT"): text(now), **hosts, ("vendor.example.", "NS"): ("ns1.vendor.example.",)}
    found = findings(
        World(ours={(ZONE, "TXT"): record.texts, (ZONE, "NS"): NS}, others=others),
        (record,),
        observed=observed,
    )
    return [one for one in found if one.rule.code == "SPF047"]


ADDRESSES = (("A", "192.0.2.1"), ("AAAA", "2001:db8::1"))


def test_lookups_a_vendor_added_are_told_where_one_is_left():
    (told,) = grown(before=2, now=4, own=4)
    assert (FILE, 10) == (told.where.file, told.where.line)
    assert (
        f"example.com: SPF takes 9 lookups of at most 10, and took 7 by observed.lock.yaml (RFC 7208 section 4.6.4):"
        f" '{TERM}' takes 5, and took 3; brought by vendor"
    ) == told.message


@pytest.mark.parametrize(
    ("before", "now", "own"),
    [(2, 3, 4), (4, 4, 4), (5, 4, 4), (None, 4, 4)],
    ids=["two are left", "nothing grew", "it fell", "nobody looked before"],
)
def test_lookups_are_not_told_where(before, now, own):
    assert [] == grown(before, now, own)


def test_lookups_beyond_the_limit_are_told_too():
    (told,) = grown(before=2, now=6, own=4)
    assert 11 == told.facts["count"]


# A profile of one's own under the name of a shipped one.

DEMAND = replace(ASKED, applies=Applies.SENDS, publishes=(Part.SPF, Part.DKIM), policy=(Policy.REJECT,))
SOFTER = {
    "advises what it demanded": {"level": Level.SHOULD},
    "applies to parked, and applied to sends": {"applies": Applies.PARKED},
    "asks no more for dkim": {"publishes": (Part.SPF,)},
    "lets the policy be none, reject": {"policy": (Policy.NONE, Policy.REJECT)},
    "lets the policy be any": {"policy": ()},
    "asks for no report to mailto:d@example.com": {"reports_to": ""},
    "is no longer broken by SPF011": {"broken_by": ("SPF013",)},
}


def less(own: tuple[Requirement, ...], hidden: tuple[Requirement, ...], *, name: str = "p") -> list[Finding]:
    """What is said of a user's profile of *own* beside a shipped one, `p`, of *hidden*."""
    shipped = {"p": Profile("p", "P", "about", hidden)}
    return list(softened([Profile(name, "P", "about", own, shipped=False)], shipped))


@pytest.mark.parametrize(("said", "changed"), SOFTER.items(), ids=SOFTER)
def test_a_demand_that_is_less_is_told_at_its_line(said, changed):
    hidden = replace(DEMAND, reports_to="mailto:d@example.com", broken_by=("SPF011", "SPF013"))
    own = replace(hidden, **changed)
    (told,) = less((own,), (hidden,))
    assert own.where == told.where
    assert f"asks for less: {DEMAND.id} {said}" in told.message
    assert (Severity.WARNING, [DEMAND.id]) == (told.rule.severity, told.facts["requirements"])
    assert [] == less((own,), (hidden,), name="q"), "it hides none"


def test_a_profile_that_asks_for_the_same_or_more_is_not_told():
    advice = replace(DEMAND, level=Level.SHOULD)
    more = replace(DEMAND, applies=Applies.ANY, broken_by=("SPF011",), seen=DEMAND.seen.replace(year=2027))
    assert [] == less((more, replace(DEMAND, id="another")), (advice,))


def test_many_demands_that_are_missing_are_counted():
    (told,) = less((DEMAND,), tuple(replace(DEMAND, id=f"d{i}") for i in range(SHOWN + 2)))
    assert told.message.endswith("d4 is missing; and 2 more")
    assert 0 == told.where.line


def test_a_copy_of_a_shipped_profile_hides_nothing_until_it_is_changed(tmp_path):
    text = (read.SHIPPED / "profiles/hipaa.yaml").read_text()
    for own, expected in (
        (text, []),
        (text.replace("policy: [quarantine, reject]", "policy: [none, quarantine, reject]"), ["spoofing"]),
        (OWN, ["agreement"]),
    ):
        write(tmp_path, "hipaa", own)
        told = list(softened(read.read(tmp_path, ["hipaa"]), read.shipped(["hipaa", "ours"])))
        assert expected == [one.facts["requirements"][0] for one in told]


# Keys that go while reports still see them.

SEEN = Reported(NOON, "receiver.example\x1b")


def withdrawn(hours: float, *, after: str = "v=DKIM1; p=", reported: Reported | None = SEEN) -> list[Finding]:
    """What is said so many *hours* after the report where the record of a revoked key becomes *after*."""
    key = a_key(state=State.REVOKED, reported=reported)
    before = rrset("new._domainkey", "TXT", key.record)
    change = Change(before, rrset("new._domainkey", "TXT", after) if after else None)
    view = View((), Lock(ZONE, keys=(key,)), held(before), (change,))
    return list(in_use(view, Inventory(Path(), {}), NOON + timedelta(hours=hours)))


def test_a_key_that_goes_while_reports_see_it_is_told():
    for after in ("v=DKIM1; p=", ""):
        (told,) = withdrawn(1, after=after)
        assert f"new._domainkey.{ZONE[:-1]}: a report of 'receiver.example\\x1b' saw mail" in told.message
        assert not told.stops


def test_a_key_is_not_told_where_it_stays_or_was_not_seen_of_late():
    assert [] == withdrawn(1, reported=None)
    assert [] == withdrawn(24 * 30)
    assert [] == withdrawn(-1), "nobody saw what is not yet"
    assert [] == withdrawn(1, after=a_key().record)


# Domains of ours that nobody listed.


@pytest.mark.parametrize(
    ("config", "zone", "expected"),
    [
        ("version: 1\n", "example.org", [("REP002", "example.com.", "info")]),
        ("version: 1\n", "example.com", []),
        ("version: 1\n", "com", []),
        ("version: 2\n", "example.org", []),
        ("", "example.org", []),
    ],
    ids=["no zone has it", "it is a zone", "it is in one", "not all can be read", "there is no inventory"],
)
def test_a_domain_that_sends_reports_here_and_is_in_no_zone_is_told(config, zone, expected, tmp_path):
    directory = Directory(tmp_path)
    if config:
        directory.write("dnsauth.yaml", config)
    directory.write(f"zones/{zone}.yaml", "version: 1\ndomains: {}\n")
    report = tmp_path / "report.xml"
    report.write_bytes(an_xml())
    done = directory.run("reports", str(report), "--format", "json", now="2026-12-31T12:00:00Z")
    found = json.loads(done.out)["findings"]
    assert (0, expected) == (done.code, [(one["rule"], one["owner"], one["severity"]) for one in found])


# TTLs that a provider does not store.


@pytest.mark.parametrize(
    ("ttl", "provider", "expected"),
    [
        ("60", "class: octodns_cloudflare.CloudflareProvider", 1),
        ("120", "class: octodns_cloudflare.CloudflareProvider", 0),
        ("60", "class: octodns_cloudflare.CloudflareProvider, min_ttl: 60", 0),
        ("120", "class: octodns_cloudflare.CloudflareProvider, min_ttl: 300", 1),
        ("60", "class: octodns_route53.Route53Provider", 0),
    ],
)
def test_a_ttl_below_the_least_a_provider_stores_is_told_once(ttl, provider, expected, tmp_path):
    zone = "".join(f"  {name}:\n    ttl: {ttl}\n    parked: true\n" for name in ("a", "b")) + "provider: cf\n"
    told = found(Case("INV121", zone, ("", ""), f"providers: {{cf: {{{provider}}}}}\n"), tmp_path)
    assert expected == sum(one.rule.code == "INV121" for one in told)
