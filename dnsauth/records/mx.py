"""MX records, RFC 5321 section 5.1, and the null MX, RFC 7505."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from dnsauth import names
from dnsauth.records import BadRecord
from dnsauth.records.text import shown

_FORMAT = "RFC 1035 section 3.3.9"


@dataclass(frozen=True, slots=True)
class MX:
    """One mail exchanger; *exchange* is absolute and in lower case, or ``.`` in the null MX.

    Raises `BadRecord` for a preference that is no 16-bit number, an exchange that is no absolute name, and
    a null MX whose preference is not 0 (RFC 7505 section 3).
    """

    preference: int
    exchange: str

    def __post_init__(self) -> None:
        if not 0 <= self.preference < 2**16:
            raise BadRecord(f"the preference {self.preference} is not within 0 and 65535", 1, _FORMAT)
        column = len(str(self.preference)) + 2
        if self.exchange == ".":
            if self.preference:
                raise BadRecord("a null MX has preference 0", 1, "RFC 7505 section 3")
            return
        if not self.exchange.endswith("."):
            raise BadRecord(f"{shown(self.exchange)} has no final dot", column, "RFC 1035 section 5.1")
        try:
            object.__setattr__(self, "exchange", names.absolute(self.exchange))
        except names.BadName as error:
            raise BadRecord(str(error), column, _FORMAT) from None

    @classmethod
    def parse(cls, text: str) -> MX:
        """The MX in presentation format, as in ``10 mx.example.com.``; raises `BadRecord`."""
        return _parsed(text)

    def __str__(self) -> str:
        return f"{self.preference} {self.exchange}"


@lru_cache(maxsize=1024)  # rule after rule asks for the same ones
def _parsed(text: str) -> MX:
    preference, _, exchange = text.strip().partition(" ")
    if not (preference.isascii() and preference.isdigit() and len(preference) <= 5):
        raise BadRecord(f"{shown(preference)} is no preference", 1, _FORMAT)
    return MX(int(preference), exchange.strip())


NULL = MX(0, ".")
"""This domain receives no mail (RFC 7505 section 3)."""
