"""Values as YAML, in the quotes they need: every scalar is text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

_BARE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/@+-]*")  # a text that is itself as a plain YAML scalar


def flow(value: object) -> str:
    """*value* as YAML in flow style; texts that YAML would read otherwise are quoted."""
    match value:
        case str():
            return value if _BARE.fullmatch(value) else quoted(value)
        case Mapping():
            return "{" + ", ".join(f"{flow(key)}: {flow(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(flow, value)) + "]"
    raise TypeError(type(value))


def quoted(text: str, style: str = '"') -> str:
    """*text* in quotes of *style*, double ones where single ones cannot hold it."""
    if style == "'" and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return json.dumps(text, ensure_ascii=False)
