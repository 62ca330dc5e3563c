"""A command a signer is told to run: no shell, a time limit, and its words where it fails."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from tempfile import TemporaryFile

from dnsauth.errors import DnsauthError

TIMEOUT = 60.0  # seconds
_READ = 1_000_000  # octets of the output, its last
_SAID = 2000  # characters of them that are told
# lines of PEM with those cut short before and after, a seed, hex; a path so long has another character in it
_LONG = re.compile(
    r"(?:^[A-Za-z0-9+/]+\r?\n)?[A-Za-z0-9+/]{40,}=*(?:\r?\n[A-Za-z0-9+/]+=*(?=\s|\Z))*", re.MULTILINE
)

_PIECE = 8  # characters that are no accident
_RUN = re.compile(rf"[A-Za-z0-9+/]{{{_PIECE},}}")


class Failed(DnsauthError):
    """A command failed; the message ends with what it printed, which is as hostile as any foreign text."""


def run(
    argv: Sequence[str],
    environ: Mapping[str, str],
    *,
    secrets: Iterable[bytes] = (),
    timeout: float = TIMEOUT,
) -> None:
    """Run *argv* with *environ*, nothing to read, for *timeout* seconds at most.

    Raises `Failed`, whose message holds no piece of *secrets*, texts of base64.
    """
    shown = " ".join(argv)
    # a file and no pipe: a daemon the command leaves behind keeps a pipe open, and would be waited for
    with TemporaryFile() as output:
        try:
            process = subprocess.Popen(  # noqa: S603  its words are the user's own, in dnsauth.yaml
                argv,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        except OSError as error:
            raise Failed(
                f"{shown}: {error.strerror or error}", "name the program by its whole path in dnsauth.yaml"
            ) from None
        try:
            status = process.wait(timeout)
        except BaseException as error:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if isinstance(error, subprocess.TimeoutExpired):
                raise Failed(
                    f"{shown}: no end after {timeout:.0f} s, so it was stopped", "run it by hand"
                ) from None
            raise
        if status:
            how = f"exit {status}" if status > 0 else f"ended by signal {-status}"
            raise Failed(f"{shown}: {how}{_said(output.fileno(), secrets)}", "run it by hand")


def _said(output: int, secrets: Iterable[bytes]) -> str:
    """The end of what stands in *output*, on lines of its own, without what may be a private key."""
    start = max(0, os.fstat(output).st_size - _READ)
    text = os.pread(output, _READ, start).decode("utf-8", "replace")
    before, armour, _ = text.partition("PRIVATE KEY")
    told = _LONG.sub("…", before) + (armour and f"{armour}…")
    told = _without(told.strip()[-_SAID:], secrets)
    return f"\n{told}" if told else ""


def _without(text: str, secrets: Iterable[bytes]) -> str:
    held = "\n".join("".join(octets.decode("latin-1").split()) for octets in secrets)

    def masked(run: re.Match[str]) -> str:
        pieces = (run[0][i : i + _PIECE] for i in range(len(run[0]) - _PIECE + 1))
        return "…" if any(piece in held for piece in pieces) else run[0]

    return _RUN.sub(masked, text)
