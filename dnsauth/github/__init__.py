"""GitHub as a place where plans are read: comments, pull requests, issues, and the environment of a step."""

from __future__ import annotations
