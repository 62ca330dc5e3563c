"""What the inventory asks for beside what authoritative servers answer."""

from __future__ import annotations
