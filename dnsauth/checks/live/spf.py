"""SPF as it is live: the whole tree a record brings in, with who of ours brought what is wrong in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dnsauth import names
from dnsauth.catalogue.model import Catalogue, Envelope
from dnsauth.checks.live.ailments import Ailment, Ailments, Step
from dnsauth.checks.live.policies import meaning, own_texts, precise
from dnsauth.checks.live.rules import (
    BOGUS_TARGET,
    BROKEN,
    IDLE,
    LOOKUPS,
    LOOP,
    REGISTRABLE,
    RING,
    UNASSESSED,
    USELESS,
    VOIDS,
    WIDE,
)
from dnsauth.checks.live.view import LiveView, by, path, registered
from dnsauth.findings import Finding, Outcome, Rule
from dnsauth.live.resolution import Asked, Bogus, Looping, Unanswered, resolution_said
from dnsauth.records import spf
from dnsauth.spf.asking import MAX_VOIDS
from dnsauth.spf.reading import Kind, Reach
from dnsauth.spf.terms import lookups_by_sender
from dnsauth.spf.tree import Tree, walk

_TYPES = ("TXT", "A", "AAAA", "MX")


def policies(view: LiveView, ailments: Ailments, vendors: Mapping[str, str]) -> Iterator[Finding]:
    """What is wrong with the SPF records of the subject; *vendors* are those of `envelopes`."""
    trees = view.surveyed.trees
    inner = {
        branch.target for tree in trees.values() for branch in tree.branches if branch.target != tree.domain
    }
    yield from own_texts(view)
    for owner, tree in trees.items():
        if owner == view.domain or owner not in inner:
            found = ailments.of(tree)
            yield from meaning(view, tree)
            yield from _whole(view, tree, looping=any(_is(one, Kind.LOOP) for one in found))
            for ailment in found:
                yield from _ailing(view, ailment)
        yield from _terms(view, tree, vendors)


def envelopes(catalogue: Catalogue) -> Mapping[str, str]:
    """Titles of services that write their own domain into MAIL FROM, by the domains their keys are in."""
    return {
        registered(name): service.title
        for service in catalogue.values()
        if service.envelope is Envelope.VENDOR
        for section in ("dkim", "records")
        for entry in service.template.get(section, ())
        for text in entry.texts.values()
        if (name := text.rpartition("}")[2].strip().lstrip(".").lower()).count(".") > 1 and name.endswith(".")
    }


def _is(ailment: Ailment, kind: Kind) -> bool:
    return ailment.problem is not None and ailment.problem.kind is kind


def _whole(view: LiveView, tree: Tree, *, looping: bool) -> Iterator[Finding]:
    """The record itself, and what an evaluation of it costs."""
    asked = Asked(tree.domain, "TXT")
    told = (Kind.NO_RECORD, Kind.TEMPERROR)  # by whom is asked
    if tree.problem and tree.problem.kind not in told and not precise(tree.text):
        yield _broken(view, (Step(tree.domain, ""),), (tree.domain,), tree.problem.text, tree.problem.kind)
    if tree.lookups > spf.MAX_LOOKUPS and not looping:
        costs = lookups_by_sender(tree, view.brought)
        said = "".join(f"; {name or 'terms of no sender'} {count}" for name, count in costs.items())
        counts = {"count": tree.lookups, "limit": spf.MAX_LOOKUPS, "lookups": costs, "by": said}
        yield view.finding(LOOKUPS, asked, {**counts, "senders": [name for name in costs if name]})
    if tree.voids > MAX_VOIDS:
        void = [
            f"{branch.term} in {names.readable(at.domain)}"
            for at, branch in walk(tree)
            if branch.part.void.four[0] or branch.part.void.six[0]
        ]
        ways = ((Step(tree.domain, str(branch.term)),) for branch in tree.branches if branch.voids)
        senders = tuple(dict.fromkeys(sender for way in ways for sender in brought(view, way)))
        counts = {"count": tree.voids, "limit": MAX_VOIDS, "terms": ", ".join(void)}
        yield view.finding(VOIDS, asked, {**counts, "senders": list(senders), "by": by(senders)}, senders)


def _ailing(view: LiveView, ailment: Ailment) -> Iterator[Finding]:
    way, branch, problem = ailment
    if problem is None and not branch.wide:
        found = _registrable(view, way, ailment.names)
        yield from (found,) if found else ()
        return
    if problem is None:
        term, size = str(branch.term), f"{branch.matches.count4 or branch.matches.count6:,}"
        yield _finding(view, WIDE, way, ailment.names[: len(way)], term=term, size=size)
        return
    match problem.kind:
        case Kind.LOOP:
            yield _finding(view, LOOP, way, ailment.names)
        case Kind.TEMPERROR:
            yield _unasked(view, ailment, problem.text)
        case kind:
            yield _broken(view, way, ailment.names, problem.text, kind)


def _broken(
    view: LiveView, way: tuple[Step, ...], leads: tuple[str, ...], problem: str, kind: Kind
) -> Finding:
    if found := _registrable(view, way, leads):
        return found
    absent = kind in (Kind.NO_NAME, Kind.NO_RECORD)
    said = f"{problem}, which is a permerror (RFC 7208 section 5.2)" if absent else problem
    return _finding(view, BROKEN, way, leads, problem=said, kind=kind.value)


def _registrable(view: LiveView, way: tuple[Step, ...], leads: tuple[str, ...]) -> Finding | None:
    """The last of *leads* does not exist, nor does the domain it would be in."""
    lost = view.surveyed.way(leads[-1])
    domain = view.surveyed.registrable(lost[-1]) if lost else ""
    return (
        _finding(view, REGISTRABLE, way, (*leads, *lost[1:]), domain=names.readable(domain))
        if domain
        else None
    )


def _unasked(view: LiveView, ailment: Ailment, problem: str) -> Finding:
    """A name that could not be asked: bogus or a ring for everybody, or only unknown to us."""
    way, leads = ailment.way, ailment.names
    for said in (view.surveyed.answers.get(Asked(leads[-1], type)) for type in _TYPES):
        match said:
            case Bogus(why):
                return _finding(view, BOGUS_TARGET, way, leads, why=f"it fails DNSSEC validation: {why}")
            case Looping(chain):
                return _finding(view, RING, way, (*leads, *chain))
            case Unanswered():
                problem = f"{path(*leads)} {resolution_said(said)}"
            case _:
                pass
    return _finding(view, UNASSESSED, way, leads, outcome=Outcome.NOT_ASSESSED, why=problem)


def _finding(
    view: LiveView,
    rule: Rule,
    way: tuple[Step, ...],
    leads: tuple[str, ...],
    outcome: Outcome = Outcome.FAIL,
    **facts: object,
) -> Finding:
    """A finding at the line of the sender that brought the term of ours which *way* begins with."""
    senders = brought(view, way)
    said = {"path": path(*leads), "names": list(leads), "senders": list(senders), "by": by(senders)}
    return view.finding(rule, (way[0].domain, "TXT"), {**said, **facts}, senders, outcome)


def brought(view: LiveView, way: tuple[Step, ...]) -> tuple[str, ...]:
    """The senders of the last term of ours on *way*."""
    found = (view.brought(step.domain).get(step.term, ()) for step in reversed(way))
    return next(filter(None, found), ())


def _terms(view: LiveView, tree: Tree, vendors: Mapping[str, str]) -> Iterator[Finding]:
    """Terms of the record itself that do nothing, and those of vendors that need none."""
    idle = [f"'{b.term}' ({b.idle})" for b in tree.branches if b.idle and b.reach is Reach.REACHED]
    if idle:
        yield view.finding(IDLE, (tree.domain, "TXT"), {"terms": ", ".join(idle)})
    for branch in tree.branches if vendors else ():
        way = (Step(tree.domain, str(branch.term)),)
        if title := vendors.get(registered(branch.target)) or _vendor(view, way):
            cost = {"lookups": branch.lookups, "limit": spf.MAX_LOOKUPS}
            yield _finding(view, USELESS, way, (tree.domain,), term=way[0].term, title=title, cost=cost)


def _vendor(view: LiveView, way: tuple[Step, ...]) -> str:
    """The title of the service that brought the term, where it writes its own domain into MAIL FROM."""
    services = view.services(way[0].domain, "TXT", brought(view, way))
    vendors = [service.title for service in services if service.envelope is Envelope.VENDOR]
    return vendors[0] if vendors and len(vendors) == len(services) else ""
