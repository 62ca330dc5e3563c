"""Macro expansion against the examples of RFC 7208 section 7.4, and what bounds it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dnsauth.records import BadRecord
from dnsauth.records.macros import domain_spec, explain_string, macro_string
from dnsauth.spf import expand
from dnsauth.spf.expand import MAX_EXPLANATION, dns_name, host_name
from dnsauth.spf.session import Session, session

SESSION = session("192.0.2.3", "strong-bad@email.example.com", "mx.example.org", timestamp=1_700_000_000)
SIX = session("2001:db8::cb01", "strong-bad@email.example.com", "mx.example.org", receiver="mx.example.net")


def value(session: Session):
    return lambda letter: "mx.example.org" if letter == "p" else session.value(letter, "email.example.com")


@pytest.mark.parametrize(
    ("macro", "expanded"),
    [
        ("%{s}", "strong-bad@email.example.com"),
        ("%{o}", "email.example.com"),
        ("%{d}", "email.example.com"),
        ("%{d4}", "email.example.com"),
        ("%{d3}", "email.example.com"),
        ("%{d2}", "example.com"),
        ("%{d1}", "com"),
        ("%{dr}", "com.example.email"),
        ("%{d2r}", "example.email"),
        ("%{l}", "strong-bad"),
        ("%{l-}", "strong.bad"),
        ("%{lr}", "strong-bad"),
        ("%{lr-}", "bad.strong"),
        ("%{l1r-}", "strong"),
        ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
        ("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"),
        ("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"),
        ("%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"),
        ("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"),
        ("%{p}.%{h}", "mx.example.org.mx.example.org"),
        ("%{D2R}", "example.email"),
        ("%{d002}", "example.com"),
        ("%{d" + 5000 * "9" + "}", "email.example.com"),
        ("%{L}%%%_%-.example.com", "strong-bad% %20.example.com"),
        ("%{S}.example.com", "strong-bad%40email.example.com.example.com"),
        ("mail.example.com", "mail.example.com"),
    ],
)
def test_a_domain_spec_expands(macro, expanded):
    assert expanded == expand.target(domain_spec(macro), value(SESSION))


def test_an_ipv6_address_is_dotted_nibbles():
    six = "1.0.b.c" + 20 * ".0" + ".8.b.d.0.1.0.0.2.ip6._spf.example.com"
    assert six == expand.target("%{ir}.%{v}._spf.%{d2}", value(SIX)).replace("B", "b").replace(
        "C", "c"
    ).replace("D", "d")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "%{c} is not a designated mailer of %{o}",
            "192.0.2.3 is not a designated mailer of email.example.com",
        ),
        ("by %{r} at %{t}", "by unknown at 1700000000"),
        (
            "see http://%{d}/why.html?s=%{S}&i=%{I}",
            "see http://email.example.com/why.html?s=strong-bad%40email.example.com&i=192.0.2.3",
        ),
        ("ends in a dot.", "ends in a dot."),
        ("100%%", "100%"),
        ("", ""),
    ],
)
def test_an_explanation_expands(text, said):
    assert said == expand.explanation(text, value(SESSION))


def test_the_readable_address_and_the_receiver_are_for_explanations():
    assert "2001:db8::cb01 at mx.example.net" == expand.explanation("%{c} at %{r}", value(SIX))


@pytest.mark.parametrize("text", ["%", "50% off", "%{x}", "%{d", "%{d0}", "%(d)", "tab\there", "caf\xe9"])
def test_what_is_no_explain_string_is_refused(text):
    with pytest.raises(BadRecord):
        explain_string(text)


def test_c_r_and_t_stand_in_explanations_only():
    assert ("%{c}", " ", "%{R}", " ", "%{t}") == explain_string("%{c} %{R} %{t}")
    with pytest.raises(BadRecord, match="explanations only"):
        macro_string("%{c}")


def test_a_name_too_long_loses_labels_from_the_left():
    spec = ".".join(15 * ["%{d}"]) + ".example.net"
    whole = ".".join(15 * ["email.example.com"]) + ".example.net"
    assert 253 < len(whole)
    trimmed = expand.target(spec, value(SESSION))
    assert whole.endswith(f".{trimmed}")
    assert 253 >= len(trimmed) > 253 - len("email")


@given(st.lists(st.sampled_from(["a", "bc.", ".", "%{l}", "%{d}", "%{s}", "%{o1}", "%%"]), max_size=200))
def test_expanding_from_the_right_is_expanding_whole_and_trimming(pieces):
    spec = "".join(pieces)
    whole = "".join(
        expand.target(piece, value(SESSION)) if "%{" in piece else piece.replace("%%", "%")
        for piece in pieces
    )
    whole = whole.removesuffix(".")
    while len(whole) > 253 and "." in whole:
        whole = whole.partition(".")[2]
    trimmed = expand.target(spec, value(SESSION)) if "%" in spec else whole
    assert dns_name(whole) == dns_name(trimmed)


def test_a_long_explanation_is_cut():
    assert 512 == MAX_EXPLANATION
    assert 170 * "%20" + "%2" == expand.explanation(30000 * "%-", value(SESSION))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Example.COM", "example.com."),
        ("example.com.", "example.com."),
        ("com", "com."),
        ("a b.example.com", "a b.example.com."),
        ("x=@:/.example.com", "x=@:/.example.com."),
        (63 * "a" + ".example.com", 63 * "a" + ".example.com."),
        (r"a\.\9b.example.com", r"a\\.\\9b.example.com."),
        (64 * "a" + ".example.com", None),
        ("a..example.com", None),
        (".example.com", None),
        ("example.com..", None),
        ("", None),
        (".", None),
        ("a\x00.example.com", None),
        ("b\xfccher.example", None),
        (".".join(5 * [50 * "a"]), None),
        (".".join([61 * "a", *3 * [63 * "a"]]), ".".join([61 * "a", *3 * [63 * "a"]]) + "."),
    ],
)
def test_a_name_is_what_dns_can_hold(text, name):
    assert name == dns_name(text)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("MX.example.com.", "mx.example.com."),
        (r"a\@b\032c.example.com.", r"a\@b\032c.example.com."),
        (".", None),
        ("\xfc.example.", None),
        ("\\\xfc.example.", None),
    ],
)
def test_a_host_in_rdata_keeps_its_escapes(value, name):
    assert name == host_name(value)
