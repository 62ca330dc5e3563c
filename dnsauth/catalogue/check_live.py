"""Whether what a catalogue names is still there: includes, the targets of CNAMEs, and the keys behind them.

Only names that are the same for every sender can be asked about; of the others, the domain they lie below.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from dnsauth.catalogue.check import Place
from dnsauth.catalogue.check_record import Cost, Costs
from dnsauth.catalogue.marks import Mark, asked
from dnsauth.catalogue.model import Service
from dnsauth.findings import Finding, Outcome, Rule, Severity
from dnsauth.records import BadRecord, dkim
from dnsauth.records.spf import MAX_LOOKUPS
from dnsauth.spf.closure import Fetch, closure
from dnsauth.spf.lookup import Lookup, NoSuchName, TempError
from dnsauth.spf.tree import Kind, Problem, Tree, walk

NO_SPF = Rule(
    "SVC020",
    Severity.ERROR,
    "include:{name} of {service} gives every sender a permerror (RFC 7208 section 5.2): {problem}",
    "read the vendor's page again, and mend the definition",
)
COSTLY = Rule(
    "SVC021",
    Severity.ERROR,
    "include:{name} of {service} costs {lookups} lookups, and a record may cost 10 (RFC 7208 section 4.6.4)"
    "{before}",
    "tell the vendor; a sender may say `flatten: true`",
)
DEARER = Rule(
    "SVC022",
    Severity.WARNING,
    "include:{name} of {service} costs {lookups} of 10 lookups{before}",
    "look at who includes it: `dnsauth check --live`; `--record` takes note",
)
COUNTED = Rule(
    "SVC023",
    Severity.INFO,
    "include:{name} of {service} publishes SPF and costs {lookups} of 10 lookups{before}",
)
GONE = Rule(
    "SVC024",
    Severity.ERROR,
    "{service} asks for a CNAME to {name}, which does not exist (NXDOMAIN)",
    "read the vendor's page again, and mend the definition",
)
NO_KEY = Rule(
    "SVC025",
    Severity.ERROR,
    "{service} delegates a selector to {name}, where no key is: {problem}",
    "read the vendor's page again, and mend the definition",
)
NO_DOMAIN = Rule(
    "SVC026",
    Severity.WARNING,
    "{service} asks for CNAMEs below {name}, which does not exist (NXDOMAIN)",
    "read the vendor's page again, and mend the definition",
)
UNASKED = Rule("SVC027", Severity.WARNING, "{name} of {service} could not be asked: {why}", "try again later")


class Looked(NamedTuple):
    """What was found: findings, and what each include that works costs."""

    findings: tuple[Finding, ...]
    costs: Costs


class _Step(NamedTuple):
    """A mark and whose it is; *before* is what it cost when it was last recorded."""

    service: Service
    mark: Mark
    before: Cost | None


def look(
    services: Iterable[Service], lookup: Lookup, fetch: Fetch, before: Costs, *, today: date, place: Place
) -> Looked:
    """What *services* name, as it is now, beside what it cost *before*.

    *lookup* raises `NotLooked` for what *fetch* has not brought yet.
    """
    steps = [
        _Step(service, mark, before.get(mark.text))
        for service in services
        for mark in dict.fromkeys(asked(service))
        if mark.holds or mark.table == "cname"
    ]
    trees = closure([_absolute(one.mark) for one in steps if one.mark.holds == "spf"], lookup, fetch)
    fetch(frozenset((_absolute(one.mark), "TXT") for one in steps if one.mark.table == "cname"))
    findings = tuple(
        _placed(one, *said, place)
        for one in steps
        for said in (
            _include(one, trees[_absolute(one.mark)]) if one.mark.holds == "spf" else _target(one, lookup)
        )
    )
    return Looked(findings, _costs(steps, trees, today))


def recorded(before: Costs, after: Looked, names: Collection[str] | None) -> Costs:
    """What is to be recorded: what was found, and what stood *before* of includes that taught nothing.

    *names* are those of every include of the catalogue, or None where only some services were looked at.
    """
    kept = {name: cost for name, cost in before.items() if names is None or name in names}
    return {**kept, **after.costs}


def includes(services: Iterable[Service]) -> frozenset[str]:
    """The names that *services* include, each the same for every sender."""
    return frozenset(mark.text for one in services for mark in asked(one) if mark.holds == "spf")


def _absolute(mark: Mark) -> str:
    return f"{mark.text}."


_Said = tuple[Rule, Mapping[str, object]]


def _include(one: _Step, tree: Tree) -> Iterator[_Said]:
    problem = _problem(tree)
    if problem is not None and problem.kind is not Kind.TEMPERROR:
        yield NO_SPF, {"problem": problem.text}
    elif problem is not None or tree.missing or not tree.counted:
        yield UNASKED, {"why": problem.text if problem else "not all of its record was asked"}
    else:
        lookups, then = 1 + tree.lookups, one.before
        more = then is not None and lookups > then.lookups
        rule = COSTLY if lookups > MAX_LOOKUPS else DEARER if more else COUNTED
        before = f"; it cost {then.lookups} since {then.since}" if then else ""
        yield rule, {"lookups": lookups, "before": before, "recorded": then and then.lookups}


def _problem(tree: Tree) -> Problem | None:
    """What is wrong with the record or with one it brings in; what could not be asked comes last."""
    found = [tree.problem, *(branch.problem for _, branch in walk(tree))]
    return min(filter(None, found), key=lambda one: one.kind is Kind.TEMPERROR, default=None)


def _target(one: _Step, lookup: Lookup) -> Iterator[_Said]:
    try:
        values = lookup(_absolute(one.mark), "TXT")
    except NoSuchName:
        yield (GONE if one.mark.whole else NO_DOMAIN), {}
    except TempError as error:
        yield UNASKED, {"why": str(error)}
    else:
        if one.mark.holds == "key" and (problem := _keyless(values)):
            yield NO_KEY, {"problem": problem}


def _keyless(values: tuple[str, ...]) -> str:
    """Why *values* are not one key record (RFC 6376 section 3.6.2.2); empty where they are."""
    if len(values) != 1:
        return f"it has {len(values)} TXT records" if values else "it has no TXT record"
    try:
        record = dkim.Record.parse(values[0])
    except BadRecord as error:
        return str(error)
    return "it is revoked" if record.revoked else ""


def _costs(steps: Iterable[_Step], trees: Mapping[str, Tree], today: date) -> Costs:
    found = {}
    for one in steps:
        tree = trees.get(_absolute(one.mark)) if one.mark.holds == "spf" else None
        if tree and tree.counted and not tree.missing and _problem(tree) is None:
            lookups = 1 + tree.lookups
            same = one.before is not None and one.before.lookups == lookups
            found[one.mark.text] = one.before if same and one.before else Cost(lookups, today)
    return found


def _placed(one: _Step, rule: Rule, facts: Mapping[str, object], place: Place) -> Finding:
    outcome = Outcome.NOT_ASSESSED if rule is UNASKED else Outcome.FAIL
    said = {"service": one.service.name, "name": one.mark.text, **facts}
    return Finding(rule, place(one.service, one.mark.path), facts=said, outcome=outcome)
