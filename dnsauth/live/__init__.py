"""What the world sees: authoritative servers, asked one by one. Nothing else asks the network."""

from __future__ import annotations
