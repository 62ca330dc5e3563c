"""Why records are there, who may send, and which policy holds: as text for people and as JSON."""

from __future__ import annotations

from collections.abc import Container, Iterator

from dnsauth.dmarc import PREFIX, Discovery, Found
from dnsauth.explain import Explained, Message, remarks
from dnsauth.names import readable
from dnsauth.output import safe
from dnsauth.output.style import PLAIN, Style
from dnsauth.output.text import counted
from dnsauth.records.mechanisms import IP4, IP6, All
from dnsauth.records.spf import MAX_LOOKUPS, Directive, Qualifier
from dnsauth.spf import Evaluation, Result, Step
from dnsauth.spf.asking import MAX_VOIDS
from dnsauth.spf.tree import Branch, Tree

LINES = 200  # lines of a tree; --verbose and JSON have all of it
_COLOURS = {Result.PASS: "green", Result.FAIL: "red", Result.PERMERROR: "red", Result.TEMPERROR: "red"}


def text(found: Explained, message: Message | None, style: Style = PLAIN, *, verbose: bool = False) -> str:
    """*found* for people; *message* is the one that was judged."""
    blocks = [list(_spf(found, style, verbose=verbose))]
    if message and found.evaluation:
        blocks.append(list(_evaluation(found.evaluation, message, style)))
    blocks.append(list(_dmarc(found)))
    if found.records:
        blocks.append(list(_records(found, style)))
    head = style.paint(safe.line(readable(found.name)), "bold")
    return "\n\n".join([head, *("\n".join(lines) for lines in blocks)]) + "\n"


def _spf(found: Explained, style: Style, *, verbose: bool) -> Iterator[str]:
    tree = found.spf
    if tree.problem:
        yield f"SPF: {safe.line(tree.problem.text)}"
    if tree.text:
        yield f"SPF: {style.value(tree.text, 5)}"
    if tree.record is None:
        return
    yield f"  {_cost(tree.lookups, tree.voids)}; {_size(tree)} may send"
    if tree.lookups > MAX_LOOKUPS or tree.voids > MAX_VOIDS:
        yield "  so receivers answer permerror to whoever no earlier term lets pass (RFC 7208 section 4.6.4)"
    lines = list(_terms(tree, found, found.again, style))
    yield from lines if verbose else lines[:LINES]
    if len(lines) > LINES and not verbose:
        yield f"  … and {len(lines) - LINES:,} more lines, with --verbose"


def _cost(lookups: int, voids: int) -> str:
    void = f", {voids} of {MAX_VOIDS} void" if voids else ""
    return f"{lookups:,} of {MAX_LOOKUPS} lookups{void}"


def _size(tree: Tree) -> str:
    four, six = tree.passes.count4, len(tree.passes.six[0])
    parts = [f"{four:,} IPv4 address{'es' * (four != 1)}"] if four or not six else []
    parts += [counted(six, "IPv6 range")] if six else []
    unknown = " and what depends on the message" if tree.opaque else ""
    return " and ".join(parts) + unknown


def _terms(
    tree: Tree, found: Explained, again: Container[tuple[str, Branch]], style: Style, depth: int = 1
) -> Iterator[str]:
    """A line for each term, what it brings in indented below; each record once.

    In others' records networks that do nothing notable share a line, and a closing `all` says nothing.
    """
    indent = "  " * depth
    networks: list[str] = []
    for branch in tree.branches:
        senders = found.senders.get(tree.domain, {}).get(str(branch.term), ())
        shown = (tree.domain, branch) in again
        useless = (tree.domain, str(branch.term)) in found.useless
        notes = [*_price(branch), *remarks(branch, useless=useless, again=shown)]
        if depth > 1 and not senders and not notes:
            match branch.term:
                case Directive(IP4() | IP6()):
                    networks.append(str(branch.term))
                    continue
                case Directive(All(), qualifier) if qualifier is not Qualifier.PASS:
                    continue
        if networks:
            yield f"{indent}{style.value(' '.join(networks), len(indent))}"
            networks = []
        who = f"  {style.paint(safe.line(', '.join(senders)), 'cyan')}" if senders else ""
        said = f"  ({safe.line('; '.join(notes))})" if notes else ""
        yield f"{indent}{style.value(str(branch.term), len(indent))}{who}{said}"
        if branch.tree and branch.tree.record and not shown:
            yield from _terms(branch.tree, found, again, style, depth + 1)
    if networks:
        yield f"{indent}{style.value(' '.join(networks), len(indent))}"


def _price(branch: Branch) -> Iterator[str]:
    if branch.lookups:
        yield counted(branch.lookups, "lookup")
    if branch.voids:
        yield f"{branch.voids} void"


def _evaluation(evaluation: Evaluation, message: Message, style: Style) -> Iterator[str]:
    result = style.paint(evaluation.result.value, _COLOURS.get(evaluation.result, "yellow"))
    yield f"{message.ip} in the name of {safe.line(message.mail_from or message.helo)}: {result}"
    yield f"  because {safe.line(evaluation.because)}"
    yield f"  {_cost(evaluation.lookups, evaluation.voids)}"
    yield from (f"  {'  ' * step.depth}{_step(step)}" for step in evaluation.steps)
    if evaluation.explanation:
        yield f"  {safe.line(readable(message.mail_from))} explains: {safe.line(evaluation.explanation)}"


def _step(step: Step) -> str:
    if step.problem:
        outcome = "stops here" if step.target and not step.looked else step.problem
    elif step.result:
        outcome = f"{step.result.value}, {'a match' if step.matched else 'no match'}"
    else:
        outcome = "match" if step.matched else "no match"
    looked = ", ".join(
        f"{readable(one.name)} {one.type}: {one.error or ', '.join(one.values) or 'nothing'}"
        for one in step.looked
    )
    return safe.line(f"{step.term} → {outcome}" + (f"  [{looked}]" if looked and step.depth < 1 else ""))


def _dmarc(found: Explained) -> Iterator[str]:
    if found.dmarc is None:
        yield f"DMARC: not assessed: {safe.line(found.unknown)}"
        return
    walk, listed = found.dmarc.by_tree_walk, found.dmarc.by_suffix_list
    if found.dmarc.differs:
        yield f"DMARC: {_policy(walk)} by tree walk (RFC 9989 section 4.10)"
        yield f"       {_policy(listed)} by public suffix list (RFC 7489 section 6.6.3)"
        if walk.organizational != listed.organizational:
            yield (
                f"       the organizational domain is {readable(walk.organizational)} by the first,"
                f" {readable(listed.organizational)} by the second"
            )
    else:
        yield f"DMARC: {_policy(walk)}, by tree walk as by public suffix list"
    if walk.text:
        yield f"  {safe.line(walk.text)}"


def _policy(found: Found) -> str:
    if found.policy is None:
        return "no policy"
    return f"{found.policy.value} ({found.tag} at {readable(PREFIX + found.found_at)})"


def _records(found: Explained, style: Style) -> Iterator[str]:
    yield "the inventory asks for"
    for rrset in found.records:
        for value in rrset.values:
            origin = value.origin[0]
            who = (
                f", sender {', '.join(dict.fromkeys(o.sender for o in value.origin))}"
                if origin.sender
                else ""
            )
            yield f"  {safe.line(readable(rrset.owner))} {rrset.type} {style.value(value.text, 24)}"
            yield f"    {style.paint(safe.line(f'{origin.file}:{origin.line}{who}'), 'dim')}"


def as_json(found: Explained) -> dict[str, object]:
    """``dnsauth-explain/1``."""
    tree, evaluation = found.spf, found.evaluation
    spf: dict[str, object] = {
        "record": tree.text or None,
        "problem": tree.problem.text if tree.problem else None,
        "lookups": tree.lookups,
        "voids": tree.voids,
        "passes": [str(network) for network in tree.passes.networks()],
        "opaque": tree.opaque,
        "terms": _terms_json(tree, found),
    }
    if evaluation:
        spf |= {
            "result": evaluation.result.value,
            "because": evaluation.because,
            "evaluation": {
                "lookups": evaluation.lookups,
                "voids": evaluation.voids,
                "explanation": evaluation.explanation,
                "steps": [_step_json(step) for step in evaluation.steps],
            },
        }
    return {
        "format": "dnsauth-explain/1",
        "name": found.name,
        "spf": spf,
        "dmarc": _dmarc_json(found.dmarc) if found.dmarc else {"not_assessed": found.unknown},
        "records": [
            {
                "owner": rrset.owner,
                "type": rrset.type,
                "ttl": rrset.ttl,
                "value": value.text,
                "origin": [origin._asdict() for origin in value.origin],
            }
            for rrset in found.records
            for value in rrset.values
        ],
    }


def _terms_json(tree: Tree, found: Explained) -> list[dict[str, object]]:
    """The terms of every record of *tree*, each record once, in the order of evaluation."""
    terms: list[dict[str, object]] = []
    again = found.again
    seen: set[str] = set()
    ahead = [tree]
    while ahead:
        at = ahead.pop(0)
        if at.domain in seen:
            continue
        seen.add(at.domain)
        for branch in at.branches:
            useless = (at.domain, str(branch.term)) in found.useless
            terms.append(
                {
                    "domain": at.domain,
                    "term": str(branch.term),
                    "target": branch.target or None,
                    "senders": list(found.senders.get(at.domain, {}).get(str(branch.term), ())),
                    "lookups": branch.lookups,
                    "voids": branch.voids,
                    "gains": [str(network) for network in branch.gains.networks()],
                    "reach": branch.reach.value,
                    "opaque": branch.opaque,
                    "notes": list(remarks(branch, useless=useless, again=(at.domain, branch) in again)),
                }
            )
            if branch.tree:
                ahead.append(branch.tree)
    return terms


def _step_json(step: Step) -> dict[str, object]:
    return {
        **step._asdict(),
        "result": step.result.value if step.result else None,
        "looked": [one._asdict() for one in step.looked],
    }


def _dmarc_json(found: Discovery) -> dict[str, object]:
    walk = found.by_tree_walk
    return {
        "policy": walk.policy,
        "found_at": walk.found_at or None,
        "record": walk.text or None,
        "differs": found.differs,
        "by_tree_walk": _found_json(walk),
        "by_suffix_list": _found_json(found.by_suffix_list),
    }


def _found_json(found: Found) -> dict[str, object]:
    return {
        "policy": found.policy,
        "tag": found.tag or None,
        "found_at": found.found_at or None,
        "organizational": found.organizational,
    }
