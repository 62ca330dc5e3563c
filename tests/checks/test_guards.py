"""Guards judge the change: they fire where it makes true, or worse, what was not so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnsauth.checks.plan import plan, zone_plan
from dnsauth.documents import load
from dnsauth.findings import Severity, Where
from dnsauth.inventory import config_form
from dnsauth.inventory.model import Inventory, MailDomain, Sender, Waiver, Zone
from dnsauth.plan.digest import change_id
from tests.plan.values import (
    KEY,
    OTHER_KEY,
    REVOKED,
    ZONE,
    adopting,
    answers,
    applied,
    at,
    desired,
    held,
    lock,
    rrset,
)
from tests.plan.worlds import HELD, INVENTORY, foreign

TODAY = datetime(2026, 11, 24, tzinfo=UTC)
MTA = Sender("mta", "mta", Where("zones/example.com.yaml", 7))
PORTAL = Sender("portal", "custom", Where("zones/example.com.yaml", 9))


def inventory(*senders, waivers=()):
    domain = MailDomain(ZONE, Where("zones/example.com.yaml", 4), 3600, sends=bool(senders), senders=senders)
    zone = Zone(ZONE, Where("zones/example.com.yaml"), ("ns1",), (domain,))
    return Inventory(Path(), {ZONE: zone}, waivers=tuple(waivers))


def judged(wanted, before, *, once=(), known=None, of=None, others=None):
    known = known or lock(*once, *wanted)
    return zone_plan(of or inventory(), wanted, known, before, lookup=answers(others or {}), now=TODAY)


def codes(found):
    return [finding.rule.code for finding in found.findings if finding.rule.severity is Severity.ERROR]


SPF = desired("@", "TXT", "v=spf1 mx -all")


def dmarc(record, label="_dmarc"):
    return desired(label, "TXT", record)


def test_a_plain_plan_has_no_findings():
    found = judged([SPF, desired("s1._domainkey", "TXT", KEY)], held(rrset("@", "TXT", "token")))
    assert () == found.findings
    assert not found.stopped


# What nothing waives


def test_a_zone_absent_at_the_provider_stops_it_even_where_nothing_changes():
    assert ["PLN001"] == codes(judged([], held(exists=False)))
    (finding,) = judged([SPF], held(exists=False)).findings
    assert "provider ns1 has no zone example.com" == finding.message


@pytest.mark.parametrize("label", ["sub", "s1._domainkey.sub"])
def test_what_stands_below_a_delegation_would_be_seen_by_nobody(label):
    delegated = held(rrset("@", "NS", "ns1.example.net."), rrset("sub", "NS", "ns2.example.net."))
    assert ["PLN008"] == codes(judged([desired(label, "TXT", "v=DKIM1; p=")], delegated))
    assert [] == codes(judged([desired("subway", "TXT", "token")], delegated))


@pytest.mark.parametrize(
    ("label", "type", "value"),
    [
        ("@", "TXT", "v=spf1 nclude:x -all"),
        ("_dmarc", "TXT", "v=DMARC1; p=bogus"),
        ("_dmarc", "TXT", "v=DMARC1; p=none; rua=nothing"),
        ("_dmarc", "TXT", "v=spf1 nclude:x -all"),
        ("s1._domainkey", "TXT", "v=DKIM1; p=?"),
        ("s1._domainkey", "TXT", "hello"),
        ("_mta-sts", "TXT", "v=STSv1; id=?"),
        ("@", "MX", "ten mx.example.com."),
        ("em1", "CNAME", "two names."),
        ("@", "TXT", "x" * 70_000),
    ],
)
def test_a_new_value_its_grammar_refuses_is_stopped_at_the_line_that_asks(label, type, value):
    found = judged([desired(label, type, value)], held())
    assert ["PLN002"] == codes(found)
    assert "zones/example.com.yaml:7" in str(found.findings[0].where)


def test_a_broken_value_that_stays_is_not_ours_to_stop():
    assert [] == codes(judged([SPF], held(rrset("@", "TXT", "v=DMARC1; p=bogus"))))


def test_a_second_record_is_stopped_where_receivers_take_only_one():
    two = desired("@", "TXT", "v=spf1 a -all", "v=spf1 mx -all")
    assert ["PLN003"] == codes(judged([two], held()))
    keys = desired("s1._domainkey", "TXT", KEY, OTHER_KEY)
    assert ["PLN003"] == codes(judged([keys], held()))
    assert [] == codes(judged([desired("@", "TXT", "token", "v=spf1 mx -all")], held()))


def test_a_cname_beside_data_is_stopped_either_way_round():
    cname = desired("em1", "CNAME", "em.example.net.")
    found = judged([cname], held(rrset("em1", "A", "192.0.2.1")))
    assert ["PLN004"] == codes(found)
    assert (
        "em1.example.com would hold CNAME em.example.net. beside A 192.0.2.1; a CNAME stands alone"
        " (RFC 1034 section 3.6.2)"
    ) == found.findings[0].message
    assert ["PLN004"] == codes(
        judged([dmarc("v=DMARC1; p=none")], held(rrset("_dmarc", "CNAME", "d.example.net.")))
    )
    assert ["PLN004"] == codes(judged([desired("@", "CNAME", "a.example.net.")], held()))


def test_a_cname_that_takes_the_place_of_our_own_data_is_welcome():
    once = desired("s1._domainkey", "TXT", KEY)
    wanted = [desired("s1._domainkey", "CNAME", "s1.example.net.")]
    assert [] == codes(judged(wanted, held(rrset("s1._domainkey", "TXT", KEY)), once=[once]))
    assert [] == codes(judged(wanted, held(rrset("s1._domainkey", "RRSIG", "x"))))


def test_taking_what_nobody_recorded_shows_both_texts_until_it_is_adopted():
    before = held(rrset("@", "TXT", "v=spf1 a -all", "token"))
    found = judged([SPF], before)
    assert ["PLN005"] == codes(found)
    assert (
        "example.com TXT holds 'v=spf1 a -all', which nobody recorded; the plan would put 'v=spf1 mx -all' in its place"
    ) == found.findings[0].message
    assert "--adopt" in found.findings[0].next
    known = adopting(lock(SPF), "@", "TXT", "v=spf1 a -all")
    assert () == judged([SPF], before, known=known).findings


def test_a_value_somebody_put_where_nothing_is_desired_is_only_told():
    (finding,) = judged([], held(rrset("@", "TXT", "v=spf1 a -all")), once=[SPF]).findings
    assert "PLN010" == finding.rule.code
    assert not finding.stops


@pytest.mark.parametrize("value", ['a "b" c', "back\\092slash", "caf\\195\\169"])
def test_a_provider_that_rewrites_rrsets_is_kept_from_values_it_would_damage(value):
    shared = rrset("@", "TXT", value)
    assert ["PLN006"] == codes(judged([SPF], held(shared, faithful=False)))
    assert [] == codes(judged([SPF], held(shared)))
    alone = held(rrset("s1._domainkey", "TXT", value), shared, faithful=False)
    assert [] == codes(judged([desired("s2._domainkey", "TXT", KEY)], alone))


def test_a_provider_that_rewrites_rrsets_is_kept_from_strings_cut_elsewhere():
    shared = rrset("@", "TXT", "token")
    assert ["PLN006"] == codes(
        judged([SPF], held(shared, faithful=False, exact={shared.id: (b"\x02to\x03ken",)}))
    )
    assert [] == codes(judged([SPF], held(shared, faithful=False, exact={shared.id: (b"\x05token",)})))
    assert [] == codes(judged([SPF], held(shared, faithful=False)))


# What a waiver may lift


def test_more_than_ten_lookups_are_stopped_where_the_change_makes_them_so():
    eleven = desired("@", "TXT", "v=spf1 " + " ".join(f"a:h{i}.example.net" for i in range(11)) + " -all")
    (finding,) = judged([eleven], held()).findings
    assert "PLN020" == finding.rule.code
    assert "takes 11 lookups of at most 10; before it was 0" in finding.message
    worse = desired("@", "TXT", eleven.values[0].text.replace("-all", "mx -all"))
    assert ["PLN020"] == codes(judged([worse], held(rrset("@", "TXT", eleven.values[0].text)), once=[eleven]))
    assert [] == codes(judged([eleven], held(rrset("@", "TXT", worse.values[0].text)), once=[worse]))


def test_lookups_are_counted_through_what_others_publish_and_our_own_records_else_at_least():
    wanted = desired("@", "TXT", "v=spf1 include:example.net -all")
    ten = "v=spf1 " + " ".join(f"a:h{i}.example.org" for i in range(10)) + " -all"
    assert [] == codes(judged([wanted], held()))
    assert ["PLN020"] == codes(judged([wanted], held(), others={("example.net.", "TXT"): (ten,)}))
    own = [desired("@", "TXT", "v=spf1 include:_spf.example.com -all"), desired("_spf", "TXT", ten)]
    assert ["PLN020"] == codes(judged(own, held()))
    apex = rrset("@", "TXT", own[0].values[0].text)
    grown = judged(
        own,
        held(apex, rrset("_spf", "TXT", "v=spf1 mx -all")),
        once=[desired("_spf", "TXT", "v=spf1 mx -all")],
    )
    assert ["PLN020"] == codes(grown)
    more = desired("@", "TXT", ten.replace("-all", "include:example.net -all"))
    assert "takes at least 11 lookups" in judged([more], held()).findings[0].message


@pytest.mark.parametrize(
    ("before", "after", "whom"),
    [
        ("v=DMARC1; p=reject", "v=DMARC1; p=none", "the domain, its subdomains, names that do not exist"),
        ("v=DMARC1; p=reject", "v=DMARC1; p=reject; sp=none", "its subdomains, names that do not exist"),
        ("v=DMARC1; p=reject", "v=DMARC1; p=reject; np=none", "names that do not exist"),
        (
            "v=DMARC1; p=reject",
            "v=DMARC1; p=reject; t=y",
            "the domain, its subdomains, names that do not exist",
        ),
        (
            "v=DMARC1; p=reject; pct=0",
            "v=DMARC1; p=quarantine",
            "the domain, its subdomains, names that do not exist",
        ),
        ("v=DMARC1; p=none; sp=reject", "v=DMARC1; p=quarantine", "its subdomains, names that do not exist"),
        (
            "v=DMARC1; p=bogus",
            "v=DMARC1; p=quarantine",
            "the domain, its subdomains, names that do not exist",
        ),
    ],
)
def test_a_weaker_policy_is_stopped_and_said_for_whom(before, after, whom):
    found = judged([dmarc(after)], held(rrset("_dmarc", "TXT", before)), once=[dmarc(before)])
    assert ["PLN021"] == codes(found)
    assert (
        f"weakened for {whom} (RFC 9989 section 4.7): '{before}' becomes '{after}'"
        in found.findings[0].message
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("v=DMARC1; p=none", "v=DMARC1; p=reject"),
        ("v=DMARC1; p=quarantine", "v=DMARC1; p=reject; t=y"),
        ("v=DMARC1; p=quarantine; pct=10", "v=DMARC1; p=quarantine"),
        ("v=DMARC1; p=none; sp=none; np=none", "v=DMARC1; p=none"),
        ("v=DMARC1; p=bogus", "v=DMARC1; p=reject"),
    ],
)
def test_a_policy_as_strong_passes(before, after):
    assert [] == codes(judged([dmarc(after)], held(rrset("_dmarc", "TXT", before)), once=[dmarc(before)]))


def test_a_policy_that_goes_is_weakened_unless_one_above_is_as_strong():
    none, reject = dmarc("v=DMARC1; p=none"), dmarc("v=DMARC1; p=reject")
    assert ["PLN021"] == codes(judged([], held(rrset("_dmarc", "TXT", "v=DMARC1; p=none")), once=[none]))
    sub = dmarc("v=DMARC1; p=reject", "_dmarc.mail")
    before = held(
        rrset("_dmarc", "TXT", "v=DMARC1; p=reject"), rrset("_dmarc.mail", "TXT", "v=DMARC1; p=reject")
    )
    assert [] == codes(judged([reject], before, once=[sub]))
    weak = dmarc("v=DMARC1; p=none", "_dmarc.mail")
    assert ["PLN021"] == codes(judged([reject, weak], held(rrset("_dmarc", "TXT", "v=DMARC1; p=reject"))))


def test_a_policy_handed_over_by_cname_is_named_once():
    wanted = desired("_dmarc", "CNAME", "d.example.net.")
    before = held(rrset("_dmarc", "TXT", "v=DMARC1; p=none"))
    found = judged([wanted], before, once=[dmarc("v=DMARC1; p=none")])
    assert ["PLN021"] == codes(found)
    assert "'v=DMARC1; p=none' becomes 'd.example.net.'" in found.findings[0].message


def test_reject_is_stopped_while_a_sender_has_no_aligned_key():
    key = desired("s1._domainkey", "TXT", KEY, sender="mta", line=7)
    reject = dmarc("v=DMARC1; p=reject")
    found = judged([key, reject], held(), of=inventory(MTA, PORTAL))
    assert ["PLN022"] == codes(found)
    assert "without an aligned DKIM key of portal;" in found.findings[0].message
    assert [] == codes(judged([key, reject], held(), of=inventory(MTA)))
    stands = held(rrset("_dmarc", "TXT", "v=DMARC1; p=reject", ttl=60))
    assert [] == codes(judged([reject], stands, of=inventory(MTA)))


def test_a_key_elsewhere_in_the_zone_is_aligned_unless_the_policy_is_strict():
    key = desired("s1._domainkey.bounce", "CNAME", "s1.example.net.", sender="mta", line=7)
    assert [] == codes(judged([key, dmarc("v=DMARC1; p=reject")], held(), of=inventory(MTA)))
    assert ["PLN022"] == codes(judged([key, dmarc("v=DMARC1; p=reject; adkim=s")], held(), of=inventory(MTA)))


def test_reject_for_a_subdomain_counts_where_the_record_above_decides():
    sub = MailDomain(at("mail"), Where("zones/example.com.yaml", 20), 3600, sends=True, senders=(MTA,))
    zone = Zone(ZONE, Where("zones/example.com.yaml"), ("ns1",), (sub,))
    found = judged([dmarc("v=DMARC1; p=none; sp=reject")], held(), of=Inventory(Path(), {ZONE: zone}))
    assert ["PLN022"] == codes(found)
    assert "the policy of mail.example.com becomes reject" in found.findings[0].message


def test_the_last_working_key_of_a_sender_that_stays_is_kept():
    old = desired("s1._domainkey", "TXT", KEY, sender="mta", line=7)
    before = held(rrset("s1._domainkey", "TXT", KEY))
    assert ["PLN023"] == codes(judged([], before, once=[old], of=inventory(MTA)))
    assert [] == codes(judged([], before, once=[old], of=inventory()))
    new = desired("s2._domainkey", "TXT", OTHER_KEY, sender="mta", line=7)
    assert [] == codes(judged([new], before, once=[old], of=inventory(MTA)))
    revoked = desired("s1._domainkey", "TXT", REVOKED, sender="mta", line=7)
    assert ["PLN023"] == codes(judged([revoked], before, once=[old], of=inventory(MTA)))


def test_a_record_nobody_asks_for_any_more_goes_at_the_place_of_its_mail_domain_or_zone_file():
    before, gone = held(rrset("_dmarc", "TXT", "v=DMARC1; p=reject")), dmarc("v=DMARC1; p=reject")
    (found,) = judged([], before, once=[gone]).findings
    assert ("PLN021", "zones/example.com.yaml:4:0") == (found.rule.code, str(found.where))
    zone = Zone(ZONE, Where("zones/example.com.yaml"), ("ns1",), ())
    (found,) = judged([], before, once=[gone], of=Inventory(Path(), {ZONE: zone})).findings
    assert ("PLN021", "zones/example.com.yaml") == (found.rule.code, str(found.where))


def test_a_held_mx_is_kept():
    old, new = desired("@", "MX", "10 a.example.net."), desired("@", "MX", "10 b.example.net.")
    before = held(rrset("@", "MX", "10 a.example.net."))
    assert ["PLN024"] == codes(judged([new], before, once=[old]))
    assert ["PLN024"] == codes(judged([], before, once=[old]))
    assert [] == codes(judged([replace(old, ttl=60)], before))
    assert [] == codes(judged([new], held()))


@pytest.mark.parametrize("beside", [rrset("@", "A", "192.0.2.1"), rrset("@", "AAAA", "2001:db8::1")])
def test_a_null_mx_is_stopped_where_the_name_may_receive_mail(beside):
    null = desired("@", "MX", "0 .")
    assert ["PLN025"] == codes(judged([null], held(beside)))
    assert [] == codes(judged([null], held(beside, rrset("@", "MX", "0 ."))))
    assert [] == codes(judged([null], held()))
    old = desired("@", "MX", "10 a.example.net.")
    assert ["PLN025"] == codes(judged([null], held(rrset("@", "MX", "10 a.example.net.")), once=[old]))


def test_an_mta_sts_record_is_not_removed_at_once():
    old = desired("_mta-sts", "TXT", "v=STSv1; id=1")
    before = held(rrset("_mta-sts", "TXT", "v=STSv1; id=1"))
    assert ["PLN028"] == codes(judged([], before, once=[old]))
    assert [] == codes(judged([desired("_mta-sts", "TXT", "v=STSv1; id=2")], before, once=[old]))


def keys(count, ttl):
    return [desired(f"s{i}._domainkey", "TXT", KEY, ttl=ttl) for i in range(count)]


@pytest.mark.parametrize(
    ("base", "changed", "expected"), [(10, 4, ["PLN026"]), (10, 3, []), (9, 9, []), (0, 0, [])]
)
def test_more_than_thirty_percent_of_ten_rrsets_or_more_is_stopped(base, changed, expected):
    before = held(*(rrset(f"s{i}._domainkey", "TXT", KEY, ttl=60) for i in range(base)))
    wanted = [*keys(changed, 3600), *keys(base, 60)[changed:], desired("new._domainkey", "TXT", KEY)]
    assert expected == codes(judged(wanted, before))


# Waivers


def weakening(waivers=(), now=TODAY):
    reject, none = dmarc("v=DMARC1; p=reject"), dmarc("v=DMARC1; p=none")
    before = held(rrset("_dmarc", "TXT", "v=DMARC1; p=reject"))
    return zone_plan(
        inventory(waivers=waivers), [none], lock(reject, none), before, lookup=answers({}), now=now
    )


CHANGE = change_id(ZONE, weakening().changes[0])
WAIVER = Waiver(
    "PLN021", at("_dmarc"), TODAY.date(), "dns@example.com", "migration", Where("dnsauth.yaml", 30), CHANGE
)


def test_a_guard_prints_the_waiver_that_lifts_it():
    assert (
        f'- {{rule: PLN021, where: "_dmarc.example.com", change: "{CHANGE}", until: 2026-12-08,'
        ' owner: "hostmaster@example.com", why: "say why"}'
    ) in weakening().findings[0].next


def test_the_line_a_guard_prints_is_read_as_the_waiver_that_lifts_it():
    _, _, line = weakening().findings[0].next.partition("  - ")
    document, problems = load(f"waivers:\n  - {line}\n".encode(), "dnsauth.yaml")
    assert () == problems
    form = config_form.Waiver.model_validate(dict(document["waivers"][0]))
    waiver = replace(WAIVER, rule=form.rule, domain=form.where, until=form.until, change=form.change)
    assert not weakening([waiver]).stopped


@pytest.mark.parametrize("waiver", [WAIVER, replace(WAIVER, domain=ZONE)])
def test_a_waiver_lifts_the_guard_for_its_change_and_is_told(waiver):
    found = weakening([waiver])
    assert not found.stopped
    (finding,) = found.findings
    assert "PLN011" == finding.rule.code
    assert (
        "waived by dns@example.com until 2026-11-24 (migration): PLN021: _dmarc.example.com: DMARC"
        in finding.message
    )


@pytest.mark.parametrize(
    "waiver",
    [
        replace(WAIVER, change="0" * 12),
        replace(WAIVER, change=""),
        replace(WAIVER, rule="PLN022"),
        replace(WAIVER, domain="example.net."),
    ],
)
def test_a_waiver_of_something_else_lifts_nothing(waiver):
    assert ["PLN021"] == [finding.rule.code for finding in weakening([waiver]).findings]


def test_a_waiver_that_is_over_lifts_nothing_and_is_named():
    found = weakening([replace(WAIVER, until=date(2026, 11, 23))])
    assert found.stopped
    assert ["PLN021", "PLN012"] == [finding.rule.code for finding in found.findings]


def test_nothing_waives_a_guard_on_what_is_foreign():
    before = held(rrset("@", "TXT", "v=spf1 a -all"))
    change = judged([SPF], before).changes[0]
    waiver = replace(WAIVER, rule="PLN005", domain=ZONE, change=change_id(ZONE, change))
    assert ["PLN005"] == codes(judged([SPF], before, of=inventory(waivers=[waiver])))


# Many zones


def many(count):
    mine = weakening([WAIVER])
    names = [f"z{i:02}.example." for i in range(count)]
    return [replace(mine, zone=name, digest=f"{i:064}") for i, name in enumerate(names)]


def test_more_than_twenty_five_zones_that_change_are_stopped_each():
    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert not any(zone.stopped for zone in plan(many(25), inventory(), now).zones)
    quiet = replace(many(1)[0], zone="quiet.example.", changes=())
    stopped = plan([*many(26), quiet], inventory(), now)
    assert 26 == sum(zone.stopped for zone in stopped.zones)
    assert not next(zone for zone in stopped.zones if zone.zone == "quiet.example.").stopped
    finding = stopped.zones[1].findings[-1]
    waiver = Waiver(
        "PLN027",
        "z00.example.",
        TODAY.date(),
        "dns@example.com",
        "x",
        Where("f"),
        str(finding.facts["change"]),
    )
    waived = plan(many(26), inventory(waivers=[waiver]), now)
    assert not any(zone.stopped for zone in waived.zones)


# Any zone, any inventory


@settings(max_examples=100, deadline=None)
@given(HELD, INVENTORY, INVENTORY, st.booleans())
def test_a_plan_that_no_guard_stops_takes_nothing_that_is_not_recorded(rrsets, wanted, once, faithful):
    before, known = held(*rrsets, faithful=faithful), lock(*once, *wanted)
    found = judged(wanted, before, known=known)
    if found.stopped:
        return
    after = applied(before, found.changes)
    for id, text in foreign(known, before):
        assert text in after.rrsets[id].values
        assert faithful or '"' not in text or after.rrsets[id] == before.rrsets[id]
    assert () == judged(wanted, after, known=known).changes
