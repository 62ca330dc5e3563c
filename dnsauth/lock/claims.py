"""What a claim covers, and when two values are the same record.

A value of a known record is compared and recorded in the record's canonical text, so that receivers'
freedoms (case of a tag, blanks, order of nothing) make no difference; any other value is its own text.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from hashlib import sha256

from dnsauth.lock.model import Claim, Grammar, Lock, Recorded
from dnsauth.records import BadRecord, grammars

RECORDS = {
    Grammar.SPF: grammars.SPF,
    Grammar.DMARC: grammars.DMARC,
    Grammar.TLSRPT: grammars.TLSRPT,
    Grammar.MTASTS: grammars.MTASTS,
    Grammar.BIMI: grammars.BIMI,
}


def grammar(owner: str, type: str, value: str) -> Grammar:
    """The grammar a value of ours is claimed by at *owner*.

    A TXT record among strangers is claimed by its own grammar, else as a token; a key record and every
    other type hold their RRset alone (RFC 6376 section 3.6.2.2, RFC 1034 section 3.6.2, RFC 7505 section 3).
    """
    if type != "TXT" or "._domainkey." in f".{owner}":
        return Grammar.RRSET
    return next((g for g, record in RECORDS.items() if record.selects(value)), Grammar.TOKEN)


def covers(claim: Claim, value: str) -> bool:
    """True where *claim* looks at *value*, whoever published it; a token claim looks at its own only."""
    if claim.grammar is Grammar.RRSET:
        return True
    return claim.grammar is not Grammar.TOKEN and RECORDS[claim.grammar].selects(value)


@lru_cache(maxsize=4096)
def canonical(grammar: Grammar, type: str, value: str) -> str:
    """The canonical text of *value*; a value its grammar refuses, or cannot write, is its own text."""
    if grammar is Grammar.TOKEN:
        return value
    if type != "TXT":
        return value.lower()  # names and numbers, RFC 4343
    record = RECORDS.get(grammar, grammars.DKIM)
    if not record.selects(value):
        return value
    try:
        parsed = record.parse(value)
    except BadRecord:
        return value
    text = str(parsed)
    # what is read and never written, as pct of RFC 7489, still makes a difference to some receivers
    return text if record.parse(text) == parsed else value


def digest(grammar: Grammar, type: str, value: str) -> str:
    """What a lock records of *value*."""
    return digest_of(canonical(grammar, type, value))


def digest_of(canonical: str) -> str:
    """SHA-256 of a canonical text, 64 hex digits."""
    return sha256(canonical.encode()).hexdigest()


def equal(grammar: Grammar, type: str, a: str, b: str) -> bool:
    """True where *a* and *b* are the same record."""
    return a == b or canonical(grammar, type, a) == canonical(grammar, type, b)


def recorded(lock: Lock, claim: Claim, value: str) -> Recorded | None:
    """What *lock* records of *value* under *claim*, or None where it is somebody else's."""
    found = lock.claims.get(claim)
    if not found:
        return None
    want = digest(claim.grammar, claim.type, value)
    return next((entry for entry in found if entry.digest == want), None)


def with_values(lock: Lock, values: tuple[tuple[Claim, Recorded], ...]) -> Lock:
    """*lock* with *values* recorded too; what stands stays, and recording it again changes nothing."""
    claims = dict(lock.claims)
    for claim, entry in values:
        have = claims.get(claim, ())
        if all(entry.digest != other.digest for other in have):
            claims[claim] = tuple(sorted((*have, entry)))
    return replace(lock, claims=claims)
