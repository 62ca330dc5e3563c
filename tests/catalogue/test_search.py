"""What is met in DNS finds the service behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dnsauth.catalogue.read import read
from dnsauth.catalogue.search import search
from tests.catalogue.test_check import TOKEN, definition

CATALOGUE, _ = read(Path("/nonexistent"))
WIDE = definition(
    "wide",
    TOKEN % "abc"
    + "records: [{owner: '@', type: TXT, value: 'wide-verification={{ token }}'}]\n"
    + "dkim: [{selector: w1, cname: 'w1.{{ token }}.vendor.example.'}]\n"
    + 'spf: {envelope: customer, terms: ["include:_spf.vendor.example"]}\n',
)
NARROW = definition(
    "narrow", "detect: {cname: [mail.vendor.example], txt: [wide-verification=n], selectors: [narrow1]}\n"
)


def found(*words):
    return [one.name for one in search((NARROW, WIDE), words)]


@pytest.mark.parametrize(
    ("word", "service"),
    [
        ("sendgrid.net", "sendgrid"),
        ("u123.wl042.sendgrid.net", "sendgrid"),
        ("s1.domainkey.u1234567.wl042.SendGrid.net.", "sendgrid"),
        ("include:_spf.google.com", "google-workspace"),
        ("google.com", "google-workspace"),
        ("exists:%{i}._spf.salesforce.com", "salesforce"),
        ("brevo-code:4f2d", "brevo"),
    ],
)
def test_what_is_met_finds_the_shipped_service_first(word, service):
    assert service == search(CATALOGUE.values(), [word])[0].name


@pytest.mark.parametrize(
    ("words", "services"),
    [
        (["x.mail.vendor.example"], ["narrow", "wide"]),  # the longest suffix first
        (["x.vendor.example"], ["wide"]),
        (["include:_spf.vendor.example"], ["wide"]),
        (["_spf.vendor.example"], ["wide"]),
        (["example"], ["narrow", "wide"]),  # a word that both hold, by name
        (["x.myvendor.example"], []),  # no label boundary
        (["wide-verification=nine"], ["narrow", "wide"]),  # the longest beginning
        (["wide-verification=other"], ["wide"]),
        (["narrow1"], ["narrow"]),
        (["abc"], ["wide"]),  # an example
        (["ask", "WIDE"], ["wide"]),  # its help, and its name
        (["ask", "narrow"], []),  # every word
        (["vendor.example"], ["wide", "narrow"]),  # itself, then above
    ],
)
def test_the_best_comes_first(words, services):
    assert services == found(*words)


def test_who_claims_a_name_comes_before_who_asks_for_it_alone():
    asks = definition("asks", 'spf: {envelope: customer, terms: ["include:_spf.vendor.example"]}\n')
    claims = definition("claims", "detect: {spf: [_spf.vendor.example]}\n")
    assert (claims, asks) == search((asks, claims), ["_spf.vendor.example"])
