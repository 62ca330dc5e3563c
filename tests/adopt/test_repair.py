"""What is broken becomes what was meant, and nothing is guessed that an eye would not read the same way."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnsauth.adopt import repair, repair_dmarc, repair_spf
from dnsauth.desired.locks import updated
from dnsauth.plan.merge import changes
from dnsauth.plan.model import Held
from dnsauth.records import dmarc, spf
from tests.adopt.test_adopt import RECORDS, _zone
from tests.adopt.zones import ZONE, imported, rrsets
from tests.plan.values import KEY


@pytest.mark.parametrize(
    ("broken", "meant"),
    [
        ("v=spf1 nclude:a.example ~all", "v=spf1 include:a.example ~all"),
        ("v=spf1 inlcude:a.example +mx ~all", "v=spf1 include:a.example +mx ~all"),
        ("v=spf1; include:a.example ~all", "v=spf1 include:a.example ~all"),
        ("v=spf1include:a.example ~all", "v=spf1 include:a.example ~all"),
        ("v = spf1 a ~all", "v=spf1 a ~all"),
        ('"v=spf1 include:a.example ~all"', "v=spf1 include:a.example ~all"),
        ('v=spf1 include:a.example" "~all', "v=spf1 include:a.example ~all"),
        ('v=spf1 a " " ~all', "v=spf1 a ~all"),
        ("v=spf1 ipv4:192.0.2.1 ipv6:2001:db8::1 -all", "v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all"),
        ("v=spf1 ip4:2001:db8::/32 -all", "v=spf1 ip6:2001:db8::/32 -all"),
        ("v=spf1 192.0.2.1 -all", "v=spf1 ip4:192.0.2.1 -all"),
        ("v=spf1 a:192.0.2.1 -all", "v=spf1 ip4:192.0.2.1 -all"),
        ("v=spf1 ip4: 192.0.2.1 - all", "v=spf1 ip4:192.0.2.1 -all"),
        ("v=spf1 include a.example -all", "v=spf1 include:a.example -all"),
        ("v=spf1 include:a.example~all", "v=spf1 include:a.example ~all"),
        ("v=spf1 ip4:192.0.2.1,ip4:192.0.2.2, -all", "v=spf1 ip4:192.0.2.1 ip4:192.0.2.2 -all"),
        ("v=spf1 exists:%{ir,.}.a.example -all;", "v=spf1 exists:%{ir,.}.a.example -all"),
        ("v=spf1 a all-", "v=spf1 a -all"),
        ("v=spf1 a ~al", "v=spf1 a ~all"),
        ("v=spf1 a -all.", "v=spf1 a -all"),
        ("v=spf1 redirect:a.example", "v=spf1 redirect=a.example"),
        ("v=spf1 include=a.example -all", "v=spf1 include:a.example -all"),
        ("v=spf1 include:https://a.example/ -all", "v=spf1 include:a.example -all"),
        ("v=spf1 a v=spf1 mx ~all", "v=spf1 a mx ~all"),
        ("v=spf1 redirect=a.example redirect=a.example", "v=spf1 redirect=a.example"),
        ("v=spf1\\194\\160mx \\226\\128\\147all", "v=spf1 mx -all"),
        ("v=spf1 mx: -all", "v=spf1 mx -all"),
        ("v=spf1 a -all", None),
        ("v=spf1", None),
        ("v=spf1 a foo=bar -all", None),
        ("v=spf1 something ~all", None),
        ("v=spf1 ip4:192.0.2.300 ~all", None),
        ("v=spf1 ip4:192.0.2.0/33 ~all", None),
        ("v=spf1 redirect=a.example redirect=b.example", None),
        ("spf2.0/pra a -all", None),
        ("v=spf10 a -all", None),
        ("some text", None),
        ("", None),
    ],
)  # fmt: skip
def test_spf(broken, meant):
    found = repair_spf.repaired(broken)
    assert meant == (found.text if found else None)
    if found:
        assert found.changed
        assert repair_spf.repaired(found.text) is None, "a second repair finds nothing"


@pytest.mark.parametrize(
    ("records", "meant"),
    [
        (("v=spf1 a ~all", "v=spf1 mx ip4:192.0.2.1 -all"), "v=spf1 a mx ip4:192.0.2.1 ~all"),
        (("v=spf1 a mx -all", "v=spf1 mx a -all"), "v=spf1 a mx -all"),
        (("v=spf1 a ~all", "v=spf1 nclude:b.example ~all"), "v=spf1 a include:b.example ~all"),
        (("v=spf1 a ~all", "v=spf1 redirect=b.example"), "v=spf1 a include:b.example ~all"),
        (
            ("v=spf1 redirect=b.example", "v=spf1 redirect=b.example exp=c.example"),
            "v=spf1 redirect=b.example",
        ),
        (("v=spf1 a", "v=spf1 redirect=b.example"), "v=spf1 a include:b.example ~all"),
        (("v=spf1 +all", "v=spf1 a -all"), "v=spf1 a ?all"),
        (("v=spf1 -all mx", "v=spf1 a -all"), "v=spf1 a -all"),
        (("v=spf1 a -all", "v=spf1 something -all"), None),
    ],
)
def test_several_spf_records_become_one(records, meant):
    found = repair_spf.one_of(records)
    assert meant == (found.text if found else None)


@pytest.mark.parametrize(
    ("broken", "meant"),
    [
        ("v=DMARC1; p=none; pct=50", "v=DMARC1; p=none"),
        ("v=DMARC1; p=reject; pct=100; ri=86400; rf=afrf", "v=DMARC1; p=reject"),
        ("v=DMARC1; p=reject; pct=50", "v=DMARC1; p=reject; t=y"),
        ("v=DMARC1; p=none; sp=quarantine; pct=0", "v=DMARC1; p=none; sp=quarantine; t=y"),
        ("v=DMARC1; p=none; rua=mailto:a@example.com!10m", "v=DMARC1; p=none; rua=mailto:a@example.com"),
        ("v=DMARC1;; p=none", "v=DMARC1; p=none"),
        ("p=none; v=DMARC1; rua=mailto:a@example.com", "v=DMARC1; p=none; rua=mailto:a@example.com"),
        ("v=DMARC1 p=none rua=mailto:a@example.com", "v=DMARC1; p=none; rua=mailto:a@example.com"),
        ("v=DMARC1, p=none, rua=mailto:a@example.com,mailto:b@example.com", "v=DMARC1; p=none; rua=mailto:a@example.com,mailto:b@example.com"),
        ("v=dmarc1; p=none", "v=DMARC1; p=none"),
        ("v=DMARC1; p=none; rua=a@example.com", "v=DMARC1; p=none; rua=mailto:a@example.com"),
        ("v=DMARC1; p=none; rua=mailto: a@example.com", "v=DMARC1; p=none; rua=mailto:a@example.com"),
        ("v=DMARC1; p=quarentine", "v=DMARC1; p=quarantine"),
        ("v=DMARC1; p=none; fo=0:1:d", "v=DMARC1; p=none; fo=1:d"),
        ("v=DMARC1; p=none; fo=x", "v=DMARC1; p=none"),
        ("v=DMARC1\\092; p=none\\092;", "v=DMARC1; p=none"),
        ('"v=DMARC1; p=none"', "v=DMARC1; p=none"),
        ("v=DMARC1; p=none", None),
        ("v=DMARC1;p=none;", None),
        ("v=DMARC1; p=none; p=reject", None),
        ("v=DMARC1; p=perhaps", None),
        ("v=STSv1; id=1", None),
        ("hello", None),
    ],
)  # fmt: skip
def test_dmarc(broken, meant):
    found = repair_dmarc.repaired(broken)
    assert meant == (found.text if found else None)
    if found:
        assert found.changed
        assert repair_dmarc.repaired(found.text) is None


@pytest.mark.parametrize(
    ("zone", "owner", "to", "after"),
    [
        (("old._domainkey TXT k=ed25519; h=sha1; p=" + KEY.partition("p=")[2],), "old._domainkey", "old._domainkey", KEY),
        (("old._domainkey TXT k=ed25519; v=DKIM1; p=" + KEY.partition("p=")[2],), "old._domainkey", "old._domainkey", KEY),
        (("@ TXT v=DMARC1; p=none",), "@", "_dmarc", "v=DMARC1; p=none"),
        (("@ TXT v=DMARC1; p=none", "_dmarc TXT v=DMARC1; p=reject"), "@", "_dmarc", ""),
        (("dmarc TXT v=DMARC1; p=none; pct=1",), "dmarc", "_dmarc", "v=DMARC1; p=none"),
        (("_dmarc.example.com TXT v=DMARC1; p=none",), "_dmarc.example.com", "_dmarc", "v=DMARC1; p=none"),
        (("_dmarc TXT v=DMARC1; p=none", "_dmarc TXT v=DMARC1;p=none;"), "_dmarc", "_dmarc", "v=DMARC1; p=none"),
        (("@ TXT v=spf1; a", "@ TXT token=1"), "@", "@", "v=spf1 a"),
    ],
)  # fmt: skip
def test_what_was_meant_where(zone, owner, to, after):
    held = rrsets(*zone)
    (found,) = repair.repairs(ZONE, held)
    name = {"@": ZONE}
    assert (name.get(owner, f"{owner}.{ZONE}"), name.get(to, f"{to}.{ZONE}")) == (found.owner, found.to)
    assert after == found.after
    mended = repair.after(held, [found])
    assert () == repair.repairs(ZONE, mended)


@pytest.mark.parametrize(
    "zone",
    [
        ("_dmarc TXT v=DMARC1; p=none", "_dmarc TXT v=DMARC1; p=reject"),
        ("@ TXT v=spf1 a ~all", "@ TXT v=spf1; mx"),
        ("@ TXT v=DMARC1; p=maybe",),
        ("x._report._dmarc TXT v=DMARC1",),
        ("www TXT v=DMARC1; p=none",),
        ("s._domainkey TXT v=DKIM1; p=",),
        ("*._domainkey TXT v=DKIM1; h=sha1; p=",),
    ],
)
def test_what_is_right_or_dark_stays(zone):
    assert () == repair.repairs(ZONE, rrsets(*zone))


BROKEN = (
    "@ TXT v=spf1 include:_spf.google.com ip4:192.0.2.7 -all",
    "@ TXT v=spf1 nclude:a.example ~all",
    "@ TXT v=DMARC1; p=none",
    "@ TXT somebody-else=1",
    "_dmarc TXT v=DMARC1;p=reject;pct=50;rua=mailto:d@example.com",
    "news TXT v=spf1; ip4:192.0.2.9 -all",
)


@pytest.mark.parametrize("again", [False, True], ids=["at once", "over the file that keeps it"])
def test_a_plan_shows_exactly_the_repairs(again):
    held = rrsets(*BROKEN)
    first = imported(held)
    assert not changes(_desired(first.text), first.lock, Held(ZONE, "", exists=True, rrsets=held))
    one = imported(held, *((first.text, first.lock) if again else ()), repair=True)
    assert "keep:" not in one.text
    plan = changes(_desired(one.text), one.lock, Held(ZONE, "", exists=True, rrsets=held))
    assert {
        ZONE: ("somebody-else=1", "v=spf1 include:_spf.google.com ip4:192.0.2.7 include:a.example ~all"),
        f"_dmarc.{ZONE}": ("v=DMARC1; p=reject; t=y; rua=mailto:d@example.com",),
        f"news.{ZONE}": ("v=spf1 ip4:192.0.2.9 -all",),
    } == {change.owner: change.after.values for change in plan}
    assert not any(change.drift for change in plan)


def _desired(text: str):
    from tests.adopt.zones import standing

    return standing(text).desired


def test_a_second_repair_changes_nothing():
    held = rrsets(*BROKEN)
    first = imported(held, repair=True)
    second = imported(held, first.text, first.lock, repair=True)
    assert (first.text, first.lock, ()) == (second.text, second.lock, second.repairs)


@settings(max_examples=200, deadline=None)
@given(st.lists(RECORDS, max_size=10))
def test_any_zone_is_repaired_once(records):
    """The plan then leads to what was meant, and there is nothing left to repair."""
    held = _zone(records)
    one = imported(held, repair=True)
    meant = repair.after(held, one.repairs)
    assert () == repair.repairs(ZONE, meant)
    desired = _desired(one.text)
    lock = updated(one.lock, desired)
    assert not changes(desired, lock, Held(ZONE, "", exists=True, rrsets=meant))
    assert one.lock == lock


@settings(max_examples=300, deadline=None)
@given(st.text("v=spf1 DMARC;:~-+?all include.\\226p", max_size=40))
def test_no_text_breaks_a_repair(text):
    for repaired, parse in (
        (repair_spf.repaired, spf.Record.parse),
        (repair_dmarc.repaired, dmarc.Record.parse),
    ):
        if found := repaired(text):
            assert parse(found.text)
