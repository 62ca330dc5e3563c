from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnsauth.templating import MAX_RESULT, BadExpression, BadValue, expression


def test_text_without_braces_is_itself():
    assert "s1.domainkey.example.net." == expression("s1.domainkey.example.net.").render({})


def test_names_attributes_and_filters_are_filled_in():
    text = expression("{{ selector }}-{{ domain|replace('.', '-')|upper }}._domainkey.{{ path.cname }}")
    values = {"selector": "s1", "domain": "example.com", "path": {"cname": "a.example."}}
    assert "s1-EXAMPLE-COM._domainkey.a.example." == text.render(values)
    assert (("selector", ""), ("domain", ""), ("path", "cname")) == text.names


def test_a_comment_says_nothing():
    assert "a" == expression("{# why #}a").render({})


def test_a_value_is_never_read_as_an_expression():
    assert "{{ 'a' * 9 }}" == expression("{{ x }}").render({"x": "{{ 'a' * 9 }}"})


def test_an_attribute_is_an_item_and_never_one_of_python():
    with pytest.raises(KeyError):
        expression("{{ x.keys }}").render({"x": {}})


@pytest.mark.parametrize(
    ("address", "term"),
    [
        ("192.0.2.10", "ip4:192.0.2.10"),
        ("192.0.2.0/24", "ip4:192.0.2.0/24"),
        ("2001:db8:25::/64", "ip6:2001:db8:25::/64"),
    ],
)
def test_an_address_becomes_a_term(address, term):
    assert term == expression("{{ item|ip_term }}").render({"item": address})


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("{{ 'a'*10**9 }}", "arithmetic"),
        ("{{ x + y }}", "arithmetic"),
        ("{{ -x }}", "arithmetic"),
        ("{{ cycler.__init__.__globals__ }}", "an attribute of an attribute"),
        ("{{ x.__class__ }}", "begins with an underscore"),
        ("{{ __import__ }}", "begins with an underscore"),
        ("{{ ''.join() }}", "a call"),
        ("{{ namespace() }}", "a call"),
        ("{{ x.upper() }}", "a call"),
        ("{{ ''.__class__ }}", "an attribute of an attribute or of a result"),
        ("{{ domain|attr('x') }}", "the filter 'attr' is not one of"),
        ("{{ x|map('upper') }}", "the filter 'map' is not one of"),
        ("{{ (x|lower).y }}", "of a result"),
        ("{{ x['y'] }}", "a subscript"),
        ("{{ x[0:9] }}", "a subscript"),
        ("{{ x ~ y }}", "joining"),
        ("{{ x if y else z }}", "a condition"),
        ("{{ x and y }}", "logic"),
        ("{{ x == y }}", "a comparison"),
        ("{{ x is defined }}", "a test"),
        ("{{ [x] }}", "a list"),
        ("{{ {'a': x} }}", "a mapping"),
        ("{{ 'a' }}", "a constant"),
        ("{{ 'a'|lower }}", "a constant"),
        ("{{ 1 }}", "a constant"),
        ("{{ x|replace('a') }}", "takes 2 constant strings"),
        ("{{ x|replace(y, 'b') }}", "takes 2 constant strings"),
        ("{{ x|replace(old='a', new='b') }}", "takes 2 constant strings"),
        ("{{ x|replace(*y) }}", "takes 2 constant strings"),
        ("{{ x|replace(1, 2) }}", "takes 2 constant strings"),
        ("{{ x|replace('', 'b') }}", "cannot look for an empty text"),
        ("{% for c in x %}{{ c }}{% endfor %}", "statements"),
        ("{% set x = 1 %}", "statements"),
        ("{% include 'other' %}", "statements"),
        ("{% raw %}{{ x }}{% endraw %}", "statements"),
        ("{{ x", "no Jinja2 expression"),
        ("{{ }}", "no Jinja2 expression"),
        ("{# x", "no Jinja2 expression"),
        ("{{" + "(" * 900 + "x", "nested too deeply"),
        ("{{ x }}" + "a" * 1000, "characters of at most 1,000"),
    ],
)
def test_a_template_trick_is_refused_at_once(source, reason):
    start = time.process_time()
    with pytest.raises(BadExpression, match=re.escape(reason)):
        expression(source)
    assert time.process_time() - start < 0.25


@pytest.mark.parametrize(
    ("source", "value", "reason"),
    [
        ("{{ x }}{{ x }}", "a" * MAX_RESULT, "8,192 characters of at most 4,096"),
        ("{{ x" + "|replace('a', 'aaaaaaaaaa')" * 30 + " }}", "a", "replace makes more than"),
        ("{{ x|ip_term }}", "192.0.2.1 +all", "does not appear to be an IPv4 or IPv6"),
        ("{{ x|ip_term }}", "192.0.2.1/24", "host bits"),
        ("{{ x }}", ("a", "b"), "x is no text"),
        ("{{ x }}", {"a": "b"}, "x is no text"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(source, value, reason):
    with pytest.raises(BadValue, match=re.escape(reason)):
        expression(source).render({"x": value})


@given(st.text(st.sampled_from("{}%#'\"()[]|._ax*~+-,:\\\n 1"), max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_text_is_an_expression_or_refused(source):
    try:
        found = expression(source)
    except BadExpression:
        return
    assert not any(name.startswith("_") or attribute.startswith("_") for name, attribute in found.names)
