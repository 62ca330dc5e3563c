"""Owner names: absolute, lower-case A-labels with the final dot, as text.

Text and not ``dns.name.Name``: ten thousand zones are compared in one run, and two names are equal
exactly where their texts are (docs/decisions/002-names-and-values-are-text.md).
"""

from __future__ import annotations

import re
from collections.abc import Collection

MAX_LABEL = 63  # octets, RFC 1035 section 2.3.4
MAX_NAME = 253  # characters without the final dot, RFC 1035 section 2.3.4

_PLAIN = re.compile(r"(?:(?!xn--)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+\Z")  # as most names arrive
_LDH = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\Z")  # RFC 8552 adds the underscore
_SELECTOR = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\Z")  # sub-domain, RFC 5321 section 4.1.2


class BadName(ValueError):
    """The text is no owner name; the message says why, in both forms where it is an IDN."""


def _label(label: str, text: str, *, wildcard: bool) -> str:
    if not label:
        raise BadName(f"{text!r} has an empty label")
    if label == "*" and wildcard:
        return label
    if not label.isascii():
        import idna

        try:
            label = idna.encode(label, uts46=True).decode()
        except idna.IDNAError as error:
            raise BadName(f"{text!r}: the label {label!r} is no IDN: {error}") from error
    label = label.lower()
    if len(label) > MAX_LABEL:
        raise BadName(f"{text!r}: the label {label[:20]!r}… has {len(label)} octets of at most {MAX_LABEL}")
    if not _LDH.match(label):
        raise BadName(f"{text!r}: the label {label!r} may hold letters, digits, '-' and '_' only")
    if label.startswith("xn--"):
        import idna

        try:
            idna.decode(label)
        except idna.IDNAError as error:
            raise BadName(f"{text!r}: the A-label {label!r} stands for no name: {error}") from error
    return label


def absolute(text: str, origin: str = "", *, wildcard: bool = False) -> str:
    """*text* as an absolute owner name: U-labels encoded, lower case, final dot.

    ``@`` and the empty text are *origin* itself; a text without final dot is relative to *origin*
    where one is given. Raises `BadName` (RFC 1035 section 2.3.4, RFC 5891 for IDNs).
    """
    if text in ("@", "") and origin:
        return origin
    if len(text) <= MAX_NAME + 1 and _PLAIN.match(text):
        return text
    bare = text.removesuffix(".")
    labels = [_label(label, text, wildcard=wildcard and i == 0) for i, label in enumerate(bare.split("."))]
    name = ".".join(labels) + "."
    if origin and not text.endswith("."):
        name += origin
    if len(name) - 1 > MAX_NAME:
        raise BadName(f"{text!r} makes a name of {len(name) - 1} characters; DNS ends at {MAX_NAME}")
    return name


def selector(text: str) -> str:
    """*text* as a DKIM selector, lower case: LDH labels without underscore (RFC 6376 section 3.1)."""
    labels = text.lower().split(".")
    for label in labels:
        if len(label) > MAX_LABEL or not _SELECTOR.match(label):
            raise BadName(
                f"{text!r} is no selector: labels of letters, digits and '-' (RFC 6376 section 3.1)"
            )
    return ".".join(labels)


def within(name: str, ancestor: str) -> bool:
    """True where *name* is *ancestor* or below it; both are absolute."""
    return name == ancestor or name.endswith("." + ancestor) or ancestor == "."


def relative(name: str, zone: str) -> str:
    """*name* as a person writes it in *zone*: ``@`` at the apex, else without the zone's name."""
    if name == zone:
        return "@"
    return name[: -len(zone) - 1] if name.endswith("." + zone) else name


def deepest(name: str, zones: Collection[str]) -> str | None:
    """The deepest of *zones* that contains *name*, or None."""
    while name not in zones:
        _, _, name = name.partition(".")
        if not name:
            return None
    return name


def readable(name: str) -> str:
    """*name* for people: without the final dot, an IDN in both forms."""
    bare = name.removesuffix(".")
    if "xn--" not in bare:
        return bare
    shown = ".".join(map(_decoded, bare.split(".")))
    return bare if shown == bare else f"{shown} ({bare})"


def _decoded(label: str) -> str:
    import idna

    if not label.startswith("xn--"):
        return label  # as _domainkey, which is no IDN and stands before one
    try:
        return idna.decode(label)
    except idna.IDNAError:
        return label
