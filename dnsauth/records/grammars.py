"""What each record of email authentication offers: which TXT values receivers take for one, and a parser."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dnsauth.records import authorisation, bimi, dkim, dmarc, mtasts, spf, tlsrpt


class RecordGrammar(NamedTuple):
    """*selects* is a receiver's choice among TXT values; *parse* raises `dnsauth.records.BadRecord`."""

    selects: Callable[[str], bool]
    parse: Callable[[str], object]


SPF = RecordGrammar(spf.selects, spf.Record.parse)
DKIM = RecordGrammar(dkim.selects, dkim.Record.parse)
DMARC = RecordGrammar(dmarc.selects, dmarc.Record.parse)
AUTHORISATION = RecordGrammar(authorisation.selects, dmarc.Record.parse)
MTASTS = RecordGrammar(mtasts.selects, mtasts.Record.parse)
TLSRPT = RecordGrammar(tlsrpt.selects, tlsrpt.Record.parse)
BIMI = RecordGrammar(bimi.selects, bimi.Record.parse)
