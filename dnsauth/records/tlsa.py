"""TLSA records, RFC 6698 section 2, as hosts that receive mail have them (RFC 7672)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dnsauth.records import BadRecord
from dnsauth.records.text import shown

PREFIX = "_25._tcp."
"""What stands before the name of a host that receives mail, RFC 7672 section 2.2.3."""

DIGESTS = {1: 32, 2: 64}
"""Octets of the association data by matching type, RFC 6698 section 2.1.3."""

_FIELDS = re.compile(r"(\d{1,3})\s+(\d{1,3})\s+(\d{1,3})\s+([0-9A-Fa-f\s]+)")
_HEX = re.compile(r"(?:[0-9a-f]{2})+")


@dataclass(frozen=True, slots=True)
class Record:
    """A certificate association: *usage*, *selector* and *matching* as numbers, *data* in hex.

    Raises `BadRecord` for a number that is no octet, and data that is no sequence of octets.
    """

    usage: int
    selector: int
    matching: int
    data: str

    def __post_init__(self) -> None:
        numbers = (self.usage, self.selector, self.matching)
        if not all(0 <= number < 2**8 for number in numbers):
            raise BadRecord("a number is not within 0 and 255", 1, "RFC 6698 section 2.1")
        if not _HEX.fullmatch(self.data):
            raise BadRecord(f"{shown(self.data)} is no hex of whole octets", 1, "RFC 6698 section 2.2")

    @classmethod
    def parse(cls, text: str) -> Record:
        """The record in presentation format, as in ``3 1 1 0B9F…``; raises `BadRecord`."""
        if not (found := _FIELDS.fullmatch(text.strip())):
            raise BadRecord(f"{shown(text)} is not three numbers and hex", 1, "RFC 6698 section 2.2")
        usage, selector, matching, data = found.groups()
        return cls(int(usage), int(selector), int(matching), "".join(data.split()).lower())

    def __str__(self) -> str:
        return f"{self.usage} {self.selector} {self.matching} {self.data}"

    @property
    def octets(self) -> int:
        """How long the data is."""
        return len(self.data) // 2
