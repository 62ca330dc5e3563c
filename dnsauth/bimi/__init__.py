"""BIMI's files, read and judged: the logo, an SVG of a small profile, and the certificate of a mark."""

from __future__ import annotations
