"""Who writes locks or DNS in a directory is alone there."""

from __future__ import annotations

import pytest

from dnsauth.cli.alone import BUSY
from dnsauth.errors import DnsauthError
from dnsauth.files import one_at_a_time


@pytest.mark.parametrize("command", [["apply", "--yes"], ["apply", "plan.json"], ["rotate", "step"]])
def test_who_finds_somebody_at_work_does_nothing(repository, command):
    repository.run("plan", "--out", str(repository.path / "plan.json"))
    before = repository.files()
    with one_at_a_time(repository.path / BUSY, "`dnsauth apply` (process 7 on mx1)"):
        done = repository.run(*command)
    assert (1, "") == (done.code, done.out)
    assert "`dnsauth apply` (process 7 on mx1) is at work here, and nothing was done" in done.err
    assert "hint: wait until it has finished, and run it again" in done.err
    assert before == repository.files()


def test_another_process_is_kept_out(repository):
    with one_at_a_time(repository.path / BUSY, "somebody"):
        assert "somebody is at work here" in repository.spawn("apply", "--yes").err
    assert repository.spawn("apply", "--yes", "--timeout", "0").code == 0


def test_reading_waits_for_nobody(repository):
    repository.run("lock")
    with one_at_a_time(repository.path / BUSY, "somebody"):
        assert [0, 0, 0] == [
            repository.run(*command).code
            for command in (["plan", "--locked"], ["records"], ["rotate", "status"])
        ]


def test_what_a_killed_process_left_keeps_nobody_out(repository):
    repository.write(BUSY, "somebody who is gone\n")
    assert repository.run("apply", "--yes", "--timeout", "0").code == 0
    assert BUSY not in repository.files()


def test_a_directory_that_is_not_there_is_named_as_ever(repository):
    assert "dnsauth.yaml" in repository.run("-C", str(repository.path / "nowhere"), "apply", "--yes").err


def test_a_file_that_cannot_be_made_is_named(tmp_path):
    with pytest.raises(DnsauthError, match="busy cannot be written: No such file or directory"):
        one_at_a_time(tmp_path / "nowhere/busy", "somebody").__enter__()
