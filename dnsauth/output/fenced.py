"""Text of a terminal as Markdown, where every character of it stays what it is."""

from __future__ import annotations

from dnsauth.output import safe


def fenced(title: str, text: str) -> str:
    """*text*, which is safe for a terminal, below *title*, as a block that nothing in it ends."""
    fence = "`" * max(3, safe.longest_backticks(text) + 1)
    return f"### {title}\n\n{fence}\n{text.rstrip()}\n{fence}\n"
