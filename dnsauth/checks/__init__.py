"""Rules that judge an inventory, and guards that judge a change."""

from __future__ import annotations
