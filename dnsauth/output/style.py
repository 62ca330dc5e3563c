"""How text meets the reader: colour on a terminal, and how wide it is."""

from __future__ import annotations

from dataclasses import dataclass

from dnsauth.output import safe

_CODES = {"red": "31", "green": "32", "yellow": "33", "cyan": "36", "bold": "1", "dim": "2"}


@dataclass(frozen=True, slots=True)
class Style:
    """*colour*: write SGR sequences (ECMA-48). *width*: columns a value may fill, or None for all of it."""

    colour: bool = False
    width: int | None = None

    def paint(self, text: str, colour: str) -> str:
        """*text*, which is safe already, in *colour* where this style has colours."""
        return f"\x1b[{_CODES[colour]}m{text}\x1b[0m" if self.colour and text else text

    def value(self, text: str, indent: int) -> str:
        """A foreign *text*, escaped, cut in its middle where it does not fit behind *indent* columns."""
        text = safe.line(text)
        room = len(text) if self.width is None else max(self.width - indent, 20)
        if len(text) <= room:
            return text
        head = (room - 1) * 2 // 3
        return f"{text[:head]}…{text[len(text) - (room - 1 - head) :]}"


PLAIN = Style()
