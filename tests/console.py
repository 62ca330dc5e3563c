"""Consoles of documents, typed again: each command at its prompt, and what it shows below."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import subprocess
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dnsauth.cli.app import app

PROMPT = re.compile(r"(\w*)\$ (.+)")
_SILENT = " >/dev/null 2>&1"
_PROGRAMS = frozenset({"cp", "git", "mkdir", "rm", "sed"})
_SPANS = {"m": "minutes", "h": "hours", "d": "days"}
_GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{
        f"GIT_{role}_{what}": f"{role}@example.com"
        for role in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    },
}


class Shell:
    """A shell whose ``sleep`` takes no time: it moves the clock that dnsauth is told.

    A prompt is ``$`` here, or ``HOST$`` in the directory *places* has for it.
    """

    def __init__(self, now: datetime, places: Mapping[str, Path] | None = None) -> None:
        self.now, self.places = now, places or {}
        self.place = ""
        self._code = 0

    def typed(self, console: str) -> str:
        """*console* as a terminal shows it: each command at its prompt, and both streams below."""
        self._code, shown = 0, ""
        for line in console.splitlines():
            if prompt := PROMPT.fullmatch(line):
                shown += f"{line}\n{self._at(*prompt.groups())}"
        return shown

    def _at(self, place: str, line: str) -> str:
        shown, self.place = "", place
        with contextlib.chdir(self.places[place]) if place else contextlib.nullcontext():
            for command in line.split(" && "):
                said = self._run(command.removesuffix(_SILENT))
                shown += "" if command.endswith(_SILENT) else said
                if self._code:
                    break
        return shown

    def _run(self, command: str) -> str:
        match shlex.split(command):
            case ["dnsauth", *arguments]:
                now = self.now.isoformat().replace("+00:00", "Z")
                done = CliRunner().invoke(app, ["--now", now, *arguments], prog_name="dnsauth")
                if done.exception and not isinstance(done.exception, SystemExit):
                    raise done.exception
                self._code = done.exit_code
                return done.output
            case ["echo", "$?"]:
                code, self._code = self._code, 0
                return f"{code}\n"
            case ["cat", name]:
                return Path(name).read_text()
            case ["sleep", span]:
                self.now += timedelta(**{_SPANS[span[-1]]: int(span[:-1])})
                return ""
            case ["age", "-r", recipient, "-o", encrypted, name]:
                Path(encrypted).write_bytes(_encrypted(Path(name).read_bytes(), recipient))
                return ""
            case [program, *_] as words if program in _PROGRAMS:
                environment = {**os.environ, **_GIT}
                done = subprocess.run(words, env=environment, check=False, capture_output=True, text=True)
                self._code = done.returncode
                return done.stdout + done.stderr
        pytest.fail(f"the tests know no command {command!r}")


def _encrypted(octets: bytes, recipient: str) -> bytes:
    from pyrage import encrypt, x25519

    return encrypt(octets, [x25519.Recipient.from_str(recipient)])
