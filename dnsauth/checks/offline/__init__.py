"""Rules on what the files say: the inventory and the records that follow from it."""

from __future__ import annotations
