"""Findings among tests: errors fail, what was not assessed is an error, warnings pass and are told."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

from dnsauth.findings import Finding, Rule, Severity, Where
from dnsauth.output import junit
from tests.output.test_findings import ALL


def test_every_finding_is_a_case_in_the_suite_of_its_file():
    root = fromstring(junit.findings(ALL))
    assert ("4", "1", "1") == (root.get("tests"), root.get("failures"), root.get("errors"))
    suites = {suite.get("name"): suite for suite in root}
    assert {"dnsauth check", "dnsauth.yaml", "zones/example.com.yaml"} == suites.keys()
    (case,) = suites["zones/example.com.yaml"]
    assert "INV001 zones/example.com.yaml:4:7" == case.get("name")
    (failure,) = case
    assert ("failure", "INV001", "unknown key 'sendrs'") == (
        failure.tag,
        failure.get("type"),
        failure.get("message"),
    )
    assert "unknown key 'sendrs' Next: did you mean 'senders'?" == failure.text
    assert [["system-out"], ["error"]] == [
        [inside.tag for inside in case] for case in suites["dnsauth check"]
    ]


def test_nothing_found_is_a_test_that_passes():
    root = fromstring(junit.findings([]))
    assert ("1", "0") == (root.get("tests"), root.get("failures"))
    assert [[]] == [list(case) for case in root[0]]


def test_foreign_text_stays_text():
    hostile = Finding(
        Rule("SPF001", Severity.ERROR, "{value}"), Where("a&b.yaml"), facts={"value": "\x1b[2J]]><x>\0\ufffe"}
    )
    (case,) = fromstring(junit.findings([hostile]))[0]
    assert r"\x1b[2J]]><x>\x00\u{fffe}" == case[0].text
