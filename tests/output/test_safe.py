from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from dnsauth.output import safe

texts = st.text(max_size=60)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param("v=spf1 -all", "v=spf1 -all", id="what is printable stays"),
        pytest.param("Grüße 日本", "Grüße 日本", id="letters of every script stay"),
        pytest.param("\\x1b[31mred", "\x1b[31mred", id="an escape sequence (C0)"),
        pytest.param("\\x9b31m", "\x9b31m", id="a control sequence introducer (C1)"),
        pytest.param("a\\x7fb", "a\x7fb", id="DEL"),
        pytest.param("a\\x0d\\x0ab\\x09c", "a\r\nb\tc", id="line ends and tabs"),
        pytest.param("\\u{202e}moc.elpmaxe", "\u202emoc.elpmaxe", id="right-to-left override"),
        pytest.param("\\u{2066}x\\u{2069}", "\u2066x\u2069", id="isolates"),
        pytest.param("pay\\u{200b}pal\\u{feff}", "pay\u200bpal\ufeff", id="zero width"),
        pytest.param("a\\u{2028}b", "a\u2028b", id="line separator"),
        pytest.param("a\\xa0b", "a\xa0b", id="a blank that is none"),
        pytest.param("a\\u{3164}b\\u{fe0f}", "a\u3164b\ufe0f", id="fillers and selectors show nothing"),
        pytest.param("\\u{dc80}", "\udc80", id="a lone surrogate"),
        pytest.param("\\u{e0041}", "\U000e0041", id="a tag character"),
    ],
)
def test_what_a_terminal_would_obey_is_shown(expected, text):
    assert expected == safe.plain(text)


@given(texts)
@settings(max_examples=100, deadline=None)
def test_plain_text_is_printable_and_plain_stays_plain(text):
    shown = safe.plain(text)
    assert shown.isprintable()
    assert shown == safe.plain(shown)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        pytest.param("\\x3a:error::x", "::error::x", id="GitHub's command"),
        pytest.param("  \\x3a:stop-commands::x", "  ::stop-commands::x", id="behind blanks"),
        pytest.param(
            "a #\\x23[add-mask]x",
            "a ##[add-mask]x",
            id="its old form, anywhere",
        ),
        pytest.param("#\\x23vso[task.setvariable]", "##vso[task.setvariable]", id="Azure Pipelines"),
        pytest.param("2001:db8::1", "2001:db8::1", id="an address is none"),
    ],
)
def test_a_line_is_no_command_of_a_ci_runner(expected, text):
    assert expected == safe.line(text)


HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "@security-team please merge",
    "`code` ``more``",
    "[click](https://evil.example)",
    "closes #12",
    "a|b",
    "</details><script>x</script>",
    "**bold** _em_ ~~no~~",
    "https://evil.example/",
    "www.evil.example",
    "\n# heading",
    "&lt;b&gt;",
    "$x^2$",
    "![i](https://evil.example/x.png)",
    "`",
    " ` ",
    ":tada:",
    "\\`x\\`",
]
ALLOWED = {"paragraph_open", "paragraph_close", "inline"}


def rendered(markdown: str) -> tuple[str, list[str]]:
    """The text outside code spans, and the kinds of everything that is not text."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    outside, kinds = "", []
    for token in parser.parse(markdown):
        if token.type not in ALLOWED:
            kinds.append(token.type)
        for child in token.children or ():
            if child.type in ("text", "text_special"):
                outside += child.content
            elif child.type != "code_inline":
                kinds.append(child.type)
    return outside, kinds


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("spell", [safe.code, safe.prose])
def test_hostile_text_in_markdown_is_text(spell, text):
    outside, kinds = rendered(f"A value: {spell(text)} stays")
    assert [] == kinds
    assert not re.search(r"[@#<>|`*_~$&]|//|www\.", outside)


@given(st.text(alphabet="ab `*_<>@#|[]()!\\&:/.~\n$w", max_size=40))
@settings(max_examples=100, deadline=None)
def test_no_text_makes_markup(text):
    for spell in (safe.code, safe.prose):
        outside, kinds = rendered(f"A value: {spell(text)} stays")
        assert [] == kinds
        assert not re.search(r"[@#<>|`*_~$&]|//|www\.", outside)


def test_prose_reads_as_it_stands():
    text = "needs 11 DNS lookups; receivers stop at 10 (RFC 7208 section 4.6.4)"
    assert text == safe.prose(text)


def test_a_value_in_prose_is_one_code_span():
    assert "the value `_dmarc @x <b>` stays" == safe.prose("the value _dmarc @x <b> stays")


def test_html_is_escaped_in_content_and_attributes():
    assert "&lt;a href=&quot;x&quot;&gt;&amp;\\x1b" == safe.html('<a href="x">&\x1b')
