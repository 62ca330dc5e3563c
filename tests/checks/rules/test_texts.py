"""Texts of strangers: whatever stands there is judged, in few words and at once."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnsauth.checks.rules import spf, spf_text
from dnsauth.checks.strays import strays
from dnsauth.checks.texts.judge import MOST, verdicts
from dnsauth.checks.texts.spf_stray import strays as spf_strays
from dnsauth.findings import Finding
from dnsauth.plan.kind import Kind

FIRED: frozenset[str] = frozenset()
QUIET: frozenset[str] = frozenset()

LONGEST = 640  # characters of a sentence
SLOWEST = 2.0  # seconds; far more than any takes
VERSIONS = {
    Kind.SPF: "v=spf1 ",
    Kind.DKIM: "v=DKIM1; ",
    Kind.DMARC: "v=DMARC1; ",
    Kind.MTASTS: "v=STSv1; ",
    Kind.TLSRPT: "v=TLSRPTv1; ",
    Kind.BIMI: "v=BIMI1; ",
}
PARTS = (
    *(
        "include:",
        "a:",
        "ptr",
        "ip4:",
        "ip6:",
        "192.0.2.1",
        "2001:db8::1",
        "/24",
        "//64",
        "/33",
        "-all",
        "?all",
    ),
    *(
        "redirect=",
        "exp=",
        "%{i}",
        "%{d2r-}",
        "%{",
        "v=spf1",
        "spf2.0/pra ",
        "example.com",
        "_spf.example.com",
    ),
    *("k=rsa", "k=ed25519", "p=", "h=sha1", "t=y", "s=tlsrpt", "n=", "g=", "MIGfMA0G", "MAwwBQIBAwIBAw=="),
    *(
        "p=none",
        "p=reject",
        "sp=no",
        "np=",
        "rua=",
        "ruf=",
        "mailto:a@example.com",
        "!10m",
        "pct=",
        "50",
        "fo=0:1",
    ),
    *("id=", "20261124", "l=", "a=", "https://example.com/l.svg", "avp=", "lps=", "ftp:"),
    *(
        " ",
        "  ",
        ";",
        "; ",
        ",",
        ":",
        "=",
        '"',
        "\\",
        "\\009",
        "\\256",
        "\x1b[31m",
        "\u00e9",
        "\u2013",
        "z" * 300,
    ),
)
TEXTS = st.builds(
    lambda kept, parts: (kept, "".join(parts)),
    st.booleans(),
    st.lists(st.sampled_from(PARTS) | st.text(max_size=12), max_size=30),
)


@pytest.mark.parametrize("kind", list(Kind))
@settings(max_examples=150, deadline=None)
@given(said=TEXTS)
def test_whatever_stands_there_is_judged_in_few_words(kind, said):
    versioned, text = said
    text = VERSIONS.get(kind, "") * versioned + text
    begun = process_time()
    told = [*verdicts(kind, text), *strays(kind, [text])]
    if kind is Kind.SPF:
        told += spf_strays("example.com.", [text])
    assert process_time() - begun < SLOWEST
    assert len({one.rule for one in told}) <= MOST
    for verdict in told:
        found = Finding(verdict.rule, facts={"owner": "example.com", **verdict.facts})
        assert 0 < len(found.message) <= LONGEST, found.message
        assert len(found.next) <= LONGEST


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.SPF, "v=spf1 " + " ".join(f"a:h{i}.example" for i in range(4000))),
        (Kind.SPF, "v=spf1 " + " ".join(f"inclde=h{i}" for i in range(5000))),
        (Kind.DMARC, "v=DMARC1; " + ";" * 60_000),
        (Kind.DMARC, "v=DMARC1; p=none; rua=" + "," * 60_000),
        (Kind.TLSRPT, "v=TLSRPTv1; rua=" + "x," * 30_000),
        (Kind.BIMI, "v=BIMI1; l=https://" + "a." * 30_000),
        (Kind.DKIM, "v=DKIM1; p=" + "A" * 60_000),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else "",
)
def test_the_longest_texts_take_no_time_and_few_findings(kind, text):
    begun = process_time()
    assert len(verdicts(kind, text)) <= MOST
    assert process_time() - begun < SLOWEST


def test_a_text_that_has_no_words_is_no_fault():
    assert () == verdicts(Kind.SPF, "")
    assert {spf.SPF_OPEN} == {one.rule for one in verdicts(Kind.SPF, "v=spf1  ")}
    assert spf_text.UNKNOWN_TERM in {one.rule for one in verdicts(Kind.SPF, "v=spf1 mxx")}
