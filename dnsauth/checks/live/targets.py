"""Where CNAMEs of ours lead: to a key, to nothing, in a ring, or to a name that anybody may register."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dnsauth import names
from dnsauth.checks.live.rules import (
    BOGUS_TARGET,
    DANGLING,
    KEY_ALONE,
    KEY_CHANGED,
    KEY_INVALID,
    KEY_MISSING,
    KEY_OLD,
    KEY_REPLACED,
    KEY_REVOKED,
    REGISTRABLE,
    RING,
    SEVERAL,
    UNASSESSED,
)
from dnsauth.checks.live.view import LiveView, by, path
from dnsauth.checks.texts.dkim import length
from dnsauth.checks.texts.judge import verdicts
from dnsauth.checks.texts.text import parsed
from dnsauth.checks.vendor_keys import OLD, Delegated, alone, day, holding, old, renewal, worded
from dnsauth.findings import Finding, Outcome, Rule, Severity
from dnsauth.live.resolution import Asked, Bogus, Looping, Resolution, Resolved, Unanswered
from dnsauth.lock.observed import Key, NoKey
from dnsauth.plan.kind import ONLY_ONE, Kind, kind_at
from dnsauth.records import dkim


class Link(NamedTuple):
    """An owner name, asked for as *asked*, and what it leads to by the CNAME to *target*, or by itself.

    *kind* is the record receivers look for at that name.
    """

    asked: Asked
    kind: Kind | None
    target: str
    said: Resolution

    @property
    def way(self) -> tuple[str, ...]:
        """The names on the way, the owner first."""
        chain = self.said.chain if isinstance(self.said, Resolved | Looping) else ()
        return (self.asked.name, *(chain or filter(None, (self.target,))))


def links(view: LiveView) -> Iterator[Link]:
    """The CNAMEs of a zone of ours; of other subjects those, selectors, and what could not be asked."""
    answers, aliases = view.surveyed.answers, view.surveyed.aliases
    if view.surveyed.served is None:
        for asked, kind in view.own.items():
            said = answers[asked]
            chain = said.chain if isinstance(said, Resolved | Looping) else ()
            selector = kind is Kind.DKIM and not asked.name.startswith("*.")
            if chain or selector or not isinstance(said, Resolved):
                yield Link(asked, kind, chain[0] if chain else "", said)
        return
    for name, asked in {asked.name: asked for asked in view.own if asked.name in aliases}.items():
        at = Asked(name, "TXT")
        yield Link(asked, kind_at(*at), aliases[name], answers.get(at) or answers[asked])


def targets(view: LiveView) -> Iterator[Finding]:
    """What is wrong with where names lead, and with the keys there."""
    for link in links(view):
        match link.said:
            case Looping():
                yield _finding(view, RING, link)
            case Bogus(why):
                yield _finding(view, BOGUS_TARGET, link, why=f"it fails DNSSEC validation: {why}")
            case Unanswered(why):
                facts = {"why": f"{path(*link.way)}: {why}"}
                yield view.finding(UNASSESSED, link.asked, facts, (), Outcome.NOT_ASSESSED)
            case Resolved(exists=False, chain=chain) if chain:
                if domain := view.surveyed.registrable(chain[-1]):
                    yield _finding(view, REGISTRABLE, link, domain=names.readable(domain))
                else:
                    yield _absent(view, DANGLING, link)
            case Resolved(values) if link.kind is Kind.DKIM:
                yield from _key(view, link, values)
            case _:
                pass


def _finding(view: LiveView, rule: Rule, link: Link, **facts: object) -> Finding:
    asked = link.asked
    senders = view.senders(*asked)
    said = {"path": path(*link.way), "names": list(link.way), "senders": list(senders), "by": by(senders)}
    return view.finding(rule, asked, {"seen": "", **said, **facts}, senders)


def _absent(view: LiveView, rule: Rule, link: Link) -> Finding:
    """*rule*, or that the vendor needs this key beside those it has."""
    group = view.delegated.get(link.asked.name)
    present = holding(group, link.asked.name, view.key)
    if group and present:
        return _finding(view, KEY_ALONE, link, **alone(group, present))
    return _finding(view, rule, link)


def _key(view: LiveView, link: Link, values: tuple[str, ...]) -> Iterator[Finding]:
    if not values:
        yield _absent(view, KEY_MISSING, link)
    elif len(values) > 1:
        if link.target:  # else that is said of the record itself
            facts = {"count": len(values), "record": Kind.DKIM.value, "section": ONLY_ONE[Kind.DKIM]}
            yield _finding(view, SEVERAL, link, **facts, values=list(values))
    else:
        match parsed(Kind.DKIM, values[0]):
            case dkim.Record(revoked=True):
                yield _finding(view, KEY_REVOKED, link)
            case dkim.Record() as record:
                yield from _valid(view, link, values[0], record)
            case problem if link.target:
                yield _finding(view, KEY_INVALID, link, problem=str(problem), value=values[0])
            case _:
                pass


def _valid(view: LiveView, link: Link, text: str, record: dkim.Record) -> Iterator[Finding]:
    key = Key(dkim.algorithm(record), dkim.fingerprint(record))
    group = view.delegated.get(link.asked.name)
    if link.target:  # else that is said of the record itself
        short = length(key.algorithm)
        if short:
            longer = renewal(group, "ask the vendor for a longer key")
            yield _finding(view, short, link, algorithm=key.algorithm, longer=longer)
        for verdict in verdicts(Kind.DKIM, text):
            if verdict.rule.severity is Severity.ERROR and verdict.rule is not short:
                yield _finding(view, verdict.rule, link, **verdict.facts)
    seen, now = view.asking.observed.keys.get(link.target), view.asking.now
    if seen is None or isinstance(seen.key, NoKey):
        return
    if seen.key != key:
        facts = {"before": worded(seen.key), "after": worded(key), "since": day(seen)}
        yield _finding(view, KEY_CHANGED if _another_stays(view, group) else KEY_REPLACED, link, **facts)
    elif now is not None and now - seen.since >= OLD:
        yield _finding(view, KEY_OLD, link, **old(seen, now - seen.since), renewal=renewal(group))


def _another_stays(view: LiveView, group: Delegated | None) -> bool:
    """True where the vendor still has a key of the sender that it had before."""
    known = view.asking.observed.keys
    return group is not None and any(
        isinstance(key := view.key(owner), Key) and target in known and known[target].key == key
        for owner, target in group.targets.items()
    )
