"""Errors in words on stderr, each with its next step, and the exit code they end with."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import typer

from dnsauth.cli import console
from dnsauth.cli.exit import Exit
from dnsauth.errors import DnsauthError

SHORTEST_SECRET = 4  # a shorter value hides nothing, and would eat letters out of every message
_REFERENCE = re.compile(r"env/(\w+)")


@contextmanager
def reported(directory: Path, *, verbose: bool, failed: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Say what goes wrong inside, call *failed*, and end the command with its code."""
    try:
        yield
    except (typer.Exit, typer.Abort, typer.BadParameter, BrokenPipeError):
        raise
    except KeyboardInterrupt:
        console.talk("interrupted: files are whole; run the command again to go on where it stopped")
        raise typer.Exit(Exit.INTERRUPTED) from None
    except DnsauthError as error:
        _say_expected(error, directory)
        failed()
        raise typer.Exit(Exit.FAILED) from None
    except Exception as error:  # noqa: BLE001  the last resort of a command line
        _say_unexpected(error, directory, verbose=verbose)
        failed()
        raise typer.Exit(Exit.FAILED) from None


def say(message: str, hint: str, directory: Path) -> None:
    """Print an error and its next step, without the secrets that ``dnsauth.yaml`` of *directory* names."""
    from dnsauth.output import safe

    hidden = secrets(directory, os.environ)
    for line in message.splitlines():
        console.talk(safe.line(f"error: {without(line, hidden)}"))
    if hint:
        console.talk(safe.line(f"hint: {without(hint, hidden)}"))


def secrets(directory: Path, environ: Mapping[str, str]) -> Mapping[str, str]:
    """The values of the variables that ``dnsauth.yaml`` refers to as ``env/NAME``, by name."""
    try:
        text = (directory / "dnsauth.yaml").read_text("utf-8", "replace")
    except OSError:
        return {}
    values = {name: environ.get(name, "") for name in _REFERENCE.findall(text)}
    return {name: value for name, value in values.items() if len(value) >= SHORTEST_SECRET}


def without(text: str, hidden: Mapping[str, str]) -> str:
    """*text* with each secret value replaced by where it comes from."""
    for name, value in hidden.items():
        text = text.replace(value, f"env/{name}")
    return text


def _say_expected(error: DnsauthError, directory: Path) -> None:
    from dnsauth.findings import InventoryError
    from dnsauth.output import text

    if isinstance(error, InventoryError):
        style = console.style(sys.stderr, verbose=True)
        console.talk(text.findings(error.findings, style).rstrip("\n"))
    else:
        say(str(error), error.hint, directory)


def _say_unexpected(error: Exception, directory: Path, *, verbose: bool) -> None:
    hint = "please report it, with the command and what `-v` adds: that is a defect of dnsauth"
    if verbose:
        from traceback import format_exception

        say("".join(format_exception(error)), hint, directory)
    else:
        say(f"{type(error).__name__}: {error}", hint, directory)
