"""SPF rules of a template: terms of the mail domain, and records of names below it ("SPF Record Merging")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dnsauth.domain_connect.model import Entry, Left, said
from dnsauth.domain_connect.names import alone
from dnsauth.domain_connect.template import Record
from dnsauth.domain_connect.variables import Kind, Pieces, Variable, joined, name_kinds, own, pieces

TERM = "include:_spf.vendor.example"
"""An example of a term."""
CLOSING = "~all"  # what the specification recommends behind merged rules

_VERSION = re.compile(r"v=spf1(?=\s|\Z)\s*", re.IGNORECASE)
_ALL = re.compile(r"[+?~-]?all", re.IGNORECASE)
_MODIFIER = re.compile(r"([A-Za-z][A-Za-z0-9_.-]*)=")
_LEADING = re.compile(r"(?P<sign>[+?~-]?)(?P<name>[A-Za-z0-9]*)(?P<colon>:?)")
_WHOLE = re.compile(r"spf[_-]?(?:txt|text|data|record|value|rules?)?", re.IGNORECASE)
_LEAST = "+?~-"  # the least restrictive qualifier first


def is_record(text: str) -> bool:
    """True where the TXT value *text* is an SPF record."""
    return _VERSION.match(text) is not None


def is_called_record(variable: Variable) -> bool:
    """True where a variable that fills a TXT value is called as if it were a whole SPF record."""
    return _WHOLE.fullmatch(variable.name) is not None


class Rule(NamedTuple):
    """A term as the template writes it, the record it stands in, and that record's group."""

    term: Pieces
    what: str
    group: str


def rules(record: Record, what: str, *, host_required: bool) -> tuple[tuple[Rule, ...], tuple[Left, ...]]:
    """The terms of *record*, an SPFM or a whole SPF record, and what of it a list of terms cannot hold."""
    terms, left = [], []
    for word in _VERSION.sub("", record.value, count=1).split():
        if modifier := _MODIFIER.match(word):
            why = _MODIFIERS.get(modifier[1].lower(), "receivers ignore this modifier")
            left.append(Left("SPF modifier", f"`{word[:80]}` of {what}", why))
        elif not _ALL.fullmatch(word):
            if term := pieces(word, host_required=host_required):
                terms.append(Rule(term, what, record.group))
        elif word[0] == "-":
            left.append(Left("SPF ending", f"`{word}` of {what}", _ENDING))
    return tuple(terms), tuple(left)


_ENDING = "how the record ends is said once for all senders, under `spf` of the mail domain"
_MODIFIERS = {
    "redirect": "one record has one `redirect`, and no other sender beside it; list the terms instead",
    "exp": "the explanation of a fail belongs to the whole record, not to one sender",
}


def merged(terms: Iterable[Rule]) -> tuple[Rule, ...]:
    """*terms* without repetition; of one with several qualifiers the least restrictive stands.

    One that several groups ask for belongs to none.
    """
    found: dict[Pieces, tuple[str, Rule]] = {}
    for rule in terms:
        first = rule.term[0]
        sign, bare = "+", rule.term
        if isinstance(first, str) and first[0] in _LEAST:
            sign, bare = first[0], joined((first[1:], *rule.term[1:]))
        known, before = found.get(bare, (sign, rule))
        kept = before if before.group == rule.group else before._replace(group="")
        found[bare] = min(known, sign, key=_LEAST.index), kept
    return tuple(
        rule._replace(term=joined((sign.replace("+", ""), *bare)))
        for bare, (sign, rule) in found.items()
        if bare
    )


def own_terms(terms: Iterable[Rule]) -> Iterator[Entry]:
    """An entry of the mail domain's SPF terms for each of *terms*."""
    for term, what, group in merged(terms):
        if variable := alone(term):
            kinds = {variable: Kind.TERMS}
            yield Entry("spf", what, {"term": term}, kinds, group=group, each=variable)
        else:
            yield Entry("spf", f"`{said(term)}` of {what}", {"term": term}, _places(term), group=group)


def record_below(owner: Pieces, terms: Iterable[Rule], what: str, group: str) -> Entry:
    """The TXT record at *owner*, a name below the mail domain, that *terms* make."""
    value: list[str | Variable] = ["v=spf1"]
    kinds = name_kinds(owner)
    examples: dict[Variable, str] = {}
    for term, _, _ in merged(terms):
        value += [" ", *term]
        if variable := alone(term):
            kinds[variable], examples[variable] = Kind.TEXT, TERM
        else:
            kinds |= {one: min(kind, kinds.get(one, kind)) for one, kind in _places(term).items()}
    texts = {"owner": owner, "type": ("TXT",), "value": joined((*value, f" {CLOSING}"))}
    return Entry("records", what, texts, kinds, examples, group)


def _places(term: Pieces) -> dict[Variable, Kind]:
    """Where the variables of *term* stand."""
    first = term[0]
    found = _LEADING.match(first) if isinstance(first, str) else None
    if not isinstance(first, str) or found is None:
        return dict.fromkeys(own(term), Kind.TEXT)
    rest = joined((first[found.end() :], *term[1:]))
    last = rest[-1] if rest else ""
    if isinstance(last, str):  # the length of a prefix is no part of the name
        rest = joined((*rest[:-1], last.partition("/")[0]))
    kinds = dict.fromkeys(own(term), Kind.TEXT)
    name = found["name"].lower()
    if name in _NETWORKS and alone(rest):
        return kinds | dict.fromkeys(own(rest), _NETWORKS[name])
    return kinds | name_kinds(rest)


_NETWORKS = {"ip4": Kind.NET4, "ip6": Kind.NET6}
