"""The octoDNS adapter and plugin, on octoDNS itself and on real servers."""

from __future__ import annotations
