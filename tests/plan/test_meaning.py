"""What a change means, in the record's own terms."""

from __future__ import annotations

import pytest

from dnsauth.plan.meaning import meaning
from tests.plan.values import KEY, OTHER_KEY, REVOKED, at

SPF = "v=spf1 mx include:_spf.google.com ip4:192.0.2.1 ~all"


@pytest.mark.parametrize(
    ("label", "type", "gone", "added", "expected"),
    [
        ("@", "TXT", [SPF], ["v=spf1 mx include:amazonses.com ip4:192.0.2.1 ~all"], ["SPF gains include:amazonses.com", "SPF loses include:_spf.google.com"]),
        ("@", "TXT", [SPF], ["v=spf1 include:_spf.google.com mx ip4:192.0.2.1 ~all"], ["SPF has the same terms in another order"]),
        ("@", "TXT", [SPF], ["v=spf1 mx include:_spf.google.com ip4:192.0.2.1 -all"], ["everybody else: softfail → fail"]),
        ("@", "TXT", ["v=spf1 redirect=example.net"], ["v=spf1 -all"], ["SPF loses redirect=example.net", "everybody else: nothing said → fail"]),
        ("@", "TXT", [SPF], [], ["SPF loses mx", "SPF loses include:_spf.google.com", "SPF loses ip4:192.0.2.1"]),
        ("@", "TXT", [], [SPF], []),
        ("@", "TXT", ["v=spf1 a -all", "v=spf1 mx -all"], ["v=spf1 mx -all"], ["SPF loses a"]),
        ("@", "TXT", ["v=spf1 nclude:x -all"], ["v=spf1 mx -all"], ["an SPF record of these could not be read: column 8: 'nclude:x' is none of all, include, a, mx, ptr, ip4, ip6, exists, and no modifier (RFC 7208 section 4.6.1)", "SPF gains mx"]),
        ("@", "TXT", ["token-1"], ["token-2"], []),
        ("_dmarc", "TXT", ["v=DMARC1; p=none; pct=50"], ["v=DMARC1; p=reject; np=reject"], ["p: none → reject", "np: absent → reject", "pct: 50 → absent"]),
        ("_dmarc", "TXT", ["v=DMARC1; p=none; rua=mailto:a@example.com"], ["v=DMARC1; p=none; rua=mailto:b@example.com,mailto:a@example.com"], ["rua gains mailto:b@example.com"]),
        ("_mta-sts", "TXT", ["v=STSv1; id=1"], ["v=STSv1; id=2"], ["id: 1 → 2"]),
        ("s1._domainkey", "TXT", [], [KEY], ["new key: ed25519 21fe31dfa154a261"]),
        ("s1._domainkey", "TXT", ["v=DKIM1; p=?"], [REVOKED], ["key: unreadable → revoked"]),
        ("@", "MX", ["10 a.example.net."], ["5 b.example.net."], ["mail is delivered to b.example.net instead of a.example.net"]),
        ("@", "MX", ["10 a.example.net."], ["0 ."], ["no mail is accepted any more"]),
        ("em1", "CNAME", ["a.example.net."], ["b.example.net."], []),
    ],
)  # fmt: skip
def test_a_change_is_said_by_meaning(label, type, gone, added, expected):
    assert tuple(expected) == meaning(at(label), type, gone, added, 0)


def test_a_replaced_key_is_told_by_algorithm_and_fingerprint():
    (said,) = meaning(at("s1._domainkey"), "TXT", [KEY], [OTHER_KEY], 0)
    assert said.startswith("key: ed25519 ")
    assert " → ed25519 " in said


def test_values_of_others_are_counted():
    assert ("keeps 1 value of others",) == meaning(at("@"), "TXT", [], ["token"], 1)
    assert ("keeps 3 values of others",) == meaning(at("@"), "TXT", [], ["token"], 3)
