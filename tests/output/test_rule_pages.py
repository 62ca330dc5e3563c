"""Every rule has a page whose head is the rule's, and whose body says why and how to mend it."""

from __future__ import annotations

import re

import pytest

from dnsauth.findings import Rule, Severity
from dnsauth.output import rule_pages
from dnsauth.output.rule_pages import NoPage, Page, parsed
from tests.markdown import ROOT

RULES = rule_pages.rules()
STALE = "run `make checks`"


@pytest.mark.parametrize("code", RULES)
def test_a_page_is_as_its_rule(code):
    text = rule_pages.explained(code)
    written = parsed(code, text)
    assert text == rule_pages.page(RULES[code], written), STALE
    why, fix = written.body.split("\n## Fix\n")
    assert 50 < len(why), "say what receivers do, and where it is asked for"
    assert RULES[code].severity is Severity.INFO or "```" in fix, "show what to write"


def test_there_is_no_page_without_a_rule_and_the_index_has_them_all():
    assert set(RULES) == set(rule_pages.codes())
    pages = [(rule, parsed(code, rule_pages.explained(code))) for code, rule in RULES.items()]
    index = (ROOT / "docs/checks/README.md").read_text()
    assert index == rule_pages.index(pages), STALE
    assert set(RULES) == set(re.findall(r"\[([A-Z]{2,3}[0-9]{3})\]\(", index))


def test_titles_are_told_apart():
    titles = [parsed(code, rule_pages.explained(code)).title for code in RULES]
    assert [] == [title for title in titles if titles.count(title) > 1]


def test_a_page_is_made_of_rule_and_body():
    rule = Rule("SPF001", Severity.ERROR, "{owner}: {{x}}", "say it", live=True)
    text = rule_pages.page(rule, Page("A title", "## Why\n\nIt is.\n"))
    assert text == (
        "# SPF001: A title\n\n**error** · needs `check --live`\n\n"
        "```text\n{owner}: {x}\nnext: say it\n```\n\n## Why\n\nIt is.\n"
    )
    assert Page("A title", "## Why\n\nIt is.\n") == parsed("SPF001", text)


@pytest.mark.parametrize(
    "text", ["", "# SPF001 A title\n\n## Why\n", "# SPF002: A title\n\n## Why\n", "# SPF001: A title\n"]
)
def test_what_has_not_the_form_is_no_page(text):
    with pytest.raises(NoPage):
        parsed("SPF001", text)


@pytest.mark.parametrize("code", ["", "README", "../README", "SPF1", "spf013", "SPF013/", "SPF\n013"])
def test_a_code_is_no_path(code):
    with pytest.raises(NoPage):
        rule_pages.explained(code)
