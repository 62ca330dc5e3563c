"""`status` is one screen: figures, and what needs somebody today and this week."""

from __future__ import annotations

import json

CONFIG = """\
agreements:
  soon: {with: A Vendor, covers: [custom], signed: 2026-01-01, review: 2026-06-05}
waivers:
  - {rule: SPF014, where: example.com, until: 2026-06-04, owner: dns@example.com, why: "moving"}
"""
BROKEN = "v=spf1 " + " ".join(f"include:h{i}.example.net" for i in range(11)) + " ~all"


def test_a_quiet_day_is_short(repository):
    done = repository.run("status", now="2026-06-01T12:00:00Z")
    assert 0 == done.code
    assert "2 mail domains, 1 parked, 2 with DMARC enforced" in done.out
    assert "1 sender; 0 keys of our own in use" in done.out
    assert "Today: nothing" in done.out
    assert len(done.out.splitlines()) < 24


def test_what_needs_somebody_stands_by_how_soon(repository):
    repository.write("dnsauth.yaml", repository.read("dnsauth.yaml") + CONFIG)
    zone = repository.read("zones/example.com.yaml").replace(
        "ip4:198.51.100.7", BROKEN.removeprefix("v=spf1 ")[:-5].replace(" ", '", "')
    )
    repository.write("zones/example.com.yaml", zone)
    done = repository.run("status")
    today, week = done.out.split("Today: ")[1].split("This week: ")
    assert "SPF013" in today
    assert "next: dnsauth check --explain SPF013" in today
    assert "the waiver of SPF014 for example.com ends on 2026-06-04" in week
    assert "the agreement soon with A Vendor is to be reviewed on 2026-06-05" in week
    document = json.loads(repository.run("status", "--format", "json").out)
    assert "dnsauth-status/1" == document["format"]
    assert {"today", "this week"} == {item["when"] for item in document["agenda"]}


def test_keys_that_are_to_be_made_are_todays(repository):
    repository.write(
        "dnsauth.yaml",
        repository.read("dnsauth.yaml")
        + "key_stores: {mail-keys: {class: file, directory: keys}}\nsigners: {mta: {class: files, directory: sign}}\n",
    )
    repository.write(
        "zones/example.com.yaml",
        repository.read("zones/example.com.yaml").replace(
            "owner: it@example.com}",
            "owner: it@example.com}\n      - own: {service: mta, ip: [192.0.2.10],"
            " dkim: {algorithms: [ed25519], every: 90d, store: mail-keys, signer: mta}}",
        ),
    )
    done = repository.run("status")
    assert "example.com own: a key of ed25519 is to be made\n    next: dnsauth rotate step" in done.out


def test_files_with_mistakes_are_told_as_everywhere(repository):
    repository.write("zones/example.com.yaml", "version: 1\ndomain: {}\n")
    done = repository.run("status")
    assert 1 == done.code
    assert "'domain' is no key" in done.err
