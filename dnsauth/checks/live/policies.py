"""SPF records of ours as they are served: their own texts, their explanations, and what they let pass."""

from __future__ import annotations

from collections.abc import Iterator

from dnsauth.checks.live.rules import UNASSESSED
from dnsauth.checks.live.view import LiveView, by
from dnsauth.checks.rules.spf import SPF_ALIASED, SPF_ANYBODY_LIVE, SPF_UNDECIDED_LIVE, SPF_UNEXPLAINED
from dnsauth.checks.rules.spf_text import BROAD, OVERLAP, REPEATED
from dnsauth.checks.spf_trees import anybody, path, undecided
from dnsauth.checks.texts.judge import verdicts
from dnsauth.checks.texts.spf_stray import strays
from dnsauth.findings import Finding, Outcome, Severity
from dnsauth.live.resolution import Asked, Resolved, resolution_said
from dnsauth.names import readable
from dnsauth.plan.kind import Kind
from dnsauth.records import BadRecord, spf
from dnsauth.records.macros import explain_string
from dnsauth.rrset import RRsetId
from dnsauth.spf.expand import dns_name, target
from dnsauth.spf.tree import Branch, Tree

_TOLD = frozenset({BROAD, OVERLAP, REPEATED})  # of the whole tree, by SPF034 and SPF036


def own_texts(view: LiveView) -> Iterator[Finding]:
    """What TXT values that nobody asked for say of SPF, and records that a CNAME takes the place of."""
    for asked in view.own:
        said = view.surveyed.answers.get(asked)
        if asked.type != "TXT" or not isinstance(said, Resolved):
            continue
        rrset = view.desired.get(RRsetId(*asked))
        wanted = rrset.texts if rrset else ()
        if said.chain:
            if any(map(spf.selects, wanted)):
                way = (asked.name, *said.chain)
                yield view.finding(SPF_ALIASED, asked, {"path": path(way), "names": list(way)})
            continue
        for verdict in strays(asked.name, said.values):
            if not set(said.values) <= set(wanted):
                yield view.finding(verdict.rule, asked, verdict.facts)
        tree = view.surveyed.trees.get(asked.name)
        if tree and tree.text and tree.text not in wanted:
            for verdict in verdicts(Kind.SPF, tree.text):
                if verdict.rule not in _TOLD:
                    yield view.finding(verdict.rule, asked, {"value": tree.text, **verdict.facts})


def precise(text: str) -> bool:
    """True where a rule of its own says what is wrong with *text*, which the grammar refuses."""
    return bool(text) and any(one.rule.severity is Severity.ERROR for one in verdicts(Kind.SPF, text))


def meaning(view: LiveView, tree: Tree) -> Iterator[Finding]:
    """What the record lets pass with all it brings in, and whether its explanation is there."""
    asked = Asked(tree.domain, "TXT")
    if found := anybody(tree):
        senders = _senders(view, tree, found.branch)
        facts = {"term": found.term, "share": found.share, "senders": list(senders), "by": by(senders)}
        yield view.finding(SPF_ANYBODY_LIVE, asked, facts, senders)
    if vague := undecided(tree):
        senders = _senders(view, tree, vague.branch)
        facts = {"path": path(vague.way), "names": list(vague.way), "ends": vague.ends}
        yield view.finding(SPF_UNDECIDED_LIVE, asked, {**facts, "by": by(senders)}, senders)
    for explanation in explanations(tree):
        yield from _explained(view, asked, explanation)


def _senders(view: LiveView, tree: Tree, branch: Branch) -> tuple[str, ...]:
    return view.brought(tree.domain).get(str(branch.term), ())


def explanations(tree: Tree) -> Iterator[Asked]:
    """The name that ``exp`` of the record leads to, whatever the message (RFC 7208 section 6.2)."""
    for term in tree.record.terms if tree.record else ():
        if isinstance(term, spf.Explanation) and "%" not in term.domain:
            name = dns_name(target(term.domain, str))
            if name is not None:
                yield Asked(name, "TXT")


def _explained(view: LiveView, asked: Asked, explanation: Asked) -> Iterator[Finding]:
    name = readable(explanation.name)
    match view.surveyed.answers.get(explanation):
        case None:
            pass
        case Resolved(values):
            if problem := _problem(values):
                yield view.finding(SPF_UNEXPLAINED, asked, {"name": name, "problem": problem})
        case said:
            facts = {"why": f"the explanation at {name} {resolution_said(said)}"}
            yield view.finding(UNASSESSED, asked, facts, outcome=Outcome.NOT_ASSESSED)


def _problem(values: tuple[str, ...]) -> str:
    if len(values) != 1:
        return f"which has {len(values)} TXT records" if values else "which has no TXT record"
    try:
        explain_string(values[0])
    except BadRecord as error:
        return f"whose text is wrong: {error.reason}"
    return ""
