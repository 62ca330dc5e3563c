"""The templates of files: a subset of Jinja2 whose work is bounded, the user's own before the shipped."""

from __future__ import annotations

import time

import pytest

from dnsauth.file_templates import BadTemplate, Form, read

FORM = Form(frozenset({"signer"}), {"keys": frozenset({"domain", "path", "first"})})
KEYS = [
    {"domain": "example.com", "path": "/a", "first": "yes"},
    {"domain": "example.org", "path": "/b", "first": ""},
]


def template(tmp_path, source: str):
    (tmp_path / "templates/signers").mkdir(parents=True, exist_ok=True)
    (tmp_path / "templates/signers/t.j2").write_text(source)
    return read("signers/t.j2", tmp_path, FORM)


def rendered(tmp_path, source: str) -> str:
    return template(tmp_path, source).render({"signer": "mta", "keys": KEYS})


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("a {{ signer }}\n", "a mta\n"),
        ("{# why #}{{ signer|upper }}", "MTA"),
        (
            "{% for key in keys %}\n{{ key.domain }} {{ key.path }}\n{% endfor %}\n",
            "example.com /a\nexample.org /b\n",
        ),
        ("{% for k in keys %}{{ k.path }}{% if not loop.last %},{% endif %}{% endfor %}", "/a,/b"),
        ("{% for k in keys %}{% if k.first %}1{% else %}2{% endif %}{% endfor %}", "12"),
        (
            "{% for k in keys %}{% if k.domain == 'example.org' or k.path != '/b' %}x{% endif %}{% endfor %}",
            "xx",
        ),
        ("{% if signer == 'a' %}1{% elif signer == 'mta' %}2{% endif %}", "2"),
        ("<&>\"'", "<&>\"'"),
    ],
)
def test_a_template_is_text_names_one_loop_and_conditions(source, text, tmp_path):
    assert text == rendered(tmp_path, source)


def test_a_value_is_never_read_as_a_template(tmp_path):
    made = template(tmp_path, "{{ signer }}").render({"signer": "{{ 9 * 9 }}", "keys": ()})
    assert "{{ 9 * 9 }}" == made


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("{% for i in range(10**9) %}{% endfor %}", "for is not part"),
        ("{% for a in keys %}{% for b in keys %}{% endfor %}{% endfor %}", "a loop in a loop"),
        ("{% for a in keys recursive %}{{ loop(keys) }}{% endfor %}", "for is not part"),
        ("{% for a in keys if a.path %}{% endfor %}", "for is not part"),
        ("{% for a, b in keys %}{% endfor %}", "for is not part"),
        ("{% for loop in keys %}{% endfor %}", "may not be called loop"),
        ("{% for keys in keys %}{% endfor %}", "may not be called keys"),
        ("{% for a in kyes %}{% endfor %}", "there is no kyes here"),
        ("{{ 'a' * 10**9 }}", "mul is not part"),
        ("{{ 9 ** 9 ** 9 }}", "pow is not part"),
        ("{{ 1 }}", "const is not part"),
        ("{{ '%99999999d' % signer }}", "mod is not part"),
        ("{{ signer.__class__.__mro__ }}", "getattr is not part"),
        ("{{ ''.__class__ }}", "getattr is not part"),
        ("{% for a in keys %}{{ a.__class__ }}{% endfor %}", "there is no __class__ here"),
        ("{% for a in keys %}{{ a.items }}{% endfor %}", "there is no items here"),
        ("{% for a in keys %}{{ a['path'] }}{% endfor %}", "getitem is not part"),
        ("{% for a in keys %}{{ a }}{% endfor %}", "there is no a here"),
        ("{% for a in keys %}{{ loop.cycle('a') }}{% endfor %}", "call is not part"),
        ("{% for a in keys %}{{ loop.previtem }}{% endfor %}", "there is no previtem here"),
        ("{{ keys }}", "there is no keys here"),
        ("{{ self }}", "there is no self here"),
        ("{{ lipsum(n=10**9) }}", "call is not part"),
        ("{{ cycler.__init__.__globals__ }}", "getattr is not part"),
        ("{{ signer|center(10**9) }}", "filter is not part"),
        ("{{ signer|attr('x') }}", "filter is not part"),
        ("{{ signer|list }}", "there is no list here"),
        ("{{ signer ~ signer }}", "concat is not part"),
        ("{{ signer if signer }}", "condexpr is not part"),
        ("{{ signer < 'a' }}", "compare is not part"),
        ("{{ signer == 'a' == 'b' }}", "compare is not part"),
        ("{{ signer is string }}", "test is not part"),
        ("{% set a = 1 %}", "assign is not part"),
        ("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", "macro is not part"),
        ("{% include '/etc/passwd' %}", "include is not part"),
        ("{% import '/etc/passwd' as a %}", "import is not part"),
        ("{% extends '/etc/passwd' %}", "extends is not part"),
        ("{% block a %}{% endblock %}", "block is not part"),
        ("{% filter upper %}a{% endfilter %}", "filterblock is not part"),
        ("{% with a = 1 %}{% endwith %}", "with is not part"),
        ("{% autoescape true %}{% endautoescape %}", "scope is not part"),
        ("{% do 1 %}", "no Jinja2 template"),
        ("{{ signer", "no Jinja2 template"),
        ("{{ " + "(" * 5000 + "signer" + ")" * 5000 + " }}", "nested too deeply"),
        ("a" * 20_001, "20,001 characters"),
    ],
)
def test_what_is_not_of_the_subset_is_refused_where_it_stands(source, reason, tmp_path):
    start = time.monotonic()
    with pytest.raises(BadTemplate, match=reason):
        template(tmp_path, source)
    assert time.monotonic() - start < 2


def test_a_refusal_names_file_line_and_what_is_there(tmp_path):
    with pytest.raises(BadTemplate) as caught:
        template(tmp_path, "{% for key in keys %}\n{{ key.pth }}\n{% endfor %}")
    assert f"{tmp_path}/templates/signers/t.j2:2: there is no pth here" == str(caught.value)
    assert "did you mean path?" == caught.value.hint


def test_a_template_of_the_users_own_wins_over_the_shipped_one(tmp_path):
    name = "signers/files/signing.txt.j2"
    shipped = read(
        name,
        tmp_path,
        Form(frozenset({"signer"}), {"keys": frozenset({"domain", "algorithm", "selector", "path"})}),
    )
    assert not shipped.file.startswith(str(tmp_path))
    (tmp_path / "templates/signers/files").mkdir(parents=True)
    (tmp_path / "templates" / name).write_text("mine\n")
    assert "mine\n" == read(name, tmp_path, FORM).render({"signer": "", "keys": ()})


def test_what_it_makes_has_an_end(tmp_path, monkeypatch):
    monkeypatch.setattr("dnsauth.file_templates.MAX_RESULT", 100)
    large = template(tmp_path, "{% for key in keys %}{{ key.domain }}\n{% endfor %}")
    with pytest.raises(BadTemplate, match="makes more than 100 characters"):
        large.render({"signer": "mta", "keys": KEYS * 5})


def test_one_that_can_not_be_read_is_told(tmp_path):
    (tmp_path / "templates/signers/t.j2").mkdir(parents=True)
    with pytest.raises(BadTemplate, match="can't be read"):
        read("signers/t.j2", tmp_path, FORM)
    with pytest.raises(BadTemplate, match="there is no template signers/nothing"):
        read("signers/nothing", tmp_path, FORM)
