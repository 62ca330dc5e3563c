"""Writing a plan, zone by zone, all or nothing."""

from __future__ import annotations
