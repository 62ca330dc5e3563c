"""What a record's text says by itself, wherever it stands: as it is asked for, kept, or served."""

from __future__ import annotations
