"""A directory of files as values: the design's own sample, look-alike zones, the digest."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from dnsauth.findings import Where
from dnsauth.inventory import model
from dnsauth.inventory.operations import Ignore, Live
from dnsauth.inventory.read import read
from tests.inventory.repository import CONFIG, ZONE, inventory, whole

FILE = "zones/example.com.yaml"


def test_the_sample_zone_is_what_it_says(tmp_path):
    zone = whole(tmp_path, {"example.com": ZONE}).zones["example.com."]
    apex, reminders, old = zone.domains
    assert (("ns1",), Where(FILE), False) == (zone.providers, zone.where, zone.accepts_reports)
    assert ["example.com.", "reminders.example.com.", "old-brand.example.com."] == [
        d.name for d in zone.domains
    ]
    assert [Where(FILE, 4, 3), Where(FILE, 14, 3), Where(FILE, 18, 3)] == [d.where for d in zone.domains]
    assert [True, True, False] == [d.sends for d in zone.domains]
    assert model.ReceivesBy("google-workspace", {}, Where(FILE, 5, 5)) == apex.receives
    assert model.MtaSts("testing", 604800, Where(FILE, 12, 5)) == apex.mta_sts
    assert ("mailto:tls@example.com",) == apex.tls_rpt
    assert (model.NullMX.NULL, None, ()) == (old.receives, old.dmarc, old.senders)
    assert None is reminders.receives
    assert (
        model.Dmarc(
            model.Policy.QUARANTINE,
            Where(FILE, 11, 5),
            subdomains=model.Policy.REJECT,
            nonexistent=model.Policy.REJECT,
            rua=("mailto:dmarc@example.com",),
        )
        == apex.dmarc
    )


def test_the_sample_senders_are_what_they_say(tmp_path):
    apex, reminders, _ = whole(tmp_path, {"example.com": ZONE}).zones["example.com."].domains
    mta, google, portal = apex.senders
    assert (
        model.Sender(
            "own-mta",
            "mta",
            Where(FILE, 7, 9),
            parameters={"ip": ("192.0.2.10", "2001:db8:25::/64")},
            own_keys=model.OwnKeys(("rsa-2048", "ed25519"), 90 * 86400, "mail-keys", "mta"),
            owner="postmaster@example.com",
        )
        == mta
    )
    assert ("google-workspace", {"google": model.KeyText("MIIBIjANBg")}) == (google.service, google.dkim)
    assert (
        model.Sender(
            "portal",
            "custom",
            Where(FILE, 9, 9),
            parameters={"spf": ("ip4:198.51.100.7",)},
            dkim={"v1": model.Cname("v1.dkim.vendor.example.")},
            owner="it@example.com",
        )
        == portal
    )
    (patient,) = reminders.senders
    assert {"region": "us-east-1", "mail_from": "bounce", "tokens": ("t1", "t2", "t3")} == patient.parameters
    assert ("aws", model.Sensitivity.PHI, date(2027, 1, 1)) == (patient.baa, patient.data, patient.review)


def test_the_sample_configuration_is_what_it_says(tmp_path):
    found = whole(tmp_path, {})
    assert 5300 == found.providers["ns1"]["port"]
    assert "env/TSIG_SECRET" == found.providers["ns1"]["key_secret"]
    assert (
        Live(
            "127.0.0.1:5353",
            {"example.com.": ("127.0.0.1:5300", "127.0.0.2:5300")},
            (Ignore("ns3.example.net.", date(2027, 2, 1), "dns@example.com", "being retired"),),
        )
        == found.live
    )
    assert {
        "aws": model.Agreement(
            "aws",
            "Amazon Web Services",
            ("amazon-ses",),
            date(2026, 1, 10),
            review=date(2027, 1, 10),
            ref="CTR-2026-014",
            where=Where("dnsauth.yaml", 12, 3),
        )
    } == found.agreements
    assert (
        model.Waiver(
            "SPF021",
            "example.com.",
            date(2027, 3, 1),
            "dns@example.com",
            "vendor migration",
            Where("dnsauth.yaml", 21, 11),
        ),
    ) == found.waivers
    assert ("baseline", "bulk-2026", "hipaa") == found.profiles
    assert ["age1example"] == found.key_stores["mail-keys"]["recipients"]
    assert {
        "patient-reminders": Where("dnsauth.yaml", 14, 3),
        "own-mta": Where("dnsauth.yaml", 17, 3),
    } == found.shared


def test_provider_settings_have_the_types_octodns_expects_and_quotes_keep_text(tmp_path):
    config = 'version: 1\nproviders: {p: {class: c, n: 5, q: "5", b: true, f: 0.5, z: ~, l: [1, {m: no}], s: env/X}}\n'
    expected = {
        "class": "c",
        "n": 5,
        "q": "5",
        "b": True,
        "f": 0.5,
        "z": None,
        "l": [1, {"m": "no"}],
        "s": "env/X",
    }
    assert expected == whole(tmp_path, {}, config).providers["p"]


def test_one_file_serves_many_zones_which_share_what_is_not_a_name(tmp_path):
    text = f"zones: [a.example, B.example.]\n{ZONE}"
    zones = whole(tmp_path, {"look-alikes": text}).zones
    assert ["a.example.", "b.example."] == list(zones)
    assert [Where("zones/look-alikes.yaml", 1, 9), Where("zones/look-alikes.yaml", 1, 20)] == [
        zone.where for zone in zones.values()
    ]
    for one, other in zip(*(zone.domains for zone in zones.values()), strict=True):
        assert one.name.replace("a.example.", "b.example.") == other.name
        assert one.senders is other.senders
        assert one == dataclasses.replace(other, name=one.name)


def test_kept_records_stand_under_each_zone_of_a_file(tmp_path):
    text = (
        "version: 1\nzones: [a.example, b.example]\ndomains:\n  mail:\n"
        '    keep: [{owner: "@", type: TXT, values: v=spf1 -all}, {owner: "*._domainkey", type: TXT, values: [a, b]}]\n'
    )
    zones = whole(tmp_path, {"two": text}).zones
    for zone in ("a.example.", "b.example."):
        assert [(f"mail.{zone}", ("v=spf1 -all",)), (f"*._domainkey.mail.{zone}", ("a", "b"))] == [
            (keep.owner, keep.values) for keep in zones[zone].domains[0].keep
        ]


def test_ttl_and_provider_come_from_the_nearest_that_says_them(tmp_path):
    config = "version: 1\nproviders: {a: {class: c}, b: {class: c}}\ndefaults: {provider: a, ttl: 1h}\n"
    zones = whole(
        tmp_path,
        {
            "one.example": "version: 1\nprovider: [b, a]\nttl: 5m\ndomains: {x: {ttl: 60}, y: {}}\n",
            "two.example": "version: 1\ndomains: {x: {}}\n",
        },
        config,
    ).zones
    assert [("b", "a"), ("a",)] == [zone.providers for zone in zones.values()]
    assert [60, 300, 3600] == [domain.ttl for zone in zones.values() for domain in zone.domains]


def test_a_zone_that_nobody_serves_is_a_warning_where_providers_are_declared(tmp_path):
    config = "version: 1\nproviders: {a: {class: c}}\n"
    found, (finding,) = inventory(tmp_path, {"one.example": "version: 1\ndomains: {}\n"}, config)
    assert (False, ()) == (finding.stops, found.zones["one.example."].providers)
    assert str(finding).startswith("zones/one.example.yaml: the zone one.example has no provider")
    whole(tmp_path, {}, "version: 1\n")


def test_reports_of_every_domain_may_be_taken(tmp_path):
    text = 'version: 1\nreports: {accept: "*"}\ndomains: {}\n'
    assert whole(tmp_path, {"example.org": text}).zones["example.org."].accepts_reports


def test_roots_and_the_rate_are_read(tmp_path):
    config = 'version: 1\nlive: {roots: ["127.0.0.1:5300", "2001:db8::1"], rate: 50}\n'

    assert Live(roots=("127.0.0.1:5300", "[2001:db8::1]:53"), rate=50) == whole(tmp_path, {}, config).live
    assert ((), 500) == (Live().roots, Live().rate)


def test_sections_without_a_value_say_nothing(tmp_path):
    sections = [
        "providers",
        "live",
        "defaults",
        "key_stores",
        "signers",
        "agreements",
        "senders",
        "profiles",
        "waivers",
    ]
    found = whole(
        tmp_path, {"a.example": "version: 1\ndomains: {x: }\n"}, "version: 1\n" + ":\n".join([*sections, ""])
    )
    assert ["x.a.example."] == [domain.name for domain in found.zones["a.example."].domains]


def test_locks_and_what_editors_leave_are_no_zone_files(tmp_path):
    inventory(tmp_path, {"example.com": ZONE})
    for name in ("example.com.lock.yaml", ".#example.com.yaml", "README.md", "example.com.yaml~"):
        (tmp_path / "zones" / name).write_text("not: [yaml", encoding="utf-8")
    assert ["example.com."] == list(whole(tmp_path, {}).zones)


def test_a_name_in_other_letters_is_shown_in_both_forms(tmp_path):
    zones = whole(tmp_path, {"bücher.example": "version: 1\ndomains: {münchen: {parked: true}}\n"}).zones
    assert ["xn--mnchen-3ya.xn--bcher-kva.example."] == [
        d.name for d in zones["xn--bcher-kva.example."].domains
    ]
    _, (finding,) = inventory(
        tmp_path, {"bücher.example": "version: 1\ndomains: {x.bücher.example: {parked: true}}\n"}
    )
    assert "repeats the zone bücher.example (xn--bcher-kva.example)" in finding.message
    assert 'write `"x"`' == finding.next


def test_the_digest_is_over_names_and_contents_of_all_but_locks(tmp_path):
    def digest() -> str:
        return read(tmp_path)[0].digest

    first = whole(tmp_path, {"example.com": ZONE}).digest
    assert 64 == len(first)
    (tmp_path / "zones/example.com.lock.yaml").write_text("version: 1\n", encoding="utf-8")
    assert first == digest()
    (tmp_path / "templates/services").mkdir(parents=True)
    (tmp_path / "templates/services/own.yaml").write_text("title: Own\n", encoding="utf-8")
    second = digest()
    (tmp_path / "templates/services/own.yaml").rename(tmp_path / "templates/services/other.yaml")
    third = digest()
    (tmp_path / "dnsauth.yaml").write_text(CONFIG + "# more\n", encoding="utf-8")
    assert 4 == len({first, second, third, digest()})


@pytest.mark.parametrize(
    ("left_out", "expected", "step"),
    [
        ("dnsauth.yaml", "dnsauth.yaml: there is no dnsauth.yaml in ", "`dnsauth schema config`"),
        ("zones", "zones: there is no folder zones/ in ", "`dnsauth schema zone`"),
    ],
)
def test_a_directory_that_is_none_of_ours_is_told_how_to_begin(tmp_path, left_out, expected, step):
    whole(tmp_path, {})
    (tmp_path / left_out).rename(tmp_path / "elsewhere")
    _, (finding,) = read(tmp_path)
    assert str(finding).startswith(expected)
    assert step in finding.next


def test_a_mistake_in_a_mail_domain_leaves_its_senders_and_all_other_mail_domains(tmp_path):
    found, findings = inventory(tmp_path, {"example.com": ZONE.replace("policy: reject", "policy: rejct")})
    assert 1 == len(findings)
    domains = found.zones["example.com."].domains
    assert [
        ("example.com.", ["own-mta", "google-workspace", "portal"], 1),
        ("reminders.example.com.", ["patient-reminders"], 0),
        ("old-brand.example.com.", [], 0),
    ] == [(one.name, [sender.name for sender in one.senders], len(one.tls_rpt)) for one in domains]


def test_where_the_configuration_is_wrong_a_zone_has_its_names_alone(tmp_path):
    found, _ = inventory(tmp_path, {"example.com": ZONE}, CONFIG.replace("baa: aws", "baa: awz"))
    domains = found.zones["example.com."].domains
    assert [("example.com.", None), ("reminders.example.com.", None), ("old-brand.example.com.", None)] == [
        (domain.name, domain.sends) for domain in domains
    ]


def test_the_problems_of_all_files_are_said_at_once(tmp_path):
    _, findings = inventory(
        tmp_path,
        {
            "a.example": "version: 1\ndomians: {}\n",
            "b.example": "a: [",
            "c.example": "version: 1\ndomains: {'*': {}}\n",
        },
        CONFIG.replace("baa: aws", "baa: awz"),
    )
    assert {"dnsauth.yaml", "zones/a.example.yaml", "zones/b.example.yaml", "zones/c.example.yaml"} == {
        finding.where.file for finding in findings
    }
