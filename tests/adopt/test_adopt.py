"""Zones become files whose plan against those zones is empty, and that name who sends."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dnsauth.adopt import master_file
from dnsauth.adopt.adopt import Adopted, Around, adopted
from dnsauth.octodns.yaml import YamlProvider
from dnsauth.rrset import RRset, RRsetId
from tests.adopt.zones import recogniser, rrsets
from tests.markdown import Document
from tests.plan.values import KEY


@pytest.fixture
def known():
    return recogniser()


def body(known, *records: str) -> str:
    """What stands below ``domains:``, once for all zones."""
    (one,) = adopted({"example.com.": rrsets(*records)}, known, Around())
    assert isinstance(one, Adopted), one
    return one.text.partition("domains:")[2].lstrip("\n")


GOOGLE = f"google._domainkey TXT {KEY}"


@pytest.mark.parametrize(
    ("records", "expected", "why"),
    [
        ((), " {}\n", "nothing of mail is there"),
        (
            ("www A 192.0.2.1", "@ TXT docusign=1", "@ NS ns1.example.net."),
            " {}\n",
            "strangers' records stay theirs",
        ),
        (
            ("@ TXT v=spf1 include:_spf.google.com ~all", GOOGLE, "@ MX 1 smtp.google.com."),
            f"""  "@":
    senders:
      # Google Workspace, by include:_spf.google.com, google._domainkey
      - google-workspace:
          dkim: {{google: "{KEY}"}}
    receives: google-workspace
""",
            "a service by its include, its selector and its MX",
        ),
        (
            (
                "@ TXT v=spf1 -all",
                "@ MX 0 .",
                "_dmarc TXT v=DMARC1; p=reject",
                "*._domainkey TXT v=DKIM1; p=",
            ),
            '  "@":\n    parked: true\n',
            "all that `parked` writes is there",
        ),
        (
            ("@ TXT v=spf1 -all", "_dmarc TXT v=DMARC1;p=reject;rua=mailto:d@example.net"),
            """  "@":
    dmarc: {policy: reject, rua: ["mailto:d@example.net"]}
    keep:
      # SPF that names no sender
      - {owner: "@", type: TXT, values: "v=spf1 -all"}
""",
            "`sends: false` would add a record; DMARC parses equal",
        ),
        (
            ("@ TXT v=spf1 ip4:192.0.2.1 include:_spf.google.com ip4:192.0.2.2 -all", GOOGLE),
            f"""  "@":
    senders:
      # not recognised
      - unknown:
          service: custom
          spf: ["ip4:192.0.2.1"]
      # Google Workspace, by include:_spf.google.com, google._domainkey
      - google-workspace:
          dkim: {{google: "{KEY}"}}
      # not recognised
      - unknown-2:
          service: custom
          spf: ["ip4:192.0.2.2"]
    spf: {{all: fail}}
""",
            "the order of terms is their meaning",
        ),
        (
            ("@ TXT v=spf1 ip4:192.0.2.1 ~all", "@ TXT v=spf1 ip4:192.0.2.2 ~all"),
            """  "@":
    keep:
      # two SPF records: receivers take neither (RFC 7208 section 4.5)
      - owner: "@"
        type: TXT
        values:
          - "v=spf1 ip4:192.0.2.1 ~all"
          - "v=spf1 ip4:192.0.2.2 ~all"
""",
            "two records stay two",
        ),
        (
            ("@ TXT v=spf1 nclude:_spf.google.com ~all",),
            """  "@":
    keep:
      # an SPF record with an error: receivers answer permerror (RFC 7208 section 4.6)
      - {owner: "@", type: TXT, values: "v=spf1 nclude:_spf.google.com ~all"}
""",
            "a misspelt term stays misspelt",
        ),
        (
            ("_dmarc TXT v=DMARC1; p=none; pct=50",),
            """  "@":
    keep:
      - {owner: _dmarc, type: TXT, values: "v=DMARC1; p=none; pct=50"}
""",
            "pct makes a difference to receivers of RFC 7489",
        ),
        (
            ("_dmarc CNAME _dmarc.vendor.example.",),
            '  "@":\n    dmarc: {cname: _dmarc.vendor.example.}\n',
            "a policy somebody else writes",
        ),
        (
            (
                "em1234.news CNAME u1234567.wl042.sendgrid.net.",
                "s1._domainkey.news CNAME s1.domainkey.u1234567.wl042.sendgrid.net.",
                "s2._domainkey.news CNAME s2.domainkey.u1234567.wl042.sendgrid.net.",
                "news TXT v=spf1 ip4:192.0.2.1 -all",
            ),
            """  news:
    senders:
      # not recognised
      - unknown:
          service: custom
          spf: ["ip4:192.0.2.1"]
      # Twilio SendGrid (automated security), by em1234, s1._domainkey, s2._domainkey
      - sendgrid:
          account: u1234567.wl042
          return_path: em1234
    spf: {all: fail}
""",
            "parameters come back out of the values",
        ),
        (
            (
                "@ TXT v=spf1 ip4:192.0.2.9 ~all",
                "s1._domainkey CNAME s1.domainkey.u1234567.wl042.sendgrid.net.",
                "s2._domainkey CNAME s2.domainkey.u7654321.wl042.sendgrid.net.",
            ),
            """  "@":
    senders:
      # not recognised
      - unknown:
          service: custom
          spf: ["ip4:192.0.2.9"]
      # Twilio SendGrid (automated security): not all that it asks for is there
      - sendgrid:
          service: custom
          dkim: {s1: {cname: s1.domainkey.u1234567.wl042.sendgrid.net.}, s2: {cname: s2.domainkey.u7654321.wl042.sendgrid.net.}}
""",
            "two accounts, neither whole: named, and taken as they are",
        ),
    ],
)
def test_what_a_zone_file_says(known, records, expected, why):
    assert expected == body(known, *records), why


def test_the_order_in_which_records_were_read_makes_no_difference(known):
    zone = rrsets(
        "@ TXT v=spf1 ip4:192.0.2.9 ~all",
        *(f"s{i}._domainkey CNAME s{i}.domainkey.u123456{i}.wl042.sendgrid.net." for i in (1, 2)),
        "_mta-sts TXT v=STSv1; id=1",
        "old._domainkey TXT v=DKIM1; p=",
    )
    (one,) = adopted({"example.com.": zone}, known, Around())
    (other,) = adopted({"example.com.": dict(reversed(zone.items()))}, known, Around())
    assert one == other


def test_ttls_stay_as_they_are(known):
    zone = rrsets("@ TXT v=spf1 ip4:192.0.2.1 ~all", ttl=60) | rrsets("_dmarc TXT v=DMARC1; p=none", ttl=7200)
    (one,) = adopted({"example.com.": zone}, known, Around())
    assert isinstance(one, Adopted)  # which says that nothing would change
    assert "\nttl: keep\n" in one.text


def test_a_report_address_in_another_zone_asks_for_no_authorisation_that_is_not_there(known):
    policy = rrsets("_dmarc TXT v=DMARC1; p=none; rua=mailto:d@example.net")
    collector = rrsets("@ MX 10 mx.example.net.", zone="example.net.")
    found = {
        one.zone: one for one in adopted({"example.com.": policy, "example.net.": collector}, known, Around())
    }
    assert all(isinstance(one, Adopted) for one in found.values())
    assert "keep:" in found["example.com."].text
    allowed = collector | rrsets("example.com._report._dmarc TXT v=DMARC1", zone="example.net.")
    found = {
        one.zone: one for one in adopted({"example.com.": policy, "example.net.": allowed}, known, Around())
    }
    assert "dmarc: {policy: none" in found["example.com."].text


def test_what_lies_in_a_zone_below_is_that_zones(known):
    parent = rrsets("mail TXT v=spf1 ip4:192.0.2.1 ~all", "@ MX 10 mx.example.com.")
    child = rrsets("@ TXT v=spf1 ip4:192.0.2.2 ~all", zone="mail.example.com.")
    found = {
        one.zone: one
        for one in adopted({"example.com.": parent, "mail.example.com.": child}, known, Around())
    }
    assert "192.0.2.1" not in found["example.com."].text
    assert "192.0.2.2" in found["mail.example.com."].text


LABELS = st.sampled_from(
    [
        "@",
        "mail",
        "_dmarc",
        "_dmarc.mail",
        "s1._domainkey",
        "google._domainkey",
        "*._domainkey",
        "_smtp._tls",
        "em1",
        "_mta-sts",
        "default._bimi",
        "*",
        "_spf",
        "a.b",
        "_adsp._domainkey",
        "x._report._dmarc",
    ]
)
TEXTS = st.sampled_from(
    [
        "v=spf1 mx -all",
        "V=SPF1  include:_spf.google.com include:sendgrid.net ?all",
        "v=spf1 include:spf.protection.outlook.com +all",
        "v=spf1 redirect=_spf.example.net",
        "v=spf1 ip4:192.0.2.300 ~all",
        "v=spf1 a a -all ip4:192.0.2.1",
        "v=spf1",
        "v=spf1 exists:%{i}._spf.example.net -all",
        "v=DMARC1; p=none",
        "v=DMARC1;p=reject;sp=none;rua=mailto:d@example.net,mailto:e@example.com!10m",
        "v=DMARC1; p=bogus",
        "v=DMARC1; p=none; np=reject",
        KEY,
        "v=DKIM1; p=",
        "k=rsa; h=sha1; p=MEwwDQYJKoZIhvcNAQEBBQADOwAwOAIx",
        "v=TLSRPTv1; rua=mailto:t@example.com",
        "v=TLSRPTv1;rua=https://t.example.com/x , mailto:t@example.com",
        "v=STSv1; id=1",
        "v=BIMI1; l=https://example.com/l.svg",
        "MS=ms123",
        'a "quoted" value',
        "caf\\195\\169",
        "'*&!%@`{[#: - ",
        "{{ item }}",
    ]
)
TARGETS = st.sampled_from(
    ["u1.wl1.sendgrid.net.", "s1.domainkey.u1.wl1.sendgrid.net.", "_dmarc.vendor.example.", "x.example.net."]
)
EXCHANGERS = st.sampled_from(["0 .", "10 mx.example.com.", "1 smtp.google.com.", "20 mx.example.net."])
RECORDS = st.one_of(
    st.tuples(LABELS, st.just("TXT"), TEXTS),
    st.tuples(LABELS, st.just("CNAME"), TARGETS),
    st.tuples(LABELS, st.just("MX"), EXCHANGERS),
    st.tuples(LABELS, st.just("A"), st.just("192.0.2.1")),
)


def _zone(records) -> dict[RRsetId, RRset]:
    """*records* as a zone may hold them: a CNAME stands alone (RFC 1034 section 3.6.2)."""
    cnames = {owner: value for owner, type, value in records if type == "CNAME" and owner != "@"}
    data = [f"{o} {t} {v}" for o, t, v in records if o not in cnames and t != "CNAME"]
    return rrsets(*dict.fromkeys(data), *(f"{owner} CNAME {value}" for owner, value in cnames.items()))


@settings(max_examples=300, deadline=None)
@given(st.lists(RECORDS, max_size=14))
@example([("@", "TXT", "v=spf1 mx -all"), ("mail", "TXT", "v=spf1 mx -all"), ("mail", "MX", "0 .")])
def test_the_plan_of_an_imported_zone_against_that_zone_is_empty(records):
    """`adopted` gives a file only once nothing would change; that it gives one is what is asked here."""
    (one,) = adopted({"example.com.": _zone(records)}, recogniser(), Around())
    assert isinstance(one, Adopted), one


def test_real_zones_import_together(shared, known):
    folder = shared / "data/moj-dns/zones"
    pytest.importorskip("octodns_route53")
    provider = YamlProvider("zones", str(folder), supports_root_ns=True)
    files = [file for file in folder.glob("*.yaml") if file.name.count(".") > 1]
    held = {zone: provider.read(zone).rrsets for zone in (file.name.removesuffix("yaml") for file in files)}
    found = list(adopted(held, known, Around()))
    assert 190 == len(found)
    assert [] == [one for one in found if not isinstance(one, Adopted)]
    drafts = [draft for one in found for draft in one.drafts]
    assert 143 == sum("parked" in draft.settings for draft in drafts)
    named = Counter(entry.service for draft in drafts for entry in draft.senders)
    assert named["microsoft-365"] >= 13
    assert named["sendgrid"] >= 2


def test_the_page_shows_what_happens(known, tmp_path):
    page = Document("docs/import.md")
    (master,) = [fence for fence in page.fences if fence.language == "dns"]
    (shown,) = [fence for fence in page.fences if fence.path]
    (tmp_path / "example.com.zone").write_text(master.text)
    held = master_file.read(tmp_path / "example.com.zone", "example.com.")
    (one,) = adopted({"example.com.": held}, known, Around())
    written = one.text.partition("version:")
    assert shown.text.partition("version:")[2] == written[2]
