"""What a change of files concerns (docs/decisions/011-what-a-change-concerns.md)."""

from __future__ import annotations
