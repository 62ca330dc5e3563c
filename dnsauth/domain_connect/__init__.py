"""Domain Connect templates, and the service definitions they become."""

from __future__ import annotations
