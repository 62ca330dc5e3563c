"""The conformance suites of openspf.org, one subtest per case; pyspf's sdist carries them."""

from __future__ import annotations

import pytest

from dnsauth.spf import check_host
from tests.spf.suite import Case, cases

# RFC 4408's suite prefers another result in these; the reason is what RFC 7208 says, or leaves open.
CHANGED = {
    "spfonly": ("fail", "none", "3.1: records of type SPF are not looked up"),
    "txttimeout": ("fail", "temperror", "3.1: records of type SPF are not looked up"),
    "spfoverride": ("pass", "fail", "3.1: records of type SPF are not looked up"),
    "multitxt1": ("pass", "permerror", "3.1: records of type SPF are not looked up"),
    "multispf2": ("permerror", "pass", "3.1: records of type SPF are not looked up"),
    "invalid-domain-empty-label": ("permerror", "fail", "4.8: left open; no such name is no match"),
    "invalid-domain-long": ("permerror", "fail", "4.8: left open; no such name is no match"),
    "invalid-domain-long-via-macro": ("permerror", "fail", "4.8: left open; no such name is no match"),
    "exists-dnserr": ("fail", "temperror", "5: a DNS error is a temperror"),
    "mx-limit": ("neutral", "permerror", "4.6.4: more than ten MX hosts are a permerror"),
}


def explanation(case: Case) -> str | None:
    """What the case expects for an explanation; receivers' default is nothing here."""
    return None if case.explanation == "DEFAULT" else case.explanation


def test_every_case_of_the_rfc_7208_suite_has_its_preferred_result(pyspf, subtests: pytest.Subtests):
    suite = list(cases(pyspf / "test/rfc7208-tests.yml"))
    assert 203 == len(suite)
    for case in suite:
        with subtests.test(case.id):
            evaluation = check_host(case.ip, case.mail_from, case.helo, case.zone)
            assert case.results[0] == evaluation.result
            assert case.explanation is None or explanation(case) == evaluation.explanation


def test_the_rfc_4408_suite_differs_where_rfc_7208_does(pyspf):
    suite = list(cases(pyspf / "test/rfc4408-tests.yml"))
    assert 191 == len(suite)
    differing = {}
    for case in suite:
        evaluation = check_host(case.ip, case.mail_from, case.helo, case.zone)
        assert evaluation.result in case.results, case
        assert case.explanation is None or explanation(case) == evaluation.explanation, case
        if evaluation.result != case.results[0]:
            differing[case.id] = (case.results[0], evaluation.result)
    assert {id: (before, now) for id, (before, now, _) in CHANGED.items()} == differing


def test_the_suite_of_pyspf_differs_where_pyspf_is_lax_or_harsh(pyspf):
    suite = list(cases(pyspf / "test/test.yml"))
    assert 16 == len(suite)
    differing = {
        case.id: (case.results[0], evaluation.result)
        for case in suite
        if (evaluation := check_host(case.ip, case.mail_from, case.helo, case.zone)).result
        not in case.results
    }
    assert {
        "default-modifier": ("fail", "neutral"),
        "default-modifier-harsh": ("ambiguous", "neutral"),
    } == differing
