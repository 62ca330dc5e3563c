from __future__ import annotations

import jsonschema
import pytest

from dnsauth import documents
from dnsauth.catalogue import schema
from dnsauth.catalogue.definition import service
from dnsauth.catalogue.model import Entry, Envelope, Rotation, Status

GOOD = """\
title: Example
parameters:
  account: {pattern: "u[0-9]+", example: u1, help: "Settings"}
  tokens: {many: true, example: [t1], help: "Settings"}
  path:
    fields: {owner: {help: host}, cname: {help: target}}
    example: {owner: bounce, cname: b.example.}
    required: false
    help: the bounce domain
records:
  - {owner: "{{ path.owner }}", type: CNAME, value: "{{ path.cname }}"}
dkim:
  - {each: tokens, selector: "{{ item }}", cname: "{{ item }}.{{ account }}.example."}
spf: {envelope: customer, terms: ["include:{{ account }}.example"]}
sources: [{url: "https://docs.example/dns", seen: 2026-11-24}]
status: reported
rotation: {by: vendor, selectors: 2, command: "turn {{ domain }}", tool: Shell}
"""
ROTATES = GOOD.splitlines()[-1]


def define(text, *, name="example"):
    document, problems = documents.load(text.encode(), "templates/services/example.yaml")
    assert () == problems
    return service(name, document, "templates/services/example.yaml", shipped=False)


def test_a_definition_is_a_service():
    found, findings = define(GOOD)
    assert () == findings
    assert ("Example", None) == (found.title, found.baa)
    assert (Status.REPORTED, Envelope.CUSTOMER) == (found.status, found.envelope)
    term = Entry({"term": "include:{{ account }}.example"}, uses=frozenset({"account"}))
    assert (term,) == found.template["spf"]
    assert frozenset({"tokens", "account"}) == found.template["dkim"][0].uses
    assert frozenset({"path"}) == found.template["records"][0].uses
    assert [True, True, False] == [p.required for p in found.parameters.values()]


def test_a_word_says_who_rotates_and_a_mapping_what_else_is_known():
    assert Rotation("vendor", 2, "turn {{ domain }}", "Shell") == define(GOOD)[0].rotation
    assert Rotation("manual") == define(GOOD.replace(ROTATES, "rotation: manual"))[0].rotation
    assert Rotation() == define(GOOD.replace(ROTATES, ""))[0].rotation


def test_a_default_makes_a_parameter_optional():
    found, _ = define(GOOD.replace("example: u1,", "example: u1, default: u2,"))
    assert not found.parameters["account"].required


BAD = [
    ("title: Example", "titel: Example", (1, 1), "the key 'titel' is unknown; did you mean 'title'?"),
    ("title: Example\n", "", (1, 1), "'title' is missing"),
    ("status: reported", "status: sure", (16, 9), "status: input should be 'verified', 'reported' or"),
    ("envelope: customer", "envelope: vendor", (14, 6), "drop terms"),
    ('sources: [{url: "https://docs.example/dns", seen: 2026-11-24}]\n', "", (1, 1), "needs a source"),
    ("https:", "javascript:", (15, 17), "url: string should match pattern"),
    ("2026-11-24", "yesterday", (15, 51), "seen: a day is written"),
    ("u[0-9]+", "(u+)+", (3, 22), "pattern: at character 1"),
    ("account: {", "Account: {", (3, 3), "Account: string should match pattern"),
    ("account", "review", (3, 3), "review cannot be a parameter"),
    ("example: u1, ", "", (3, 12), "'example' is missing"),
    ("many: true", "many: perhaps", (4, 18), "many: input should be a valid boolean"),
    ('cname: "{{ item }}.{{ account }}.example."', "given: key, key: abc", (13, 5), "exactly one of"),
    ("{{ account }}.example.", "{{ acount }}.example.", (13, 51), "'acount' is no parameter; did you mean"),
    ("each: tokens", "each: [tokens]", (13, 12), "each: one text is expected"),
    ("title: Example", "title: ''", (1, 8), "title: is empty"),
    ("dkim:\n  - {each", "dkim:\n  {each", (13, 3), "dkim: a list is expected"),
    ("each: tokens, ", "", (13, 16), "`item` stands for nothing without `each`"),
    ("each: tokens", "each: account", (13, 12), "is no list"),
    ("each: tokens", "each: token", (13, 12), "is no parameter; did you mean 'tokens'?"),
    ('cname: "{{ item }}', 'cname: "{{ tokens }}', (13, 51), "is a list: say `each: tokens`"),
    ('cname: "{{ item }}', 'cname: "{{ item.x }}', (13, 51), "'item' has no 'x'"),
    ("{{ path.owner }}", "{{ path }}", (11, 13), "'path' is a mapping: name one of owner, cname"),
    ("{{ path.owner }}", "{{ path.ower }}", (11, 13), "'path' has no 'ower'; did you mean 'owner'?"),
    ("{{ path.owner }}", "{{ domain.zone }}", (11, 13), "'domain' has no 'zone'"),
    ("{{ path.owner }}", "{{ 'a' * 10**9 }}", (11, 13), "arithmetic"),
    ("include:{{ account }}", "{{ cycler.__init__ }}", (14, 35), "begins with an underscore"),
    ("include:{{ account }}", "{% for x in y %}", (14, 35), "statements"),
    (ROTATES, "rotation: nobody", (17, 11), "by: input should be 'vendor', 'manual' or 'customer'"),
    (ROTATES, "rotation: {selectors: 2}", (17, 11), "'by' is missing"),
    ("selectors: 2", "selectors: 1", (17, 35), "selectors: input should be greater than or equal to 2"),
    ("selectors: 2", "selectors: two", (17, 35), "selectors: input should be a valid integer"),
    (", tool: Shell}", "}", (17, 11), "or neither"),
    ('command: "turn {{ domain }}", ', "", (17, 11), "or neither"),
    ("turn {{ domain }}", "turn {{ account }}", (17, 47), "a command may name `domain` alone"),
    ("turn {{ domain }}", "turn {{ domain.zone }}", (17, 47), "a command may name `domain` alone"),
    ("turn {{ domain }}", "turn {{ domain() }}", (17, 47), "a call is not part of a definition"),
]


@pytest.mark.parametrize(("right", "wrong", "place", "reason"), BAD, ids=[bad[3] for bad in BAD])
def test_a_bad_definition_is_refused_where_it_is_wrong(right, wrong, place, reason):
    assert right in GOOD
    found, findings = define(GOOD.replace(right, wrong))
    assert found is None
    assert any(reason in f.message and place == (f.where.line, f.where.column) for f in findings), [
        (str(f), f.where) for f in findings
    ]


def test_every_problem_is_told_at_once():
    _, findings = define("title: ''\nspf: {envelope: ours}\nstatus: sure\nsender: me\n")
    assert [1, 2, 3, 4] == sorted(f.where.line for f in findings)


@pytest.mark.parametrize("text", ["", "[]", "just text"])
def test_a_document_that_is_no_mapping_is_refused(text):
    assert ["a mapping is expected"] == [finding.message for finding in define(text)[1]]


def test_the_schema_takes_what_the_program_takes():
    document, _ = documents.load(GOOD.encode(), "example.yaml")
    jsonschema.Draft202012Validator.check_schema(schema.json_schema())
    typed = {**document, "parameters": {}, "rotation": {**document["rotation"], "selectors": 2}}
    errors = jsonschema.Draft202012Validator(schema.json_schema()).iter_errors(typed)
    assert [] == [error.message for error in errors]
