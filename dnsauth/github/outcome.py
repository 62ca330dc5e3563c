"""What became of a text at GitHub."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Done(StrEnum):
    """What was done with it."""

    CREATED = "created"
    EDITED = "edited"
    UNCHANGED = "unchanged"
    CLOSED = "closed"
    SUMMARY = "summary"
    """It went to the summary of the step."""
    NOTHING = "nothing"
    """There was nothing to do."""


class Posted(NamedTuple):
    """What was done, and where it stands; number 0 where it stands nowhere."""

    done: Done
    number: int = 0
    url: str = ""
