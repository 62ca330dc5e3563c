"""Reports as XML: what is read of them, and why others are refused."""

from __future__ import annotations

import contextlib
import tracemalloc
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnsauth.reports import feedback
from dnsauth.reports.model import BadReport, Report, Row, Signature, SpfResult
from tests.reports.values import MIDNIGHT, S1, SIGNATURE, a_row, an_xml

ROW = Row(
    *("192.0.2.10", 3, "example.com.", "none", False, True),
    (Signature("example.com.", "s1", "pass"),),
    (SpfResult("example.com.", "mfrom", "fail"),),
)
REPORT = Report("google.com", "0", MIDNIGHT, MIDNIGHT + timedelta(seconds=86399), "example.com.", (ROW,))


@pytest.mark.parametrize(
    ("xml", "why"),
    [
        (an_xml(), "RFC 7489 names a namespace that most reporters leave out"),
        (an_xml(xmlns=' xmlns="urn:ietf:params:xml:ns:dmarc-2.0"'), "RFC 9990"),
        (an_xml(xmlns=' xmlns="http://dmarc.org/dmarc-xml/0.1"'), "RFC 7489"),
        (an_xml().replace(b"identifiers", b"identities"), "drafts before RFC 7489"),
        (
            an_xml()
            .replace(b"<feedback", b'<d:feedback xmlns:d="urn:ietf:params:xml:ns:dmarc-2.0" xmlns=""')
            .replace(b"</feedback", b"</d:feedback"),
            "a prefix says nothing",
        ),
        (
            an_xml(xmlns=' xmlns:x="urn:example:x"').replace(
                b"<count>", b"<x:count>9</x:count><x:b><count>8</count></x:b><count>"
            ),
            "extensions are nothing to us, nor what is in them",
        ),
        (
            an_xml().replace(
                b"<feedback", b'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><feedback'
            ),
            "some wrap it in a schema they never close",
        ),
        (an_xml() + b"\0\0 and so on <", "what follows is no part of it"),
        (an_xml().decode().encode("utf-16"), "with a byte order mark"),
        (
            an_xml().replace(b'"1.0"?', b'"1.0" encoding="windows-1252"?'),
            "an encoding of one octet a character",
        ),
        (an_xml(domain="EXAMPLE.com."), "names have no case"),
        (an_xml(org="\n  google.com\t"), "nor space around them"),
        (an_xml().replace(b"pass", b"Pass"), "words neither"),
        (
            an_xml(a_row().replace("<record>", "<record><!-- a note --><?and this?>")),
            "comments and instructions",
        ),
    ],
)
def test_a_report_is_read(xml, why):
    assert REPORT == feedback.read([xml]), why
    assert REPORT == feedback.read(xml[i : i + 7] for i in range(0, len(xml), 7)), why


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        (b"", "no element found"),
        (b"<feedback>", "no element found"),
        (an_xml()[:-30], "broken: no element found|broken: unclosed token"),
        (an_xml().replace(b"google.com", b"<google.com>"), "broken: mismatched tag: line 1"),
        (an_xml().replace(b"google.com", b"goo\x91gle"), "broken: not well-formed"),
        (an_xml().replace(b"google.com", b"\x1b[2J"), "broken: not well-formed"),
        (b"<html><body/></html>", "is 'html', and no feedback"),
        (b'<feedback xmlns="urn:example:other"/>', "is 'feedback', and no feedback"),
        (b'{"organization-name": "Example"}', "JSON as TLS reports are"),
        (an_xml(domain=""), "no policy_published/domain"),
        (an_xml(domain="a b"), "'a b' is no name"),
        (an_xml(begin=""), "the begin of its date_range '' is no time"),
        (an_xml(end="2026-11-20"), "the end of its date_range '2026-11-20' is no time"),
        (an_xml(end="999999999999"), "is no time"),
        (an_xml(end="9" * 5000), "more than 1000 characters"),
        (an_xml(end="٣"), "is no time"),
        (an_xml(end="12"), "ends before it begins"),
        (an_xml(a_row() + a_row(count="")), "record 2: the count '' is no number"),
        (an_xml(a_row(count=-1)), "record 1: the count '-1' is no number"),
        (an_xml(a_row(source="mx1")), "record 1: the source_ip 'mx1' is no address"),
        (an_xml(org="x" * 1001), "org_name has more than 1000 characters"),
        (an_xml("<a>" * 30 + "</a>" * 30), "nested too deeply"),
        (an_xml().replace(b'"1.0"?', b'"1.0" encoding="utf-7"?'), "encoding that is not read"),
        (an_xml().replace(b'"1.0"?', b'"1.0" encoding="rot13"?'), "encoding that is not read"),
        (an_xml().replace(b'"1.0"?', b'"1.0" encoding="none-such"?'), "encoding that is not read"),
    ],
)
def test_what_is_none_is_refused_with_its_reason(xml, reason):
    with pytest.raises(BadReport, match=reason):
        feedback.read([xml])


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
DOCTYPES = {
    "laughs": f'<!DOCTYPE feedback [<!ENTITY a0 "ha">{LAUGHS}]>',
    "quadratic": f'<!DOCTYPE feedback [<!ENTITY a9 "{"a" * 100_000}">]>',
    "file": '<!DOCTYPE feedback [<!ENTITY a9 SYSTEM "file:///etc/passwd">]>',
    "network": '<!DOCTYPE feedback SYSTEM "http://127.0.0.1:9/feedback.dtd">',
    "parameter": '<!DOCTYPE feedback [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
    "empty": "<!DOCTYPE feedback>",
}


@pytest.mark.parametrize("doctype", DOCTYPES.values(), ids=DOCTYPES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_where_it_is_declared(doctype, encoding):
    xml = an_xml(org="&a9;").decode().replace('<?xml version="1.0"?>', doctype).encode(encoding)
    with pytest.raises(BadReport, match="declares a document type"):
        feedback.read([xml])


def test_an_entity_that_nobody_declares_is_broken_xml():
    with pytest.raises(BadReport, match="undefined entity"):
        feedback.read([an_xml(org="&a9;")])


@pytest.mark.parametrize("begin", [b"<feedback><!--", b"<feedback a='", b"<feedback><?a "])
def test_what_never_ends_is_given_up_before_it_costs_time(begin):
    pieces = 0

    def xml():
        nonlocal pieces
        yield begin
        while True:
            pieces += 1
            yield b"x" * 2**16

    with pytest.raises(BadReport, match="does not end"):
        feedback.read(xml())
    assert pieces < 20


def test_rows_and_results_are_counted(monkeypatch):
    monkeypatch.setattr(feedback, "MAX_VALUES", 5)
    assert 1 == len(feedback.read([an_xml(a_row(signatures=S1 * 3))]).rows)
    for rows in (a_row(signatures=S1 * 4), a_row() * 2):
        with pytest.raises(BadReport, match="more than 5 rows and results"):
            feedback.read([an_xml(rows)])


@pytest.mark.parametrize(
    ("domain", "selector", "expected"),
    [
        ("Example.COM", "S1", ("example.com.", "s1")),
        ("example.com", "s_1.a", ("example.com.", "s_1.a")),
        ("bücher.example", "s1", ("xn--bcher-kva.example.", "s1")),
        ("", "s1", ("", "s1")),
        ("example.com", "", ("example.com.", "")),
        ("example.com", "../../x", ("example.com.", "")),
        ("example.com", "a" * 64, ("example.com.", "")),
        ("a/b", "s1", ("", "s1")),
    ],
)
def test_a_selector_and_a_domain_are_names_or_nothing(domain, selector, expected):
    xml = an_xml(a_row(signatures=SIGNATURE.format(domain=domain, selector=selector, result="pass")))
    assert (Signature(*expected, "pass"),) == feedback.read([xml]).rows[0].signatures


def test_a_large_report_takes_little_more_than_its_rows():
    pieces = (
        a_row(source=f"192.0.2.{number % 256}", count=number).encode() + b" " * 3000
        for number in range(10_000)
    )
    head, tail = an_xml("\0").split(b"\0")

    def xml():
        yield head
        yield from pieces
        yield tail

    tracemalloc.start()
    report = feedback.read(xml())
    now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 10_000 == len(report.rows)
    assert now < 10 * 2**20
    assert peak - now < 2**20


@given(st.lists(st.sampled_from([*an_xml().decode().replace(">", "> ").split(), "&amp;", "<", "\0", "x"])))
@settings(max_examples=200, deadline=None)
def test_whatever_comes_it_is_a_report_or_a_reason(words):
    with contextlib.suppress(BadReport):
        feedback.read([" ".join(words).encode()])
