"""A vendor rotates, replaces, forgets its keys: refresh records it, and check says so, live or of the record."""

from __future__ import annotations

import json
import re

import pytest

from demo.nameserver import Nameserver
from dnsauth.lock.observed_parse import FILE
from tests.cli.conftest import Directory
from tests.cli.test_refresh import ANOTHER, CONFIG, ED25519, HEAD, LATER, MUCH_LATER
from tests.servers import KEY
from tests.servers.world import RSA, RSA_1024, strings

PAIR = """\
version: 1
domains:
  "@":
    senders:
      - vendor: {dkim: {a1: {cname: a1.dkim.vendor.example.}, a2: {cname: a2.dkim.vendor.example.}}, owner: it@example.com}
"""
OURS = HEAD + "".join(f"a{i}._domainkey 300 IN CNAME a{i}.dkim.vendor.example.\n" for i in (1, 2))
SERVICE = """\
title: Vendor
dkim: [{selector: a1, given: cname}, {selector: a2, given: cname}]
spf: {envelope: vendor}
rotation: {by: vendor, selectors: 2, command: "vendorctl turn {{ domain }}", tool: a shell}
status: reported
sources: [{url: "https://vendor.example/dkim", seen: 2026-06-01}]
"""
KINDS = dict.fromkeys((ED25519, ANOTHER), "ed25519") | dict.fromkeys((RSA, RSA_1024), "rsa")


def keys(left: str, right: str) -> str:
    """The vendor's zone with these two keys; empty is no record."""
    records = {"a1.dkim": left, "a2.dkim": right}
    return HEAD + "".join(
        f"{name} 3600 IN TXT {strings(f'v=DKIM1; k={KINDS[key]}; p={key}')}\n"
        for name, key in records.items()
        if key
    )


@pytest.fixture
def pair(empty: Directory, nameserver: Nameserver):
    """The server of a vendor that holds two keys, and of the zone that delegates to it, after a first refresh."""
    at = {"address": nameserver.address, "port": nameserver.port, "key": KEY}
    empty.write("dnsauth.yaml", CONFIG.format(**at))
    empty.write("templates/services/vendor.yaml", SERVICE)
    empty.write("zones/example.com.yaml", PAIR)
    nameserver.load("example.com.", OURS)
    nameserver.load("vendor.example.", keys(ED25519, ANOTHER))
    assert empty.run("lock", "--refresh").code == 0
    return nameserver


def recorded(empty: Directory) -> list[str]:
    """The lines of keys, with as much of each as tells it apart."""
    return [
        re.sub(r"([0-9a-f]{4})[0-9a-f]{60}", r"\1", line.strip())
        for line in empty.read(FILE).splitlines()
        if ".dkim" in line
    ]


def told(empty: Directory, *arguments: str, now: str = LATER) -> list[tuple[str, str]]:
    """The codes of what is found of keys, with the selector."""
    found = json.loads(empty.run("check", "--format", "json", *arguments, now=now).out)["findings"]
    return [
        (one["rule"], one["owner"].partition(".")[0])
        for one in found
        if one["rule"][:3] in ("DKM", "LIV") and one["rule"] != "LIV012"
    ]


def test_each_key_is_recorded_with_the_day_it_was_first_seen(empty, pair):
    first = [
        "'a1.dkim.vendor.example': ed25519 21fe 2026-06-01T12:00:00Z",
        "'a2.dkim.vendor.example': ed25519 39f7 2026-06-01T12:00:00Z",
    ]
    assert first == recorded(empty)
    assert empty.run("lock", "--refresh", now=LATER).code == 0
    assert first == recorded(empty)
    pair.load("vendor.example.", keys(ED25519, RSA))
    done = empty.run("lock", "--refresh", "--quiet", now=MUCH_LATER)
    assert "    the one before was seen since 2026-06-01: 92 days\n" in done.out
    assert "in place" not in done.out
    assert [first[0], "'a2.dkim.vendor.example': rsa-2048 fd9b 2026-09-01T12:00:00Z"] == recorded(empty)


def test_a_vendor_that_rotates_is_told_from_one_that_replaces_in_place(empty, pair):
    assert [] == told(empty, "--live")
    pair.load("vendor.example.", keys(ED25519, RSA))
    assert [("DKM033", "a2")] == told(empty, "--live")
    pair.load("vendor.example.", keys(ANOTHER, RSA))
    assert [("DKM035", "a1"), ("DKM035", "a2")] == told(empty, "--live")
    done = empty.run("lock", "--refresh", "--quiet", now=LATER)
    assert 2 == done.out.count(
        "    replaced in place: mail signed before verifies no more (RFC 6376 section 3.1)\n"
    )
    assert [] == told(empty, "--live")


def test_what_is_wrong_with_a_vendors_keys_is_told_live_and_from_what_was_recorded(empty, pair):
    pair.load("vendor.example.", keys(RSA_1024, ""))
    wrong = [("DKM011", "a1"), ("DKM034", "a2")]
    assert [] == told(empty), "nobody looked again"
    assert [*wrong[:1], ("DKM035", "a1"), *wrong[1:]] == told(empty, "--live")
    assert empty.run("lock", "--refresh", now=LATER).code == 0
    assert wrong == told(empty) == told(empty, "--live")
    done = empty.run("check", now=LATER)
    assert done.code == 0
    assert "  next: rotate it with `vendorctl turn example.com` (a shell)\n" in done.out


def test_a_key_that_is_the_same_for_a_year_is_old(empty, pair):
    year = "2027-06-02T12:00:00Z"
    assert [] == told(empty, now=year), "nobody looked at it then"
    assert [("DKM036", "a1"), ("DKM036", "a2")] == told(empty, "--live", now=year)
    assert empty.run("lock", "--refresh", now=year).code == 0
    assert [("DKM036", "a1"), ("DKM036", "a2")] == told(empty, now=year)
    pair.load("vendor.example.", keys(RSA, ANOTHER))
    assert [("DKM033", "a1"), ("DKM036", "a2")] == told(empty, "--live", now=year)
