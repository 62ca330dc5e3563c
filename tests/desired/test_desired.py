"""From files to records: what each key of a mail domain writes, and what is refused between files."""

from __future__ import annotations

from pathlib import Path

import pytest

import dnsauth
from dnsauth.findings import InventoryError
from dnsauth.lock.model import Grammar

CONFIG = """\
version: 1
providers: {held: {class: octodns.provider.yaml.YamlProvider, directory: held}}
defaults: {provider: held, dmarc: {rua: ["mailto:dmarc@example.com"]}}
"""
ED25519 = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="


def load(directory: Path, zones: dict[str, str], config: str = CONFIG):
    (directory / "zones").mkdir(parents=True, exist_ok=True)
    (directory / "dnsauth.yaml").write_text(config)
    for name, text in zones.items():
        (directory / f"zones/{name}.yaml").write_text("version: 1\n" + text)
    return dnsauth.load(directory)


def records(repository, zone: str = "example.com.") -> list[str]:
    return [
        f"{rrset.owner} {rrset.type} {text}" for rrset in repository.desired[zone] for text in rrset.texts
    ]


def test_an_empty_zone_asks_for_nothing(tmp_path):
    assert [] == records(load(tmp_path, {"example.com": "domains: {}"}))


def test_a_parked_name_is_seen_not_to_send_and_not_to_receive(tmp_path):
    repository = load(tmp_path, {"example.com": 'domains: {"@": {parked: true}}'})
    assert [
        "*._domainkey.example.com. TXT v=DKIM1; p=",
        "_dmarc.example.com. TXT v=DMARC1; p=reject",
        "example.com. MX 0 .",
        "example.com. TXT v=spf1 -all",
    ] == records(repository)


def test_a_ttl_is_kept_for_a_zone_or_a_mail_domain(tmp_path):
    zone = (
        "ttl: keep\ndomains: {'@': {sends: false}, a: {sends: false, ttl: 60}, b: {sends: false, ttl: keep}}"
    )
    asked = {rrset.owner: rrset for rrset in load(tmp_path, {"example.com": zone}).desired["example.com."]}
    assert (3600, True) == (asked["example.com."].ttl, asked["example.com."].keeps_ttl)
    assert (60, False) == (asked["a.example.com."].ttl, asked["a.example.com."].keeps_ttl)
    assert asked["b.example.com."].keeps_ttl


def test_sends_false_says_nothing_of_mx(tmp_path):
    repository = load(tmp_path, {"example.com": "domains: {www: {sends: false}}"})
    assert {"TXT"} == {rrset.type for rrset in repository.desired["example.com."]}


def test_spf_terms_stand_in_the_order_of_the_senders_and_once(tmp_path):
    senders = "[{b: {service: custom, spf: ['include:b.example', 'ip4:192.0.2.1']}}, {a: {service: custom, spf: ['include:a.example', 'include:b.example']}}]"
    repository = load(
        tmp_path, {"example.com": f'domains: {{"@": {{senders: {senders}, spf: {{all: fail}}}}}}'}
    )
    assert ["example.com. TXT v=spf1 include:b.example ip4:192.0.2.1 include:a.example -all"] == records(
        repository
    )


def test_softfail_closes_where_nothing_is_said(tmp_path):
    repository = load(
        tmp_path, {"example.com": 'domains: {"@": {senders: [{a: {service: custom, spf: [mx]}}]}}'}
    )
    assert ["example.com. TXT v=spf1 mx ~all"] == records(repository)


def test_indirection_keeps_churn_out_of_the_shared_rrset(tmp_path):
    domain = "{senders: [{a: {service: custom, spf: [mx]}}], spf: {indirect: true}}"
    repository = load(tmp_path, {"example.com": f'domains: {{"@": {domain}}}'})
    assert [
        "_spf.example.com. TXT v=spf1 mx:example.com ~all",
        "example.com. TXT v=spf1 include:_spf.example.com ~all",
    ] == records(repository)


def test_every_policy_key_writes_its_record(tmp_path):
    zone = """\
domains:
  "@":
    receives: ["10 mx1.example.com.", "20 mx2.example.com."]
    dmarc: {policy: quarantine, subdomains: reject}
    mta_sts: {mode: testing, max_age: 7d}
    tls_rpt: ["mailto:tls@example.com"]
    bimi: {logo: "https://example.com/logo.svg"}
"""
    found = records(load(tmp_path, {"example.com": zone}))
    sts = next(line for line in found if line.startswith("_mta-sts"))
    assert sts.startswith("_mta-sts.example.com. TXT v=STSv1; id=")
    assert [
        "_dmarc.example.com. TXT v=DMARC1; p=quarantine; sp=reject; rua=mailto:dmarc@example.com",
        sts,
        "_smtp._tls.example.com. TXT v=TLSRPTv1; rua=mailto:tls@example.com",
        "default._bimi.example.com. TXT v=BIMI1; l=https://example.com/logo.svg",
        "example.com. MX 10 mx1.example.com.",
        "example.com. MX 20 mx2.example.com.",
    ] == found


def test_a_vendors_key_is_read_in_any_shape_it_is_handed_over(tmp_path):
    shapes = {
        "a": ED25519,
        "b": f"v=DKIM1; k=ed25519; p={ED25519}",
        "c": f'"v=DKIM1; k=ed25519; " "p={ED25519}"',
    }
    dkim = ", ".join(f"{selector}: '{value}'" for selector, value in shapes.items())
    zone = f'domains: {{"@": {{senders: [{{x: {{service: custom, dkim: {{{dkim}, d: {{cname: k.vendor.example.}}}}}}}}]}}}}'
    found = records(load(tmp_path, {"example.com": zone}))
    record = f"v=DKIM1; k=ed25519; p={ED25519}"
    assert [f"{selector}._domainkey.example.com. TXT {record}" for selector in "abc"] == found[:3]
    assert "d._domainkey.example.com. CNAME k.vendor.example." == found[3]


def test_reports_that_leave_the_zone_are_authorised_in_the_collectors_zone(tmp_path):
    """RFC 9990 section 4."""
    zones = {"example.com": "domains: {}", "example.org": 'domains: {"@": {dmarc: {policy: none}}}'}
    repository = load(tmp_path, zones)
    assert ["example.org._report._dmarc.example.com. TXT v=DMARC1;"] == records(repository)


def test_one_wildcard_authorises_everybody(tmp_path):
    zones = {
        "example.com": 'reports: {accept: "*"}\ndomains: {"@": {dmarc: {policy: none}}}',
        "example.org": 'domains: {"@": {dmarc: {policy: none}}}',
    }
    assert "*._report._dmarc.example.com. TXT v=DMARC1;" == records(load(tmp_path, zones))[0]


def test_a_kept_record_stands_instead_of_the_derived_one(tmp_path):
    domain = '{parked: true, keep: [{owner: "@", type: TXT, values: ["v=spf1 ip4:192.0.2.9 -all"]}]}'
    found = records(load(tmp_path, {"example.com": f'domains: {{"@": {domain}}}'}))
    assert ["example.com. TXT v=spf1 ip4:192.0.2.9 -all"] == [line for line in found if " TXT v=spf1" in line]


def test_each_value_knows_who_asks_for_it(tmp_path):
    zone = 'domains:\n  "@":\n    senders:\n      - a: {service: custom, dkim: {s1: {cname: k.vendor.example.}}}\n'
    repository = load(tmp_path, {"example.com": zone})
    value = repository.desired["example.com."][-1].values[0]
    assert [("zones/example.com.yaml", 5, "a", "custom")] == [tuple(origin) for origin in value.origin]
    assert Grammar.RRSET is value.claim.grammar


@pytest.mark.parametrize(
    ("domain", "reason"),
    [
        ("{senders: [sendgird]}", "did you mean 'sendgrid'"),
        ("{senders: [{a: {service: custom, sfp: [mx]}}]}", "sfp"),
        (
            "{senders: [{a: {service: custom, dkim: {s: {cname: a.example.}}}}, {b: {service: custom, dkim: {s: {cname: b.example.}}}}]}",
            "asked for twice",
        ),
        ("{senders: [{a: {service: custom, dkim: {s: 'v=DKIM1; p=!!'}}}]}", "selector 's' of sender 'a'"),
        ("{senders: [{a: {service: custom, spf: ['ip4:192.0.2.300']}}]}", "ip4"),
        ("{senders: [{a: {service: custom, spf: ['include:a.example -all ip4:192.0.2.1']}}]}", "not allowed"),
        ("{mta_sts: {mode: enforce, max_age: 7d}}", "MX"),
        ("{receives: false, mta_sts: {mode: enforce, max_age: 7d}}", "receives no mail"),
        ('{dmarc: {policy: none, rua: ["mailto:a@example.com; p=none"]}}', "no mailto or https"),
    ],
)
def test_what_does_not_fit_together_is_named(tmp_path, domain, reason):
    with pytest.raises(InventoryError) as caught:
        load(tmp_path, {"example.com": f'domains:\n  "@": {domain}\n'})
    assert any(reason.lower() in finding.message.lower() for finding in caught.value.findings)
    assert all(f.where.file == "zones/example.com.yaml" and f.where.line == 3 for f in caught.value.findings)


def test_a_cname_never_stands_beside_data(tmp_path):
    """RFC 1034 section 3.6.2."""
    zone = 'domains: {"@": {dmarc: {cname: a.example.}, keep: [{owner: _dmarc, type: TXT, values: [x]}]}}'
    with pytest.raises(InventoryError, match="CNAME beside TXT"):
        load(tmp_path, {"example.com": zone})


def test_a_lock_without_its_zone_file_is_an_error_with_two_ways_out(tmp_path):
    load(tmp_path, {"example.com": "domains: {}"})
    (tmp_path / "zones/example.org.lock.yaml").write_text("version: 1\nzone: example.org\nrecorded: []\n")
    with pytest.raises(InventoryError) as caught:
        dnsauth.load(tmp_path)
    (finding,) = caught.value.findings
    assert "domains: {}" in finding.next
    assert "dnsauth lock --release example.org" in finding.next
