"""The JSON Schema editors use says of a file what reading it says."""

from __future__ import annotations

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnsauth.documents import core, load
from dnsauth.inventory.schema import json_schema
from dnsauth.inventory.shape import fitted
from dnsauth.inventory.zone_form import ZoneFile
from tests.inventory import test_bad_input
from tests.inventory.repository import CONFIG, ZONE


def accepted(text, kind):
    """Whether an editor, which reads plain scalars as YAML's core schema does, takes *text*."""
    tree, findings = load(text.encode(), "f.yaml")
    assert () == findings
    return jsonschema.Draft202012Validator(json_schema(kind)).is_valid(core(tree))


@pytest.mark.parametrize("kind", ["zone", "config"])
def test_the_schema_is_one(kind):
    jsonschema.Draft202012Validator.check_schema(json_schema(kind))


def test_the_samples_fit():
    assert accepted(ZONE, "zone")
    assert accepted(CONFIG, "config")


@pytest.mark.parametrize(
    "text",
    [
        "{sends: false}",
        "{receives: false}",
        "{receives: ['10 mx.example.com.']}",
        "{receives: {microsoft-365: {tenant: x}}}",
        "{senders: [a, b: , c: {dkim: {200608: k, s: {cname: n.}}, n: 3}]}",
        "{senders: [a: {dkim: {algorithms: [ed25519], every: 3600, overlap: 1d}}]}",
        "{dmarc: {cname: n.example.}}",
        "{dmarc: {policy: none, fo: [1, d], rua: 'mailto:a@example.com'}}",
        "{dmarc: }",
        "{mta_sts: {mode: none, max_age: 86400}}",
        "",
    ],
)
def test_every_shape_a_key_may_have_fits_both(text):
    document = f'version: 1\ndomains:\n  "@": {text}\n'
    assert accepted(document, "zone")
    assert () == fitted(load(document.encode(), "f")[0], ZoneFile, "zone", "f")[1]


SHAPES = {
    "{senders: ^[]}",
    "{senders: ^{own-mta: {}}}",
    "{senders: [^{a: {}, b: {}}]}",
    "{senders: [a: {data: ^medical}]}",
    "{senders: [a: {dkim: ^MIIB}]}",
    "{sends: ^true}",
    "{receives: ^true}",
    "{receives: ^[]}",
    "{^parkd: true}",
    "{parked: ^yes}",
    "{dmarc: {policy: ^rejct}}",
    "{dmarc: ^reject}",
    "{mta_sts: ^{mode: testing}}",
    "{spf: ^[a]}",
    "{ttl: ^4294967296}",
    "^[a]",
}


@pytest.mark.parametrize("text", sorted(SHAPES))
def test_an_editor_underlines_the_wrong_shape(text):
    assert text in {case[0] for case in test_bad_input.DOMAIN}
    assert not accepted(f'version: 1\ndomains:\n  "@": {text.replace("^", "")}\n', "zone")


words = st.sampled_from(
    ["a", "", "true", "false", "1", "7d", "reject", "mailto:a@example.com", "n.example.", "@"]
)
keys = st.sampled_from(
    ["senders", "receives", "dmarc", "dkim", "policy", "mode", "cname", "a", "algorithms", "rua", "@"]
)
values = st.recursive(
    words, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=8
)


@given(values)
@settings(max_examples=100, deadline=None)
def test_any_tree_fits_or_is_told_why_not(value):
    import json

    text = json.dumps({"version": "1", "domains": {"@": value, "x": {"senders": value, "dmarc": value}}})
    tree, _ = load(text.encode(), "f.yaml")
    form, findings = fitted(tree, ZoneFile, "zone", "f.yaml")
    assert (form is None) == bool(findings)
    assert all(finding.message and finding.next and finding.where.line for finding in findings)


def test_every_key_is_described():
    for kind in ("zone", "config"):
        schema = json_schema(kind)
        for form in (schema, *schema["$defs"].values()):
            for name, field in form.get("properties", {}).items():
                assert field.get("description"), name
