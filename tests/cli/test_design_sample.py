"""A directory that uses most of what the files can say: it loads, and gives the records it should."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Directory

KEY = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAqps9jil0MzgkDyDzeGQMlUzI+wjShjgya5z6YXIueyVgfQZvlSgw168CDcTwzyuu"
    "sYSIkndb+iE61BC1R2HkKkIivQ6F0Q74UsygmiMnvOufTkzK/y4d/yfJwaEWALqFd6znHaqRvD7lfOAR/rgMHde7HRuz7HGn1OYVZCuMRnbm"
    "fa/F9HEKe1L4llUWyCvq8QqLAO+DBX4vNwrKuGROjNbHj4KLspk8417KGj3EfpeTCbzPxVVZGohPU8QJ1VzV5oNyHf9WTG8aiB0tWyf52sny"
    "I0ZEz1Fu9dw11Zd1MQIQVbUijY1GAvDtevLAE506oy4Zxj/aua3Jr2PpnxlChwIDAQAB"
)
CONFIG = """\
version: 1
providers:
  ns1: {class: octodns_bind.Rfc2136Provider, host: 127.0.0.1, port: 5300, key_name: dnsauth., key_secret: env/DNSAUTH_TEST_SECRET, key_algorithm: hmac-sha256}
live:
  resolver: 127.0.0.1:5353
  servers: {example.com: ["127.0.0.1:5300", "127.0.0.2:5300"]}
  ignore: [{server: ns3.example.net, until: 2027-02-01, owner: dns@example.com, why: "being retired"}]
defaults: {provider: ns1, ttl: 3600, dmarc: {rua: ["mailto:dmarc@example.com"]}}
key_stores: {mail-keys: {class: age, directory: keys, recipients: [age1example]}}
signers: {mta: {class: opendkim, directory: /etc/opendkim, hosts: [mx1.example.com, mx2.example.com]}}
agreements:
  aws: {with: Amazon Web Services, covers: [amazon-ses], signed: 2026-01-10, review: 2027-01-10, ref: CTR-1}
senders:
  patient-reminders:
    {service: amazon-ses, region: us-east-1, mail_from: bounce, owner: engagement@example.com,
     purpose: appointment reminders, data: phi, baa: aws, review: 2027-01-01}
  own-mta:
    {service: mta, ip: [192.0.2.10, "2001:db8:25::/64"], owner: postmaster@example.com,
     dkim: {algorithms: [rsa-2048, ed25519], every: 90d, store: mail-keys, signer: mta}}
profiles: [baseline, bulk-2026, hipaa]
waivers: [{rule: DKM010, where: example.com, until: 2027-03-01, owner: dns@example.com, why: "its keys are made in July"}]
"""
ZONE = f"""\
version: 1
provider: ns1
domains:
  "@":
    receives: google-workspace
    senders:
      - own-mta
      - google-workspace: {{dkim: {{google: "{KEY}"}}}}
      - portal: {{service: custom, spf: ["ip4:198.51.100.7"], dkim: {{v1: {{cname: v1.dkim.vendor.example.}}}}, owner: it@example.com}}
    spf: {{all: softfail}}
    dmarc: {{policy: quarantine, subdomains: reject, nonexistent: reject}}
    mta_sts: {{mode: testing, max_age: 7d}}
    tls_rpt: ["mailto:tls@example.com"]
  reminders:
    senders:
      - patient-reminders: {{tokens: [t1, t2, t3]}}
    dmarc: {{policy: reject}}
  old-brand: {{parked: true}}
"""
RECORDS = {
    ("*._domainkey.old-brand", "TXT"): ["v=DKIM1; p="],
    ("@", "MX"): ["1 smtp.google.com."],
    ("@", "TXT"): [
        "v=spf1 ip4:192.0.2.10 ip6:2001:db8:25::/64 include:_spf.google.com ip4:198.51.100.7 ~all"
    ],
    ("_dmarc", "TXT"): ["v=DMARC1; p=quarantine; sp=reject; np=reject; rua=mailto:dmarc@example.com"],
    ("_dmarc.old-brand", "TXT"): ["v=DMARC1; p=reject"],
    ("_dmarc.reminders", "TXT"): ["v=DMARC1; p=reject; rua=mailto:dmarc@example.com"],
    ("_smtp._tls", "TXT"): ["v=TLSRPTv1; rua=mailto:tls@example.com"],
    ("bounce.reminders", "MX"): ["10 feedback-smtp.us-east-1.amazonses.com."],
    ("bounce.reminders", "TXT"): ["v=spf1 include:amazonses.com ~all"],
    ("google._domainkey", "TXT"): [f"v=DKIM1; k=rsa; p={KEY}"],
    ("old-brand", "MX"): ["0 ."],
    ("old-brand", "TXT"): ["v=spf1 -all"],
    ("reminders", "TXT"): ["v=spf1 ~all"],
    **{
        (f"{token}._domainkey.reminders", "CNAME"): [f"{token}.dkim.amazonses.com."]
        for token in ("t1", "t2", "t3")
    },
    ("v1._domainkey", "CNAME"): ["v1.dkim.vendor.example."],
}


@pytest.fixture
def sample(empty: Directory) -> Directory:
    empty.write("dnsauth.yaml", CONFIG)
    empty.write("zones/example.com.yaml", ZONE)
    empty.write("held/example.com.yaml", "--- {}\n")
    return empty


def test_check_finds_no_error_in_it_and_needs_no_secret(sample):
    done = sample.run("check")
    assert (0, "") == (done.code, done.err)
    assert ": error: " not in done.out


def test_its_records_are_what_was_asked(sample):
    done = sample.run("records", "--format", "json")
    assert (0, "") == (done.code, done.err)
    found = {
        (record["owner"].removesuffix("example.com.").removesuffix(".") or "@", record["type"]): record[
            "values"
        ]
        for record in json.loads(done.out)["records"]
    }
    (policy,) = found.pop(("_mta-sts", "TXT"))  # its id is a digest of the policy
    assert policy.startswith("v=STSv1; id=")
    assert RECORDS == found


def test_plan_creates_them_and_no_guard_stops_it(sample):
    server = next(line for line in CONFIG.splitlines() if "ns1:" in line)
    held = "  ns1: {class: octodns.provider.yaml.YamlProvider, directory: held}"
    sample.write("dnsauth.yaml", CONFIG.replace(server, held))
    done = sample.run("plan")
    assert done.code == 0
    assert f"Plan: {len(RECORDS) + 1} to create in 1 zone.\n" in done.out
