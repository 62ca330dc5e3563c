"""What is doubtful in desired records themselves: SPF, DKIM, DMARC, and the size of TXT RRsets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from dnsauth import names
from dnsauth.checks.rules import (
    DKIM_SHORT,
    DMARC_OBSOLETE,
    KEPT_TWICE,
    SPF_EVERYBODY,
    SPF_LONG,
    SPF_LOOKUPS,
    SPF_LOOKUPS_NEAR,
    SPF_NEUTRAL,
    SPF_OPEN,
    SPF_PTR,
    TXT_LARGE,
    TXT_MEDIUM,
)
from dnsauth.checks.view import place
from dnsauth.desired.model import Desired, Value
from dnsauth.findings import Finding, Rule
from dnsauth.plan.kind import ONLY_ONE, Kind, kind_at, parse, selects
from dnsauth.records import BadRecord, dkim, dmarc, spf
from dnsauth.rrset import wire_size
from dnsauth.spf.lookup import Lookup
from dnsauth.spf.tree import Tree, tree

NEAR = 8  # lookups; a vendor's record may grow any day
SPF_OCTETS = 450  # name and text, RFC 7208 section 3.4
UDP_OCTETS = 512  # RFC 1035 section 4.2.1
EDNS_OCTETS = 1232  # what resolvers ask for since DNS flag day 2020
RSA_BITS = 2048  # RFC 8301 section 3.2
_HEAD = 12 + 4 + 2  # header and question of an answer, without the name, RFC 1035 section 4.1


class Trees:
    """SPF records as the trees they bring in; those that domains share are built once."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._known: dict[str, Tree] = {}

    def __getitem__(self, domain: str) -> Tree:
        """The tree at *domain*, an absolute name."""
        return tree(domain, self._lookup, self._known)


def record_findings(desired: Iterable[Desired], trees: Trees) -> Iterator[Finding]:
    """Every finding on the *desired* RRsets of a zone; a value its grammar refuses is the guards' to name."""
    for rrset in desired:
        if rrset.type != "TXT":
            continue
        yield from _size(rrset)
        kind = kind_at(rrset.owner, rrset.type)
        yield from _twice(rrset, kind)
        for value in rrset.values:
            if kind is None or not selects(kind, value.text):
                continue
            try:
                record = parse(kind, value.text)
            except BadRecord:
                continue
            match record:
                case spf.Record():
                    yield from _spf(rrset.owner, value, record, trees)
                case dkim.Record():
                    yield from _key(rrset.owner, value, record)
                case dmarc.Record() if kind is Kind.DMARC and record.obsolete:
                    facts = {"tags": ", ".join(dict.fromkeys(record.obsolete))}
                    yield _finding(DMARC_OBSOLETE, rrset.owner, value, facts)
                case _:
                    pass


def _twice(rrset: Desired, kind: Kind | None) -> Iterator[Finding]:
    if kind not in ONLY_ONE:
        return
    records = [value for value in rrset.values if kind is Kind.DKIM or selects(kind, value.text)]
    if len(records) > 1:
        facts = {"count": len(records), "record": kind.value, "section": ONLY_ONE[kind]}
        yield _finding(KEPT_TWICE, rrset.owner, records[0], facts)


def _finding(rule: Rule, owner: str, value: Value, facts: Mapping[str, object]) -> Finding:
    return Finding(rule, place(value.origin), owner, {"owner": names.readable(owner), **facts})


def _spf(owner: str, value: Value, record: spf.Record, trees: Trees) -> Iterator[Finding]:
    match record.closing:
        case spf.Qualifier.PASS:
            yield _finding(SPF_EVERYBODY, owner, value, {})
        case spf.Qualifier.NEUTRAL:
            yield _finding(SPF_NEUTRAL, owner, value, {})
        case None if not any(isinstance(term, spf.Redirect) for term in record.terms):
            yield _finding(SPF_OPEN, owner, value, {})
        case _:
            pass
    meaning = trees[owner]
    least = "" if meaning.counted else "at least "
    if meaning.lookups >= NEAR:
        rule = SPF_LOOKUPS if meaning.lookups > spf.MAX_LOOKUPS else SPF_LOOKUPS_NEAR
        facts = {"count": meaning.lookups, "limit": spf.MAX_LOOKUPS, "least": least}
        yield _finding(rule, owner, value, facts)
    size = len(owner) + len(value.text)
    if size > SPF_OCTETS:
        yield _finding(SPF_LONG, owner, value, {"size": size, "limit": SPF_OCTETS})
    if any(isinstance(term, spf.Directive) and isinstance(term.mechanism, spf.Ptr) for term in record.terms):
        yield _finding(SPF_PTR, owner, value, {})


def _key(owner: str, value: Value, record: dkim.Record) -> Iterator[Finding]:
    if record.key_type is dkim.KeyType.RSA and 0 < record.bits < RSA_BITS:
        facts = {"seen": "", "longer": "ask the sender for a longer key"}
        yield _finding(DKIM_SHORT, owner, value, {**facts, "algorithm": dkim.algorithm(record)})


def _size(rrset: Desired) -> Iterator[Finding]:
    size = _HEAD + len(rrset.owner) + 1 + wire_size(rrset.rrset)
    if size > UDP_OCTETS:
        rule, limit = (TXT_LARGE, EDNS_OCTETS) if size > EDNS_OCTETS else (TXT_MEDIUM, UDP_OCTETS)
        yield _finding(rule, rrset.owner, rrset.values[0], {"size": size, "limit": limit})
