"""YAML as text with places: what survives, what is refused, and where it is said to stand."""

from __future__ import annotations

import os
import time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from dnsauth.documents import Map, Node, Seq, core, load, octets, read_file
from dnsauth.documents.events import MAX_ALIASED, MAX_ALIASES, MAX_DEPTH
from dnsauth.documents.read import MAX_OCTETS


def tree(text: str) -> Node:
    node, findings = load(text.encode(), "f.yaml")
    assert () == findings
    assert node is not None
    return node


def said(text: str | bytes) -> list[str]:
    _, findings = load(text if isinstance(text, bytes) else text.encode(), "f.yaml")
    assert all(finding.stops and finding.next for finding in findings)
    return [str(finding) for finding in findings]


@pytest.mark.parametrize(
    "text",
    ["no", "200608", "1e2", "2001:10:20", "0x10", "010", "2026-01-10", "null", "~", ".inf", "=", "12:30:45"],
)
def test_every_scalar_is_text_in_values_keys_and_lists(text):
    assert {text: text} == tree(f"{text}: {text}")
    assert [text] == tree(f"[{text}]")


def test_an_empty_value_is_the_empty_text():
    assert {"a": "", "b": ["", "x"]} == tree("a:\nb:\n-\n- x\n")


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "\ufeff"])
def test_an_empty_document_is_the_empty_text(text):
    assert tree(text) == ""


def test_keys_and_values_know_line_and_column():
    root = tree('# first\na: 1\nb:\n  - x\n  - {c: "ü", d: y}\n')
    assert isinstance(root, Map)
    items = root["b"]
    assert isinstance(items, Seq)
    inner = items[1]
    assert isinstance(inner, Map)
    assert ((2, 1), (2, 4)) == (root.key_where("a"), root.where("a"))
    assert ((2, 1), (4, 3)) == (root.start, items.start)
    assert ((4, 5), (5, 5)) == (items.where(0), items.where(1))
    assert ((5, 14), (5, 17)) == (inner.key_where("d"), inner.where("d"))


def test_columns_count_characters_and_windows_line_ends_count_once():
    root = tree("\ufeffä: ö\r\nü: x\r\n")
    assert isinstance(root, Map)
    assert ((1, 4), (2, 1)) == (root.where("ä"), root.key_where("ü"))


def test_plain_and_quoted_scalars_are_told_apart():
    root = tree("a: 1\nb: '1'\nc: \"1\"\nd: [1, '1']\n")
    assert isinstance(root, Map)
    items = root["d"]
    assert isinstance(items, Seq)
    assert [True, False, False] == [root.plain(key) for key in "abc"]
    assert [True, False] == [items.plain(0), items.plain(1)]


def test_core_gives_plain_scalars_their_types_and_leaves_quoted_ones():
    text = (
        "a: [1, -2, 0x1f, 0o17, 1.5, 1e3, true, False, null, ~, '', '1', \"true\", no, 1:30, .inf, v1]\nb:\n"
    )
    expected = {
        "a": [
            1,
            -2,
            31,
            15,
            1.5,
            1000.0,
            True,
            False,
            None,
            None,
            "",
            "1",
            "true",
            "no",
            "1:30",
            float("inf"),
            "v1",
        ],
        "b": None,
    }
    assert expected == core(tree(text))


def test_an_anchor_may_be_used_again():
    assert {"a": {"x": ["1"]}, "b": {"x": ["1"]}, "c": "t", "d": "t"} == tree(
        "a: &m {x: [1]}\nb: *m\nc: &t t\nd: *t\n"
    )


def test_several_lines_keep_their_line_ends():
    assert {"a": "x\ty\nz\n"} == tree("a: |\n  x\ty\n  z\n")


BAD = [
    ("a: 1\nb: 2\na: 3\n", "f.yaml:3:1: the key 'a' stands here again; the first is on line 1", "duplicate"),
    (
        "{x: {'1': a, 1: b}}",
        "f.yaml:1:14: the key '1' stands here again; the first is on line 1",
        "quoted duplicate",
    ),
    ("a: !!int 3\n", "f.yaml:1:4: has the tag 'tag:yaml.org,2002:int'", "tag"),
    ("a: !secret x\n", "f.yaml:1:4: has the tag '!secret'", "own tag"),
    ("a: !!python/object/apply:os.system [id]\n", "f.yaml:1:4: has the tag", "object tag"),
    ("a: &x {b: 1}\nc:\n  <<: *x\n", "f.yaml:3:3: has a merge key `<<`", "merge key"),
    ("a: *nowhere\n", "f.yaml:1:4: the alias 'nowhere' names no anchor above it", "undefined alias"),
    ("a: &x [1, *x]\n", "f.yaml:1:11: the alias 'x' stands inside of what it names", "recursive alias"),
    ("a: &x b\n*x : c\n", "f.yaml:2:1: the alias 'x' stands where a key is expected", "alias as key"),
    ("a: {{ name }}\n", "f.yaml:1:5: has a mapping where a key is expected", "template as key"),
    ("? [a]\n: x\n", "f.yaml:1:3: has a list where a key is expected", "list as key"),
    ("a: 1\n---\nb: 2\n", "f.yaml:2:1: holds a second document", "second document"),
    ("a:\n\t- b\n", "f.yaml:2:1: is no YAML: found character that cannot start any token", "tab"),
    ("a: b: c\n", "f.yaml:1:5: is no YAML: mapping values are not allowed", "nested colon"),
    ("a: [b\n", "f.yaml:2:1: is no YAML: did not find expected", "open bracket"),
    ("a: 'b\n", "f.yaml:2:1: is no YAML: found unexpected end of stream", "open quote"),
    (
        "a:\n- b\n<<<<<<< HEAD\n- c\n=======\n- d\n>>>>>>> other\n",
        "f.yaml:3:1: holds a merge that Git left to you",
        "conflict",
    ),
    (b"a: b\nc: \xff\xfe\n", "f.yaml:2:4: is not UTF-8", "octets"),
    ("a: b".encode("utf-16"), "f.yaml:1:1: is not UTF-8", "UTF-16"),
    ("a: b\nc: d\x1b[31m\n", "f.yaml:2:5: holds the control character U+001B", "escape"),
    ("a: b\0c\n", "f.yaml:1:5: holds the control character U+0000", "NUL"),
    ("a: b\x85c\n", "f.yaml:1:5: holds the control character U+0085", "C1"),
    ("a: b\u202ec\n", "f.yaml:1:5: holds the control character U+202E", "bidi"),
    ("# \u2066\na: b\n", "f.yaml:1:3: holds the control character U+2066", "bidi in a comment"),
    ('a: "b\\x1bc"\n', "f.yaml:1:4: holds the control character U+001B", "escape, escaped"),
    ('a: "b\\u202ec"\n', "f.yaml:1:4: holds the control character U+202E", "bidi, escaped"),
    ('a: "b\\rc"\n', "f.yaml:1:4: holds the control character U+000D", "return, escaped"),
    ("[" * 30 + "]" * 30, "f.yaml:1:21: nests deeper than 20 levels", "deep"),
    ("[" * 200_000, "f.yaml:1:21: nests deeper than 20 levels", "very deep"),
    ("- " * 200_000, "f.yaml:1:41: nests deeper than 20 levels", "deep in block style"),
]


@pytest.mark.parametrize(("text", "expected", "reason"), BAD, ids=[reason for *_, reason in BAD])
def test_what_is_refused_has_its_place_and_reason(text, expected, reason):
    (finding,) = said(text)
    assert finding.startswith(expected), reason


def test_all_problems_of_a_document_are_said_at_once():
    assert ["f.yaml:2:1", "f.yaml:3:4", "f.yaml:4:4"] == [
        finding.partition(": ")[0] for finding in said('a: 1\na: 2\nb: !x 3\nc: "\\u202e"\n')
    ]


def test_of_duplicate_keys_the_first_is_kept():
    node, findings = load(b"a: 1\na: 2\nb: 3\n", "f.yaml")
    assert ({"a": "1", "b": "3"}, 1) == (node, len(findings))


def test_a_refused_merge_key_leaves_no_document_that_misleads():
    node, findings = load(b"<<: {a: 1}\nb: 2\n", "f.yaml")
    assert (None, 1) == (node, len(findings))


def test_a_billion_laughs_end_at_once():
    laughs = "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n" + "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 10)
    )
    before = time.process_time()
    (finding,) = said(laughs)
    assert f"stands for more than {MAX_ALIASED} values" in finding
    assert time.process_time() - before < 1


def test_aliases_of_a_file_are_counted():
    assert tree("a: &a x\nb: [" + ", ".join(["*a"] * MAX_ALIASES) + "]\n")
    (finding,) = said("a: &a x\nb: [" + ", ".join(["*a"] * (MAX_ALIASES + 1)) + "]\n")
    assert f"is one more than the {MAX_ALIASES} a file may have" in finding


def test_an_alias_does_not_reach_deeper_than_nesting_may():
    half = MAX_DEPTH // 2 + 1
    (finding,) = said(f"a: &a {'[' * half}x{']' * half}\nb: {'[' * half}*a{']' * half}\n")
    assert "nests deeper than" in finding


def test_a_file_is_read_up_to_its_limit(tmp_path):
    path = tmp_path / "large.yaml"
    path.write_bytes(b"a: b\n" + b"#" * MAX_OCTETS)
    assert ["large.yaml: has more than 4194304 octets"] == [str(f) for f in read_file(path, "large.yaml")[1]]
    assert ["f: has more than 4194304 octets"] == [str(f) for f in load(path.read_bytes(), "f")[1]]


def test_only_plain_files_are_read(tmp_path):
    os.mkfifo(tmp_path / "fifo.yaml")
    for name, reason in (
        ("fifo.yaml", "it is no plain file"),
        (".", "it is no plain file"),
        ("none", "No such file"),
    ):
        (finding,) = read_file(tmp_path / name, "f.yaml")[1]
        assert str(finding).startswith(f"f.yaml: cannot be read: {reason}")


def test_a_plain_file_is_its_octets(tmp_path):
    (tmp_path / "f.yaml").write_bytes(b"a: b\n")
    assert b"a: b\n" == octets(tmp_path / "f.yaml", "f.yaml")
    assert ({"a": "b"}, ()) == read_file(tmp_path / "f.yaml", "f.yaml")


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), max_size=12)
trees = st.recursive(
    texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(trees)
@settings(max_examples=100, deadline=None)
def test_what_yaml_writes_quoted_is_read_back(expected):
    text = yaml.safe_dump(expected, default_style='"', allow_unicode=True)
    assert expected == tree(text)


@given(st.binary(max_size=60) | st.text("abc:-[]{}&*!<>|'\" \n#%@`\\,?~\t", max_size=60).map(str.encode))
@settings(max_examples=100, deadline=None)
def test_any_octets_are_a_tree_or_findings(text):
    node, findings = load(text, "f.yaml")
    assert (node is None) <= bool(findings)


def test_the_pure_parser_yields_the_same_tree():
    import yaml as pure

    from dnsauth.documents.events import Reader

    text = b"a: [1, {b: 'c'}]\nd: &x {e: f}\ng: *x\n"
    slow = Reader("f.yaml", strict=True).tree(pure.Loader(text).get_event)
    fast, _ = load(text, "f.yaml")
    assert isinstance(slow, Map)
    assert isinstance(fast, Map)
    assert (fast, fast.values_at, fast.keys_at) == (slow, slow.values_at, slow.keys_at)
