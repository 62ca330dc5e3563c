"""What observed.lock.yaml tells of vendors' keys is judged without a network."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dnsauth.catalogue.read import read as read_catalogue
from dnsauth.checks.vendor_keys import OLD, vendor_keys
from dnsauth.findings import Where
from dnsauth.lock.observed import Key, Looked, NoKey, Observed, Seen
from tests.checks.live_worlds import FILE, delegation
from tests.plan.values import ZONE, desired

CATALOGUE, _ = read_catalogue(Path("/nowhere"))
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
GOOD, OTHER, SHORT = Key("rsa-2048", "a" * 64), Key("ed25519", "b" * 64), Key("rsa-1024", "c" * 64)
S1, S2 = "s1.domainkey.u1.wl042.sendgrid.net.", "s2.domainkey.u1.wl042.sendgrid.net."
SENDGRID = (delegation("s1._domainkey", S1, "sendgrid"), delegation("s2._domainkey", S2, "sendgrid"))
PDK = tuple(
    delegation(f"pdk{i}._domainkey.mg", f"pdk{i}._domainkey.9d876.dkim1.mailgun.com.", "mailgun")
    for i in (1, 2)
)


def seen(*keys: Key | NoKey | None, wanted=SENDGRID, days: float = 1) -> Observed:
    """The targets of *wanted*, in their order, hold *keys* since so many days; None was never looked up."""
    targets = [value.text for record in wanted for value in record.values]
    since = NOW - timedelta(days=days)
    return Observed(
        NOW, keys={at: Seen(key, since) for at, key in zip(targets, keys, strict=True) if key is not None}
    )


def told(wanted, observed: Observed) -> list[tuple[str, str]]:
    return [(one.rule.code, one.owner.partition(".")[0]) for one in vendor_keys(wanted, CATALOGUE, observed)]


@pytest.mark.parametrize(
    ("keys", "expected", "reason"),
    [
        ((GOOD, OTHER), [], "two keys"),
        ((GOOD, GOOD), [], "the same behind both"),
        ((None, None), [], "nobody looked"),
        ((GOOD, None), [], "nobody looked at one"),
        ((GOOD, NoKey.NXDOMAIN), [("DKM034", "s2")], "one of a pair is missing"),
        ((NoKey.NODATA, GOOD), [("DKM034", "s1")], "and without a record"),
        ((NoKey.NODATA, NoKey.NXDOMAIN), [("DKM030", "s1"), ("LIV020", "s2")], "both are"),
        ((None, NoKey.NODATA), [("DKM030", "s2")], "of the other nothing is known"),
        ((GOOD, NoKey.REVOKED), [("DKM032", "s2")], "revoked"),
        ((NoKey.UNREADABLE, GOOD), [("DKM031", "s1")], "torn"),
        ((SHORT, GOOD), [("DKM011", "s1")], "1024 bits"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_was_observed_is_told(keys, expected, reason):
    assert expected == told(SENDGRID, seen(*keys)), reason


def test_a_finding_names_the_line_the_way_and_since_when():
    (found,) = vendor_keys(SENDGRID, CATALOGUE, seen(GOOD, NoKey.NODATA))
    assert (Where(FILE, 10), f"s2._domainkey.{ZONE}") == (found.where, found.owner)
    assert (
        "s2._domainkey.example.com → s2.domainkey.u1.wl042.sendgrid.net: there is no key, by observed.lock.yaml"
        " since 2026-05-31, and Twilio SendGrid (automated security) signs for example.com with 2 selectors in"
        " turn: once it signs with this one its mail fails (RFC 6376 section 6.1.2); s1._domainkey.example.com leads to one"
    ) == found.message


def test_a_key_is_old_where_it_was_seen_unchanged_for_a_year():
    assert [] == told(SENDGRID, seen(GOOD, OTHER, days=OLD.days - 1))
    old = seen(GOOD, OTHER, days=OLD.days)
    assert [("DKM036", "s1"), ("DKM036", "s2")] == told(SENDGRID, old)
    unasked = replace(old, stale={Looked(S1, "TXT"): NOW - timedelta(days=1)})
    assert [("DKM036", "s2")] == told(SENDGRID, unasked), "what it was on the last day nobody knows"
    assert [] == told(SENDGRID, replace(old, refreshed=None))


MAILGUN = (
    "rotate it with `PUT /v1/dkim_management/domains/mg.example.com/rotation rotation_enabled=true`"
    " (Mailgun API, fields as a form)"
)


@pytest.mark.parametrize(
    ("wanted", "expected", "reason"),
    [
        (PDK, MAILGUN, "for the mail domain of the selectors"),
        (SENDGRID, "ask the vendor to rotate it", "no source tells a command"),
        (
            (desired("s1._domainkey", "CNAME", S1), desired("s2._domainkey", "CNAME", S2)),
            "ask the vendor to rotate it",
            "kept: whose they are nobody says",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_vendors_command_is_given_where_there_is_one(wanted, expected, reason):
    found = vendor_keys(wanted, CATALOGUE, seen(GOOD, OTHER, wanted=wanted, days=400))
    assert [expected] * 2 == [one.next for one in found], reason


def test_a_vendor_needs_all_its_selectors():
    tokens = tuple(
        delegation(f"t{i}._domainkey", f"t{i}.dkim.amazonses.com.", "amazon-ses") for i in (1, 2, 3)
    )
    assert [] == told(tokens, Observed())
    (found,) = vendor_keys(tokens[:2], CATALOGUE, Observed())
    assert "DKM013" == found.rule.code
    assert (
        "sender amazon-ses of example.com has 2 of the 3 selectors that amazon-ses rotates between: mail signed"
        " with another fails (RFC 6376 section 6.1.2)"
    ) == found.message
    where = (
        "copy the missing CNAME from the vendor: `dnsauth services show amazon-ses` says where it is found"
    )
    assert where == found.next
    assert found.stops


def test_selectors_of_other_mail_domains_and_senders_are_not_counted_with_them():
    elsewhere = (SENDGRID[0], delegation("s2._domainkey.news", S2, "sendgrid"))
    assert [("DKM013", "example"), ("DKM013", "news")] == told(elsewhere, Observed())
    apart = (SENDGRID[0], delegation("k3._domainkey", "dkim3.mcsv.net.", "mailchimp"))
    assert [("DKM013", "example"), ("DKM013", "example")] == told(apart, Observed())


def test_two_senders_may_share_their_selectors():
    both = tuple(
        replace(
            record,
            values=(replace(value, origin=(*value.origin, value.origin[0]._replace(sender="promotions"))),),
        )
        for record in SENDGRID
        for value in record.values
    )
    assert [("DKM034", "s2")] == told(both, seen(GOOD, NoKey.NODATA))


def test_keys_of_ones_own_and_other_records_are_not_looked_at():
    own = desired("s1._domainkey", "TXT", "v=DKIM1; p=", sender="mta")
    assert [] == told((own, desired("em1", "CNAME", S1)), seen(NoKey.REVOKED, None))
