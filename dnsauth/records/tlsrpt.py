"""TLS reporting records, RFC 8460 section 3."""

from __future__ import annotations

from dataclasses import dataclass

from dnsauth.records import BadRecord, tags
from dnsauth.records.text import characters, moved
from dnsauth.records.uri import Uri

_SECTION = "RFC 8460 section 3"
_VERSION = tags.field_version("TLSRPTv1")


@dataclass(frozen=True, slots=True)
class Record:
    """Where reports go, one URI or more. Raises `BadRecord` for none, and for a text that is no URI."""

    rua: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.rua:
            raise BadRecord("'rua' must say where reports go", 1, _SECTION)
        for uri in self.rua:
            Uri.parse(uri)

    @classmethod
    def parse(cls, text: str) -> Record:
        """The record a TXT value holds, all its ``rua`` together; raises `BadRecord`."""
        if not selects(text):
            raise BadRecord("a TLS-RPT record begins with 'v=TLSRPTv1;'", 1, _SECTION)
        rua = []
        for tag in tags.fields(characters(text), "rua", _SECTION):
            for uri, column in tags.items(tag, ","):
                try:
                    rua.append(Uri.parse(uri).text)
                except BadRecord as error:
                    raise moved(error, column - 1) from None
        return cls(tuple(rua))

    def __str__(self) -> str:
        return f"v=TLSRPTv1; rua={','.join(self.rua)}"


def selects(text: str) -> bool:
    """True where reporters take this TXT value for a TLS-RPT record."""
    return _VERSION.match(text) is not None
