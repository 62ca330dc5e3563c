"""Strict YAML on libyaml's events, in which every value is text and knows its line and column.

Every scalar is text, keys too, so ``no``, ``200608`` and ``1e2`` survive until a schema gives them a type
(`core` does so for settings that are passed on verbatim). Refused are duplicate and merge keys, tags, deep
nesting, and aliases beyond a bound that leaves nothing of a billion laughs.
"""

from __future__ import annotations

from dnsauth.documents.read import load, octets, read_file
from dnsauth.documents.tree import Map, Node, Seq, core, mapping

__all__ = ["Map", "Node", "Seq", "core", "load", "mapping", "octets", "read_file"]
