"""The demo: a nameserver of its own, a zone full of other people's records, and the story told on them."""

from __future__ import annotations
