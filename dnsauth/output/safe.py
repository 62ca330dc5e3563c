"""Foreign text made harmless: every text from DNS or from a file passes here on its way out.

A terminal obeys control characters and reorders by bidirectional ones (Unicode TR 36 section 2), a CI log
obeys lines that start with ``::``, a comment renders Markdown and HTML and notifies whom it mentions.
"""

from __future__ import annotations

import re
from itertools import cycle, groupby

# Letters and marks that show nothing, though Unicode calls them printable (default ignorable, UAX 44).
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_COMMAND = re.compile(r"\A(\s*):(?=:)")
_LEGACY_COMMAND = re.compile(r"#(?=(?:vso|teamcity)?\[)")
_WORD = re.compile(r"[\"'(]?[^\W_](?:[^\W_]|[.,;:'\"()/%+?=-])*\Z|[-–—…×→=+/]\Z")
_LINK = re.compile(r"//|\Awww\.|:\w+:", re.IGNORECASE)


def _escape(character: str) -> str:
    point = ord(character)
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{{{point:x}}}"


def plain(text: str) -> str:
    r"""*text* on one line, visible to the last character.

    Controls (C0, DEL, C1), line ends, bidirectional and zero-width characters become ``\xNN`` or ``\u{…}``.
    """
    if text.isascii() and text.isprintable():
        return text
    visible = "".join(c if c.isprintable() else _escape(c) for c in text)
    return _BLANK.sub(lambda match: _escape(match[0]), visible)


def line(text: str) -> str:
    r"""*text* as one line of a log that no CI runner obeys.

    GitHub takes a line that starts with ``::`` as a command and ``##[`` anywhere in it, Azure Pipelines
    ``##vso[``; their first character is written as an escape.
    """
    text = plain(text)
    text = _COMMAND.sub(r"\1\\x3a", text)
    return _LEGACY_COMMAND.sub(r"\\x23", text) if "##" in text else text


def html(text: str) -> str:
    """*text* for HTML, as element content or as a quoted attribute."""
    from html import escape

    return escape(plain(text), quote=True)


def code(text: str) -> str:
    """*text* as a Markdown code span, where neither markup nor mention is read (CommonMark section 6.1)."""
    text = plain(text)
    if not text:
        return "` `"
    fence = "`" * (longest_backticks(text) + 1)
    pad = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def longest_backticks(text: str) -> int:
    """The length of the longest run of backticks; a fence must be longer (CommonMark section 4.5)."""
    return max((len(run) for run in re.findall("`+", text)), default=0)


def prose(text: str) -> str:
    """*text* for Markdown: plain words as they are, what stands in backticks and every other word as code.

    A word is plain where no part of it can be markup, HTML, a mention, an issue number or a link.
    """
    pieces = plain(text).split("`")
    if len(pieces) % 2 == 0:  # a backtick without its fellow quotes nothing
        return _words(plain(text))
    return "".join(
        code(piece) if quoted else _words(piece)
        for quoted, piece in zip(cycle((False, True)), pieces, strict=False)
    )


def _words(text: str) -> str:
    runs = groupby(
        text.split(" "), key=lambda word: (bool(_WORD.match(word)) and not _LINK.search(word)) or not word
    )
    return " ".join(" ".join(words) if are_plain else code(" ".join(words)) for are_plain, words in runs)
