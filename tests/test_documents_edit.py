"""Edits of a document change what they are about, and leave every other octet."""

from __future__ import annotations

import json
from difflib import ndiff
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnsauth.documents import load
from dnsauth.documents.edit import Insert, Put, Remove, Rename, Unedited, edited

ZONE = """\
# who sends for us

version: 1
provider: ns1      # the hidden primary
domains:
  "@":
    senders:
      # Google, since 2019
      - google-workspace: {dkim: {google: "abc"}}  # ask IT
      # the portal
      - portal:
          service: custom   # ours
          spf:
            - ip4:192.0.2.1
            # the second site
            - 'ip4:192.0.2.2'
    dmarc: {policy: none, rua: ["mailto:d@example.com"]}
    # until the migration is over
    keep:
    - {owner: _dmarc, type: TXT, values: v=DMARC1; p=none}
    - owner: "@"
      type: TXT
      values:
        - "v=spf1 a ~all"
  # nothing is sent from here
  news: {parked: true}

  old:
    parked: true
# the end
"""


def differences(before: str, after: str) -> list[str]:
    return [line for line in ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]


CASES = [
    (
        Put(("provider",), "ns2"),
        ["-provider: ns1      # the hidden primary", "+provider: ns2      # the hidden primary"],
    ),
    (
        Put(("domains", "@", "senders", 1, "portal", "spf", 1), "ip4:192.0.2.3"),
        ["-            - 'ip4:192.0.2.2'", "+            - 'ip4:192.0.2.3'"],
    ),
    (
        Put(("domains", "@", "keep", 0, "values"), "v=DMARC1; p=reject, or so"),
        [
            "-    - {owner: _dmarc, type: TXT, values: v=DMARC1; p=none}",
            '+    - {owner: _dmarc, type: TXT, values: "v=DMARC1; p=reject, or so"}',
        ],
    ),
    (
        Put(("domains", "@", "keep", 1, "values"), "v=spf1 mx -all"),
        ["-      values:", '-        - "v=spf1 a ~all"', '+      values: "v=spf1 mx -all"'],
    ),
    (Rename(("domains", "news"), "letters"), ["-  news: {parked: true}", "+  letters: {parked: true}"]),
    (Rename(("domains", "@"), "www"), ['-  "@":', '+  "www":']),
    (Remove(("domains", "news")), ["-  # nothing is sent from here", "-  news: {parked: true}"]),
    (
        Remove(("domains", "@", "senders", 0)),
        [
            "-      # Google, since 2019",
            '-      - google-workspace: {dkim: {google: "abc"}}  # ask IT',
        ],
    ),
    (
        Remove(("domains", "@", "senders", 1, "portal", "spf", 1)),
        ["-            # the second site", "-            - 'ip4:192.0.2.2'"],
    ),
    (
        Remove(("domains", "@", "senders", 1, "portal", "service")),
        ["-          service: custom   # ours"],
    ),
    (
        Remove(("domains", "@", "keep", 1, "owner")),
        ['-    - owner: "@"', "-      type: TXT", "+    - type: TXT"],
    ),
    (
        Remove(("domains", "@", "dmarc", "rua")),
        [
            '-    dmarc: {policy: none, rua: ["mailto:d@example.com"]}',
            "+    dmarc: {policy: none}",
        ],
    ),
    (
        Remove(("domains", "@", "dmarc", "policy")),
        [
            '-    dmarc: {policy: none, rua: ["mailto:d@example.com"]}',
            '+    dmarc: {rua: ["mailto:d@example.com"]}',
        ],
    ),
    (
        Remove(("domains", "old", "parked")),
        ["-  old:", "-    parked: true", "+  old: {}"],
    ),
    (
        Insert(("domains", "@", "senders"), "# new\n- brevo:\n    account: x\n"),
        ["+      # new", "+      - brevo:", "+          account: x"],
    ),
    (
        Insert(("domains", "@", "senders"), "- brevo\n", 1),
        ["+      - brevo"],
    ),
    (Insert(("domains", "@"), "ttl: 60\n"), ["+    ttl: 60"]),
    (
        Insert(("domains", "@", "keep"), "- {owner: x, type: TXT, values: y}\n"),
        ["+    - {owner: x, type: TXT, values: y}"],
    ),
    (
        Insert(("domains", "news"), "ttl: 60\n"),
        ["-  news: {parked: true}", "+  news: {parked: true, ttl: 60}"],
    ),
    (
        Insert(("domains", "@", "dmarc", "rua"), "- mailto:e@example.com\n", 0),
        [
            '-    dmarc: {policy: none, rua: ["mailto:d@example.com"]}',
            '+    dmarc: {policy: none, rua: ["mailto:e@example.com", "mailto:d@example.com"]}',
        ],
    ),
    (Insert(("domains",), "shop: {parked: true}\n", 2), ["+  shop: {parked: true}"]),
    (Insert((), "ttl: keep\n", 0), ["+ttl: keep"]),
]


@pytest.mark.parametrize(("edit", "expected"), CASES, ids=[str(index) for index in range(len(CASES))])
def test_only_the_lines_it_is_about_change(edit, expected):
    after = edited(ZONE.encode(), [edit]).decode()
    assert sorted(expected) == sorted(line[0] + line[2:] for line in differences(ZONE, after))


@pytest.mark.parametrize("edit", [edit for edit, _ in CASES], ids=[str(index) for index in range(len(CASES))])
def test_line_ends_and_a_byte_order_mark_stay(edit):
    plain = edited(ZONE.encode(), [edit])
    other = edited(b"\xef\xbb\xbf" + ZONE.replace("\n", "\r\n").encode(), [edit])
    assert b"\xef\xbb\xbf" + plain.replace(b"\n", b"\r\n") == other


@pytest.mark.parametrize(
    ("text", "edit", "expected"),
    [
        ("a:\n", Insert(("a",), "b: 1\n"), "a:\n  b: 1\n"),
        ("a: {}  # why\nz: 1\n", Insert(("a",), "# c\nb: 1\n"), "a:  # why\n  # c\n  b: 1\nz: 1\n"),
        ("{}\n", Insert((), "b: 1\n"), "b: 1\n"),
        ("a: [{}]\n", Insert(("a", 0), "b: 1\n"), "a: [{b: 1}]\n"),
        ("a: 1", Insert((), "b: 1\n"), "a: 1\nb: 1"),
        ("a: 1", Remove(("a",)), "{}\n"),
        ("a: [x]", Remove(("a", 0)), "a: []"),
        ("- - a\n  - b\n", Remove((0, 0)), "- - b\n"),
        ("- - a\n  - b\n", Insert((0,), "- c\n", 0), "- - c\n  - a\n  - b\n"),
        ("-\n  a: 1\n  b: 2\n- c\n", Remove((0, "a")), "-\n  b: 2\n- c\n"),
        ("a: [\n  x\n]\n", Insert(("a",), "- z\n"), "a: [\n  x,\n  z\n]\n"),
        ("a: [\n  x,  # one\n  y   # two\n]\n", Insert(("a",), "- z\n"), "a: [\n  x,  # one\n  y,   # two\n  z\n]\n"),
        ("a: [\n  x,  # one\n  # about y\n  y   # two\n]\n", Remove(("a", 1)), "a: [\n  x,  # one\n]\n"),
        ("a: [\n  x,  # one\n  y   # two\n]\n", Remove(("a", 0)), "a: [\n  y   # two\n]\n"),
        ("a: |\n  one\n  two\n\nb: 1\n", Put(("a",), "three"), 'a: "three"\n\nb: 1\n'),
        ("a: |\n  one\n\n# c\nb: 1\n", Remove(("a",)), "\n# c\nb: 1\n"),
        ("a: one\n  two\nb: 1\n", Put(("a",), "three"), "a: three\nb: 1\n"),
        ("a:\nb: 1\n", Put(("a",), "x: y"), 'a: "x: y"\nb: 1\n'),
        ("'a': 'it''s'\n", Put(("a",), "it's so"), "'a': 'it''s so'\n"),
        ("a:\n  - b\n  # - c, one day\n\nd: 1\n", Insert(("a",), "- e\n"), "a:\n  - b\n  # - c, one day\n  - e\n\nd: 1\n"),
        ("a:\n  # b is first\n  - b\n", Remove(("a", 0)), "a: []\n"),
        ("- a: 1\n  # about b\n  b: 2\n", Remove((0, "a")), "-\n  # about b\n  b: 2\n"),
        ("a: {b: 1, c: {d: [1, 2]}}\n", Put(("a", "c"), ["x", {"y": "z"}]), "a: {b: 1, c: [x, {y: z}]}\n"),
    ],
)  # fmt: skip
def test_layouts(text, edit, expected):
    assert expected == edited(text.encode(), [edit]).decode()


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("a: &x 1\nb: *x\n", Put(("a",), "2")),
        ("a: 1\na: 2\n", Put(("a",), "2")),
        ("a: 1\n", Put(("b",), "2")),
        ("a: 1\n", Put(("a", "b"), "2")),
        ("a: 1\nb: 2\n", Rename(("a",), "b")),
        ("a: 1\n", Insert((), "a: 2\n")),
        ("a: 1\n", Insert((), "- 2\n")),
        ("a: 1\n", Insert(("a",), "- 2\n")),
        ("a: [", Put(("a",), "2")),
        ("a: 1\rb: 2\n", Put(("a",), "2")),
        ("a: [1, 2]\n", Put(("a", 0), "\x07")),
        ("", Insert((), "a: 1\n")),
    ],
)
def test_what_cannot_be_edited_is_refused(text, edit):
    with pytest.raises(Unedited):
        edited(text.encode(), [edit])


def test_edits_follow_one_another():
    edits = [Remove(("domains", "@", "senders", 0)), Remove(("domains", "@", "senders", 0))]
    after = edited(ZONE.encode(), edits).decode()
    assert "    senders: []\n    dmarc:" in after


SCALARS = st.one_of(
    st.from_regex(r"[a-z][a-z0-9]{0,5}", fullmatch=True),
    st.sampled_from(
        ["", "no", "1e2", "v=spf1 a ~all", "it's", 'a "b"', "a: b", "#", "- x", "é", "a\nb", "{", " a "]
    ),
)
KEYS = st.one_of(st.from_regex(r"[a-z]{1,4}", fullmatch=True), st.sampled_from(["@", "a b", "x: y"]))
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=0, max_size=3), st.dictionaries(KEYS, inner, min_size=0, max_size=3)
    ),
    max_leaves=8,
)
ROOTS = st.dictionaries(KEYS, TREES, min_size=1, max_size=3)


class Writer:
    """A tree as YAML in a style that is drawn, each comment with a number of its own."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.count = 0

    def maybe(self, of: int = 3) -> bool:
        return self.random.randrange(of) == 0

    def comment(self, before: str) -> str:
        self.count += 1
        return f"{before}# remark {self.count}"

    def scalar(self, text: str, flow: bool) -> str:
        shown = f"[{text}]" if flow else f"- {text}"
        plain = text and load(shown.encode(), "")[0] == [text] and not load(shown.encode(), "")[1]
        kinds = ['"', *("'" if text.isprintable() else ""), *(("",) if plain else ())]
        kind = self.random.choice(kinds)
        return (
            text
            if not kind
            else "'" + text.replace("'", "''") + "'"
            if kind == "'"
            else json.dumps(text, ensure_ascii=False)
        )

    def flow(self, node, indent: int) -> str:
        if isinstance(node, str):
            return self.scalar(node, flow=True)
        left, right = ("{", "}") if isinstance(node, dict) else ("[", "]")
        parts = (
            [f"{json.dumps(key)}: {self.flow(value, indent + 2)}" for key, value in node.items()]
            if isinstance(node, dict)
            else [self.flow(item, indent + 2) for item in node]
        )
        if parts and self.maybe():
            gap = "\n" + " " * (indent + 2)
            comma = "," if self.maybe() else ""
            lines = [
                f"{part}{',' if at < len(parts) - 1 else comma}{self.comment('  ') if self.maybe() else ''}"
                for at, part in enumerate(parts)
            ]
            return left + gap + gap.join(lines) + "\n" + " " * (indent + 2) + right
        return left + ", ".join(parts) + right

    def block(self, node, indent: int) -> list[str]:
        pad = " " * indent
        lines: list[str] = []
        for child in node.items() if isinstance(node, dict) else enumerate(node):
            key, value = child
            while self.maybe():
                lines.append(self.comment(pad))
            if self.maybe(6):
                lines.append("")
            head = f"{pad}{json.dumps(key)}:" if isinstance(node, dict) else f"{pad}-"
            if value and not isinstance(value, str) and not self.maybe():
                deeper = (
                    indent
                    if isinstance(node, dict) and isinstance(value, list) and self.maybe()
                    else indent + 2
                )
                inner = self.block(value, deeper)
                if (
                    isinstance(node, list)
                    and not inner[0].lstrip().startswith("#")
                    and inner[0]
                    and self.maybe(2)
                ):
                    inner[0] = f"{head} {inner[0].lstrip()}"
                    lines += inner
                else:
                    lines += [head + (self.comment("  ") if self.maybe() else ""), *inner]
            elif isinstance(value, str) and value == "" and self.maybe(2):
                lines.append(head)
            else:
                text = self.scalar(value, flow=False) if isinstance(value, str) else self.flow(value, indent)
                lines += f"{head} {text}{self.comment('  ') if self.maybe() else ''}".split("\n")
        return lines


def paths(tree, before=()):
    for step, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
        yield (*before, step)
        if not isinstance(value, str):
            yield from paths(value, (*before, step))


def at(tree, path):
    for step in path:
        tree = tree[step]
    return tree


def subsequence(few, many) -> bool:
    rest = iter(many)
    return all(line in rest for line in few)


@settings(max_examples=300, deadline=None)
@given(ROOTS, st.integers(0, 2**32), st.data())
def test_an_edit_changes_only_what_it_must(tree, seed, data):
    """`edited` itself sees to the tree; that it does not refuse, and the lines, are asked here."""
    writer = Writer(seed)
    lines = writer.block(tree, 0)
    text = "\n".join(lines) + ("" if writer.maybe() else "\n")
    assert tree == load(text.encode(), "")[0], text
    path = data.draw(st.sampled_from(sorted(paths(tree), key=str)))
    value = at(tree, path)
    match data.draw(st.sampled_from(["put", "remove", "insert", "key"])):
        case "put":
            after = edited(text.encode(), [Put(path, new := data.draw(SCALARS))]).decode().splitlines()
            assert new == at(load("\n".join(after).encode(), "")[0], path)
            if isinstance(value, str):
                assert 2 >= len(differences("\n".join(lines), "\n".join(after)))
        case "remove":
            after = edited(text.encode(), [Remove(path)]).decode().splitlines()
            holder = at(tree, path[:-1])
            if len(holder) > 1 and set(after) <= set(lines):
                assert subsequence(after, lines)
        case "insert" if not isinstance(value, str):
            number = data.draw(st.integers(0, len(value)))
            fragment = "zz: [1]\n" if isinstance(value, dict) else "- zz: 1\n"
            after = edited(text.encode(), [Insert(path, fragment, number)]).decode()
            assert sorted(_remarks(text)) == sorted(_remarks(after))
            changed = [line for line in differences(text, after) if line[0] == "-"]
            assert len(changed) <= 2 or not value, changed
        case "key" if isinstance(path[-1], str):
            after = edited(text.encode(), [Rename(path, "zz")]).decode()
            assert sorted(_remarks(text)) == sorted(_remarks(after))
            assert len(after.splitlines()) == len(text.splitlines())


def _remarks(text: str) -> list[str]:
    return [line.rpartition("# remark ")[2] for line in text.splitlines() if "# remark " in line]
