"""`check` says what is doubtful in inventory and records, at the line that asks for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from dnsauth.catalogue.model import Entry, Service, Status
from dnsauth.checks.check import check
from dnsauth.desired.flatten import answers as published
from dnsauth.findings import Where
from dnsauth.inventory.model import (
    Cname,
    Dmarc,
    Inventory,
    Keep,
    KeyText,
    MailDomain,
    OwnKeys,
    Sender,
    Waiver,
    Zone,
)
from dnsauth.records.dmarc import Policy
from dnsauth.spf import overlaid
from tests.plan.values import KEY, ZONE, answers, at, desired

TODAY = date(2026, 11, 24)
FILE = "zones/example.com.yaml"
MTA = Sender("mta", "mta", Where(FILE, 7, 9))
SHORT = (
    "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFC"
    "jxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBc"
    "WToIMmPSPDdQPNUYckcQ2QIDAQAB"
)


HANDED_OUT = Entry({"selector": "s1", "given": "key"})


def checked(*rrsets, waivers=(), others=None, status=Status.VERIFIED, **domain):
    domain = {"dmarc": Cname("dmarc.example.net."), **domain}  # a policy nobody here knows
    mail_domain = MailDomain(ZONE, Where(FILE, 4, 3), 3600, **domain)
    zone = Zone(ZONE, Where(FILE), ("ns1",), (mail_domain,))
    inventory = Inventory(Path(), {ZONE: zone}, waivers=tuple(waivers))
    catalogue = {
        "mta": Service("mta", "MTA", Where("mta.yaml"), True, status),
        "host": Service("host", "Host", Where("host.yaml"), True, status, template={"dkim": (HANDED_OUT,)}),
    }
    lookup = overlaid(answers(others or {}), published({ZONE: rrsets}))
    return list(check(inventory, catalogue, {ZONE: rrsets}, lookup=lookup, today=TODAY))


def codes(*rrsets, **more):
    return [finding.rule.code for finding in checked(*rrsets, **more)]


def lookups(count, closing="~all"):
    return "v=spf1 " + " ".join(f"a:h{i}.example.net" for i in range(count)) + " " + closing


@pytest.mark.parametrize(
    ("label", "value", "expected"),
    [
        ("@", "v=spf1 mx ~all", []),
        ("@", "v=spf1 mx", ["SPF010"]),
        ("@", "v=spf1 redirect=example.net", []),
        ("@", "v=spf1 +all", ["SPF011"]),
        ("@", "v=spf1 mx ?all", ["SPF012"]),
        ("@", lookups(11), ["SPF013"]),
        ("@", lookups(10), ["SPF014"]),
        ("@", lookups(7), []),
        ("@", "v=spf1 " + " ".join(f"ip4:192.0.2.{i}" for i in range(30)) + " ~all", ["SPF015"]),
        ("@", "v=spf1 ptr ~all", ["SPF016"]),
        ("@", "x" * 500, ["TXT002"]),
        ("@", "x" * 1200, ["TXT001"]),
        ("@", "v=spf1 nclude:x", ["SPF053"]),
        ("s1._domainkey", KEY, []),
        ("s1._domainkey", "v=DKIM1; p=", []),
        ("s1._domainkey", SHORT, ["DKM011"]),
        ("_dmarc", "v=DMARC1; p=reject; pct=100; ri=3600", ["DMA010"]),
        ("a._report._dmarc", "v=DMARC1;", []),
    ],
)
def test_records_are_judged(label, value, expected):
    assert expected == codes(desired(label, "TXT", value))


def test_a_finding_names_the_line_that_asks():
    (finding,) = checked(desired("@", "TXT", "v=spf1 mx", line=12))
    assert Where(FILE, 12) == finding.where
    assert "example.com: SPF ends without `all`" in finding.message


def test_lookups_are_counted_through_what_others_publish_and_our_own_records():
    rrsets = (
        desired("@", "TXT", "v=spf1 include:_spf.example.com ~all"),
        desired("_spf", "TXT", "v=spf1 include:example.net ~all"),
    )
    assert [] == codes(*rrsets)
    assert {"SPF013"} == set(codes(*rrsets, others={("example.net.", "TXT"): (lookups(10),)}))
    (near,) = checked(desired("@", "TXT", lookups(8, "include:example.net ~all")))
    assert "at least 9 lookups" in near.message


def test_a_service_without_source_is_told_where_it_is_used():
    (finding,) = checked(senders=(MTA,), status=Status.UNVERIFIED)
    assert "INV101" == finding.rule.code
    assert MTA.where == finding.where


def test_own_keys_that_are_not_made_yet_are_told():
    own = replace(MTA, own_keys=OwnKeys(("rsa-2048",), 0, "keys", "mta"))
    assert ["DKM010"] == codes(senders=(own,))
    assert [] == codes(desired("s1._domainkey", "TXT", KEY, sender="mta", line=7), senders=(own,))


def test_reject_wants_an_aligned_key_of_every_sender():
    reject = Dmarc(Policy.REJECT, Where(FILE, 9))
    spf = (Keep(ZONE, "TXT", ("v=spf1 mx ~all",), Where(FILE, 6)),)
    key = desired("s1._domainkey.bounce", "TXT", KEY, sender="mta", line=7)
    assert ["DMA011"] == codes(senders=(MTA,), dmarc=reject, keep=spf)
    assert [] == codes(key, senders=(MTA,), dmarc=reject, keep=spf)
    assert ["DMA011"] == codes(key, senders=(MTA,), dmarc=replace(reject, adkim="s"), keep=spf)
    assert [] == codes(senders=(MTA,), dmarc=Dmarc(Policy.QUARANTINE, Where(FILE, 9)), keep=spf)


def test_a_domain_that_sends_nothing_says_so_in_both_records():
    none = Dmarc(Policy.NONE, Where(FILE, 9))
    assert ["SPF017", "DMA012", "MX012"] == codes(
        desired("@", "TXT", "v=spf1 mx ~all", "token"), sends=False, dmarc=none
    )
    assert [] == codes(
        desired("@", "TXT", "v=spf1 -all"),
        desired("@", "MX", "0 ."),
        sends=False,
        dmarc=Dmarc(Policy.REJECT, Where(FILE, 9)),
    )


WAIVER = Waiver("SPF012", ZONE, TODAY, "dns@example.com", "why", Where("dnsauth.yaml", 30, 3))
NEUTRAL = desired("@", "TXT", "v=spf1 mx ?all")


def test_a_waiver_silences_its_rule_at_its_place_until_the_day_is_over():
    assert ["INV115"] == codes(NEUTRAL, waivers=[WAIVER])
    over = replace(WAIVER, until=date(2026, 11, 23))
    assert ["SPF012", "INV102"] == codes(NEUTRAL, waivers=[over])
    elsewhere = replace(WAIVER, domain=at("mail"))
    assert ["SPF012", "INV103"] == codes(NEUTRAL, waivers=[elsewhere])


@pytest.mark.parametrize(
    ("rule", "change", "expected"),
    [
        ("SPF012", "", "example.com has no such finding"),
        ("SPF999", "", "there is no such rule"),
        ("PLN005", "abc", "nothing waives this guard"),
        ("PLN021", "", "a guard is waived for one change; copy `change` from the plan"),
        ("PLN021", "0123456789ab", None),
    ],
)
def test_a_waiver_that_waives_nothing_is_told_with_its_reason(rule, change, expected):
    found = checked(waivers=[replace(WAIVER, rule=rule, change=change)])
    assert [expected] * (expected is not None) == [finding.facts["problem"] for finding in found]


def test_a_key_a_service_hands_out_is_missed():
    host = Sender("host", "host", Where(FILE, 7, 9))
    assert ["DKM012"] == codes(senders=(host,))
    given = {"s1": KeyText(KEY), "s2": Cname("s2.host.example.")}
    assert [] == codes(senders=(replace(host, dkim=given),))
