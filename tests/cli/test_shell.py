"""What a shell, a terminal and a CI runner see: options, exit codes, colour, Ctrl-C, closed pipes."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dnsauth.cli import errors
from tests.cli.test_plan_apply import PLAN

ROOT = Path(__file__).resolve().parents[2]


def terminal(directory: Path, *arguments: str, typed: bytes = b"", **env: str) -> tuple[int, str]:
    """The exit code of a command on a terminal, and what that shows."""
    child, master = pty.fork()
    if child == 0:
        os.chdir(directory)
        os.environ.update({"PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "80", **env})
        os.execv(sys.executable, [sys.executable, "-m", "dnsauth", *arguments])
    shown = b""
    try:
        while True:
            if typed and b"[y/N]" in shown:
                os.write(master, typed)
                typed = b""
            try:
                octets = os.read(master, 65536)
            except OSError:  # Linux says so when the child has ended
                break
            if not octets:
                break
            shown += octets
    finally:
        os.close(master)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), shown.decode().replace("\r\n", "\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--quiet", "--zone", "example.net", "plan"),
        ("plan", "-q", "--zone", "example.net"),
        ("-q", "plan", "--zone", "example.net"),
    ],
)
def test_shared_options_stand_before_and_after_the_verb(repository, arguments):
    done = repository.run(*arguments)
    assert "Plan: 4 to create in 1 zone.\n" in done.out
    assert done.err == ""


def test_zones_before_and_after_add_up(repository):
    done = repository.run("--zone", "example.com", "plan", "--zone", "example.net")
    assert PLAN == done.out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("plna",), "Did you mean 'plan'?"),
        (("plan", "--nope"), "No such option"),
        (("plan", "--format", "sarif"), "choose from text, json, markdown"),
        (("--format", "json", "schema"), "this command prints text"),
        (("verify", "--timeout", "soon"), "--timeout"),
        (("verify", "--timeout", "-1"), "--timeout"),
        (("schema", "house"), "house"),
        (("plan", "--now", "yesterday"), "--now"),
        (("plan", "--now", "2026-06-01T12:00:00"), "lacks its offset"),
    ],
)
def test_wrong_usage_is_exit_2_and_says_why(repository, arguments, reason):
    before = repository.files()
    done = repository.run(*arguments)
    assert (2, "") == (done.code, done.out)
    assert reason in done.err
    assert before == repository.files()


def test_an_unknown_zone_is_guessed(repository):
    done = repository.run("plan", "--zone", "exmaple.com")
    assert done.code == 1
    assert "error: the inventory has no zone exmaple.com\nhint: did you mean example.com?\n" == done.err


def test_exit_codes_reach_the_shell(repository):
    assert repository.spawn("check").code == 0
    assert repository.spawn("check", "-C", "nowhere").code == 1
    assert repository.spawn("nothing").code == 2
    assert repository.spawn("plan", "--exit-code").code == 3


def test_the_directory_of_the_shell_is_the_default(repository):
    done = repository.spawn("plan")
    assert (0, PLAN) == (done.code, done.out)


def test_colour_is_for_terminals(repository):
    code, shown = terminal(repository.path, "plan")
    assert code == 0
    assert "\x1b[32m+ v=spf1 -all\x1b[0m" in shown
    assert "\x1b[32m" not in terminal(repository.path, "plan", NO_COLOR="1")[1]
    assert "\x1b[32m" not in terminal(repository.path, "plan", TERM="dumb")[1]
    assert "\x1b" not in repository.spawn("plan", FORCE_COLOR="1").out


def test_apply_asks_and_takes_no_for_an_answer(repository):
    repository.run("lock")
    before = repository.files()
    code, shown = terminal(repository.path, "apply", "--timeout", "0", typed=b"\n")
    assert code == 1
    assert "Apply this plan? [y/N]" in shown
    assert "nothing was written" in shown
    assert before == repository.files()


def test_apply_applies_what_was_shown_after_a_yes(repository):
    code, shown = terminal(
        repository.path, "apply", "--timeout", "0", "--zone", "example.net", typed=b"yes\n"
    )
    assert code == 0
    assert "example.net at store: \x1b[32mapplied" in shown
    assert "v=spf1 -all" in repository.read("held/example.net.yaml")


def test_a_closed_pipe_is_quiet(repository):
    command = f"{sys.executable} -m dnsauth services list --format json | head -c 1"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=repository.path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
    )
    assert (b"{", b"") == (done.stdout, done.stderr)


def test_ctrl_c_ends_with_130_and_leaves_no_half_written_file(repository):
    repository.run("apply", "--yes", "--timeout", "0")
    before = repository.files()
    child = subprocess.Popen(
        [sys.executable, "-m", "dnsauth", "verify", "--timeout", "60"],
        cwd=repository.path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(2.5)  # long enough for the imports, and servers that never answer keep it busy
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=30)
    assert (130, "") == (child.returncode, out)
    assert "interrupted" in err
    assert "Traceback" not in err
    assert before == repository.files()


def test_what_nobody_expected_asks_for_a_report(empty, capsys):
    for verbose, traced in ((False, False), (True, True)):
        with pytest.raises(errors.typer.Exit) as end, errors.reported(empty.path, verbose=verbose):
            raise ValueError("odd \x1b[2J")
        said = capsys.readouterr().err
        assert end.value.exit_code == 1
        assert "ValueError: odd \\x1b[2J" in said
        assert "hint: please report it" in said
        assert traced is ("Traceback" in said)


def test_no_error_shows_a_secret_of_the_configuration(empty, capsys, monkeypatch):
    monkeypatch.setenv("DNSAUTH_TEST_SECRET", "hunter2hunter2")
    empty.write("dnsauth.yaml", "providers: {a: {token: env/DNSAUTH_TEST_SECRET}}\n")
    with pytest.raises(errors.typer.Exit), errors.reported(empty.path, verbose=True):
        raise ValueError("401 for hunter2hunter2")
    said = capsys.readouterr().err
    assert "hunter2hunter2" not in said
    assert "401 for env/DNSAUTH_TEST_SECRET" in said
