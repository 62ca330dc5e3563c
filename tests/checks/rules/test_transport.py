"""MTA-STS and TLS-RPT rules: each on the smallest input that has its fault, and on one nearly equal without."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dnsauth.checks.rules import transport
from dnsauth.checks.texts.judge import verdicts
from dnsauth.findings import Outcome, Rule, Where
from dnsauth.live.https import Failed, Fetched, Redirected, Refused, TooLarge, Untrusted
from dnsauth.live.resolution import Unanswered
from dnsauth.plan.kind import Kind
from tests.checks.rules.declared import Case, codes
from tests.checks.rules.declared import found as declared
from tests.checks.rules.served import found
from tests.markdown import Document
from tests.plan.values import ZONE
from tests.servers.certificates import NOW

MX = '  "@":\n    receives: [10 mx1.example.com., 20 mx2.example.net.]\n'
STS = MX + "    mta_sts: {mode: enforce, max_age: 30d}\n"
RPT = "    tls_rpt: ['mailto:tls@example.com']\n"
SOUND = STS + RPT


def sts(said: str) -> str:
    return SOUND.replace("mode: enforce, max_age: 30d", said)


def kept(owner: str, *values: str) -> str:
    texts = ", ".join(f'"{value}"' for value in values)
    return f'  "@":\n    keep: [{{owner: {owner}, type: TXT, values: [{texts}]}}]\n'


CASES = (
    Case("MTA001", MX, (" receives: [10 mx1.example.com., 20 mx2.example.net.]", " receives: false")),
    Case("MTA002", sts("mode: testing, max_age: 7d"), ("testing, max_age: 7d", "enforce, max_age: 30d")),
    Case("MTA003", sts("mode: none, max_age: 7d"), ("none", "testing")),
    Case("MTA004", sts("mode: testing, max_age: 23h"), ("23h", "24h")),
    Case("MTA005", sts("mode: enforce, max_age: 13d"), ("13d", "14d")),
    Case(
        "MTA007",
        sts('mode: enforce, max_age: 30d, mx: [mx1.example.com, "*.mail.example.net"]'),
        ('"*.mail', '"*'),
    ),
    Case(
        "MTA008",
        sts('mode: testing, max_age: 30d, mx: [mx1.example.com, "*.mail.example.net"]'),
        ('"*.mail', '"*'),
    ),
    Case(
        "MTA009",
        sts('mode: enforce, max_age: 30d, mx: [mx1.example.com, "*.example.net", mx3.example.com]'),
        (", mx3.example.com", ""),
    ),
    Case(
        "MTA010",
        kept("_mta-sts", "v=STSv1; id=1").replace("    keep", "    receives: false\n    keep"),
        ("receives: false", "receives: [10 mx1.example.com.]"),
    ),
    Case("MTA011", kept("mta-sts", "v=STSv1; id=1"), ("owner: mta-sts", "owner: _mta-sts")),
    Case("MTA012", kept("_mta-sts", "v=STSv1; id=1", "token"), (', "token"', "")),
    Case("MTA013", kept("_mta-sts", "id=1; v=STSv1"), ("id=1; v=STSv1", "v=STSv1; id=1")),
    Case("TLS001", sts("mode: testing, max_age: 7d").replace(RPT, ""), ("    mta", f"{RPT}    mta")),
    Case("TLS002", STS, ("    mta", f"{RPT}    mta")),
    Case("TLS003", kept("_smtp._tls", "v=TLSRPTv1 rua=mailto:a@example.com"), ("v1 rua", "v1; rua")),
    Case("TLS004", kept("_smtp._tls", "v=TLSRPTv1; rua=mailto:a@example.com", "token"), (', "token"', "")),
    Case("TLS007", kept("_smtp-tlsrpt", "v=TLSRPTv1; rua=mailto:a@example.com"), ("-tlsrpt", "._tls")),
    Case(
        "TLS008", kept("_tls", "v=TLSRPTv1; rua=mailto:a@example.com"), ("owner: _tls", "owner: _smtp._tls")
    ),
)

TEXTS = (
    ("MTA014", Kind.MTASTS, "v=STSv1;", "v=STSv1; id=1"),
    ("MTA015", Kind.MTASTS, "v=STSv1; id=2026-11-24", "v=STSv1; id=20261124"),
    ("MTA015", Kind.MTASTS, f"v=STSv1; id={'1' * 33}", f"v=STSv1; id={'1' * 32}"),
    ("TLS005", Kind.TLSRPT, "v=TLSRPTv1;", "v=TLSRPTv1; rua=mailto:a@example.com"),
    ("TLS006", Kind.TLSRPT, "v=TLSRPTv1; rua=http://example.com/a", "v=TLSRPTv1; rua=https://example.com/a"),
    ("TLS006", Kind.TLSRPT, "v=TLSRPTv1; rua=a@example.com", "v=TLSRPTv1; rua=mailto:a@example.com"),
)

URL = "https://mta-sts.example.com/.well-known/mta-sts.txt"
LINES = ("version: STSv1", "mode: enforce", "mx: mx1.example.com", "mx: mx2.example.net", "max_age: 2592000")
HOST = {("mta-sts.example.com.", "A"): ("192.0.2.80",)}
FOREIGN = kept("_mta-sts", "v=STSv1; id=1")  # a policy that no line of the inventory asks for


def policy(*lines: str, without: str = "", days: float = 60, type: str = "text/plain") -> Fetched:
    """The policy that `SOUND` asks for, but for lines that begin with *without*, and with *lines* besides."""
    chosen = [line for line in LINES if not (without and line.startswith(without))]
    body = "".join(f"{line}\r\n" for line in (*chosen, *lines))
    return Fetched(body.encode(), type, NOW + timedelta(days=days))


SERVED = {
    "MTA007": (FOREIGN, policy(without="mx: mx2"), policy()),
    "MTA008": (
        FOREIGN,
        Fetched(
            b"version: STSv1\nmode: testing\nmax_age: 2592000\nmx: mx1.example.com\n",
            "text/plain",
            NOW + timedelta(days=60),
        ),
        policy(),
    ),
    "MTA002": (FOREIGN, policy("mode: testing", without="mode"), policy()),
    "MTA009": (FOREIGN, policy("mx: mx3.example.com"), policy()),
    "MTA020": (SOUND, Refused("the host answers 404 Not Found"), policy()),
    "MTA021": (SOUND, Redirected(301, "https://www.example.com/"), policy()),
    "MTA022": (SOUND, Untrusted("certificate has expired"), policy()),
    "MTA023": (SOUND, policy(type="text/html"), policy()),
    "MTA024": (SOUND, policy("version: STSv2", without="version"), policy()),
    "MTA025": (SOUND, policy("mode: enforced", without="mode"), policy()),
    "MTA026": (SOUND, policy("max_age: 31557601", without="max_age"), policy()),
    "MTA027": (SOUND, policy(without="mx"), policy()),
    "MTA028": (SOUND, policy("mx: mx3.example.com."), policy()),
    "MTA029": (SOUND, policy("mx mx3.example.com"), policy()),
    "MTA030": (SOUND, policy("mode: testing"), policy()),
    "MTA031": (SOUND, policy("contact: postmaster"), policy()),
    "MTA032": (SOUND, policy(""), policy()),
    "MTA034": (SOUND, policy("max_age: 604800", without="max_age"), policy()),
    "MTA035": (SOUND, policy(days=13), policy(days=15)),
}
FIRED = QUIET = frozenset([*(case.rule for case in CASES), *(code for code, *_ in TEXTS), *SERVED])
RULES = {one.code for one in vars(transport).values() if isinstance(one, Rule)}


def served(zone, document, directory, **more):
    return found(zone, directory, {URL: document}, **{"ours": HOST | MXS, **more})


MXS = {(ZONE, "MX"): ("10 mx1.example.com.", "20 mx2.example.net.")}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_a_rule_fires_and_is_quiet_where_its_fault_is_mended(case, tmp_path):
    assert case.rule in codes(case, tmp_path / "wrong")
    assert case.rule not in codes(case.right, tmp_path / "right")


@pytest.mark.parametrize(("code", "kind", "wrong", "right"), TEXTS)
def test_a_text_has_its_fault(code, kind, wrong, right):
    assert [code] == [one.rule.code for one in verdicts(kind, wrong)]
    assert [] == list(verdicts(kind, right))


@pytest.mark.parametrize("code", SERVED)
def test_a_document_has_its_fault(code, tmp_path):
    zone, wrong, right = SERVED[code]
    assert code in {one.rule.code for one in served(zone, wrong, tmp_path)}
    assert [] == served(zone, right, tmp_path)


def test_a_sound_domain_has_no_finding(tmp_path):
    assert [] == [
        one for one in declared(Case("", SOUND, ("", "")), tmp_path) if one.rule.code[:3] in ("MTA", "TLS")
    ]


def test_what_the_inventory_says_itself_is_not_told_again(tmp_path):
    testing = policy("mode: testing", without="mode")
    assert [] == served(sts("mode: testing, max_age: 30d"), testing, tmp_path)


def test_a_policy_that_lags_is_told_with_what_is_to_be_served(tmp_path):
    (one,) = served(SOUND, policy("mx: mx3.example.com", without="mx: mx2"), tmp_path)[:1]
    assert "MTA034" == one.rule.code
    assert Where("zones/example.com.yaml", 5) == one.where
    assert "mx lacks mx2.example.net and has besides mx3.example.com" in one.message
    assert "'version: STSv1', 'mode: enforce', 'mx: mx1.example.com'" in one.next


@pytest.mark.parametrize(
    ("document", "code", "why"),
    [
        (TooLarge(65536), "MTA020", "the file has more than 65536 octets"),
        (Refused("10.0.0.1 is no public address"), "MTA020", "10.0.0.1 is no public address"),
    ],
)
def test_no_policy_is_told_with_its_reason(document, code, why, tmp_path):
    (one,) = served(SOUND, document, tmp_path)
    assert (code, Outcome.FAIL) == (one.rule.code, one.outcome)
    assert f"senders find no MTA-STS policy at {URL}: {why} (RFC 8461 section 3.3)" in one.message


def test_a_host_that_nobody_reached_is_not_assessed(tmp_path):
    (one,) = served(SOUND, Failed("192.0.2.80 did not answer in time"), tmp_path)
    assert ("MTA020", Outcome.NOT_ASSESSED) == (one.rule.code, one.outcome)


def test_an_address_that_nobody_told_is_not_assessed(tmp_path):
    unknown = {("mta-sts.example.com.", type): Unanswered("SERVFAIL") for type in ("A", "AAAA")}
    (one,) = found(SOUND, tmp_path, {}, ours=MXS | unknown)
    assert ("MTA020", Outcome.NOT_ASSESSED) == (one.rule.code, one.outcome)
    assert "mta-sts.example.com AAAA: SERVFAIL" in one.message


def test_a_dangling_host_of_ours_is_told_once_as_the_cname_it_is(tmp_path):
    zone = sts("mode: enforce, max_age: 30d, host: {cname: gone.vendor.example.}")
    none = Refused("its host has no address")
    others = {("vendor.example.", "NS"): ("ns1.vendor.example.",)}
    whole = found(zone, tmp_path, {URL: none}, others=others)
    assert ["LIV020"] == [one.rule.code for one in whole if one.rule.code != "SPF039"]


def test_the_mx_that_is_served_counts(tmp_path):
    more = {"ours": HOST | {(ZONE, "MX"): (*MXS[ZONE, "MX"], "30 mx3.example.com.")}}
    (one,) = served(SOUND, policy(), tmp_path, **more)
    assert "MTA007" == one.rule.code
    assert "the MX mx3.example.com matches" in one.message


def test_a_null_mx_beside_a_policy_is_told(tmp_path):
    codes = [
        one.rule.code for one in served(FOREIGN, policy(), tmp_path, ours=HOST | {(ZONE, "MX"): ("0 .",)})
    ]
    assert ["MTA010"] == codes


def test_values_of_others_at_our_names_are_told(tmp_path):
    at = ("_mta-sts.example.com.", "TXT")
    wrong = served(SOUND, policy(), tmp_path, ours=HOST | MXS | {at: ("V=STSv1; id=1",)})
    assert "MTA013" in {one.rule.code for one in wrong}


def test_where_no_name_asks_for_a_document_none_is_fetched(tmp_path):
    assert [] == found(MX, tmp_path, {})


def test_a_record_behind_a_cname_of_ours_is_in_its_place(tmp_path):
    zone = (
        '  "@":\n    keep:\n'
        "      - {owner: _mta-sts, type: CNAME, values: [sts.example.com.]}\n"
        '      - {owner: sts, type: TXT, values: ["v=STSv1; id=1"]}\n'
    )
    assert "MTA011" not in codes(Case("", zone, ("", "")), tmp_path)


def test_a_hostile_file_is_told_in_a_few_short_sentences(tmp_path):
    hostile = Fetched(
        b"\x1b[31m\xff" * 4000 + b"\n" + b"x: y\n" * 5000, "text/plain", NOW + timedelta(days=60)
    )
    whole = served(SOUND, hostile, tmp_path)
    assert len(whole) < 9
    assert all(len(one.message) < 400 for one in whole)


def test_every_rule_of_the_area_is_seen():
    assert RULES <= FIRED


@pytest.mark.parametrize("code", sorted(RULES))
def test_a_rule_has_its_page(code):
    page = Document(f"docs/checks/{code}.md")
    assert page.headings[0].startswith(f"{code}: ")
    assert ["Why", "Fix"] == list(page.headings[1:])
