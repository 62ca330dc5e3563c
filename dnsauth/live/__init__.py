"""What authoritative servers answer."""

from __future__ import annotations
