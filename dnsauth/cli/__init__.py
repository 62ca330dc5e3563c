"""The command line: read, call one function per stage, say, exit."""

from __future__ import annotations
