"""Which record a value is where it stands: receivers look for each at its own kind of name."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from dnsauth.records import authorisation, bimi, dkim, dmarc, mtasts, spf, tlsrpt


class Kind(StrEnum):
    """A record of email authentication, by the name people give it."""

    SPF = "SPF"
    DKIM = "DKIM"
    DMARC = "DMARC"
    AUTHORISATION = "report authorisation"
    MTASTS = "MTA-STS"
    TLSRPT = "TLS-RPT"
    BIMI = "BIMI"


class _Grammar(NamedTuple):
    selects: Callable[[str], bool]
    parse: Callable[[str], object]


_GRAMMARS = {
    Kind.SPF: _Grammar(spf.selects, spf.Record.parse),
    Kind.DKIM: _Grammar(dkim.selects, dkim.Record.parse),
    Kind.DMARC: _Grammar(dmarc.selects, dmarc.Record.parse),
    Kind.AUTHORISATION: _Grammar(authorisation.selects, dmarc.Record.parse),
    Kind.MTASTS: _Grammar(mtasts.selects, mtasts.Record.parse),
    Kind.TLSRPT: _Grammar(tlsrpt.selects, tlsrpt.Record.parse),
    Kind.BIMI: _Grammar(bimi.selects, bimi.Record.parse),
}


def kind_at(owner: str, type: str) -> Kind | None:
    """The record receivers look for at *owner*; SPF where the name is of no other kind, None but for TXT."""
    if type != "TXT":
        return None
    name = f".{owner}"
    if "._report._dmarc." in name:
        return Kind.AUTHORISATION
    if "._domainkey." in name:
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
