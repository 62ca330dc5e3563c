"""`audit verify` through the real command: what was done to a trail is told, with file and line."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import NamedTuple, get_args

import pytest

from dnsauth.audit import rules as audit_rules
from dnsauth.audit.events import Event
from dnsauth.findings import Rule
from tests.audit.trails import EVENT, committed, kept, redigested, written
from tests.cli.conftest import Directory
from tests.markdown import Document

FIRST, SECOND, THIRD = (f"2026-{month}.jsonl" for month in ("09", "10", "11"))


class Tampering(NamedTuple):
    """What somebody does to the folder of a trail; what is told of it; whether an anchor is needed."""

    does: Callable[[Path], None]
    told: dict[str, str]
    anchored: bool = False


def lines(path: Path, edit: Callable[[list[bytes]], list[bytes]]) -> None:
    path.write_bytes(b"".join(line + b"\n" for line in edit(path.read_bytes().splitlines())))


def flip(path: Path, at: int = 40) -> None:
    octets = bytearray(path.read_bytes())
    octets[at] ^= 1
    path.write_bytes(octets)


def edited(old: bytes, new: bytes) -> Callable[[Path], None]:
    def edit(at: Path) -> None:
        lines(at / SECOND, lambda found: [found[0], found[1].replace(old, new), *found[2:]])

    return edit


def anew(at: Path, name: str, number: int) -> None:
    """The entry *number* of the file *name* says that nothing was wrong, and everything after it is chained anew."""
    from_here, previous = False, ""
    for file in sorted(at.glob("*.jsonl")):
        out = []
        for index, line in enumerate(file.read_bytes().splitlines()):
            now = line
            if file.name == name and index == number:
                event = {**json.loads(line)["event"], "errors": 0}
                now, from_here = redigested(line, event=event), True
            elif from_here:
                now = redigested(line, previous=previous)
            out.append(now)
            previous = json.loads(now)["digest"]
        file.write_bytes(b"".join(line + b"\n" for line in out))


def branch(found: list[bytes]) -> list[bytes]:
    """What another branch wrote behind the first of *found*."""
    second = other_event(found[1])
    return [second, redigested(found[2], previous=json.loads(second)["digest"])]


def other_event(line: bytes) -> bytes:
    return redigested(line, event={**json.loads(line)["event"], "errors": 0})


TAMPERINGS = {
    "a flipped byte": Tampering(lambda at: flip(at / SECOND), {"AUD002": "audit/2026-10.jsonl:1"}),
    "a flipped byte in a bracket": Tampering(
        lambda at: flip(at / SECOND, 0), {"AUD001": "audit/2026-10.jsonl:1"}
    ),
    "an edited figure": Tampering(edited(b'"errors":1', b'"errors":0'), {"AUD002": "audit/2026-10.jsonl:2"}),
    "an edited name": Tampering(edited(b"ops@mx1", b"eve@mx1"), {"AUD002": "audit/2026-10.jsonl:2"}),
    "an edited time": Tampering(edited(b"2026-10-02", b"2026-10-03"), {"AUD002": "audit/2026-10.jsonl:2"}),
    "a blank that changes nothing": Tampering(
        edited(b'"at":', b'"at": '), {"AUD002": "audit/2026-10.jsonl:2"}
    ),
    "an edited sequence": Tampering(
        edited(b'"sequence":5', b'"sequence":9'), {"AUD002": "audit/2026-10.jsonl:2"}
    ),
    "a field put in": Tampering(
        edited(b'{"at"', b'{"approved":"yes","at"'), {"AUD002": "audit/2026-10.jsonl:2"}
    ),
    "an entry edited and given its digest": Tampering(
        lambda at: lines(at / SECOND, lambda found: [found[0], other_event(found[1]), found[2]]),
        {"AUD003": "audit/2026-10.jsonl:3"},
    ),
    "a sequence edited and given its digest": Tampering(
        lambda at: lines(at / SECOND, lambda found: [found[0], redigested(found[1], sequence=9), found[2]]),
        {"AUD004": "audit/2026-10.jsonl:2", "AUD006": "audit/2026-10.jsonl:3"},
    ),
    "a removed line": Tampering(
        lambda at: lines(at / SECOND, lambda found: [found[0], found[2]]), {"AUD004": "audit/2026-10.jsonl:2"}
    ),
    "the first line removed": Tampering(
        lambda at: lines(at / FIRST, lambda found: found[1:]), {"AUD009": "audit/2026-09.jsonl:1"}
    ),
    "an emptied line": Tampering(
        lambda at: lines(at / SECOND, lambda found: [found[0], b"", found[2]]),
        {"AUD001": "audit/2026-10.jsonl:2"},
    ),
    "swapped lines": Tampering(
        lambda at: lines(at / SECOND, lambda found: [found[1], found[0], found[2]]),
        {"AUD004": "audit/2026-10.jsonl:1", "AUD006": "audit/2026-10.jsonl:2"},
    ),
    "a duplicated line": Tampering(
        lambda at: lines(at / SECOND, lambda found: [*found[:2], *found[1:]]),
        {"AUD005": "audit/2026-10.jsonl:3"},
    ),
    "a line repeated at the end": Tampering(
        lambda at: lines(at / THIRD, lambda found: [*found, found[0]]), {"AUD005": "audit/2026-11.jsonl:4"}
    ),
    "an inserted entry": Tampering(
        lambda at: lines(at / SECOND, lambda found: [*found[:2], redigested(found[1], sequence=6), found[2]]),
        {"AUD003": "audit/2026-10.jsonl:3", "AUD006": "audit/2026-10.jsonl:4"},
    ),
    "an inserted entry that follows": Tampering(
        lambda at: lines(at / SECOND, lambda found: [*found[:2], other_event(found[2]), found[2]]),
        {"AUD007": "audit/2026-10.jsonl:4"},
    ),
    "a foreign line": Tampering(
        lambda at: lines(at / SECOND, lambda found: [*found, b"# all is well"]),
        {"AUD001": "audit/2026-10.jsonl:4"},
    ),
    "a cut line": Tampering(
        lambda at: (at / THIRD).write_bytes((at / THIRD).read_bytes()[:-9]),
        {"AUD010": "audit/2026-11.jsonl:3"},
    ),
    "a file removed": Tampering(lambda at: (at / SECOND).unlink(), {"AUD004": "audit/2026-11.jsonl:1"}),
    "the first file removed": Tampering(
        lambda at: (at / FIRST).unlink(), {"AUD009": "audit/2026-10.jsonl:1"}
    ),
    "an emptied file": Tampering(
        lambda at: (at / SECOND).write_bytes(b""), {"AUD004": "audit/2026-11.jsonl:1"}
    ),
    "a file renamed to another month": Tampering(
        lambda at: (at / THIRD).rename(at / "2026-12.jsonl"), {"AUD012": "audit/2026-12.jsonl:1"}
    ),
    "a file renamed before others": Tampering(
        lambda at: (at / THIRD).rename(at / "2026-08.jsonl"),
        {
            "AUD009": "audit/2026-08.jsonl:1",
            "AUD012": "audit/2026-08.jsonl:1",
            "AUD006": "audit/2026-09.jsonl:1",
        },
    ),
    "the last file renamed out of the trail": Tampering(
        lambda at: (at / THIRD).rename(at / f"{THIRD}.bak"), {"AUD011": "audit/2026-11.jsonl.bak"}
    ),
    "two branches merged line by line": Tampering(
        lambda at: lines(at / THIRD, lambda found: [*found, *branch(found)]),
        {"AUD007": "audit/2026-11.jsonl:4"},
    ),
    "a conflict left by Git": Tampering(
        lambda at: lines(
            at / THIRD, lambda found: [*found[:2], b"<<<<<<< HEAD", found[2], b"=======", b">>>>>>> topic"]
        ),
        {"AUD008": "audit/2026-11.jsonl:3"},
    ),
    "everything removed": Tampering(
        lambda at: [path.unlink() for path in at.glob("*.jsonl")], {"AUD013": "audit"}
    ),
    "a truncated tail": Tampering(
        lambda at: lines(at / THIRD, lambda found: found[:1]),
        {"AUD014": "audit/2026-11.jsonl:1"},
        anchored=True,
    ),
    "the last file removed": Tampering(
        lambda at: (at / THIRD).unlink(), {"AUD014": "audit/2026-10.jsonl:3"}, anchored=True
    ),
    "an entry edited, and all after it chained anew": Tampering(
        lambda at: anew(at, FIRST, 1), {"AUD015": "audit/2026-09.jsonl:2"}, anchored=True
    ),
    "the last entry edited and given its digest": Tampering(
        lambda at: anew(at, THIRD, 2), {"AUD015": "audit/2026-11.jsonl:3"}, anchored=True
    ),
    "a trail begun anew": Tampering(
        lambda at: (
            [path.unlink() for path in at.glob("*.jsonl")],
            written(at, 9, events=[replace(EVENT, errors=0)] * 9),
        ),
        {"AUD015": "audit/2026-09.jsonl:1"},
        anchored=True,
    ),
}


@pytest.fixture(scope="module")
def original(tmp_path_factory) -> dict[str, bytes]:
    written(tmp_path_factory.getbasetemp() / "original", 9, 10, 11)
    return {file.name: file.read_bytes() for file in (tmp_path_factory.getbasetemp() / "original").iterdir()}


@pytest.fixture
def repository(tmp_path, original) -> Directory:
    directory = kept(tmp_path)
    (tmp_path / "audit").mkdir()
    for name, octets in original.items():
        (tmp_path / "audit" / name).write_bytes(octets)
    return directory


def found(directory: Directory, *options: str) -> dict[str, str]:
    """The first place of each rule that fires."""
    done = directory.run("audit", "verify", "--format", "json", *options)
    told = json.loads(done.out)["findings"]
    assert done.code == (1 if told else 0)
    places: dict[str, str] = {}
    for one in told:
        where = one["where"]
        places.setdefault(one["rule"], f"{where['file']}:{where['line']}" if where["line"] else where["file"])
        assert one["next"]
    return places


@pytest.mark.parametrize("tampering", TAMPERINGS.values(), ids=TAMPERINGS)
def test_what_was_done_to_a_trail_is_told_with_file_and_line(repository, tampering):
    if tampering.anchored:
        committed(repository, "kept")
        assert {} == found(repository, "--anchor", "kept")
    tampering.does(repository.path / "audit")
    assert tampering.told == found(repository, *(["--anchor", "kept"] if tampering.anchored else []))
    if tampering.anchored:
        assert {} == found(repository)  # no trail can say that of itself
    else:
        done = repository.run("audit", "verify")
        assert 1 == done.code
        assert all(place in done.out for place in tampering.told.values())


def test_a_trail_that_is_whole_says_how_far_it_goes(repository):
    done = repository.run("audit", "verify")
    assert (0, "") == (done.code, done.err)
    last = json.loads((repository.path / "audit" / THIRD).read_text().splitlines()[-1])
    assert f"Audit: 9 entries in 3 files; the last is number 9, {last['digest']}\n" == done.out
    assert {} == found(repository, "--head", last["digest"])
    assert {"AUD016": "audit"} == found(repository, "--head", "0" * 64)


def test_a_kept_copy_of_a_file_is_an_anchor(repository):
    copy = repository.path / "copy.jsonl"
    copy.write_bytes((repository.path / "audit" / THIRD).read_bytes())
    assert {} == found(repository, "--anchor", "copy.jsonl")
    TAMPERINGS["a truncated tail"].does(repository.path / "audit")
    assert {"AUD014": "audit/2026-11.jsonl:1"} == found(repository, "--anchor", "copy.jsonl")


def test_a_trail_goes_on_behind_its_anchor(repository):
    committed(repository, "kept")
    written(repository.path / "audit", 12)
    assert {} == found(repository, "--anchor", "kept")


@pytest.mark.parametrize(
    ("anchor", "said"), [("nowhere", "revision"), ("dnsauth.yaml", "holds no entry of a trail")]
)
def test_an_anchor_that_is_none_is_refused(repository, anchor, said):
    committed(repository, "kept")
    done = repository.run("audit", "verify", "--anchor", anchor)
    assert 1 == done.code
    assert said in done.err


def test_an_entry_of_a_later_version_is_told_apart_from_an_edited_one(repository):
    file = repository.path / "audit" / THIRD
    lines(file, lambda found: [*found[:2], redigested(found[2], version="9.0", event={"kind": "dream"})])
    assert {"AUD017": "audit/2026-11.jsonl:3"} == found(repository)
    assert "9.0" in repository.run("audit", "verify").out


def test_a_hostile_line_is_shown_escaped(repository):
    file = repository.path / "audit" / THIRD
    lines(
        file,
        lambda found: [*found[:2], redigested(found[2], event={"kind": "\x1b[2J::error::"}), b"\x1b]0;x\x07"],
    )
    done = repository.run("audit", "verify")
    assert "\x1b" not in done.out + done.err


def test_without_a_trail_the_next_step_is_said(tmp_path):
    directory = kept(tmp_path)
    assert {"AUD013": "audit"} == found(directory)
    directory.write("dnsauth.yaml", "version: 1\n")
    for verb in ("verify", "log", "prune"):
        done = directory.run("audit", verb)
        assert (1, True) == (done.code, "audit: {}" in done.err), done


def test_every_event_is_told_of():
    told = {code for row in Document("docs/audit.md").table("What is recorded") for code in row.codes}
    kinds = {one.default for event in get_args(Event) for one in fields(event) if one.name == "kind"}
    assert kinds == told


def test_every_rule_is_seen_to_fire():
    told = {code for one in TAMPERINGS.values() for code in one.told} | {"AUD016", "AUD017"}
    assert {rule.code for rule in vars(audit_rules).values() if isinstance(rule, Rule)} == told
