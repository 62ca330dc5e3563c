"""An SPF record as it is evaluated: what of it counts, read once for every message."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from dnsauth.records import BadRecord
from dnsauth.records.mechanisms import All, Mechanism
from dnsauth.records.spf import Directive, Explanation, Qualifier, Record, Redirect
from dnsauth.spf.result import Result

_RESULTS = {
    Qualifier.PASS: Result.PASS,
    Qualifier.FAIL: Result.FAIL,
    Qualifier.SOFTFAIL: Result.SOFTFAIL,
    Qualifier.NEUTRAL: Result.NEUTRAL,
}
_LONG = 2048  # characters; longer records are hostile, and not kept


class Term(NamedTuple):
    """A directive, its *text*, and the *result* where its *mechanism* matches."""

    text: str
    result: Result
    mechanism: Mechanism


class Policy(NamedTuple):
    """The directives up to the first ``all``, and the modifiers that have a meaning, empty where absent.

    ``redirect`` has none where ``all`` stands anywhere (RFC 7208 section 5.1).
    """

    terms: tuple[Term, ...]
    redirect: str
    explanation: str


def policy(text: str) -> Policy | BadRecord:
    """The policy in the TXT value *text*, or what is wrong with it (section 4.6)."""
    return _kept(text) if len(text) <= _LONG else _read(text)


def _read(text: str) -> Policy | BadRecord:
    try:
        record = Record.parse(text)
    except BadRecord as error:
        return error
    terms: list[Term] = []
    modifiers = {Redirect: "", Explanation: ""}
    closed = False
    for each in record.terms:
        match each:
            case Directive(mechanism, qualifier) if not closed:
                terms.append(Term(str(each), _RESULTS[qualifier], mechanism))
                closed = isinstance(mechanism, All)
            case Redirect(domain) | Explanation(domain):
                modifiers[type(each)] = domain
            case _:  # after all, or unknown
                pass
    return Policy(tuple(terms), "" if closed else modifiers[Redirect], modifiers[Explanation])


_kept = lru_cache(maxsize=512)(_read)
