r"""RRsets as values, and the two spellings of RDATA: text for people and plans, octets for the wire.

A value is RDATA in presentation format. A TXT value is the joined text of its character-strings,
since where the cuts fall means nothing (RFC 7208 section 3.3, RFC 6376 section 3.6.2.2); octets
outside printable ASCII, and the backslash, are written ``\DDD``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

MAX_STRING = 255  # octets of one character-string, RFC 1035 section 3.3
_ESCAPE = re.compile(r"\\([0-9]{3})")


class RRsetId(NamedTuple):
    """What names an RRset: absolute owner name and type."""

    owner: str
    type: str


@dataclass(frozen=True, slots=True)
class RRset:
    """The values of one type at one owner name, sorted and without repetition; *ttl* in seconds."""

    owner: str
    type: str
    ttl: int
    values: tuple[str, ...]

    @property
    def id(self) -> RRsetId:
        """Owner name and type."""
        return RRsetId(self.owner, self.type)


def txt_value(octets: bytes) -> str:
    """The joined octets of a TXT record as a value."""
    text = octets.decode("latin-1")
    if text.isascii() and text.isprintable() and "\\" not in text:
        return text
    return "".join(c if " " <= c <= "~" and c != "\\" else f"\\{ord(c):03}" for c in text)


def txt_octets(value: str) -> bytes:
    """The joined octets of a TXT value; the inverse of `txt_value`."""
    if "\\" not in value:
        return value.encode("latin-1")
    return _ESCAPE.sub(lambda m: chr(int(m[1])), value).encode("latin-1")


def character_strings(octets: bytes) -> tuple[bytes, ...]:
    """*octets* cut into strings of at most 255 (RFC 1035 section 3.3.14); at least one."""
    return tuple(octets[i : i + MAX_STRING] for i in range(0, len(octets), MAX_STRING)) or (b"",)


def quoted(value: str) -> str:
    """A TXT value in presentation format: quoted character-strings (RFC 1035 section 5.1)."""
    return " ".join(
        '"' + txt_value(part).replace('"', '\\"') + '"' for part in character_strings(txt_octets(value))
    )


def presentation(type: str, value: str) -> str:
    """*value* as it stands in a zone file."""
    return quoted(value) if type == "TXT" else value


def rdata(type: str, value: str) -> bytes:
    """The RDATA octets of *value*, names uncompressed and in lower case (RFC 4034 section 6.2)."""
    if type == "TXT":
        return b"".join(bytes([len(part)]) + part for part in character_strings(txt_octets(value)))
    from dns.rdata import from_text
    from dns.rdataclass import IN

    return from_text(IN, type, value).to_digestable()


def wire_size(rrset: RRset) -> int:
    """Octets the RRset takes in an answer whose owner names are compressed (RFC 1035 section 4.1.4)."""
    return sum(12 + len(rdata(rrset.type, value)) for value in rrset.values)
