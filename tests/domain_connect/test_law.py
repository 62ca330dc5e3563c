"""A definition asks for what the specification says its template yields."""

from __future__ import annotations

import json
import re
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

import pytest

from dnsauth import documents
from dnsauth.catalogue.asks import asks
from dnsauth.catalogue.definition import service
from dnsauth.domain_connect.convert import convert
from dnsauth.domain_connect.records import ED25519, RSA
from dnsauth.domain_connect.template import parse
from dnsauth.records import bimi, dkim, mtasts, spf, tlsrpt
from tests.domain_connect.applied import applied

TEMPLATES = Path(__file__).parent / "templates"
DOMAIN = "example.com"


class Sample(NamedTuple):
    """What a template is applied with, which places of it are not carried, and keys given under ``dkim:``."""

    variables: dict[str, str] = {}  # noqa: RUF012  nobody changes it
    but: frozenset[int] = frozenset()
    host: str = ""
    keys: dict[str, str] = {}  # noqa: RUF012


A_KEY = f"v=DKIM1; k=rsa; p={RSA}"
SAMPLES = {
    "spfm-apex": Sample(),
    "spfm-merged": Sample(),
    "spfm-below": Sample(host="news"),
    "spfm-variable-host": Sample(
        {"bounceHost": "b.mail", "region": "eu", "shard": "7", "include": "s.vendor.example"}
    ),
    "spfm-variable-rules": Sample(
        {"spfRules": "a ?mx include:x.example", "more": "ip4:192.0.2.1", "relayRules": "mx ip4:192.0.2.2"}
    ),
    "spf-called-record": Sample(
        {"spf_data": "v=spf1 include:x.example ~all", "spfVerificationToken": "abc-1"}
    ),
    "spf-modifiers": Sample(),
    "spf-raw-below": Sample(host="news"),
    "spf-macros": Sample(
        {
            "account": "a1",
            "ip4": "192.0.2.0/28",
            "ip6": "2001:db8::",
            "host_name": "out.x.example",
            "part": "eu",
        }
    ),
    "dkim-cname": Sample(),
    "dkim-cname-variables": Sample(
        {"dkim1": "abc1", "dkim2": "abc2", "sel": "k.2026", "target": "k.x.example"}
    ),
    "dkim-key": Sample({"publicKey": RSA, "edKey": ED25519, "sel": "k3", "bareKey": RSA}),
    "dkim-given": Sample(
        {
            "dkimValue": A_KEY,
            "selector": "k2",
            "other": A_KEY,
            "dkim_host": "k3._domainkey",
            "dkim_value": A_KEY,
        },
        but=frozenset({4}),
        keys={"m1": A_KEY, "k2": A_KEY, "k3": A_KEY},
    ),
    "dkim-below": Sample({"subdomain": "em", "dkimKey": RSA}),
    "dmarc": Sample({"token": "t1"}, but=frozenset(range(1, 7))),
    "mx-inbound": Sample({"cluster": "eu1"}),
    "mx-varying": Sample({"prio": "30"}, but=frozenset({1, 3, 4})),
    "host-required": Sample({"dkim_key": RSA}, host="news", but=frozenset({7})),
    "built-in": Sample(but=frozenset({6})),
    "absolute-host": Sample({"token": "t1"}, but=frozenset({3, 4, 5, 6})),
    "groups": Sample(
        {"token": "t", "account": "a1", "trackHost": "go", "trackToken": "tt", "extra": "include:y.example"}
    ),
    "group-alone": Sample({"account": "a1", "token": "t"}),
    "settings": Sample(host="news"),
    "website": Sample({"sub": "s", "ip": "192.0.2.9", "ip6": "2001:db8::9"}, but=frozenset(range(6, 16))),
    "percent": Sample({"a": "x", "b": "y"}, but=frozenset({6, 8})),
    "variable-names": Sample(
        {
            name: f"value-{n}"
            for n, name in enumerate(
                (
                    "TOKEN",
                    "dkim-key",
                    "1st",
                    "owner",
                    "DOMAIN",
                    "in",
                    "userID",
                    "user_id",
                    "HTMLText",
                    "_",
                    "-",
                )
            )
        }
    ),
    "duplicates": Sample(but=frozenset({3, 4, 7})),
    "other-mail": Sample(
        {"logo_url": "https://x.example/a.svg", "box": "tls", "stsId": "1", "uri": "mailto:a@x.example"}
    ),
    "unreadable": Sample(but=frozenset(range(2, 16))),
    "tolerated": Sample({"token": "t"}, host="news"),
}
PRESENTED = {
    *(("a", "one string"), ("b", "two strings"), ("c", "semi; colon"), ("d", "abc")),
    ("k._domainkey", str(dkim.Record.parse(f"v=DKIM1; p={RSA}"))),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_what_a_definition_asks_for_is_what_its_template_yields(name):
    sample = SAMPLES[name]
    octets = (TEMPLATES / f"{name}.json").read_bytes()
    records = json.loads(octets)["records"]
    carried = [record for place, record in enumerate(records, 1) if place not in sample.but]
    expected = applied(carried, sample.variables, DOMAIN, sample.host)
    assert expected
    mail_domain = f"{sample.host}.{DOMAIN}." if sample.host else f"{DOMAIN}."
    expected = {same(one, mail_domain) for one in expected}
    found = asked(convert(parse(octets)).text, sample, mail_domain)
    assert expected == {same(one, mail_domain) for one in found}


def test_every_template_is_applied_or_refused_or_beyond_the_evaluator():
    names = {path.stem for path in TEMPLATES.glob("*.json")}
    rest = names - SAMPLES.keys()
    assert {"presentation", "host-is-idn"} == {name for name in rest if not name.startswith("refused-")}
    assert len(names) > 30


def test_presentation_format_is_undone():
    octets = (TEMPLATES / "presentation.json").read_bytes()
    found = asked(convert(parse(octets)).text, Sample({"key": RSA}), f"{DOMAIN}.")
    assert {(f"{owner}.{DOMAIN}.", "TXT", value) for owner, value in PRESENTED} == found


def test_unicode_names_are_encoded():
    octets = (TEMPLATES / "host-is-idn.json").read_bytes()
    found = asked(convert(parse(octets)).text, Sample(), f"{DOMAIN}.")
    assert {
        ("xn--bcher-kva.example.com.", "CNAME", "xn--bcher-kva.mailer.example."),
        ("track.example.com.", "CNAME", "track.mailer.example."),
    } == found


def test_a_group_without_its_variables_is_left_out():
    octets = (TEMPLATES / "groups.json").read_bytes()
    found = asked(convert(parse(octets)).text, Sample({"account": "a1", "token": "t"}), f"{DOMAIN}.")
    kept = ("verify", "send", "sign", "receive", None)
    records = [one for one in json.loads(octets)["records"] if one.get("groupId") in kept]
    expected = applied(records, {"account": "a1", "token": "t"}, DOMAIN)
    assert {same(one, f"{DOMAIN}.") for one in expected} == {same(one, f"{DOMAIN}.") for one in found}


def test_one_variable_of_a_group_brings_the_others_into_play():
    octets = (TEMPLATES / "groups.json").read_bytes()
    document, _ = documents.load(convert(parse(octets)).text.encode(), "")
    found, _ = service("x", document, "", shipped=False)
    _, problems = asks(found, {"account": "a1", "track_host": "go"}, f"{DOMAIN}.")
    assert ["track_token is missing: %trackToken% of the template, as in track-token-0a1b2c"] == [*problems]


def asked(text: str, sample: Sample, mail_domain: str) -> set[tuple[str, str, str]]:
    """What the definition *text* asks of *mail_domain*, its SPF terms as a record, received mail too."""
    document, problems = documents.load(text.encode(), "")
    assert () == problems
    found, problems = service("imported", document, "", shipped=False)
    assert () == problems
    values = {**sample.variables, "domain": DOMAIN, "host": sample.host}
    given = {}
    for name, parameter in found.parameters.items():
        variable = re.findall(r"%([^%]+)% of the template", parameter.help)
        value = values.get(variable[-1] if variable else {"apex": "domain"}.get(name, name))
        if value is not None:
            terms = [term for term in value.split() if term not in ("v=spf1", "~all")]
            given[name] = terms if parameter.many else value
    outcome, problems = asks(found, given, mail_domain)
    assert () == problems
    records = {(one.owner, one.type, one.value) for one in outcome.records}
    if outcome.spf:
        records.add((mail_domain, "TXT", " ".join(["v=spf1", *outcome.spf, "~all"])))
    if found.template["mx"]:
        outcome, problems = asks(found, given, mail_domain, receives=True)
        assert () == problems
        records |= {(mail_domain, "MX", f"{preference} {target}") for preference, target in outcome.mx}
    keys = {(f"{name}._domainkey.{mail_domain}", "TXT", text) for name, text in sample.keys.items()}
    assert len(keys) == sum("given" in entry.texts for entry in found.template["dkim"])
    return records | keys


def same(record: tuple[str, str, str], mail_domain: str) -> object:
    """*record* so that two that mean the same are equal; of the mail domain's own SPF record its terms."""
    owner, type, value = record
    if type == "AAAA":
        return owner, type, ip_address(value)
    if type == "TXT":
        if "._domainkey." in owner:
            return owner, type, dkim.Record.parse(value)
        if spf.selects(value) and owner == mail_domain:
            terms = [term for term in spf.Record.parse(value).terms if isinstance(term, spf.Directive)]
            return owner, type, frozenset(term for term in terms if not isinstance(term.mechanism, spf.All))
        for grammar in (spf, bimi, mtasts, tlsrpt):
            if grammar.selects(value):
                return owner, type, grammar.Record.parse(value)
    return record
