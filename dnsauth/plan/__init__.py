"""What would change at a provider, as data."""

from __future__ import annotations
