from __future__ import annotations

import re
from ipaddress import ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnsauth.records import BadRecord, spf
from dnsauth.records.spf import (
    IP4,
    IP6,
    MX,
    A,
    All,
    Directive,
    Exists,
    Explanation,
    Include,
    Ptr,
    Qualifier,
    Redirect,
    UnknownModifier,
)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("-all", Directive(All(), Qualifier.FAIL)),
        ("?include:_spf.example.com", Directive(Include("_spf.example.com"), Qualifier.NEUTRAL)),
        ("a", Directive(A())),
        ("a/24", Directive(A(prefix4=24))),
        ("a//64", Directive(A(prefix6=64))),
        ("mx:example.com/24//64", Directive(MX("example.com", 24, 64))),
        ("a:%{s/}%%/0//0", Directive(A("%{s/}%%", 0, 0))),
        ("~ptr:example.com", Directive(Ptr("example.com"), Qualifier.SOFTFAIL)),
        ("ip4:192.0.2.0/24", Directive(IP4(ip_network("192.0.2.0/24")))),
        ("ip6:2001:db8::/32", Directive(IP6(ip_network("2001:db8::/32")))),
        ("ip6:::ffff:192.0.2.1", Directive(IP6(ip_network("::ffff:192.0.2.1")))),
        ("exists:%{ir}.%{v}._spf.%{d2}", Directive(Exists("%{ir}.%{v}._spf.%{d2}"))),
        ("redirect=_spf.example.com", Redirect("_spf.example.com")),
        ("exp=explain._spf.%{d}", Explanation("explain._spf.%{d}")),
        ("moo=%{s}+%%+a:b", UnknownModifier("moo", "%{s}+%%+a:b")),
        ("a=b", UnknownModifier("a", "b")),
    ],
)
def test_a_term_is_read_and_written(text, term):
    assert term == spf.term(text)
    assert text == str(term)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("V=SPF1  -ALL ", "v=spf1 -all"),
        ("v=spf1 +mx A:Mail.Example.COM. ?all", "v=spf1 mx a:mail.example.com ?all"),
        ("v=spf1 a/32//128 ip4:192.0.2.1/32 ip6:2001:DB8:0::1/128", "v=spf1 a ip4:192.0.2.1 ip6:2001:db8::1"),
        ("v=spf1 ip4:192.0.2.77/24 ip6:2001:db8::77/64", "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/64"),
        ("v=spf1 exists:%{L1R+-}.Example.com", "v=spf1 exists:%{L1R+-}.example.com"),
        ("v=spf1 Redirect=Example.Com", "v=spf1 redirect=example.com"),
        (r"v=spf1 x=\092", r"v=spf1 x=\092"),
        ("v=spf1", "v=spf1"),
    ],
)
def test_records_that_mean_the_same_have_one_text(written, canonical):
    assert canonical == str(spf.Record.parse(written))


@pytest.mark.parametrize(
    ("text", "column", "section", "reason"),
    [
        ("v=spf10 -all", 1, "4.5", "another version"),
        (" v=spf1 -all", 1, "4.5", "a blank before the version"),
        (r"v=spf1\009-all", 1, "4.5", "a tab is no space"),
        ("v=spf1 nclude:example.com ~all", 8, "4.6.1", "an unknown mechanism"),
        ("v=spf1 -all example.com", 13, "4.6.1", "an error after all"),
        ("v=spf1 --all", 9, "4.6.1", "two qualifiers"),
        ("v=spf1 -redirect=example.com", 9, "4.6.1", "a modifier has no qualifier"),
        ("v=spf1 all:example.com", 12, "5.1", "all takes nothing"),
        ("v=spf1 include", 15, "5", "include without domain"),
        ("v=spf1 include:", 16, "7.1", "an empty domain"),
        ("v=spf1 a:", 10, "7.1", "an empty domain after a colon"),
        ("v=spf1 include:localhost", 16, "7.1", "one label"),
        ("v=spf1 include:example.123", 24, "7.1", "a top label of digits"),
        ("v=spf1 include:example.com-", 24, "7.1", "a top label that ends in a hyphen"),
        ("v=spf1 include:example.com..", 28, "7.1", "two final dots"),
        ("v=spf1 include:exämple.com", 18, "7.1", "a U-label"),
        ("v=spf1 exists:%(ir).example.com", 15, "7.3", "% begins no macro"),
        ("v=spf1 exists:%{q}.example.com", 15, "7.3", "an unknown macro letter"),
        ("v=spf1 exists:%{t}.example.com", 15, "7.2", "a macro of explanations"),
        ("v=spf1 exists:%{d00}.example.com", 15, "7.3", "a number that is 0"),
        ("v=spf1 exists:%{d}example", 19, "7.1", "ends neither in a macro nor in a label"),
        ("v=spf1 a:example.com/33", 21, "5.6", "a prefix beyond 32"),
        ("v=spf1 a:example.com/024", 21, "5.6", "a prefix with leading zero"),
        ("v=spf1 mx/24/64", 10, "5.6", "one slash where two stand"),
        ("v=spf1 a/example.com/24", 9, "5.6", "a domain behind a slash"),
        ("v=spf1 a//129", 9, "5.6", "a prefix beyond 128"),
        ("v=spf1 include:example.com/24", 24, "7.1", "include has no prefix"),
        ("v=spf1 ip4:192.0.2", 12, "5.6", "three octets"),
        ("v=spf1 ip4:192.0.2.01", 12, "5.6", "a leading zero"),
        ("v=spf1 ip4:2001:db8::1", 12, "5.6", "IPv6 in ip4"),
        ("v=spf1 ip4:192.0.2.1/", 21, "5.6", "an empty prefix"),
        ("v=spf1 ip4:%{i}", 12, "5.6", "a macro in ip4"),
        ("v=spf1 ip6:192.0.2.1", 12, "5.6", "IPv4 in ip6"),
        ("v=spf1 ip6:fe80::1%1", 12, "5.6", "a zone index"),
        ("v=spf1 redirect=example.com redirect=example.org", 29, "6", "redirect twice"),
        ("v=spf1 exp=a.example.com -all exp=b.example.com", 31, "6", "exp twice"),
        ("v=spf1 moo=%", 12, "7.3", "a bad macro in an unknown modifier"),
        (r"v=spf1 a\009mx", 9, "4.6.1", "a tab between terms"),
        (r"v=spf1 x=\255 -all", 10, "7.1", "an octet outside ASCII; the column counts octets"),
    ],
)
def test_a_bad_record_is_refused_at_its_column_with_its_section(text, column, section, reason):
    with pytest.raises(BadRecord) as refused:
        spf.Record.parse(text)
    assert (column, f"RFC 7208 section {section}") == (refused.value.column, refused.value.section), reason


# The grammar of RFC 7208 section 12, written down once more: what the parser accepts is measured by it.
QNUM = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
CIDR4, CIDR6 = "/(?:3[0-2]|[12]?[0-9])", "/(?:12[0-8]|1[01][0-9]|[1-9]?[0-9])"
EXPAND = r"(?:%\{[slodiphv](?:0*[1-9][0-9]*)?r?[-.+,/_=]*\}|%%|%_|%-)"
MACRO_STRING = rf"(?:{EXPAND}|[!-$&-~])*"
DOMAIN_SPEC = rf"{MACRO_STRING}(?:\.(?:[a-z0-9]*[a-z][a-z0-9]*|[a-z0-9]+-[a-z0-9-]*[a-z0-9])\.?|{EXPAND})"
DUAL = f"(?:{CIDR4})?(?:/{CIDR6})?"
TERM = re.compile(
    rf"[-+?~]?(?:all|(?:include|exists):{DOMAIN_SPEC}|(?:a|mx)(?::{DOMAIN_SPEC})?{DUAL}|ptr(?::{DOMAIN_SPEC})?"
    rf"|ip4:(?:{QNUM}\.){{3}}{QNUM}(?:{CIDR4})?)|(?:redirect|exp)={DOMAIN_SPEC}|(?!redirect=|exp=)[a-z][a-z0-9._-]*={MACRO_STRING}",
    re.ASCII | re.IGNORECASE,
)
PIECES = [
    "a",
    "mx",
    "ptr",
    "all",
    "include",
    "exists",
    "ip4",
    "redirect",
    "exp",
    "x",
    ":",
    "=",
    "/",
    "//",
    "/24",
    "//64",
    "/33",
    "/0",
    ".",
]
PIECES += [
    "example.com",
    ".com",
    ".7",
    "192.0.2.1",
    "192.0.2.256",
    "%{i}",
    "%{d2r.-}",
    "%{d0}",
    "%{c}",
    "%",
    "%%",
    "%{l/}",
    "-",
    "+",
    "~",
    "_",
    "A-1",
]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join))
def test_a_term_is_accepted_exactly_where_the_grammar_of_section_12_accepts_it(text):
    valid = TERM.fullmatch(text) is not None
    try:
        accepted = spf.term(text) == spf.term(str(spf.term(text)))
    except BadRecord:
        accepted = False
    assert valid == accepted


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        (lambda: Include("example.com -all"), "a space would begin another term"),
        (lambda: A(""" "example.com" """), "quotes and spaces"),
        (lambda: A("example.com", 33), "a prefix beyond 32"),
        (lambda: UnknownModifier("exp", "example.com"), "a known modifier"),
        (lambda: UnknownModifier("x", "a b"), "a space would begin another term"),
        (lambda: spf.Record((Redirect("example.com"), Redirect("example.org"))), "redirect twice"),
    ],
)
def test_what_could_not_be_written_cannot_be_made(build, reason):
    with pytest.raises(BadRecord):
        pytest.fail(f"{reason}: {build()}")


def test_all_closes_a_record_before_its_modifiers():
    record = spf.Record((Directive(A()), Explanation("why.example.com")))
    assert "v=spf1 a ~all exp=why.example.com" == str(record.closed(Qualifier.SOFTFAIL))
    assert (None, Qualifier.SOFTFAIL) == (record.closing, record.closed(Qualifier.SOFTFAIL).closing)


@pytest.mark.parametrize(
    ("text", "selected"),
    [
        ("v=spf1", True),
        ("V=SPF1 -all", True),
        ("v=spf1 broken", True),
        ("v=spf1mx", False),
        ("spf1 -all", False),
        ('"v=spf1 -all"', False),
    ],
)
def test_receivers_select_by_the_version_alone(text, selected):
    assert selected == spf.selects(text)
