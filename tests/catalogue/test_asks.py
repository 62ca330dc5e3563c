from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnsauth import documents
from dnsauth.catalogue.asks import asks
from dnsauth.catalogue.definition import service
from dnsauth.catalogue.model import Asks, Record
from dnsauth.catalogue.read import read
from dnsauth.records import spf

CATALOGUE, _ = read(Path("/nonexistent"))


def asked(name, parameters, domain="example.com.", **how):
    found, problems = asks(CATALOGUE[name], parameters, domain, **how)
    assert () == problems
    return found


def problems(name, parameters, domain="example.com.", **how):
    return asks(CATALOGUE[name], parameters, domain, **how)[1]


def one_entry(section, entry, parameter="{help: x, example: y}"):
    """A service with one parameter `x` and one entry."""
    text = f"title: t\nparameters: {{x: {parameter}}}\n"
    text += f"spf: {{envelope: customer, terms: [{entry if section == 'spf' else ''}]}}\n"
    text += f"{section}: [{entry}]\n" if section != "spf" else ""
    document, _ = documents.load(f"{text}status: unverified\n".encode(), "t.yaml")
    found, findings = service("t", document, "t.yaml", shipped=False)
    assert () == findings
    return found


def test_sendgrid_asks_for_three_cnames_and_no_include():
    found = asked("sendgrid", {"account": "u1234567.wl042", "return_path": "em1234"})
    assert () == found.spf
    assert (
        Record("s1._domainkey.example.com.", "CNAME", "s1.domainkey.u1234567.wl042.sendgrid.net."),
        Record("s2._domainkey.example.com.", "CNAME", "s2.domainkey.u1234567.wl042.sendgrid.net."),
        Record("em1234.example.com.", "CNAME", "u1234567.wl042.sendgrid.net."),
    ) == found.records


def test_a_list_makes_one_entry_for_each_item():
    tokens = ("t1", "t2", "t3")
    expected = tuple(
        Record(f"{token}._domainkey.reminders.example.com.", "CNAME", f"{token}.dkim.amazonses.com.")
        for token in tokens
    )
    assert expected == asked("amazon-ses", {"tokens": tokens}, "reminders.example.com.").records


def test_one_text_is_a_list_of_one():
    assert ("ip4:192.0.2.10",) == asked("mta", {"ip": "192.0.2.10"}).spf


def test_an_optional_parameter_brings_its_entries():
    parameters = {"tokens": ("t1",), "mail_from": "bounce", "region": "eu-west-1"}
    expected = (
        Record("bounce.example.com.", "MX", "10 feedback-smtp.eu-west-1.amazonses.com."),
        Record("bounce.example.com.", "TXT", "v=spf1 include:amazonses.com ~all"),
    )
    assert expected == asked("amazon-ses", parameters).records[1:]


def test_an_entry_whose_parameter_was_not_given_is_left_out():
    assert 1 == len(asked("amazon-ses", {"tokens": ("t1",), "region": "eu-west-1"}).records)


def test_servers_of_ones_own_get_their_terms_in_order_and_their_helo_names():
    found = asked("mta", {"ip": ("192.0.2.10", "2001:db8:25::/64"), "helo": ("mx1",)})
    assert ("ip4:192.0.2.10", "ip6:2001:db8:25::/64") == found.spf
    assert (Record("mx1.example.com.", "TXT", "v=spf1 a -all"),) == found.records


def test_a_vendor_with_its_own_envelope_gets_no_include():
    for name in ("mailchimp", "mandrill", "hubspot", "brevo", "zendesk"):
        assert () == asked(name, {}).spf
    assert ("include:spf.brevo.com",) == asked("brevo", {"own_envelope": "yes"}).spf


def test_custom_carries_anything():
    found = asked(
        "custom",
        {
            "spf": ("ip4:198.51.100.7", "exists:%{i}._spf.vendor.example"),
            "include": "_spf.vendor.example",
            "return_path": {"owner": "bounce", "cname": "b.vendor.example."},
            "verification": ({"value": "v=verify; id=1"}, {"owner": "_x", "value": "abc"}),
            "records": ({"owner": "mail", "type": "MX", "value": "10 in.vendor.example."},),
        },
    )
    assert ("ip4:198.51.100.7", "exists:%{i}._spf.vendor.example", "include:_spf.vendor.example") == found.spf
    expected = (
        Record("bounce.example.com.", "CNAME", "b.vendor.example."),
        Record("example.com.", "TXT", "v=verify; id=1"),
        Record("_x.example.com.", "TXT", "abc"),
        Record("mail.example.com.", "MX", "10 in.vendor.example."),
    )
    assert expected == found.records


def test_who_receives_needs_only_what_mx_names():
    assert Asks(mx=((1, "smtp.google.com."),)) == asked("google-workspace", {}, receives=True)
    host = "example-com.mail.protection.outlook.com."
    assert ((0, host),) == asked("microsoft-365", {"mx": host}, receives=True).mx
    (missing,) = problems("microsoft-365", {}, receives=True)
    assert missing.startswith("mx is missing: Microsoft 365 admin center")
    (refused,) = problems("mta", {}, receives=True)
    assert refused.startswith("receives no mail")


@pytest.mark.parametrize(
    ("name", "parameters", "reason"),
    [
        ("sendgrid", {"acount": "u1.wl1"}, "has no parameter 'acount'; did you mean 'account'?"),
        (
            "sendgrid",
            {"account": "u1.wl1"},
            "return_path is missing: the host of the first CNAME shown there, as in em1234",
        ),
        ("sendgrid", {"account": "evil.example"}, r"'evil.example' does not match u\d+\.wl\d*; Settings"),
        ("sendgrid", {"account": "u1.wl1\n"}, "holds a control character"),
        ("sendgrid", {"account": ("u1.wl1",)}, "account: one text is expected"),
        ("sendgrid", {"account": {"a": "b"}}, "account: one text is expected"),
        (
            "amazon-ses",
            {"tokens": "t1", "mail_from": "b"},
            "region is missing: the AWS region of the identity",
        ),
        ("amazon-ses", {"tokens": ()}, "tokens: the list is empty"),
        ("amazon-ses", {"tokens": ("t1", ("t2",))}, "tokens: one text is expected"),
        ("mta", {"ip": "192.0.2.300"}, "ip: '192.0.2.300' does not appear to be an IPv4 or IPv6 network"),
        ("mta", {"ip": "192.0.2.10/24"}, "has host bits set"),
        ("mta", {"ip": "192.0.2.10 +all"}, "does not appear to be"),
        ("mta", {"ip": "a" * 5000}, "has 5,000 characters of at most 4,096"),
        ("mta", {"ip": "192.0.2.1", "helo": "mx1.example.com"}, "repeats the mail domain: write 'mx1'"),
        ("mta", {"ip": "192.0.2.1", "helo": "mx1.example.net."}, "lies outside example.com."),
        ("custom", {"return_path": "bounce"}, "a mapping of owner, cname is expected"),
        ("custom", {"return_path": {"owner": "b"}}, "'cname' is missing (where it points"),
        (
            "custom",
            {"return_path": {"owner": "b", "cnane": "x."}},
            "unknown key 'cnane'; did you mean 'cname'?",
        ),
        (
            "custom",
            {"return_path": {"owner": "b", "cname": "x.example"}},
            "is not absolute: write 'x.example.'",
        ),
        ("custom", {"return_path": {"owner": "b c", "cname": "x.example."}}, "may hold letters, digits"),
        ("custom", {"return_path": {"owner": "*", "cname": "x.example."}}, "may hold letters, digits"),
        ("custom", {"include": "a.example +all"}, "RFC 7208"),
        ("custom", {"include": "a.example; x"}, "a semicolon"),
        ("custom", {"spf": "+all"}, "names no senders"),
        ("custom", {"spf": "redirect=a.example"}, "names no senders"),
        ("custom", {"spf": "ip4:192.0.2.1 ip4:0.0.0.0/0"}, "RFC 7208"),
        ("custom", {"verification": {"value": "v=spf1 +all"}}, "would be a second SPF record"),
        ("custom", {"verification": {"owner": "x", "value": "v=spf1 ip4:nowhere"}}, "RFC 7208"),
        ("custom", {"verification": {"value": 'a" "b'}}, "holds a double quote"),
        ("custom", {"verification": {"value": "a\\034b"}}, "or a backslash"),
        ("custom", {"verification": {"owner": "s._domainkey", "value": "v=DKIM1; p=!"}}, "RFC 6376"),
        ("custom", {"verification": {"owner": "_dmarc", "value": "v=DMARC1; p=never"}}, "RFC 9989"),
        ("custom", {"records": {"owner": "x", "type": "NS", "value": "a."}}, "does not match"),
        ("custom", {"records": {"owner": "x", "type": "A", "value": "2001:db8::1"}}, "is no address for A"),
        ("custom", {"records": {"owner": "x", "type": "A", "value": "here"}}, "does not appear to be"),
        ("custom", {"records": {"owner": "x", "type": "MX", "value": "10 mx"}}, "mx"),
    ],
)
def test_a_bad_parameter_is_refused_with_its_reason(name, parameters, reason):
    found = problems(name, parameters)
    assert any(reason in problem for problem in found), found


@pytest.mark.parametrize(
    ("section", "entry", "value", "reason"),
    [
        ("records", '{owner: "{{ x }}", type: NS, value: "a."}', "y", "not for 'NS'"),
        ("records", '{owner: y, type: TXT, value: "{{ x }}\\n"}', "y", "printable ASCII"),
        ("records", """{owner: y, type: TXT, value: '{{ x }}"'}""", "y", "without double quote"),
        ("records", '{owner: y, type: TXT, value: "v=spf1 {{ x }} -all"}', "ip4:nowhere", "RFC 7208"),
        ("dkim", '{selector: "{{ x }}", cname: "a.example."}', "_s", "is no selector"),
        ("dkim", '{selector: s, cname: "{{ x }}.example"}', "y", "is not absolute"),
        ("dkim", '{selector: s, key: "v=DKIM1; p={{ x }}"}', "y", "RFC"),
        ("mx", '{preference: 1, exchange: "{{ x }}"}', "y", "is not absolute"),
        ("spf", '{term: "{{ x }}"}', "-all", "names no senders"),
        ("spf", '{term: "{{ x }}"}', "a b", "RFC 7208"),
    ],
)
def test_what_an_entry_renders_passes_its_grammar(section, entry, value, reason):
    found = one_entry(section, entry)
    (problem,) = asks(found, {"x": value}, "example.com.", receives=section == "mx")[1]
    assert reason in problem


def test_the_domain_is_named_without_its_dot():
    found = one_entry("dkim", """{selector: "{{ x }}", cname: "{{ domain|replace('.', '-') }}.a.example."}""")
    (record,) = asks(found, {"x": "s"}, "mail.example.com.")[0].records
    assert "mail-example-com.a.example." == record.value


@given(st.text(max_size=40), st.sampled_from(["spf", "include", "ip", "verification"]))
@settings(max_examples=100, deadline=None)
def test_no_text_adds_a_second_term_or_a_broken_record(text, parameter):
    value = {"value": text} if parameter == "verification" else text
    found, wrong = asks(CATALOGUE["custom"], {parameter: value}, "example.com.")
    if not wrong:
        assert 1 == len(found.spf) + len(found.records)
        spf.Record.parse(" ".join(("v=spf1", *found.spf, "-all")))
        assert all(record.value.isprintable() and not spf.selects(record.value) for record in found.records)
