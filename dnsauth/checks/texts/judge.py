"""Every verdict on one text."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice

from dnsauth.checks.texts import bimi, dkim, dmarc, mtasts, spf, tlsrpt
from dnsauth.checks.texts.text import Verdict, read
from dnsauth.plan.kind import Kind

MOST = 30  # verdicts; a text of 64 KiB may have as many faults as octets

_BY_KIND = {
    Kind.SPF: spf.judged,
    Kind.DKIM: dkim.judged,
    Kind.DMARC: dmarc.judged,
    Kind.MTASTS: mtasts.judged,
    Kind.TLSRPT: tlsrpt.judged,
    Kind.BIMI: bimi.judged,
}


@lru_cache(maxsize=8192)
def verdicts(kind: Kind, text: str) -> tuple[Verdict, ...]:
    """What is said of *text*, which a receiver takes for a record of *kind*; the first `MOST` of it."""
    judged = _BY_KIND.get(kind)
    return tuple(islice(judged(read(kind, text)), MOST)) if judged else ()
