"""The adapter to octoDNS, and our plugin for it."""

from __future__ import annotations
