"""One module per record and RFC: a typed value, `parse`, `str`, and what receivers select."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class BadRecord(ValueError):
    """A record its grammar refuses.

    *column* counts characters from 1; *section* names the clause, as in ``RFC 7208 section 4.6.1``.
    """

    reason: str
    column: int
    section: str

    def __str__(self) -> str:
        return f"column {self.column}: {self.reason} ({self.section})"
