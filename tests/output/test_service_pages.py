"""A page of a service is Markdown whatever its definition says."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from dnsauth.output.service_pages import index, main, page
from tests.catalogue.test_check import definition

MARKDOWN = MarkdownIt("commonmark").enable("table")
HOSTILE = definition(
    "hostile",
    "parameters:\n"
    "  a: {pattern: 'a|b', example: a, help: 'see | <img src=x> @everyone [x](https://vendor.example)'}\n"
    "  b: {help: ask, many: true, required: false, fields: {c: {help: one | other}}, example: [{c: '`'}]}\n"
    "spf: {envelope: customer}\n"
    "notes: >-\n  " + "- * + # 1. 2) = <b>bold</b> | @you " * 20 + "\n",
)


def test_no_text_of_a_definition_is_markup():
    tokens = MARKDOWN.parse(page(HOSTILE))
    kinds = {inner.type for token in tokens for inner in token.children or ()} | {t.type for t in tokens}
    assert not kinds & {"html_inline", "html_block", "image", "bullet_list_open", "ordered_list_open", "hr"}
    links = [i.attrs["href"] for t in tokens for i in t.children or () if i.type == "link_open"]
    assert ["https://vendor.example/", "README.md"] == links
    assert 4 == sum(token.type == "heading_open" for token in tokens) - 1, "and the title"


@pytest.mark.parametrize("text", [page(HOSTILE), index([HOSTILE])])
def test_rows_have_the_cells_of_their_head(text):
    rows = [line.replace(r"\|", "").count("|") for line in text.splitlines() if line.startswith("|")]
    assert rows
    assert set(rows) <= {3, 4, 7}


def test_lines_of_prose_fit_a_screen():
    prose = [line for line in page(HOSTILE).splitlines() if not line.startswith("|")]
    assert max(map(len, prose)) <= 121


def test_pages_are_written_and_those_of_no_service_taken_away(tmp_path, capsys):
    (tmp_path / "gone.md").write_text("old")
    (tmp_path / "kept.txt").write_text("not ours")
    main(tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert {"README.md", "sendgrid.md", "kept.txt"} <= names
    assert "gone.md" not in names
    assert f"{len(names) - 1} pages in {tmp_path}\n" == capsys.readouterr().out
