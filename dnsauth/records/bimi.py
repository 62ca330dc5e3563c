"""BIMI assertion records, draft-brand-indicators-for-message-identification-14 section 4 (not yet an RFC)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dnsauth.records import BadRecord, tags
from dnsauth.records.text import characters, moved, shown
from dnsauth.records.uri import Uri

_SECTION = "BIMI draft 14 section 4"
_VERSION = tags.version("BIMI1")
_NAMES = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_VALUES = re.compile(r"[\t\x20-\x3a\x3c-\x7e]*")
_LOCAL_PART_PREFIX = re.compile(r"[A-Za-z0-9-]{1,63}")


@dataclass(frozen=True, slots=True)
class Record:
    """Where the logo (*location*) and its certificate (*authority*) are; both empty declines to take part.

    *avatar* is brand or personal; *prefixes* select by local part. Raises `BadRecord` for a URI that is
    not https, and for what the grammar does not know.
    """

    location: str
    authority: str = ""
    avatar: str = "brand"
    prefixes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _https(self.location)
        _https(self.authority)
        _avatar(self.avatar)
        for prefix in self.prefixes:
            _prefix(prefix)

    @classmethod
    def parse(cls, text: str) -> Record:
        """The record a TXT value holds; unknown tags are ignored. Raises `BadRecord`."""
        if not selects(text):
            raise BadRecord("a BIMI record begins with 'v=BIMI1;'", 1, _SECTION)
        found = tags.checked(characters(text), _NAMES, _VALUES, _SECTION)
        if "l" not in found:
            raise BadRecord("there is no 'l', the logo", 1, _SECTION)
        prefixes = tuple(tags.items(found["lps"], ",")) if "lps" in found else ()
        checks = [
            (check, found[name].value, found[name].value_column) for name, check in _CHECKS if name in found
        ]
        for check, item, column in (*checks, *((_prefix, *prefix) for prefix in prefixes)):
            try:
                check(item)
            except BadRecord as error:
                raise moved(error, column - 1) from None
        return cls(
            found["l"].value,
            found["a"].value if "a" in found else "",
            found["avp"].value if "avp" in found else "brand",
            tuple(prefix for prefix, _ in prefixes),
        )

    def __str__(self) -> str:
        written = {
            "l": self.location,
            "a": self.authority,
            "avp": self.avatar if self.avatar != "brand" else "",
            "lps": ",".join(self.prefixes),
        }
        return "; ".join(
            ("v=BIMI1", *(f"{name}={text}" for name, text in written.items() if text or name == "l"))
        )


def selects(text: str) -> bool:
    """True where receivers take this TXT value for a BIMI record."""
    return _VERSION.match(text) is not None


def _https(uri: str) -> None:
    if uri and Uri.parse(uri).scheme != "https":
        raise BadRecord(f"{shown(uri)} is no https URI", 1, _SECTION)


def _avatar(word: str) -> None:
    if word not in ("brand", "personal"):
        raise BadRecord(f"'avp' is brand or personal, not {shown(word)}", 1, _SECTION)


def _prefix(text: str) -> None:
    if not _LOCAL_PART_PREFIX.fullmatch(text):
        raise BadRecord(f"{shown(text)} is no prefix of a local part", 1, _SECTION)


_CHECKS = (("l", _https), ("a", _https), ("avp", _avatar))
