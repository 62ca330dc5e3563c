from __future__ import annotations

import json

import pytest

from dnsauth import rrset
from dnsauth.records import BadRecord, bimi, mtasts, mx, tlsrpt
from dnsauth.records.mtasts import Mode, Policy


@pytest.mark.parametrize(
    ("parse", "written", "canonical"),
    [
        (
            tlsrpt.Record.parse,
            "v=TLSRPTv1;rua=mailto:tls@example.com;",
            "v=TLSRPTv1; rua=mailto:tls@example.com",
        ),
        (
            tlsrpt.Record.parse,
            "v=TLSRPTv1; rua=mailto:a@example.com , https://example.com/r; rua=mailto:b@example.com; x=1",
            "v=TLSRPTv1; rua=mailto:a@example.com,https://example.com/r,mailto:b@example.com",
        ),
        (mtasts.Record.parse, r"v=STSv1 ;\009id=20260101T0; x=y;", "v=STSv1; id=20260101T0"),
        (mtasts.Record.parse, "v=STSv1; id=1; id=2-", "v=STSv1; id=1"),
        (
            bimi.Record.parse,
            "v=BIMI1; l=https://example.com/l.svg; a=; avp=brand; x=y",
            "v=BIMI1; l=https://example.com/l.svg",
        ),
        (
            bimi.Record.parse,
            "v=BIMI1;l=;a=https://example.com/c.pem;avp=personal;lps=a,b-c",
            "v=BIMI1; l=; a=https://example.com/c.pem; avp=personal; lps=a,b-c",
        ),
        (mx.MX.parse, "10  MX1.Example.com.", "10 mx1.example.com."),
        (mx.MX.parse, "0 .", "0 ."),
    ],
)
def test_records_that_mean_the_same_have_one_text(parse, written, canonical):
    assert canonical == str(parse(written))


@pytest.mark.parametrize(
    ("parse", "text", "column", "reason"),
    [
        (tlsrpt.Record.parse, "v=TLSRPTv1", 1, "nothing behind the version"),
        (tlsrpt.Record.parse, "v=tlsrptv1; rua=mailto:a@example.com", 1, "the version is case-sensitive"),
        (tlsrpt.Record.parse, "v=TLSRPTv1; x=1", 1, "no rua"),
        (
            tlsrpt.Record.parse,
            "v=TLSRPTv1; rua=mailto:a@example.com,b@example.com",
            38,
            "an address is no URI",
        ),
        (
            tlsrpt.Record.parse,
            "v=TLSRPTv1; rua=mailto:a@example.com mailto:b@example.com",
            17,
            "a blank is no comma",
        ),
        (tlsrpt.Record.parse, "v=TLSRPTv1; rua=mailto:a@example.com!1m", 17, "there is no size in RFC 8460"),
        (tlsrpt.Record.parse, "v=TLSRPTv1; rua = mailto:a@example.com", 16, "blanks beside ="),
        (mtasts.Record.parse, "v=STSv1", 1, "nothing behind the version"),
        (mtasts.Record.parse, "v = STSv1; id=1", 1, "blanks in the version"),
        (mtasts.Record.parse, "v=STSv1; x=1", 1, "no id"),
        (mtasts.Record.parse, "v=STSv1; id=2026-01-01", 13, "a hyphen in the id"),
        (mtasts.Record.parse, f"v=STSv1; id={'1' * 33}", 13, "33 characters"),
        (mtasts.Record.parse, "v=STSv1; id=1;; x=y", 15, "an empty field"),
        (bimi.Record.parse, "v=BIMI1", 1, "no logo"),
        (bimi.Record.parse, "v=BIMI1; l=http://example.com/l.svg", 12, "not https"),
        (bimi.Record.parse, "v=BIMI1; l=; a=c.pem", 16, "no URI"),
        (bimi.Record.parse, "v=BIMI1; l=; avp=cat", 18, "no avatar preference"),
        (bimi.Record.parse, "v=BIMI1; l=; lps=a,b.c", 20, "no prefix of a local part"),
        (bimi.Record.parse, "v=BIMI1; l=; l=", 14, "two logos"),
        (mx.MX.parse, "mx.example.com.", 1, "no preference"),
        (mx.MX.parse, "65536 mx.example.com.", 1, "a preference of 17 bits"),
        (mx.MX.parse, "10 mx.example.com", 4, "no final dot"),
        (mx.MX.parse, "10", 4, "no exchange"),
        (mx.MX.parse, "10 mx..example.com.", 4, "an empty label"),
        (mx.MX.parse, "10 .", 1, "a null MX has preference 0"),
    ],
)
def test_a_bad_record_is_refused_at_its_column(parse, text, column, reason):
    with pytest.raises(BadRecord) as refused:
        parse(text)
    assert column == refused.value.column, reason


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        (lambda: tlsrpt.Record(()), "no URI"),
        (lambda: tlsrpt.Record(("mailto:a@example.com; x=y",)), "a semicolon would begin another field"),
        (lambda: mtasts.Record("1;x=y"), "a semicolon would begin another field"),
        (lambda: bimi.Record("https://example.com/;a=b"), "a semicolon would begin another tag"),
        (lambda: bimi.Record("", prefixes=("a,b",)), "two prefixes in one"),
        (lambda: mx.MX(10, "mx.example.com"), "no final dot"),
        (lambda: mx.MX(10, "."), "a null MX has preference 0"),
        (lambda: Policy(Mode.ENFORCE, 86400), "a policy without mx lets nothing through"),
        (lambda: Policy(Mode.TESTING, 86400, ("mx.example.com.",)), "a final dot"),
        (lambda: Policy(Mode.TESTING, 86400, ("mx.*.example.com",)), "a wildcard inside"),
        (lambda: Policy(Mode.NONE, 31_557_601), "more than a year"),
    ],
)
def test_what_could_not_be_written_cannot_be_made(build, reason):
    with pytest.raises(BadRecord):
        pytest.fail(f"{reason}: {build()}")


@pytest.mark.parametrize(
    ("selects", "text", "selected"),
    [
        (tlsrpt.selects, "v=TLSRPTv1; broken", True),
        (tlsrpt.selects, "v=TLSRPTv1", False),
        (tlsrpt.selects, "v=TLSRPTv10; rua=mailto:a@example.com", False),
        (mtasts.selects, "v=STSv1;id=1", True),
        (mtasts.selects, "v=STSv1", False),
        (bimi.selects, "v=BIMI1; l=", True),
        (bimi.selects, "v=bimi1; l=", False),
    ],
)
def test_receivers_select_by_the_version_alone(selects, text, selected):
    assert selected == selects(text)


def test_a_policy_file_is_written_with_crlf_and_its_id_follows_its_content():
    policy = Policy(Mode.TESTING, 604_800, ("MX1.example.com", "*.example.net"))
    assert (
        "version: STSv1\r\nmode: testing\r\nmx: mx1.example.com\r\nmx: *.example.net\r\nmax_age: 604800\r\n"
        == str(policy)
    )
    assert policy.id == Policy.parse(str(policy)).id == mtasts.Record(policy.id).id
    assert policy.id != Policy(Mode.ENFORCE, 604_800, policy.mx).id


def test_the_first_of_repeated_policy_keys_counts():
    text = "version: STSv1\nmode: none\nmode: enforce\nmax_age: 1\nx: a b\nmax_age: 2\n"
    assert Policy(Mode.NONE, 1) == Policy.parse(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("version: STSv1\n\nmode: none\nmax_age: 1\n", "an empty line"),
        ("version: STSv1\nmode: None\nmax_age: 1\n", "a mode in capitals"),
        ("version: STSv1\nmode: none\nmax_age: -1\n", "a negative age"),
        ("version: STSv1\nmode: none\nmax_age: 99999999\n", "more than a year"),
        ("version: STSv1\nmode: none\nmax_age: ١\n", "a digit of another script"),
        ("<html></html>", "an error page"),
    ],
)
def test_a_bad_policy_file_is_refused(text, reason):
    with pytest.raises(BadRecord):
        pytest.fail(f"{reason}: {Policy.parse(text)}")


@pytest.mark.parametrize(
    ("file", "kind", "parse"),
    [
        ("mtasts", "record", mtasts.Record.parse),
        ("mtasts", "policy", Policy.parse),
        ("tlsrpt", "record", tlsrpt.Record.parse),
    ],
)
def test_the_vectors_agree(shared, file, kind, parse):
    vectors = json.loads((shared / f"data/vectors/{file}.json").read_bytes())
    chosen = [vector for vector in vectors if vector["kind"] == kind]
    assert chosen
    for vector in chosen:
        text = vector["text"] if kind == "policy" else rrset.txt_value(vector["text"].encode())
        try:
            parse(text)
            valid = True
        except BadRecord:
            valid = False
        assert vector["valid"] == valid, text
