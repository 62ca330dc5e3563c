from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from dnsauth.errors import DnsauthError
from dnsauth.files import create_atomically, leftovers, write_atomically

SLOW_WRITER = """
import os, sys, time
from pathlib import Path
from dnsauth import files

def never(descriptor):
    print("writing", flush=True)
    time.sleep(30)

os.fsync = never
files.write_atomically(Path(sys.argv[1]), "new")
"""


def names(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir()]


def test_a_new_file_holds_the_text_and_has_the_mode(tmp_path: Path) -> None:
    write_atomically(tmp_path / "plan.json", "é\n", 0o600)

    assert "é\n".encode() == (tmp_path / "plan.json").read_bytes()
    assert 0o600 == stat.S_IMODE((tmp_path / "plan.json").stat().st_mode)


def test_an_existing_file_keeps_its_permissions_and_is_another_file(tmp_path: Path) -> None:
    path = tmp_path / "x.lock.yaml"
    path.write_text("old")
    path.chmod(0o664)
    before = path.stat().st_ino
    with path.open() as reader:
        write_atomically(path, "new")

        assert "old" == reader.read()
    assert ("new", 0o664) == (path.read_text(), stat.S_IMODE(path.stat().st_mode))
    assert before != path.stat().st_ino


def test_a_symbolic_link_stays_and_its_target_is_written(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("old")
    (tmp_path / "link").symlink_to("target")

    write_atomically(tmp_path / "link", "new")

    assert (True, "new") == ((tmp_path / "link").is_symlink(), (tmp_path / "target").read_text())


def test_nothing_but_the_file_is_left_in_its_directory(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a", "new")

    assert ["a"] == names(tmp_path)


def test_a_text_that_is_no_utf_8_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")

    with pytest.raises(UnicodeEncodeError):
        write_atomically(tmp_path / "a", "\ud800")

    assert (["a"], "old") == (names(tmp_path), (tmp_path / "a").read_text())


def test_a_directory_that_is_not_there_is_said_with_the_path(tmp_path: Path) -> None:
    with pytest.raises(DnsauthError, match="none/a cannot be written: No such file or directory") as caught:
        write_atomically(tmp_path / "none" / "a", "new")

    assert caught.value.hint


def test_a_pipe_is_refused_and_stays_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(DnsauthError, match="is no regular file"):
        write_atomically(tmp_path / "pipe", "new")

    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


@pytest.mark.parametrize(("how", "left"), [(signal.SIGINT, 1), (signal.SIGKILL, 2)])
def test_a_writer_that_is_stopped_leaves_the_old_file_whole(
    tmp_path: Path, how: signal.Signals, left: int
) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    with subprocess.Popen(
        [sys.executable, "-c", SLOW_WRITER, str(path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as writer:
        assert writer.stdout is not None
        assert b"writing\n" == writer.stdout.readline()
        writer.send_signal(how)
        writer.wait()

    assert ("old", left) == (path.read_text(), len(names(tmp_path)))


def test_a_file_is_created_once_and_never_replaced(tmp_path: Path) -> None:
    assert create_atomically(tmp_path / "key", b"one", 0o600)
    assert not create_atomically(tmp_path / "key", b"two", 0o600)

    assert (b"one", ["key"]) == ((tmp_path / "key").read_bytes(), names(tmp_path))
    assert 0o600 == stat.S_IMODE((tmp_path / "key").stat().st_mode)


@pytest.mark.parametrize("target", ["elsewhere", "nowhere"])
def test_a_file_is_not_created_through_a_symbolic_link(tmp_path: Path, target: str) -> None:
    (tmp_path / "elsewhere").write_text("old")
    (tmp_path / "key").symlink_to(target)

    assert not create_atomically(tmp_path / "key", b"new")
    assert ("old", False) == ((tmp_path / "elsewhere").read_text(), (tmp_path / "nowhere").exists())


def test_a_file_is_not_created_in_a_directory_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DnsauthError, match="none/a cannot be written: No such file or directory"):
        create_atomically(tmp_path / "none" / "a", b"new")


def test_what_a_killed_creator_leaves_is_known_by_the_name_of_its_file(tmp_path: Path) -> None:
    left = tmp_path / ".a[b].age.0123abcd.tmp"
    left.touch()
    (tmp_path / ".ab.age.0123abcd.tmp").touch()

    assert [left] == list(leftovers(tmp_path / "a[b].age"))
