"""The trail on disk: two writers at once, kill -9, full disks, clocks that go back, and files whose time is over."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnsauth.audit.chain import walked
from dnsauth.audit.entry import ZEROS, Entry, Who, line, read, sealed, waivers_digest
from dnsauth.audit.events import (
    Applied,
    Change,
    Checked,
    Pruned,
    Repaired,
    Server,
    Side,
    Standing,
    Waived,
    Written,
)
from dnsauth.audit.trail import append, expired, files, prune
from dnsauth.errors import DnsauthError
from tests.audit.trails import EVENT, WHEN, entries, kept, stamped, waiver, written

ROOT = Path(__file__).parents[2]
WRITER = """
import sys
from pathlib import Path
from dnsauth.audit.trail import append
from tests.audit.trails import EVENT, stamped
print("ready", flush=True)
sys.stdin.readline()
for _ in range(int(sys.argv[2])):
    append(Path(sys.argv[1]), stamped(), [EVENT], ())
"""


def spawned(directory: Path, count: int) -> subprocess.Popen[str]:
    """A process that writes *count* entries, once it is told to."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(directory), str(count)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert "ready\n" == process.stdout.readline()
    return process


def told(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()


def ended(process: subprocess.Popen[str]) -> int:
    """How *process* ended."""
    process.communicate(timeout=60)
    return process.returncode


def whole(directory: Path) -> int:
    """How many entries the trail has, which is whole."""
    walk = walked(files(directory, "audit"))
    assert [] == list(map(str, walk.findings))
    return len(walk.places)


def test_two_processes_that_write_at_once_make_one_trail(tmp_path):
    writers = [spawned(tmp_path, 100) for _ in range(3)]
    for writer in writers:
        told(writer)
    assert [0, 0, 0] == [ended(writer) for writer in writers]
    assert 300 == whole(tmp_path)
    assert ["2026-11.jsonl"] == [path.name for path in tmp_path.iterdir()]


def test_who_is_killed_while_writing_leaves_a_trail_that_goes_on(tmp_path):
    for moment in range(12):
        writer = spawned(tmp_path, 10_000)
        told(writer)
        time.sleep(0.01 * moment)
        writer.kill()
        assert -signal.SIGKILL == ended(writer)
        append(tmp_path, stamped(), [EVENT], ())
        assert whole(tmp_path) > moment


@pytest.mark.parametrize("left", [1, 40, -2, -1])
def test_a_half_written_line_is_cut_off_and_told(tmp_path, left):
    written(tmp_path, 11)
    file = tmp_path / "2026-11.jsonl"
    before = file.read_bytes()
    last = before.splitlines(keepends=True)[-1]
    file.write_bytes(before.removesuffix(last) + last[:left])
    (done, repaired) = append(tmp_path, stamped(), [EVENT], ())
    assert isinstance(repaired, Repaired)
    assert (repaired, EVENT) == tuple(entry.event for entry in done)
    assert (repaired.file, repaired.octets) == (file.name, len(last[:left]))
    assert file.read_bytes().startswith(before.removesuffix(last))
    assert 4 == whole(tmp_path)


def test_a_first_line_that_is_half_written_is_cut_off(tmp_path):
    (tmp_path / "2026-11.jsonl").write_bytes(b'{"at":')
    assert append(tmp_path, stamped(), [EVENT], ()).repaired
    assert 2 == whole(tmp_path)


def test_what_cannot_be_written_whole_is_not_written_at_all(tmp_path):
    written(tmp_path, 11)
    before = (tmp_path / "2026-11.jsonl").read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 100, limits[1]))
    try:
        with pytest.raises(DnsauthError, match="cannot be read or written"):
            append(tmp_path, stamped(), [EVENT], ())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert before == (tmp_path / "2026-11.jsonl").read_bytes()
    append(tmp_path, stamped(), [EVENT], ())
    assert 4 == whole(tmp_path)


def test_nothing_follows_a_last_line_that_is_no_entry(tmp_path):
    written(tmp_path, 11)
    with (tmp_path / "2026-11.jsonl").open("ab") as file:
        file.write(b"all is well\n")
    with pytest.raises(DnsauthError, match="no entry that another could follow") as refused:
        append(tmp_path, stamped(), [EVENT], ())
    assert "dnsauth audit verify" in refused.value.hint


def test_a_link_is_not_followed(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("")
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit" / "2026-11.jsonl").symlink_to(elsewhere)
    with pytest.raises(DnsauthError, match="cannot be read or written"):
        append(tmp_path / "audit", stamped(), [EVENT], ())
    assert "" == elsewhere.read_text()


@pytest.mark.parametrize("name", ["2026-11.jsonl", "notes.jsonl"])
@pytest.mark.parametrize("kind", ["fifo", "link"])
def test_what_is_no_plain_file_is_never_read(tmp_path, name, kind):
    if kind == "fifo":
        os.mkfifo(tmp_path / name)
    else:
        (tmp_path / name).symlink_to("/dev/zero")
    if name == "notes.jsonl":
        assert [("audit/notes.jsonl", b"")] == list(files(tmp_path, "audit"))
    else:
        with pytest.raises(DnsauthError, match="cannot be read"):
            list(files(tmp_path, "audit"))


def test_where_a_clock_goes_back_the_trail_goes_on_in_its_last_file(tmp_path):
    written(tmp_path, 11, 10)
    assert ["2026-11.jsonl"] == [path.name for path in tmp_path.iterdir()]
    assert 6 == whole(tmp_path)


def test_each_month_has_a_file_and_one_chain_goes_through_them(tmp_path):
    written(tmp_path, 9, 10, 12)
    assert ["2026-09.jsonl", "2026-10.jsonl", "2026-12.jsonl"] == sorted(p.name for p in tmp_path.iterdir())
    assert 9 == whole(tmp_path)


# waivers


def test_a_waiver_is_told_when_it_comes_changes_and_goes(tmp_path):
    first, longer, other = waiver(), waiver(until="2027-06-01"), waiver("SPF022")
    told_of = []
    for stand in ((), (first,), (first,), (first, other), (other, longer), (longer, other), ()):
        done = append(tmp_path, stamped(), [EVENT], stand)
        told_of.append(
            [(one.event.came, one.event.went) for one in done.entries if isinstance(one.event, Waived)]
        )
    assert [
        [],
        [((first,), ())],
        [],
        [((other,), ())],
        [((longer,), (first,))],
        [],
        [((), (other, longer))],
    ] == told_of
    assert 11 == whole(tmp_path)


def test_a_waiver_is_known_when_the_entry_that_told_of_it_is_pruned(tmp_path):
    early = datetime(2019, 3, 1, tzinfo=UTC)
    append(tmp_path, stamped(early), [EVENT], (waiver(),))
    append(tmp_path, stamped(), [EVENT], (waiver(),))
    prune(tmp_path, stamped(), expired(tmp_path, WHEN - timedelta(days=6 * 366)), (waiver(),))
    done = append(tmp_path, stamped(), [EVENT], ())
    assert ((waiver(),), ()) == (done.entries[0].event.went, done.entries[0].event.came)


# files whose time is over


@pytest.fixture
def old(tmp_path):
    """A repository whose trail goes back more than six years."""
    directory = kept(tmp_path)
    for year, month in ((2019, 1), (2019, 2), (2020, 11), (2020, 12), (2026, 10)):
        written(tmp_path / "audit", month, year=year)
    return directory


def test_files_wholly_older_than_they_are_kept_go_and_the_trail_is_still_whole(old):
    now = "2026-11-24T09:00:00Z"
    done = old.run("audit", "prune", "--yes", now=now)
    assert (0, "audit/2019-01.jsonl\naudit/2019-02.jsonl\naudit/2020-11.jsonl\n") == (done.code, done.out)
    names = [path.name for path in sorted((old.path / "audit").iterdir())]
    assert ["2020-12.jsonl", "2026-10.jsonl", "2026-11.jsonl"] == names
    last = entries(old)[-1]["event"]
    assert ("prune", 9) == (last["kind"], last["sequence"])
    assert 7 == whole(old.path / "audit")
    assert 0 == old.run("audit", "verify", "--head", last["digest"]).code
    again = old.run("audit", "prune", "--yes", now=now)
    assert (0, "", 7) == (again.code, again.out, len(entries(old)))


def test_a_day_earlier_a_file_is_kept(old):
    done = old.run("audit", "prune", "--yes", now="2026-11-02T09:00:00Z")
    assert "audit/2019-01.jsonl\naudit/2019-02.jsonl\n" == done.out


def test_what_is_kept_longer_stays(old):
    old.write("dnsauth.yaml", old.read("dnsauth.yaml").replace("audit: {}", "audit: {keep: 10y}"))
    done = old.run("audit", "prune", "--yes", now="2026-11-24T09:00:00Z")
    assert (0, "") == (done.code, done.out)
    assert "wholly older than 10 years" in done.err


def test_nothing_is_removed_without_a_yes_or_of_a_trail_that_is_not_whole(old):
    before = old.files()
    done = old.run("audit", "prune", now="2026-11-24T09:00:00Z")
    assert (1, True) == (done.code, "nothing was removed" in done.err)
    assert before == old.files()
    (old.path / "audit" / "2019-02.jsonl").unlink()
    before = old.files()
    done = old.run("audit", "prune", "--yes", now="2026-11-24T09:00:00Z")
    assert (1, True) == (done.code, "AUD004" in done.err)
    assert before == old.files()


def test_who_is_killed_while_pruning_leaves_a_trail_that_is_whole(old):
    audit = old.path / "audit"
    before = {path.name: path.read_bytes() for path in audit.iterdir()}
    old.run("audit", "prune", "--yes", now="2026-11-24T09:00:00Z")
    for gone in ("2020-11.jsonl", "2019-02.jsonl", "2019-01.jsonl"):  # the oldest goes first
        (audit / gone).write_bytes(before[gone])
        whole(audit)
    old.run("audit", "prune", "--yes", now="2026-11-24T09:00:00Z")
    assert "2019-01.jsonl" not in {path.name for path in audit.iterdir()}
    whole(audit)


def test_the_beginning_may_not_be_missing_though_something_was_pruned(old):
    old.run("audit", "prune", "--yes", now="2026-11-24T09:00:00Z")
    (old.path / "audit" / "2020-12.jsonl").unlink()
    done = old.run("audit", "verify", "--format", "json")
    assert ["AUD009"] == [one["rule"] for one in json.loads(done.out)["findings"]]


# the line


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
digests = st.integers(0, 16**64 - 1).map("{:064x}".format)
sides = st.none() | st.builds(Side, st.integers(0, 2**31 - 1), st.lists(texts, max_size=3).map(tuple))
changes = st.builds(Change, texts, texts, texts, texts, sides, sides)
servers = st.builds(Server, texts, texts, st.none() | st.integers(0, 2**32 - 1), texts, texts)
standings = st.builds(Standing, texts, st.booleans(), st.lists(servers, max_size=2).map(tuple))
events = st.one_of(
    st.builds(
        Applied,
        digests,
        st.lists(
            st.builds(
                Written,
                texts,
                texts,
                digests,
                digests,
                texts,
                st.booleans(),
                st.lists(changes, max_size=2).map(tuple),
                texts,
                st.none() | standings,
            ),
            max_size=2,
        ).map(tuple),
        st.integers(0, 9),
        texts,
        st.booleans(),
        st.just("apply"),
    ),
    st.builds(
        Checked,
        st.booleans(),
        *[st.integers(0, 99)] * 6,
        st.dictionaries(texts, st.integers(0, 9), max_size=3),
        st.just(()),
        st.just("check"),
    ),
    st.builds(Repaired, texts, st.integers(0, 99), digests, st.just("repair")),
    st.builds(
        Pruned,
        st.lists(texts, max_size=2).map(tuple),
        st.integers(1, 99),
        digests,
        st.just(()),
        st.just("prune"),
    ),
)


def chain(found: list) -> Iterator[bytes]:
    previous = ZEROS
    for number, event in enumerate(found, 1):
        entry = sealed(
            Entry(
                number,
                WHEN,
                Who("a", "b", "c <d>", "e"),
                "plan",
                "0.1",
                ZEROS,
                waivers_digest(()),
                event,
                previous,
            )
        )
        previous = entry.digest
        yield line(entry)


@settings(max_examples=50, deadline=None)
@given(st.lists(events, min_size=1, max_size=4))
def test_an_entry_is_read_as_it_was_written(found):
    assert found == [read(text[:-1]).event for text in chain(found)]


@settings(max_examples=200, deadline=None)
@given(st.lists(events, min_size=2, max_size=5), st.data())
def test_no_byte_can_be_flipped_taken_or_put_in(found, data):
    octets = b"".join(chain(found))
    at = data.draw(st.integers(0, len(octets) - 1))
    how = data.draw(st.sampled_from(["flip", "take", "put"]))
    byte = bytes([octets[at] ^ data.draw(st.integers(1, 255))])
    tampered = {
        "flip": octets[:at] + byte + octets[at + 1 :],
        "take": octets[:at] + octets[at + 1 :],
        "put": octets[:at] + byte + octets[at:],
    }[how]
    assert [] == walked([("2026-11.jsonl", octets)]).findings
    assert walked([("2026-11.jsonl", tampered)]).findings


@settings(max_examples=50, deadline=None)
@given(st.lists(events, min_size=3, max_size=6), st.data())
def test_no_line_can_be_moved_repeated_or_taken_but_from_the_end(found, data):
    lines = list(chain(found))
    other = data.draw(
        st.permutations(lines)
        | st.integers(0, len(lines) - 2).map(lambda at: [*lines[:at], *lines[at + 1 :]])
        | st.tuples(st.integers(0, len(lines) - 1), st.integers(0, len(lines))).map(
            lambda at: [*lines[: at[1]], lines[at[0]], *lines[at[1] :]]
        )
    )
    assert bool(other != lines) == bool(walked([("2026-11.jsonl", b"".join(other))]).findings)
