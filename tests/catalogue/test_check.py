"""Services that could be taken for one another, and facts that nobody supports any more."""

from __future__ import annotations

from datetime import date

import pytest

from dnsauth import documents
from dnsauth.catalogue.check import check, concerns
from dnsauth.catalogue.definition import service
from dnsauth.findings import Severity, Where

TODAY = date(2026, 11, 24)
SOURCE = 'sources: [{url: "https://vendor.example/", seen: 2026-10-01}]\nstatus: reported\n'
SENDS = "spf: {envelope: customer}\n"
TOKEN = "parameters: {token: {pattern: '[a-z]+', example: %s, help: ask}}\n"


def definition(name, text, *, shipped=True):
    whole = f"title: {name}\n{text}" + ("" if "status:" in text else SOURCE)
    document, problems = documents.load(whole.encode(), name)
    found, wrong = service(name, document, name, shipped=shipped)
    assert () == (*problems, *wrong)
    return found


def findings(*services):
    return list(check(services, TODAY, lambda one, _: Where(one.name)))


def told(**texts):
    return [
        (one.rule.code, one.where.file) for one in findings(*(definition(n, t) for n, t in texts.items()))
    ]


@pytest.mark.parametrize("table", ["spf", "cname", "mx", "ns", "rua"])
def test_two_services_may_not_claim_the_same_suffix(table):
    text = f"detect: {{{table}: [vendor.example]}}\n"
    assert [("SVC005", "b")] == told(a=text, b=text)
    assert [] == told(a=text, b=text.replace("vendor", "mail.vendor")), "the longest wins"
    assert [] == told(a=text, b=text.replace("vendor", "myvendor")), "no label boundary"


def test_two_services_may_not_claim_the_same_beginning():
    text = "detect: {txt: ['vendor=']}\n"
    assert [("SVC005", "b")] == told(a=text, b=text)
    assert [] == told(a=text, b=text.replace("vendor=", "vendor=x"))


def test_two_services_may_not_have_the_same_key():
    text = "dkim: [{selector: k1, cname: dkim.vendor.example.}]\n"
    (found,) = findings(definition("a", text), definition("b", text))
    assert "`k1._domainkey CNAME dkim.vendor.example.` tells b, and a as well (a)" == found.message
    assert Severity.ERROR is found.rule.severity
    assert [] == told(a=text, b=text.replace("k1", "k2"))


def test_what_is_your_own_is_told_of_before_what_is_shipped():
    text = "detect: {spf: [vendor.example]}\n"
    (found,) = findings(definition("a", text, shipped=False), definition("b", text))
    assert "a" == found.where.file


def test_patterns_of_which_neither_says_more_are_told():
    text = TOKEN % "abc" + "dkim: [{selector: s1, cname: '{{ token }}.vendor.example.'}]\n"
    (found,) = findings(definition("a", text), definition("b", text.replace("abc", "xyz")))
    assert "SVC006" == found.rule.code
    assert "`s1._domainkey CNAME xyz.vendor.example.` could be of b or of a (a)" in found.message
    assert [] == told(a=text, b=text.replace("[a-z]+", "[0-9]+").replace("abc", "'123'"))
    assert [] == told(a=text, b=text.replace("token }}", "token }}.x")), "one says more"
    assert [] == told(a=text, b=text.replace("vendor", "myvendor"))
    assert [] == told(a=text, b=text + "category: own\n"), "anything would fit"


def test_a_return_path_that_many_rent_is_evidence_of_none():
    text = SENDS + (
        "records:\n- {owner: send, type: MX, value: 10 mx.vendor.example.}\n"
        "- {owner: send, type: TXT, value: 'v=spf1 include:vendor.example ~all'}\n"
    )
    assert [("SVC011", "a")] == told(a=text, b=text)


def test_a_term_of_several_services_is_noted_once():
    text = 'spf: {envelope: customer, terms: ["include:_spf.vendor.example"]}\n'
    (found,) = findings(*(definition(name, text) for name in "abc"))
    assert "include:_spf.vendor.example is brought by a, b, c, and tells none of them alone" == found.message
    assert Severity.INFO is found.rule.severity
    assert concerns(found, {"b"})
    assert not concerns(found, {"d"})


def test_a_service_with_a_common_selector_alone_cannot_be_told():
    text = "dkim: [{selector: k1, given: key}]\n"
    (found,) = findings(definition("a", text))
    assert "nothing tells a but the selector k1, which others use too" == found.message
    assert [] == told(a=text.replace("k1", "vendor1"))
    assert [("SVC007", "a"), ("SVC007", "b")] == told(
        a=text.replace("k1", "vendor1"), b=text.replace("k1", "vendor1")
    )
    assert [] == told(a=text + "detect: {cname: [vendor.example]}\n")
    assert [] == told(a=text + "category: own\n")
    assert [] == told(a=text.replace("given: key", "given: cname")), "it is an example"


def test_what_a_definition_asks_for_may_not_be_claimed_by_another():
    claims = "detect: {cname: [vendor.example]}\n"
    asks = TOKEN % "abc" + "dkim: [{selector: v1, cname: '{{ token }}.mail.vendor.example.'}]\n"
    (found,) = findings(definition("a", claims), definition("b", asks))
    assert (
        "b asks for names below mail.vendor.example, which `detect.cname: vendor.example` of a claims (a)"
        == (found.message)
    )
    assert [] == told(a=claims, b=asks + "detect: {cname: [mail.vendor.example]}\n"), "longer"
    assert [] == told(a=claims, b=asks.replace("mail.vendor", "mail.myvendor"))
    assert [] == told(a=claims.replace("cname", "spf"), b=asks), "another table"
    assert [] == told(a=claims, b=asks.replace("{{ token }}", "v1")), "a whole name says more"


def test_a_definition_without_a_source_and_one_with_an_old_one_are_told():
    assert [("SVC009", "a")] == told(a="status: unverified\n")
    old = SOURCE.replace("2026-10-01", "2025-11-01")
    (found,) = findings(definition("a", old))
    assert ("SVC010", Severity.INFO) == (found.rule.code, found.rule.severity)
    assert "read https://vendor.example/ again" in found.next
    newer = old.replace("[{", '[{url: "https://vendor.example/dns", seen: 2025-12-01}, {')
    assert [] == told(a=newer)
