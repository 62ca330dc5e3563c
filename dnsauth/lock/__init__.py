"""Claims and recorded values: what we may look at, and what we may take away."""

from __future__ import annotations
