"""A command runs without a shell, ends in time, and says why it failed."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from dnsauth.signers.command import Failed, run
from tests.signers.values import ENVIRON


def test_words_are_arguments_and_never_a_shell_line(tmp_path):
    run(["touch", str(tmp_path / "a; touch b")], ENVIRON)
    assert ["a; touch b"] == [path.name for path in tmp_path.iterdir()]


def test_it_has_the_environment_it_is_given_and_no_more(monkeypatch):
    monkeypatch.setenv("SECRET_OF_OURS", "1")
    run(["sh", "-c", 'test -z "$SECRET_OF_OURS" -a "$THEIRS" = 1'], {**ENVIRON, "THEIRS": "1"})


def test_it_has_nothing_to_read():
    run(["sh", "-c", "! read line"], ENVIRON)


def test_one_that_does_not_end_is_stopped_with_its_children(tmp_path):
    start = time.monotonic()
    with pytest.raises(Failed, match="no end after 2 s"):
        run(["sh", "-c", f"sleep 30 & echo $! > {tmp_path}/pid; wait"], ENVIRON, timeout=2)
    assert time.monotonic() - start < 10
    child = int((tmp_path / "pid").read_text())
    end = time.monotonic() + 5
    while "Z" not in _status(child):
        assert time.monotonic() < end
        time.sleep(0.01)


def _status(child: int) -> str:
    try:
        return Path(f"/proc/{child}/stat").read_text().rpartition(")")[2]
    except FileNotFoundError:
        return "Z"


def test_a_daemon_it_leaves_behind_is_not_waited_for(tmp_path):
    start = time.monotonic()
    run(["sh", "-c", f"sleep 60 & echo $! > {tmp_path}/pid"], ENVIRON)
    assert time.monotonic() - start < 20
    os.kill(int((tmp_path / "pid").read_text()), 9)


def test_the_end_of_a_long_output_is_told():
    with pytest.raises(Failed) as caught:
        run(["sh", "-c", "seq 500000; echo the end >&2; exit 7"], ENVIRON)
    said = str(caught.value)
    assert said.endswith("500000\nthe end")
    assert "exit 7\n" in said
    assert len(said) < 2200


def test_an_output_is_as_hostile_as_it_is_and_a_path_in_it_stays():
    with pytest.raises(Failed) as caught:
        run(["sh", "-c", "printf '/etc/opendkim/rsa/SigningTable:3: \\033[2J\\377'; exit 1"], ENVIRON)
    assert str(caught.value).endswith("/etc/opendkim/rsa/SigningTable:3: \x1b[2J\ufffd")
