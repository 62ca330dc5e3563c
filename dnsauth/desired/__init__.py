"""The records the inventory asks for."""

from __future__ import annotations
