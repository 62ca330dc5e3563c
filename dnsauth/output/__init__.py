"""Every stage's values in words."""

from __future__ import annotations
