"""SPF terms of records that may still stand, though nobody asks for them, and who brought them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

from dnsauth import names
from dnsauth.lock.claims import digest
from dnsauth.lock.model import Claim, Grammar, Lock
from dnsauth.records import BadRecord, spf
from dnsauth.spf.flatten import is_chunk

Texts: TypeAlias = Mapping[tuple[str, str], tuple[str, ...]]
"""What is desired, by name and type."""


def of(text: str) -> tuple[spf.Term, ...]:
    """The terms of the SPF record *text* but for ``all``; () where its grammar refuses it."""
    try:
        record = spf.Record.parse(text)
    except BadRecord:
        return ()
    return tuple(
        term
        for term in record.terms
        if not (isinstance(term, spf.Directive) and isinstance(term.mechanism, spf.All))
    )


def left(lock: Lock, desired: Texts) -> Mapping[str, Mapping[spf.Directive, tuple[str, ...]]]:
    """By owner, the terms that recorded values may have and *desired* ones have not, each with its senders.

    Those of adopted values are nobody's. ``redirect`` is told as the ``include`` that leads to the same; what
    leads to a chunk of flattened addresses is left out, for a chunk leads no further.
    """
    found: defaultdict[str, dict[spf.Directive, tuple[str, ...]]] = defaultdict(dict)
    for claim, entries in lock.claims.items():
        if claim.grammar is Grammar.SPF:
            for entry in entries:
                found[claim.owner].update((term, ()) for term in _leading(entry.adopted, lock.zone))
    for owner, brought in lock.terms.items():
        for text, senders in brought.items():
            found[owner].update((term, senders) for term in _leading(f"{spf.Record()} {text}", lock.zone))
    for owner, terms in found.items():
        for text in desired.get((owner, "TXT"), ()):
            for term in _leading(text, lock.zone):
                terms.pop(term, None)
    return {owner: terms for owner, terms in found.items() if terms}


def forgotten(lock: Lock, desired: Texts) -> Lock:
    """*lock* without the senders of terms that no *desired* value has, and none that may still stand.

    What a recorded value says is known where it is desired or was adopted; beside any other all terms stay.
    """
    kept = {}
    for owner, brought in lock.terms.items():
        asked = desired.get((owner, "TXT"), ())
        known = {digest(Grammar.SPF, "TXT", text): text for text in asked}
        recorded = lock.claims.get(Claim(owner, "TXT", Grammar.SPF), ())
        texts = [known.get(entry.digest) or entry.adopted for entry in recorded]
        here = {str(term) for text in (*asked, *texts) for term in of(text)} if all(texts) else brought
        kept[owner] = {term: senders for term, senders in brought.items() if term in here}
    return replace(lock, terms={owner: brought for owner, brought in kept.items() if brought})


def _leading(text: str, zone: str) -> Iterator[spf.Directive]:
    """Those terms of a record in *zone* that may lead to a name."""
    for term in of(text):
        match term:
            case spf.Directive(spf.Include(domain)) if is_chunk(domain) and names.within(f"{domain}.", zone):
                pass
            case spf.Directive():
                yield term
            case spf.Redirect(domain):
                yield spf.Directive(spf.Include(domain))
            case _:
                pass
