"""A claim says where we look; only a recorded value may be taken away."""

from __future__ import annotations

import pytest

from dnsauth.lock import claims
from dnsauth.lock.model import Claim, Grammar, Lock, Recorded

APEX = Claim("example.com.", "TXT", Grammar.SPF)


@pytest.mark.parametrize(
    ("owner", "type", "value", "expected"),
    [
        ("example.com.", "TXT", "v=spf1 -all", Grammar.SPF),
        ("example.com.", "TXT", "v=spf10 -all", Grammar.TOKEN),
        ("example.com.", "TXT", "google-site-verification=x", Grammar.TOKEN),
        ("_dmarc.example.com.", "TXT", "v=DMARC1; p=none", Grammar.DMARC),
        ("_smtp._tls.example.com.", "TXT", "v=TLSRPTv1; rua=mailto:a@example.com", Grammar.TLSRPT),
        ("_mta-sts.example.com.", "TXT", "v=STSv1; id=1", Grammar.MTASTS),
        ("s1._domainkey.example.com.", "TXT", "v=DKIM1; p=", Grammar.RRSET),
        ("*._domainkey.example.com.", "TXT", "v=DKIM1; p=", Grammar.RRSET),
        ("example.com.", "MX", "0 .", Grammar.RRSET),
        ("em1.example.com.", "CNAME", "u1.example.net.", Grammar.RRSET),
    ],
)
def test_a_value_is_claimed_by_its_own_grammar(owner, type, value, expected):
    assert expected is claims.grammar(owner, type, value)


def test_a_claim_covers_every_value_of_its_grammar_and_a_token_claim_none():
    assert claims.covers(APEX, "V=SPF1 include:old.example.net -all")
    assert not claims.covers(APEX, "weird; value")
    assert not claims.covers(Claim("example.com.", "TXT", Grammar.TOKEN), "weird; value")
    assert claims.covers(Claim("s1._domainkey.example.com.", "TXT", Grammar.RRSET), "anything")


def test_receivers_freedoms_make_no_difference_to_a_record():
    assert claims.equal(Grammar.SPF, "TXT", "v=spf1 MX -ALL", "v=spf1 mx -all")
    assert claims.equal(Grammar.DMARC, "TXT", "v=DMARC1;p=none", "v=DMARC1; p=none")
    assert claims.equal(Grammar.RRSET, "CNAME", "A.Example.NET.", "a.example.net.")
    assert not claims.equal(Grammar.TOKEN, "TXT", "MS=ms1", "ms=ms1")


def test_a_broken_record_equals_itself_alone():
    assert claims.equal(Grammar.SPF, "TXT", "v=spf1 nclude:a", "v=spf1 nclude:a")
    assert not claims.equal(Grammar.SPF, "TXT", "v=spf1 nclude:a", "v=spf1 nclude:b")


def test_only_a_recorded_value_is_ours():
    ours = Recorded(claims.digest(Grammar.SPF, "TXT", "v=spf1 mx -all"))
    lock = claims.with_values(Lock("example.com."), ((APEX, ours),))
    assert ours == claims.recorded(lock, APEX, "v=spf1  MX -all")
    assert claims.recorded(lock, APEX, "v=spf1 -all") is None
    assert lock == claims.with_values(lock, ((APEX, Recorded(ours.digest, "v=spf1 mx -all")),))


def test_what_we_would_not_write_is_not_what_we_wrote():
    """RFC 7489's pct is obeyed by receivers of that time."""
    assert not claims.equal(Grammar.DMARC, "TXT", "v=DMARC1; p=reject; pct=20", "v=DMARC1; p=reject")
