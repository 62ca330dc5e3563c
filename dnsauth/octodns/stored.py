"""TXT values that remember the form a provider stores them in, so that they go back as they came.

octoDNS joins the strings of a value and writes it cut and escaped anew. Where an API replaces whole RRsets,
the values of others stand in what is sent, and must be what was read: their cuts, their escapes.
"""

from __future__ import annotations

import re
from typing import Self

from octodns.record.txt import TxtValue
from octodns.zone import Zone

from dnsauth.octodns import conversion
from dnsauth.rrset import quoted, txt_value

_STRINGS = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)', re.DOTALL)  # character-strings, RFC 1035 section 5.1


class Stored(TxtValue):  # type: ignore[misc]  # octoDNS carries no types
    """A TXT value of octoDNS's with *form*, which its provider understands."""

    form: object

    def __new__(cls, content: str, form: object) -> Self:
        """The value that *content*, in presentation format, stands for."""
        parts = (quoted_ or bare for quoted_, bare in _STRINGS.findall(content))
        value = txt_value(b"".join(map(conversion.unescaped, parts)))
        found: Self = super().__new__(cls, conversion.internal(value))
        found.form = form
        return found


class Remembering:
    """Stands before octoDNS's class: keeps the forms it has read until `populate` needs them."""

    def __init__(self, *args: object, **settings: object) -> None:
        super().__init__(*args, **settings)
        self._stored: dict[str, list[Stored]] = {}

    def populate(self, zone: Zone, target: bool = False, lenient: bool = False) -> bool:
        """Add what the provider stores to *zone*; True where it has the zone."""
        exists = super().populate(zone, target=target, lenient=lenient)  # type: ignore[misc]  # octoDNS's
        for record in zone.records:
            if record._type == "TXT" and record.fqdn in self._stored:  # noqa: SLF001  octoDNS has no other name
                record.values = sorted(self._stored.pop(record.fqdn))
        return bool(exists)


def presented(value: TxtValue) -> str:
    """*value* in presentation format, cut at 255 octets."""
    return quoted(conversion.txt_text(value))
