"""Which record a value is where it stands: receivers look for each at its own kind of name."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from dnsauth.records import grammars


class Kind(StrEnum):
    """A record of email authentication, by the name people give it."""

    SPF = "SPF"
    DKIM = "DKIM"
    DMARC = "DMARC"
    AUTHORISATION = "report authorisation"
    MTASTS = "MTA-STS"
    TLSRPT = "TLS-RPT"
    BIMI = "BIMI"

    __hash__ = str.__hash__  # as often as a record is parsed, and that of Enum is no C


ONLY_ONE = {
    Kind.SPF: "RFC 7208 section 4.5",
    Kind.DKIM: "RFC 6376 section 3.6.2.2",
    Kind.DMARC: "RFC 9989 section 4.10",
    Kind.MTASTS: "RFC 8461 section 3.1",
    Kind.TLSRPT: "RFC 8460 section 3",
    Kind.BIMI: "BIMI draft 14",
}
"""Where it is said that receivers take one record of a kind alone."""

_GRAMMARS = {
    Kind.SPF: grammars.SPF,
    Kind.DKIM: grammars.DKIM,
    Kind.DMARC: grammars.DMARC,
    Kind.AUTHORISATION: grammars.AUTHORISATION,
    Kind.MTASTS: grammars.MTASTS,
    Kind.TLSRPT: grammars.TLSRPT,
    Kind.BIMI: grammars.BIMI,
}


@lru_cache(maxsize=1024)  # rule after rule asks for the names of one zone
def kind_at(owner: str, type: str) -> Kind | None:
    """The record receivers look for at *owner*; SPF where the name is of no other kind, None but for TXT."""
    if type != "TXT":
        return None
    name = f".{owner}"
    if "._report._dmarc." in name:
        return Kind.AUTHORISATION
    selector, found, _ = owner.partition("._domainkey.")
    if found and not selector.endswith("_adsp"):  # RFC 5617 section 4.1
        return Kind.DKIM
    if "._bimi." in name:
        return Kind.BIMI
    for label, kind in (("_dmarc", Kind.DMARC), ("_mta-sts", Kind.MTASTS), ("_smtp._tls", Kind.TLSRPT)):
        if owner.startswith(f"{label}."):
            return kind
    return Kind.SPF


def selects(kind: Kind, value: str) -> bool:
    """True where a receiver that looks for *kind* takes *value* for it."""
    return _GRAMMARS[kind].selects(value)


def parse(kind: Kind, value: str) -> object:
    """The record *value* is; raises `dnsauth.records.BadRecord`."""
    return _GRAMMARS[kind].parse(value)
