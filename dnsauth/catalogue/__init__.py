"""The known kinds of sender, and what each asks of a mail domain."""

from __future__ import annotations
