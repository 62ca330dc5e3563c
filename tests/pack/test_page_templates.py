"""Templates of pages that a pull request brings: what they may say, and that none keeps a run busy."""

from __future__ import annotations

from time import process_time

import pytest

from dnsauth.file_templates import BadTemplate
from dnsauth.page_templates import rendered

NAME = "audit/report.html.j2"
ROWS = [{"name": f"<b>{number}", "grades": {"a": number}} for number in range(200)]
VALUES = {"title": "<script>", "rows": ROWS, "profiles": [("a", "A"), ("b", "B")]}

GOOD = {
    "{{ title }}": "&lt;script&gt;",
    "{{ title[1:4] }}": "scr",
    "{% for one in rows %}{% if loop.first %}{{ one.name }}{% endif %}{% endfor %}": "&lt;b&gt;0",
    "{% for one in rows %}{% for name, _ in profiles %}{% set a = one.grades.get(name) %}{% if a == 3 %}{{ a }}{% endif %}{% endfor %}{% endfor %}": "3",
    "{% macro m(x) %}<i>{{ x }}</i>{% endmacro %}{{ m(title) }}": "<i>&lt;script&gt;</i>",
    "{% macro m(x) %}({{ caller() }}){% endmacro %}{% call m(1) %}{{ title }}{% endcall %}": "(&lt;script&gt;)",
    "{{ {'<script>': 'yes'}.get(title, 'no') }}": "yes",
    "{{ profiles[0] | join(', ') }} {{ rows | length }} {{ title | urlencode }}": "a, A 200 %3Cscript%3E",
}
BAD = [
    "{{ ''.__class__.__mro__ }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ title.__class__ }}",
    "{{ title | attr('__class__') }}",
    "{{ title | safe }}",
    "{% autoescape false %}{{ title }}{% endautoescape %}",
    "{% include '/etc/passwd' %}",
    "{% import 'x' as y %}",
    "{% extends 'x' %}",
    "{{ 'a' * 1000000000 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ title ~ title }}",
    "{{ '%1000000000d' | format(1) }}",
    "{{ '{:>1000000000}'.format(1) }}",
    "{{ title | center(1000000000) }}",
    "{{ title.ljust(1000000000) }}",
    "{{ title.replace('', 'aaaaaaaa') }}",
    "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "{% for a in rows %}{% for b in rows %}x{% endfor %}{% endfor %}",
    "{% for a in rows %}{% for b in profiles %}{% for c in b %}x{% endfor %}{% endfor %}{% endfor %}",
    "{% for a in rows recursive %}{{ loop(rows) }}{% endfor %}",
    "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
    "{% macro m(t) %}{{ t }}{{ t }}{% endmacro %}" + "{{ " + "m(" * 60 + "title" + ")" * 60 + " }}",
    "{% macro m(t) %}{{ t }}{{ t }}{% endmacro %}" + "{% set title = m(title) %}" * 60 + "{{ title }}",
    "{% macro m() %}{% for a in rows %}x{% endfor %}{% endmacro %}{{ m() }}",
    "{% macro m() %}{{ caller() }}{{ caller() }}{% endmacro %}"
    + "{% call m() %}" * 60
    + "x"
    + "{% endcall %}" * 60,
    "{% set a = [title, title] %}" + "{% set a = [a, a] %}" * 60 + "{{ a }}",
    "{% set a = title %}" + "{% set a = a | join(a) %}" * 60 + "{{ a }}",
    "{% set a %}{{ title }}{{ title }}{% endset %}{{ a }}",
    "{{ title | join('aaaa') | join('aaaa') }}",
    "{{ namespace(a=1) }}",
    "{{ " + "(" * 5000 + "title" + ")" * 5000 + " }}",
    "{{ title",
    "x" * 100_000,
]


def page(tmp_path, source):
    file = tmp_path / "templates" / NAME
    file.parent.mkdir(parents=True)
    file.write_text(source)
    return rendered(NAME, tmp_path, VALUES)


@pytest.mark.parametrize("source", GOOD)
def test_a_template_shows_what_it_is_given(tmp_path, source):
    assert GOOD[source] == page(tmp_path, source)


@pytest.mark.parametrize("source", BAD, ids=[text[:50] for text in BAD])
def test_a_template_that_says_more_is_refused_at_once(tmp_path, source):
    begin = process_time()
    with pytest.raises(BadTemplate, match=r"report\.html\.j2 can't be rendered"):
        page(tmp_path, source)
    assert process_time() - begin < 1
