from __future__ import annotations

import json

import pytest

from dnsauth import rrset
from dnsauth.records import BadRecord, authorisation
from dnsauth.records.dmarc import Alignment, Policy, Psd, Record, Uri

RUA = (Uri("mailto:dmarc@example.com"),)


@pytest.mark.parametrize(
    ("text", "record"),
    [
        ("v=DMARC1", Record()),
        ("v=DMARC1; p=reject", Record(p=Policy.REJECT)),
        (
            "v=DMARC1; p=quarantine; sp=reject; np=reject; t=y",
            Record(p=Policy.QUARANTINE, sp=Policy.REJECT, np=Policy.REJECT, t=True),
        ),
        (
            "v=DMARC1; p=none; psd=n; adkim=s; aspf=s",
            Record(p=Policy.NONE, psd=Psd.NO, adkim=Alignment.STRICT, aspf=Alignment.STRICT),
        ),
        (
            "v=DMARC1; p=none; rua=mailto:dmarc@example.com,https://example.net/r; ruf=mailto:dmarc@example.com; fo=1:d:s",
            Record(p=Policy.NONE, rua=(*RUA, Uri("https://example.net/r")), ruf=RUA, fo=("1", "d", "s")),
        ),
    ],
)
def test_a_record_is_read_and_written(text, record):
    assert record == Record.parse(text)
    assert text == str(record)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("V = DMARC1 ;P= Reject;", "v=DMARC1; p=reject"),
        (
            "v=DMARC1; rua=mailto:dmarc@example.com; p=none; psd=u; t=n; adkim=r; aspf=r; fo=0",
            "v=DMARC1; p=none; rua=mailto:dmarc@example.com",
        ),
        (r"v=DMARC1\009;\009p=none", "v=DMARC1; p=none"),
        ("v=DMARC1; p=none; future=1; fo=s:d:1", "v=DMARC1; p=none; fo=1:d:s"),
        (
            "v=DMARC1; p=none; rua=mailto:a@example.com , mailto:b@example.com!10m",
            "v=DMARC1; p=none; rua=mailto:a@example.com,mailto:b@example.com",
        ),
    ],
)
def test_records_that_mean_the_same_have_one_text(written, canonical):
    assert canonical == str(Record.parse(written))


def test_the_old_tags_are_read_and_told_and_never_written():
    record = Record.parse("v=DMARC1; p=reject; pct=5; rf=afrf; ri=86400; rua=mailto:dmarc@example.com!1m")
    assert ("pct", "rf", "ri", "!size") == record.obsolete
    assert (("pct", "5"),) == record.legacy, "the others stand at their defaults of RFC 7489"
    assert "v=DMARC1; p=reject; rua=mailto:dmarc@example.com" == str(record)
    assert Record.parse(str(record)) != record, "older receivers apply the policy to one mail in twenty"
    assert Record.parse("v=DMARC1; p=reject; pct=100") == Record(p=Policy.REJECT)


@pytest.mark.parametrize(
    ("text", "columns", "canonical", "reason"),
    [
        ("v=DMARC1; p=reject; adkim=x", (27,), "v=DMARC1; p=reject", "the default stands"),
        ("v=DMARC1;; p=reject", (10,), "v=DMARC1; p=reject", "an empty tag"),
        ("v=DMARC1; p=reject; t1=y; psd", (21, 27), "v=DMARC1; p=reject", "a name with a digit; no '='"),
        ("v=DMARC1; p=reject; fo=01", (24,), "v=DMARC1; p=reject", "0 and 1 exclude each other"),
        (
            "v=DMARC1; p=reject; rua=dmarc@example.com, mailto:dmarc@example.com",
            (25,),
            "v=DMARC1; p=reject; rua=mailto:dmarc@example.com",
            "an address is no URI",
        ),
        (
            "v=DMARC1; p=reject; sp=x; rua=mailto:dmarc@example.com",
            (24,),
            "v=DMARC1; p=none; rua=mailto:dmarc@example.com",
            "reports only, section 4.10.1",
        ),
        (
            "v=DMARC1; p=x; np=reject; rua=mailto:dmarc@example.com",
            (13,),
            "v=DMARC1; p=none; rua=mailto:dmarc@example.com",
            "reports only, section 4.10.1",
        ),
        (r"v=DMARC1; p=none; n=\200", (21,), "v=DMARC1; p=none", "an octet outside ASCII"),
    ],
)
def test_what_receivers_step_over_is_told(text, columns, canonical, reason):
    record = Record.parse(text)
    assert columns == tuple(fault.column for fault in record.faults), reason
    assert canonical == str(record), reason


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        ("", 1, "no version"),
        ("v=DMARC12; p=none", 1, "another version"),
        ("v=dmarc1; p=none", 1, "the version is case-sensitive"),
        ("v=DMARC1 p=none", 1, "no semicolon"),
        (" v=DMARC1; p=none", 1, "a blank before the version"),
        (r"v=DMARC1\092; p=none", 1, "a backslash that escaped its semicolon"),
        ("p=none; v=DMARC1", 1, "the version is not first"),
        ("v=DMARC1; p=none; p=none", 19, "a tag twice"),
        ("v=DMARC1; p=none; v=DMARC1", 19, "the version twice"),
        ("v=DMARC1; adkim=x; p=rejekt", 22, "no policy, and no reports"),
        ("v=DMARC1; p=reject; sp=", 24, "an empty policy, and no reports"),
        ("v=DMARC1; p=reject; np=x; rua=here", 24, "no policy for what does not exist, and no URI"),
    ],
)
def test_what_receivers_ignore_is_refused(text, column, reason):
    with pytest.raises(BadRecord) as refused:
        Record.parse(text)
    assert column == refused.value.column, reason


def test_policies_fall_back_from_nonexistent_to_subdomain_to_domain():
    record = Record(p=Policy.REJECT)
    assert (Policy.REJECT,) * 3 == (record.policy, record.subdomain_policy, record.nonexistent_policy)
    record = Record(p=Policy.NONE, sp=Policy.QUARANTINE)
    assert (Policy.NONE, Policy.QUARANTINE, Policy.QUARANTINE) == (
        record.policy,
        record.subdomain_policy,
        record.nonexistent_policy,
    )
    assert Policy.NONE is Record().policy


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("mailto:dmarc@Example.com", "example.com"),
        ("mailto:dmarc+x@sub.example.com?subject=a@b", "sub.example.com"),
        ("https://example.com./reports", "example.com"),
        ("https://user@example.com:8443/r", "example.com"),
        ("urn:example:reports", ""),
    ],
)
def test_a_uri_knows_the_domain_reports_go_to(text, host):
    assert host == Uri.parse(text).host


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("dmarc@example.com", "no scheme"),
        ("mailto:", "nothing behind the scheme"),
        ("mailto:dmarc", "no domain"),
        ("mailto:a@example.com,mailto:b@example.com", "a comma ends a URI"),
        ("mailto:a@example.com!10m", "a size is obsolete"),
        ("mailto:a@example.com; p=none", "a semicolon ends a tag"),
        ("mailto:a@exämple.com", "a U-label"),
        ("mailto:a%2@example.com", "a bad escape"),
        ("mailto:a b@example.com", "a space"),
        ("https:///reports", "no host"),
    ],
)
def test_what_cannot_stand_in_a_record_is_no_uri(text, reason):
    with pytest.raises(BadRecord):
        pytest.fail(f"{reason}: {Uri.parse(text)}")


def test_an_authorisation_stands_at_the_collector_and_is_a_record_without_policy():
    assert "example.com._report._dmarc.example.net." == authorisation.owner("example.com.", "example.net.")
    assert "*._report._dmarc.example.net" == authorisation.owner("*", "example.net")
    assert authorisation.selects(authorisation.TEXT)
    assert Record() == Record.parse(authorisation.TEXT)
    assert RUA == Record.parse("v=DMARC1; rua=mailto:dmarc@example.com").rua


NO_LONGER_A_TAG = "RFC 9989 section 9.3 made the tag historic, and its value is not looked at"
DIFFERENCES = {  # what RFC 7489 and RFC 9989 judge differently, and which of them takes it without complaint
    "v=DMARC1": (True, "no policy means none, section 4.7"),
    "v=DMARC1;": (True, "no policy means none, section 4.7"),
    "v=DMARC1; sp=reject; p=reject": (True, "the policy may stand anywhere, section 4.8"),
    "v=DMARC1; ri=-1": (True, NO_LONGER_A_TAG),
    f"v=DMARC1; ri={'9' * 38}": (True, NO_LONGER_A_TAG),
    "v=DMARC1; ri=123bad": (True, NO_LONGER_A_TAG),
    "v=DMARC1; ri=bad": (True, NO_LONGER_A_TAG),
    "v=DMARC1; rf=bad-trailing-dash-": (True, NO_LONGER_A_TAG),
    "v=DMARC1; rf=bad.non-alphadigitdash": (True, NO_LONGER_A_TAG),
    "v=DMARC1; pct=110": (True, NO_LONGER_A_TAG),
    "v=DMARC1; pct=bogus": (True, NO_LONGER_A_TAG),
    f"v=DMARC1; rua=mailto:dmarc-feedback@example.com!{'9' * 47}": (True, "the size is ignored, section 4.8"),
    "v=DMARC1; p=reject; sp=invalid; rua=mailto:mjl@mox.example": (
        False,
        "read as p=none, section 4.10.1, and told",
    ),
}


def test_the_vectors_of_rfc_7489_agree_but_where_rfc_9989_differs(shared):
    vectors = json.loads((shared / "data/vectors/dmarc7489.json").read_bytes())
    for vector in vectors:
        try:
            record = Record.parse(rrset.txt_value(vector["text"].encode()))
            clean = not record.faults
        except BadRecord:
            clean = False
        valid, reason = DIFFERENCES.get(vector["text"], (vector["valid"], vector["text"]))
        if "FO = 0:1:d:s" in vector["text"]:
            valid, reason = False, "0 and 1 exclude each other, section 4.7"
        assert valid == clean, reason
    assert DIFFERENCES.keys() <= {vector["text"] for vector in vectors}
