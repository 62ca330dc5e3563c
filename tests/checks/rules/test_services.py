"""Service definitions: each rule on a smallest catalogue that has its fault, and on one that has it not."""

from __future__ import annotations

from datetime import date

import pytest

from dnsauth.catalogue.check_live import look
from dnsauth.catalogue.check_record import Cost, parse
from dnsauth.findings import Where
from dnsauth.spf import NoSuchName, TempError
from tests.catalogue.test_check import SOURCE, TODAY, TOKEN, definition, told
from tests.plan.values import KEY, REVOKED

DETECT = "detect: {spf: [vendor.example]}\n"
ASKS = TOKEN % "abc" + "dkim: [{selector: v1, cname: '{{ token }}.mail.vendor.example.'}]\n"
INCLUDES = 'spf: {envelope: customer, terms: ["include:_spf.vendor.example"]}\n'
K1, CLAIMS = "dkim: [{selector: k1, given: key}]\n", "detect: {cname: [vendor.example]}\n"
YEAR_AGO = SOURCE.replace("2026-10-01", "2025-11-23")

CATALOGUES = (
    ("SVC005", {"a": DETECT, "b": DETECT}, {"a": DETECT, "b": DETECT.replace("vendor", "mail.vendor")}),
    ("SVC006", {"a": ASKS, "b": ASKS.replace("abc", "xyz")}, {"a": ASKS}),
    ("SVC007", {"a": K1}, {"a": K1.replace("k1", "vendor1")}),
    ("SVC008", {"a": CLAIMS, "b": ASKS}, {"a": CLAIMS.replace("vendor", "other"), "b": ASKS}),
    ("SVC009", {"a": "status: unverified\n"}, {"a": SOURCE}),
    ("SVC010", {"a": YEAR_AGO}, {"a": YEAR_AGO.replace("2025", "2026")}),
    ("SVC011", {"a": INCLUDES, "b": INCLUDES}, {"a": INCLUDES, "b": INCLUDES.replace("_spf", "_other")}),
)

SPF, TARGET, BELOW = ("_spf.vendor.example.", "v1.dkim.vendor.example.", "keys.vendor.example.")
ASKED = (
    INCLUDES
    + TOKEN % "abc"
    + (f"dkim:\n- {{selector: v1, cname: {TARGET}}}\n- {{selector: v2, cname: '{{{{ token }}}}.{BELOW}'}}\n")
)
CHEAP, COSTLY = (
    ("v=spf1 " + " ".join(f"a:h{n}.vendor.example" for n in range(count)) + " -all",) for count in (9, 10)
)
PUBLISHED = {SPF: CHEAP, TARGET: (KEY,), BELOW: ()}
BEFORE = Cost(10, date(2026, 1, 1))
LIVE = (
    ("SVC020", {SPF: ("v=spf1 inlcude:x.example -all",)}, {}),
    ("SVC021", {SPF: COSTLY}, {}),
    ("SVC023", {}, {SPF: None}),
    ("SVC024", {TARGET: None}, {}),
    ("SVC025", {TARGET: (REVOKED,)}, {}),
    ("SVC026", {BELOW: None}, {}),
    ("SVC027", {SPF: TempError("SERVFAIL")}, {}),
)
SINGLY = ("SVC012", "SVC022")
FIRED = QUIET = frozenset([*(code for code, *_ in (*CATALOGUES, *LIVE)), *SINGLY])


@pytest.mark.parametrize(("code", "wrong", "right"), CATALOGUES, ids=[code for code, *_ in CATALOGUES])
def test_a_rule_on_definitions_fires_and_is_quiet(code, wrong, right):
    assert code in {one for one, _ in told(**wrong)}
    assert code not in {one for one, _ in told(**right)}


def looked(said, before=BEFORE) -> set[str]:
    """The codes of what is found where DNS says *said* in place of `PUBLISHED`; nothing else exists."""
    answers = {**PUBLISHED, **said}

    def lookup(name: str, type: str) -> tuple[str, ...]:
        values = answers.get(name)
        if isinstance(values, TempError):
            raise values
        if type != "TXT" or values is None:
            raise NoSuchName(name)
        return values

    services = [definition("vendor", ASKED)]
    found = look(
        services,
        lookup,
        lambda _names: None,
        {SPF.removesuffix("."): before},
        today=TODAY,
        place=lambda one, _: Where(one.name),
    )
    return {one.rule.code for one in found.findings}


@pytest.mark.parametrize(("code", "wrong", "right"), LIVE, ids=[code for code, *_ in LIVE])
def test_a_rule_on_what_vendors_publish_fires_and_is_quiet(code, wrong, right):
    assert code in looked(wrong)
    assert code not in looked(right)


def test_an_include_that_became_dearer_is_told():
    assert "SVC022" in looked({}, BEFORE._replace(lookups=9))
    assert "SVC022" not in looked({}, BEFORE)


def test_a_record_of_costs_that_does_not_read_is_told():
    line = "version: 1\nlookups: {'_spf.vendor.example': %s}\n"
    _, problems = parse((line % "many").encode())
    assert {"SVC012"} == {one.rule.code for one in problems}
    assert () == parse((line % "4 since 2026-06-01").encode())[1]
