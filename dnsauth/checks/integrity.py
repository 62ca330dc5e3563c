"""The guards nothing waives: what we write is sound, and nothing of others is taken or damaged."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby

from dnsauth import names
from dnsauth.checks.rules.guards import (
    BAD_SYNTAX,
    CNAME_BESIDE,
    DELEGATED,
    DRIFT,
    REWRITE,
    SECOND_RECORD,
    ZONE_ABSENT,
)
from dnsauth.checks.syntax import refusal
from dnsauth.checks.view import View, place
from dnsauth.findings import Finding
from dnsauth.lock.claims import recorded
from dnsauth.plan.kind import ONLY_ONE, Kind, kind_at, selects
from dnsauth.plan.model import Change
from dnsauth.plan.sides import added, gone, values
from dnsauth.rrset import RRset, RRsetId, presentation, rdata

_BESIDE_CNAME = frozenset({"CNAME", "RRSIG", "NSEC"})  # RFC 4034 sections 3 and 4


def integrity(view: View) -> Iterator[Finding]:
    """What makes the changes of *view* unsound, each with owner, both sides and reason."""
    if not view.held.exists:
        facts = {"zone": names.readable(view.zone), "provider": view.held.provider}
        yield Finding(ZONE_ABSENT, view.where, view.zone, facts)
    cuts = {id.owner for id in view.before if id.type == "NS" and id.owner != view.zone}
    for change in view.changes:
        yield from _syntax(view, change)
        yield from _delegated(view, change, cuts)
        yield from _second(view, change)
        yield from _drift(view, change)
        yield from _rewrite(view, change)
    yield from _cname(view)


def _syntax(view: View, change: Change) -> Iterator[Finding]:
    for text in added(change):
        problem = refusal(change.owner, change.type, text)
        if problem:
            value = view.value(change, text)
            facts = {**_name(change), "value": text, "problem": problem}
            yield Finding(BAD_SYNTAX, place(value.origin if value else change.origin), change.owner, facts)


def _delegated(view: View, change: Change, cuts: Collection[str]) -> Iterator[Finding]:
    cut = names.deepest(change.owner, cuts)
    if cut is not None and added(change):
        facts = {**_name(change), "cut": names.readable(cut)}
        yield Finding(DELEGATED, view.place(change), change.owner, facts)


def _second(view: View, change: Change) -> Iterator[Finding]:
    kind = kind_at(change.owner, change.type)
    if kind not in ONLY_ONE:
        return
    records = [text for text in values(change.after) if kind is Kind.DKIM or selects(kind, text)]
    before = sum(kind is Kind.DKIM or selects(kind, text) for text in values(change.before))
    if len(records) > max(1, before):
        facts = {
            **_name(change),
            "count": len(records),
            "record": kind.value,
            "section": ONLY_ONE[kind],
            "values": _quoted(records),
        }
        yield Finding(SECOND_RECORD, view.place(change), change.owner, facts)


def _drift(view: View, change: Change) -> Iterator[Finding]:
    if not change.drift:
        return
    new = _quoted(added(change)) or "nothing"
    for text in gone(change):
        if not _ours(view, change, text):
            facts = {**_name(change), "before": text, "after": new}
            yield Finding(DRIFT, view.place(change), change.owner, facts)


def _ours(view: View, change: Change, text: str) -> bool:
    here = (claim for claim in view.lock.claims if claim[:2] == (change.owner, change.type))
    return any(recorded(view.lock, claim, text) for claim in here)


def _rewrite(view: View, change: Change) -> Iterator[Finding]:
    if view.held.faithful or change.type != "TXT" or change.before is None:
        return
    exact = view.held.exact.get(RRsetId(change.owner, change.type))
    for text in view.foreign(change):
        if '"' in text or "\\" in text:
            problem = "it holds quotes, backslashes or octets outside ASCII"
        elif exact is not None and rdata("TXT", text) not in exact:
            problem = "its character-strings are cut elsewhere than at 255 octets"
        else:
            continue
        facts = {**_name(change), "provider": view.held.provider, "value": text, "problem": problem}
        yield Finding(REWRITE, view.place(change), change.owner, facts)


def _cname(view: View) -> Iterator[Finding]:
    for owner, changes in groupby(sorted(view.changes, key=_owner), key=_owner):
        before, after = (
            {id.type: rrset for id, rrset in side.items() if id.owner == owner}
            for side in (view.before, view.after)
        )
        types = after.keys() - _BESIDE_CNAME
        if "CNAME" not in after or not (types or owner == view.zone):
            continue
        if "CNAME" in before and types <= before.keys():
            continue
        new = [change for change in changes if change.after and (change.type == "CNAME" or "CNAME" in before)]
        others = [rrset for rrset in after.values() if rrset not in [change.after for change in new]]
        facts = {
            "owner": names.readable(owner),
            "new": ", ".join(_rrset(change.rrset) for change in new),
            "others": ", ".join(map(_rrset, others)) or "the SOA and NS records of the zone's apex",
        }
        yield Finding(CNAME_BESIDE, view.place(new[0]), owner, facts)


def _owner(change: Change) -> str:
    return change.owner


def _name(change: Change) -> dict[str, object]:
    return {"owner": names.readable(change.owner), "type": change.type}


def _rrset(rrset: RRset) -> str:
    return f"{rrset.type} {', '.join(presentation(rrset.type, value) for value in rrset.values)}"


def _quoted(texts: Iterable[str]) -> str:
    return ", ".join(f"'{text}'" for text in texts)
