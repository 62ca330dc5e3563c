"""Which sender an entry means, and what is laid over what."""

from __future__ import annotations

import pytest

from dnsauth.inventory.model import MX, All, Bimi, Cname, Dmarc, KeyText, MtaSts, NullMX, Spf
from dnsauth.records.dmarc import Policy
from tests.inventory.repository import domain

CONFIG = """\
version: 1
key_stores: {s: {class: age}}
senders:
  shop: {service: sendgrid, account: u1, list: [a, b], owner: a@example.com, dkim: {s1: K1, s2: K2}}
  sendgrid: {account: u2}
  bare:
"""


def senders(directory, text):
    return domain(directory, f"{{senders: [{text}]}}", CONFIG).senders


@pytest.mark.parametrize(
    ("text", "service", "parameters"),
    [
        ("shop", "sendgrid", {"account": "u1", "list": ("a", "b")}),
        ("{shop: {account: u3, list: []}}", "sendgrid", {"account": "u3", "list": ()}),
        (
            "{shop: {service: mailgun, region: eu}}",
            "mailgun",
            {"account": "u1", "list": ("a", "b"), "region": "eu"},
        ),
        ("sendgrid", "sendgrid", {"account": "u2"}),
        ("bare", "bare", {}),
        ("mailgun", "mailgun", {}),
        ("{mailgun: }", "mailgun", {}),
        (
            "{billing: {service: stripe, n: 200608, m: {no: 1e2}}}",
            "stripe",
            {"n": "200608", "m": {"no": "1e2"}},
        ),
    ],
)
def test_an_entry_means_the_shared_sender_else_the_service_else_what_it_says(
    tmp_path, text, service, parameters
):
    (sender,) = senders(tmp_path, text)
    assert (service, parameters) == (sender.service, sender.parameters)


def test_a_key_that_is_given_replaces_the_shared_one_whole(tmp_path):
    (sender,) = senders(tmp_path, "{shop: {dkim: {s3: K3}}}")
    assert ("a@example.com", {"s3": KeyText("K3")}) == (sender.owner, sender.dkim)


def test_own_keys_may_replace_selectors(tmp_path):
    (sender,) = senders(
        tmp_path, "{shop: {dkim: {algorithms: [ed25519], every: 12h, overlap: 3600, store: s}}}"
    )
    assert sender.own_keys is not None
    assert ({}, 43200, 3600, "s", "") == (
        sender.dkim,
        sender.own_keys.every,
        sender.own_keys.overlap,
        sender.own_keys.store,
        sender.own_keys.signer,
    )


def test_selectors_may_look_like_numbers_and_are_lower_case(tmp_path):
    (sender,) = senders(tmp_path, "{a: {dkim: {200608: k, S1.EU: {cname: X.example.}}}}")
    assert {"200608": KeyText("k"), "s1.eu": Cname("x.example.")} == sender.dkim


def test_the_order_of_senders_is_the_files(tmp_path):
    assert ["c", "shop", "a"] == [sender.name for sender in senders(tmp_path, "c, shop, {a: {}}")]


DEFAULTS = "version: 1\ndefaults: {dmarc: {policy: quarantine, rua: 'mailto:d@example.com', adkim: strict}}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", None),
        ("{parked: true}", None),
        ("{dmarc: }", (Policy.QUARANTINE, ("mailto:d@example.com",), "s")),
        ("{dmarc: {policy: none}}", (Policy.NONE, ("mailto:d@example.com",), "s")),
        ("{dmarc: {rua: [], adkim: relaxed}}", (Policy.QUARANTINE, (), "r")),
    ],
)
def test_defaults_fill_a_dmarc_that_is_there(tmp_path, text, expected):
    found = domain(tmp_path, text, DEFAULTS).dmarc
    assert expected == ((found.policy, found.rua, found.adkim) if isinstance(found, Dmarc) else found)


def test_a_silent_name_is_rejected_where_no_policy_is_said(tmp_path):
    found = domain(tmp_path, "{sends: false, dmarc: {rua: 'https://example.com/r'}}", "version: 1\n").dmarc
    assert isinstance(found, Dmarc)
    assert (Policy.REJECT, ("https://example.com/r",)) == (found.policy, found.rua)


def test_every_key_of_dmarc_is_kept(tmp_path):
    text = (
        "{dmarc: {policy: reject, subdomains: none, nonexistent: reject, testing: true, fo: [1, d], aspf: strict, "
        "ruf: 'mailto:f@example.com'}}"
    )
    found = domain(tmp_path, text, "version: 1\n").dmarc
    assert isinstance(found, Dmarc)
    assert (Policy.NONE, Policy.REJECT, True, ("1", "d"), "s", "", ("mailto:f@example.com",)) == (
        found.subdomains,
        found.nonexistent,
        found.testing,
        found.fo,
        found.aspf,
        found.adkim,
        found.ruf,
    )


def test_dmarc_may_be_delegated(tmp_path):
    assert Cname("d.example.") == domain(tmp_path, "{dmarc: {cname: D.example.}}").dmarc


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", None),
        ("{receives: false}", NullMX.NULL),
        (
            "{receives: ['10 mx1.example.com.', 020 MX2.example.com.]}",
            (MX(10, "mx1.example.com."), MX(20, "mx2.example.com.")),
        ),
    ],
)
def test_receives_is_nothing_the_null_mx_or_a_list(tmp_path, text, expected):
    assert expected == domain(tmp_path, text).receives


@pytest.mark.parametrize(
    ("text", "service", "parameters"),
    [
        ("google-workspace", "google-workspace", {}),
        ("{microsoft-365: {tenant: a}}", "microsoft-365", {"tenant": "a"}),
        ("shop", "sendgrid", {"account": "u1", "list": ("a", "b")}),
        ("{shop: {account: u9}}", "sendgrid", {"account": "u9", "list": ("a", "b")}),
    ],
)
def test_receives_names_a_service_or_a_shared_sender(tmp_path, text, service, parameters):
    found = domain(tmp_path, f"{{receives: {text}}}", CONFIG).receives
    assert (service, parameters) == (found.service, found.parameters)


def test_the_rest_of_a_mail_domain_is_what_it_says(tmp_path):
    found = domain(
        tmp_path,
        "{spf: {all: fail, indirect: true}, tls_rpt: 'mailto:t@example.com', "
        "bimi: {logo: 'https://example.com/l.svg', selector: b}, "
        "mta_sts: {mode: enforce, max_age: 1w, mx: ['*.example.com', mx.example.com.], host: {cname: w.example.}}}",
    )
    assert Spf(All.FAIL, indirect=True) == found.spf
    assert ("mailto:t@example.com",) == found.tls_rpt
    assert isinstance(found.bimi, Bimi)
    assert ("https://example.com/l.svg", "", "b") == (
        found.bimi.logo,
        found.bimi.certificate,
        found.bimi.selector,
    )
    assert isinstance(found.mta_sts, MtaSts)
    assert ("enforce", 604800, ("*.example.com", "mx.example.com"), Cname("w.example.")) == (
        found.mta_sts.mode,
        found.mta_sts.max_age,
        found.mta_sts.mx,
        found.mta_sts.host,
    )
