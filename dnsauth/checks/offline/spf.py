"""SPF as the records of a zone have it together, with what is recorded of those of others."""

from __future__ import annotations

from collections.abc import Iterator

from dnsauth import names
from dnsauth.checks.live.ailments import Ailments
from dnsauth.checks.offline import hosts, spf_senders
from dnsauth.checks.offline.view import Published, ZoneView
from dnsauth.checks.rules.spf import (
    SPF_ANYBODY,
    SPF_EXCHANGERS,
    SPF_LONG,
    SPF_LOOKUPS,
    SPF_LOOKUPS_NEAR,
    SPF_PARKED,
    SPF_RING,
    SPF_TTL,
    SPF_UNDECIDED,
)
from dnsauth.checks.spf_trees import anybody, path, undecided
from dnsauth.checks.texts.spf_stray import speaks, strays
from dnsauth.checks.view import place
from dnsauth.findings import Finding
from dnsauth.names import readable
from dnsauth.plan.kind import Kind
from dnsauth.records import BadRecord, spf
from dnsauth.rrset import RRsetId
from dnsauth.spf.reading import Kind as Problem
from dnsauth.spf.tree import Tree

NEAR = spf.MAX_LOOKUPS - 1  # lookups; a vendor's record may grow any day
OCTETS = 450  # name and text, RFC 7208 section 3.4
LEAST_TTL, MOST_TTL = 300, 86_400  # seconds
_NOTHING = spf.Record((spf.Directive(spf.All(), spf.Qualifier.FAIL),))
_RULES = {Problem.LOOP: SPF_RING, Problem.HOSTS: SPF_EXCHANGERS}


def judged(view: ZoneView) -> Iterator[Finding]:
    """What is doubtful in the zone of *view*."""
    for published in view.published:
        if published.text.kind is Kind.SPF and not isinstance(published.text.record, BadRecord):
            tree = view.trees[published.owner]
            yield from _weight(view, published, tree)
            yield from _meaning(view, published, tree)
    yield from _strays(view)
    yield from _parked(view)
    yield from spf_senders.judged(view)


def _weight(view: ZoneView, published: Published, tree: Tree) -> Iterator[Finding]:
    if tree.lookups >= NEAR:
        rule = SPF_LOOKUPS if tree.lookups > spf.MAX_LOOKUPS else SPF_LOOKUPS_NEAR
        least = "" if tree.counted else "at least "
        facts = {"count": tree.lookups, "limit": spf.MAX_LOOKUPS, "least": least}
        yield view.finding(rule, published, facts)
    size = len(published.owner) + len(published.value.text)
    if size > OCTETS:
        yield view.finding(SPF_LONG, published, {"size": size, "limit": OCTETS})
    rrset = view.by_id[RRsetId(published.owner, "TXT")]
    told = not hosts.LEAST_TTL <= rrset.ttl <= hosts.MOST_TTL  # by DNS001 and DNS002, of the whole name
    if not (rrset.keeps_ttl or told or LEAST_TTL <= rrset.ttl <= MOST_TTL):
        facts = {"ttl": rrset.ttl, "least": LEAST_TTL, "most": MOST_TTL}
        yield view.finding(SPF_TTL, published, facts)


def _meaning(view: ZoneView, published: Published, tree: Tree) -> Iterator[Finding]:
    """What the record lets pass, and what keeps it from a result whatever others publish."""
    if found := anybody(tree):
        yield view.finding(SPF_ANYBODY, published, {"term": found.term, "share": found.share})
    if vague := undecided(tree):
        facts = {"path": path(vague.way), "names": list(vague.way), "ends": vague.ends}
        yield view.finding(SPF_UNDECIDED, published, facts)
    for ailment in Ailments().of(tree) if tree.errors else ():
        if ailment.problem is not None and ailment.problem.kind in _RULES:
            facts = {"path": path(ailment.names), "names": list(ailment.names)}
            rule = _RULES[ailment.problem.kind]
            yield view.finding(rule, published, {**facts, "problem": ailment.problem.text})


def _strays(view: ZoneView) -> Iterator[Finding]:
    for rrset in view.desired:
        if rrset.type == "TXT" and (values := [v.text for v in rrset.values if speaks(v.text)]):
            for verdict in strays(rrset.owner, values):
                facts = {"owner": names.readable(rrset.owner), **verdict.facts}
                yield Finding(verdict.rule, place(rrset.values[0].origin), rrset.owner, facts)


def _parked(view: ZoneView) -> Iterator[Finding]:
    for domain in view.zone.domains:
        if domain.sends is not False:
            continue
        rrset = view.by_id.get(RRsetId(domain.name, "TXT"))
        for text in rrset.texts if rrset else ():
            if spf.selects(text) and not _sends_nothing(text):
                facts = {"owner": readable(domain.name), "value": text}
                yield Finding(SPF_PARKED, domain.where, domain.name, facts)


def _sends_nothing(text: str) -> bool:
    try:
        return spf.Record.parse(text) == _NOTHING
    except BadRecord:
        return False
