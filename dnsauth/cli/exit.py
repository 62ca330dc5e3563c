"""Exit codes: what a command tells the shell that called it (docs/reference.md)."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """The code a command ends with; wrong usage is Typer's own 2."""

    CLEAN = 0
    FAILED = 1
    """A guard or an error finding, something that could not be assessed, or that could not be done."""
    PENDING = 3
    """Only with ``--exit-code``: changes are pending. `FAILED` wins over it."""
    PARTIAL = 4
    """Something was written and something was refused or failed."""
    STALE = 5
    """Stale, and nothing was written anywhere."""
    INTERRUPTED = 130
    """Ctrl-C: 128 and SIGINT."""
