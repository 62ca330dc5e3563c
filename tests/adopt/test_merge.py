"""A zone file that is there: what it lacks goes into it, and what people wrote stays."""

from __future__ import annotations

from difflib import ndiff

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnsauth.adopt.adopt import Around, Refused, adopted
from dnsauth.desired.locks import updated
from dnsauth.lock.claims import digest, grammar
from dnsauth.lock.model import Lock
from tests.adopt.test_adopt import RECORDS, _zone
from tests.adopt.zones import ZONE, imported, recogniser, rrsets, standing

MINE = """\
# people wrote this
version: 1
ttl: 300
domains:
  # the office
  "@":
    senders:   # in the order of SPF
      # our own servers
      - office: {service: custom, spf: ["ip4:192.0.2.1"]}
      - google-workspace
    dmarc: {policy: none}   # until spring
"""
LIVE = (
    "@ TXT v=spf1 ip4:192.0.2.1 include:_spf.google.com ~all",
    "_dmarc TXT v=DMARC1; p=none",
)
SENDGRID = (
    "em1234 CNAME u1234567.wl042.sendgrid.net.",
    "s1._domainkey CNAME s1.domainkey.u1234567.wl042.sendgrid.net.",
    "s2._domainkey CNAME s2.domainkey.u1234567.wl042.sendgrid.net.",
)


def added(before: str, after: str) -> list[str]:
    """The lines that are new; none may have gone."""
    lines = [line for line in ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]
    new = [line[2:] for line in lines if line[0] == "+"]
    for line in lines:  # in flow style the line itself goes on
        assert line[0] == "+" or any(one.startswith(line[2:].removesuffix("}")) for one in new), lines
    return new


def test_what_is_asked_for_already_is_not_asked_again():
    one = imported(rrsets(*LIVE), MINE)
    assert (MINE, (), ()) == (one.text, one.drafts, one.pending)


@pytest.mark.parametrize(
    ("live", "expected", "why"),
    [
        (
            (*LIVE, *SENDGRID),
            [
                "      # Twilio SendGrid (automated security), by em1234, s1._domainkey, s2._domainkey",
                "      - sendgrid:",
                "          account: u1234567.wl042",
                "          return_path: em1234",
            ],
            "a service that brings no term goes last",
        ),
        (
            ("@ TXT v=spf1 ip4:192.0.2.1 ip4:192.0.2.7 include:_spf.google.com ~all", LIVE[1]),
            ["      # not recognised", "      - unknown:", "          service: custom", '          spf: ["ip4:192.0.2.7"]'],
            "terms go where they stand",
        ),
        (
            ("@ TXT v=spf1 include:sendgrid.net ip4:192.0.2.1 include:_spf.google.com -all", LIVE[1]),
            ["      # Twilio SendGrid (automated security), in a form its definition does not write", "      - sendgrid:", "          service: custom", '          spf: ["include:sendgrid.net"]'],
            "before the first, and the closing `all` is the file's",
        ),
        (
            (*LIVE, "@ MX 1 smtp.google.com.", "_smtp._tls TXT v=TLSRPTv1; rua=mailto:t@example.com"),
            ["    receives: google-workspace", '    tls_rpt: ["mailto:t@example.com"]'],
            "settings that the mail domain lacks",
        ),
        (
            (*LIVE, "old._domainkey TXT v=DKIM1; p="),
            ["    keep:", '      - {owner: old._domainkey, type: TXT, values: "v=DKIM1; p="}'],
            "what nobody knows is kept",
        ),
        (
            (*LIVE, "news TXT v=spf1 -all", "news MX 0 .", "_dmarc.news TXT v=DMARC1; p=reject", "*._domainkey.news TXT v=DKIM1; p="),
            ["  news:", "    parked: true", "    ttl: keep"],
            "a mail domain",
        ),
        (
            (*LIVE, "www A 192.0.2.1", "@ TXT docusign=1"),
            [],
            "what is not of mail",
        ),
        (("@ TXT v=spf1 ip4:192.0.2.1 ~all", "_dmarc TXT v=DMARC1; p=reject"), [], "where both speak, the file is right"),
        (("_dmarc CNAME _dmarc.vendor.example.",), [], "also where they are of different types"),
    ],
)  # fmt: skip
def test_what_is_new_goes_in(live, expected, why):
    one = imported(rrsets(*live), MINE)
    assert expected == added(MINE, one.text), why
    again = imported(rrsets(*live), one.text, one.lock)
    assert (one.text, one.lock) == (again.text, again.lock), "a second import finds nothing new"


def test_new_terms_stand_in_the_order_of_the_record():
    live = rrsets("@ TXT v=spf1 ip4:192.0.2.1 ip4:192.0.2.7 include:_spf.google.com mx ~all", LIVE[1])
    one = imported(live, MINE)
    assert not one.pending
    assert one.text.index("192.0.2.7") < one.text.index("- google-workspace") < one.text.index("[mx]")


def test_names_of_senders_are_not_taken_twice():
    mine = MINE.replace("office:", "unknown:")
    one = imported(
        rrsets("@ TXT v=spf1 ip4:192.0.2.1 include:_spf.google.com ip4:192.0.2.9 ~all", LIVE[1]), mine
    )
    assert "- unknown-2:" in one.text


def test_what_the_file_asks_for_and_is_not_there_is_left_to_a_plan():
    one = imported(rrsets("@ TXT v=spf1 ip4:192.0.2.1 ~all"), MINE)
    assert MINE == one.text
    assert [f"_dmarc.{ZONE}", ZONE] == [change.owner for change in one.pending]


def test_what_the_lock_records_and_the_file_dropped_stays_dropped():
    """It is on its way out: the next plan deletes it, and importing must not bring it back."""
    whole = imported(rrsets(*LIVE, *SENDGRID), MINE)
    assert "sendgrid" in whole.text
    one = imported(rrsets(*LIVE, *SENDGRID), MINE, whole.lock)
    assert MINE == one.text
    assert 3 == len([change for change in one.pending if change.after is None])
    terms = imported(rrsets(*LIVE), MINE.replace("      - google-workspace\n", ""), whole.lock)
    assert "google" not in terms.text


@pytest.mark.parametrize("silent", ["parked: true", "sends: false"])
def test_nobody_sends_where_the_file_says_so(silent):
    mine = f'version: 1\ndomains: {{"@": {{{silent}}}}}\n'
    one = imported(rrsets(*LIVE, *SENDGRID), mine)
    assert "senders" not in one.text
    assert silent in one.text
    assert "s1._domainkey" in one.text
    assert imported(rrsets(*LIVE, *SENDGRID), one.text, one.lock).text == one.text


def test_an_spf_record_that_is_kept_stays_kept():
    mine = 'version: 1\ndomains:\n  "@":\n    keep: [{owner: "@", type: TXT, values: v=spf1 mx ~all}]\n'
    assert mine == imported(rrsets("@ TXT v=spf1 a ~all"), mine).text


def test_tokens_that_are_kept_stand_beside_those_of_senders():
    live = rrsets(
        "@ TXT v=spf1 include:spf.protection.outlook.com -all",
        "@ TXT MS=ms12345678",
        "@ TXT atlassian-domain-verification=abcdefgh",
        "selector1._domainkey CNAME selector1-example-com._domainkey.example.onmicrosoft.com.",
        "selector2._domainkey CNAME selector2-example-com._domainkey.example.onmicrosoft.com.",
    )
    one = imported(live)
    assert "verification: [ms12345678]" in one.text
    assert '- {owner: "@", type: TXT, values: "atlassian' in one.text
    assert one.text == imported(live, one.text, one.lock).text


def test_a_file_without_mail_domains_gets_them_in_block_style():
    one = imported(rrsets(*LIVE), "version: 1\nttl: keep\ndomains: {}   # none yet\n")
    assert 'domains:   # none yet\n  "@":\n    senders:\n      # not recognised\n' in one.text
    assert not one.pending


def test_what_others_answer_for_is_not_spoken_of():
    live = rrsets(
        "_dmarc NS ns1.vendor.example.",
        "_dmarc TXT v=DMARC1; p=none",
        "_domainkey.news NS ns1.vendor.example.",
        "a._domainkey.news TXT v=DKIM1; p=",
        "dev NS ns1.example.net.",
        "dev TXT v=spf1 -all",
        LIVE[0],
    )
    one = imported(live)
    assert (f"_dmarc.{ZONE}", f"_domainkey.news.{ZONE}") == one.delegated
    assert "dmarc:" not in one.text.replace("# _dmarc", "")
    assert "# _dmarc.example.com is delegated: other servers answer from there on\n" in one.text
    assert "news:" not in one.text
    assert "dev" not in one.text


def test_a_layout_that_cannot_be_edited_is_refused():
    mine = 'version: 1\ndomains: {"@": &x {dmarc: {policy: none}}, news: *x}\n'
    around = Around(standing={ZONE: standing(mine)})
    (one,) = adopted({ZONE: rrsets(*LIVE, "_dmarc.news TXT v=DMARC1; p=none")}, recogniser(), around)
    assert isinstance(one, Refused)
    assert "not merged into" in one.why


SENDERS = st.sampled_from(
    [
        '- a: {service: custom, spf: ["ip4:192.0.2.1"]}  # one',
        "# two\n      - google-workspace",
        "- b:\n          service: custom\n          spf: [mx]\n          dkim: {s1: {cname: x.example.net.}}",
        '- c: {service: custom, spf: ["include:sendgrid.net"]}',
    ]
)  # fmt: skip
SETTINGS = st.sampled_from(
    [
        "dmarc: {policy: reject}",
        'dmarc: {cname: "_dmarc.vendor.example."}',
        "receives: google-workspace",
        "spf: {all: fail}   # hard",
        "# said\n    tls_rpt: mailto:t@example.com",
        'keep:\n      - {owner: x, type: TXT, values: "v=spf1 mx -all"}   # why',
    ]
)


@st.composite
def files(draw) -> str:
    lines = ["# head", "version: 1", *draw(st.sampled_from([(), ("ttl: keep",)])), "domains:"]
    for name in draw(st.lists(st.sampled_from(['"@"', "mail", "a.b"]), unique=True, min_size=1)):
        lines.append(f"  # about {name}")
        if draw(st.booleans()):
            lines.append(f"  {name}: {{{draw(st.sampled_from(['parked: true', 'sends: false']))}}}")
            continue
        senders = draw(st.lists(SENDERS, unique=True, max_size=3))
        unique = {setting.partition(":")[0]: setting for setting in draw(st.lists(SETTINGS, max_size=3))}
        lines.append(f"  {name}:")
        if senders:
            lines += ["    senders:", *(f"      {sender}" for sender in senders)]
        lines += [f"    {setting}" for setting in unique.values()]
        if not senders and not unique:
            lines.append("    dmarc: {policy: none}")
    return "\n".join(lines) + "\n"


@settings(max_examples=100, deadline=None)
@given(st.lists(RECORDS, max_size=10), files(), st.booleans())
def test_merging_twice_is_merging_once(records, text, locked):
    """Nothing that was written goes, nothing that was asked for is lost, and nothing new is invented."""
    held = _zone(records)
    before = standing(text)
    lock = updated(Lock(ZONE), before.desired) if locked else None
    one = imported(held, text, lock)
    added(text, one.text)
    after = standing(one.text, one.lock)
    stood = {
        (r.owner, digest(grammar(r.owner, r.type, v), r.type, v)) for r in held.values() for v in r.values
    }
    kept = {(rrset.owner, rrset.type) for rrset in before.desired}
    assert kept <= {(rrset.owner, rrset.type) for rrset in after.desired}
    for rrset in after.desired:
        for value in rrset.values:
            if (rrset.owner, rrset.type) not in kept:
                assert (rrset.owner, value.digest) in stood
    again = imported(held, one.text, one.lock)
    assert (one.text, one.lock) == (again.text, again.lock)
