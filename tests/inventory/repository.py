"""A directory with files, written for one test."""

from __future__ import annotations

from pathlib import Path

from dnsauth.findings import Finding
from dnsauth.inventory.model import Inventory, MailDomain
from dnsauth.inventory.read import read

CONFIG = """\
version: 1
providers:
  ns1: {class: octodns_bind.Rfc2136Provider, host: 192.0.2.53, port: 5300, key_name: dnsauth., key_secret: env/TSIG_SECRET}
live:
  resolver: 127.0.0.1:5353
  servers: {example.com: ["127.0.0.1:5300", "127.0.0.2:5300"]}
  ignore: [{server: ns3.example.net, until: 2027-02-01, owner: dns@example.com, why: "being retired"}]
defaults: {provider: ns1, ttl: 3600, dmarc: {rua: ["mailto:dmarc@example.com"]}}
key_stores: {mail-keys: {class: age, directory: keys, recipients: [age1example]}}
signers: {mta: {class: opendkim, directory: /etc/opendkim, hosts: [mx1.example.com, mx2.example.com]}}
agreements:
  aws: {with: Amazon Web Services, covers: [amazon-ses], signed: 2026-01-10, review: 2027-01-10, ref: CTR-2026-014}
senders:
  patient-reminders:
    {service: amazon-ses, region: us-east-1, mail_from: bounce, owner: engagement@example.com, purpose: appointment reminders,
     data: phi, baa: aws, review: 2027-01-01}
  own-mta:
    {service: mta, ip: [192.0.2.10, "2001:db8:25::/64"], owner: postmaster@example.com,
     dkim: {algorithms: [rsa-2048, ed25519], every: 90d, store: mail-keys, signer: mta}}
profiles: [baseline, bulk-2026, hipaa]
waivers: [{rule: SPF021, where: example.com, until: 2027-03-01, owner: dns@example.com, why: "vendor migration"}]
"""

ZONE = """\
version: 1
provider: ns1
domains:
  "@":
    receives: google-workspace
    senders:
      - own-mta
      - google-workspace: {dkim: {google: "MIIBIjANBg"}}
      - portal: {service: custom, spf: ["ip4:198.51.100.7"], dkim: {v1: {cname: v1.dkim.vendor.example.}}, owner: it@example.com}
    spf: {all: softfail}
    dmarc: {policy: quarantine, subdomains: reject, nonexistent: reject}
    mta_sts: {mode: testing, max_age: 7d}
    tls_rpt: ["mailto:tls@example.com"]
  reminders:
    senders:
      - patient-reminders: {tokens: [t1, t2, t3]}
    dmarc: {policy: reject}
  old-brand: {parked: true}
"""


def inventory(
    directory: Path, zones: dict[str, str], config: str = CONFIG
) -> tuple[Inventory, tuple[Finding, ...]]:
    """What *zones*, texts by file name without ``.yaml``, say beside *config*."""
    (directory / "zones").mkdir(exist_ok=True)
    (directory / "dnsauth.yaml").write_text(config, encoding="utf-8")
    for name, text in zones.items():
        (directory / "zones" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return read(directory)


def whole(directory: Path, zones: dict[str, str], config: str = CONFIG) -> Inventory:
    """The same where nothing is wrong."""
    found, findings = inventory(directory, zones, config)
    assert () == tuple(map(str, findings))
    return found


def domain(directory: Path, text: str, config: str = CONFIG) -> MailDomain:
    """The apex of a zone whose mail domain says *text*, a flow mapping."""
    return (
        whole(directory, {"example.com": f'version: 1\ndomains:\n  "@": {text}\n'}, config)
        .zones["example.com."]
        .domains[0]
    )


def problems(directory: Path, text: str, config: str = CONFIG) -> list[Finding]:
    """What is wrong where the apex of example.com says *text*, a flow mapping on line 3."""
    zones = {"example.com": f'version: 1\ndomains:\n  "@": {text}\n'}
    return sorted(
        inventory(directory, zones, config)[1], key=lambda finding: (finding.where, finding.message)
    )
