"""What resolvers answer, and what a SERVFAIL of theirs stands for: a bogus name, an alias, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

from dnsauth.live.chain import Failure, Link, Step, follow
from dnsauth.live.failover import Failover, Route
from dnsauth.live.resolution import Asked, Bogus, Looping, Resolution, Resolved, Unanswered
from dnsauth.live.servers import Server
from dnsauth.live.wire import Message

MAX_TEXT = 200  # characters of a resolver's words

_DNSSEC = {  # RFC 8914 section 4
    5: "DNSSEC Indeterminate",
    6: "DNSSEC Bogus",
    7: "Signature Expired",
    8: "Signature Not Yet Valid",
    9: "DNSKEY Missing",
    10: "RRSIGs Missing",
    11: "No Zone Key Bit Set",
    12: "NSEC Missing",
}
_UNREACHED = {22, 23}  # No Reachable Authority, Network Error: there is nothing to validate


class Servfail(NamedTuple):
    """SERVFAIL of a resolver, as it answers where DNSSEC validation fails too (RFC 4035 section 5.5)."""

    server: Server
    why: str
    errors: tuple[tuple[int, str], ...]


Known: TypeAlias = Resolution | Link
"""What is known of a name: what it is, or what it leads to."""

Told: TypeAlias = Step | Servfail | Unanswered


def told(failover: Failover, routes: Mapping[Asked, Route], *, unchecked: bool = False) -> dict[Asked, Told]:
    """What the servers of each route say; a resolver's SERVFAIL is looked into before another is asked."""
    return failover.ask(routes, _read, unchecked=unchecked)


def known(told: Mapping[Asked, Told]) -> dict[Asked, Known]:
    """Those of *told* that are an answer or a part of one, and those that nobody answered."""
    kinds = Resolved | Looping | Link | Unanswered
    return {each: step for each, step in told.items() if isinstance(step, kinds)}


def judged(failover: Failover, failed: Mapping[Asked, Servfail]) -> dict[Asked, Known]:
    """What is known of those of *failed* of which the same resolver says more when it is asked otherwise."""
    unreached = {each for each, step in failed.items() if not _UNREACHED.isdisjoint(dict(step.errors))}
    found = _bogus(failover, {each: step for each, step in failed.items() if each not in unreached})
    aliases = {
        Asked(each.name, "CNAME"): Route((step.server,))
        for each, step in failed.items()
        if each not in found and each.type != "CNAME"
    }
    links = _answers(told(failover, aliases))
    for each in failed:
        step = links.get(Asked(each.name, "CNAME"))
        if each not in found and isinstance(step, Resolved) and step.values:
            found[each] = Link(step.values[:1], step.ttl, step.secure)
    return found


def _bogus(failover: Failover, failed: Mapping[Asked, Servfail]) -> dict[Asked, Known]:
    """Bogus, where the resolver has data that it does not vouch for.

    Data alone proves nothing: what failed may work meanwhile. So it is asked for once more, unless the
    resolver said of DNSSEC that it failed.
    """
    at = {each: Route((step.server,)) for each, step in failed.items()}
    unchecked = _answers(told(failover, at, unchecked=True))
    found: dict[Asked, Known] = {}
    for each, step in unchecked.items():
        if isinstance(step, Looping):
            found[each] = step
        elif why := _extended(failed[each].errors):
            found[each] = Bogus(f"{_path(step)}{failed[each].server.address} says {why}")
    again = told(failover, {each: at[each] for each in unchecked if each not in found})
    for each, still in again.items():
        if isinstance(still, Servfail):
            path = _path(unchecked[each])
            found[each] = Bogus(f"{path}{still.why}, and has data where it need not validate")
    return found | _answers(again)


def _answers(told: Mapping[Asked, Told]) -> dict[Asked, Resolved | Looping | Link]:
    return {each: step for each, step in told.items() if isinstance(step, Resolved | Looping | Link)}


def _path(step: Resolved | Looping | Link) -> str:
    return f"{' → '.join(step.chain)}: " if step.chain else ""


def _read(message: Message, asked: Asked, server: Server, route: Route) -> Told:
    step = follow(message, asked, route.zone)
    if isinstance(step, Failure) and step.rcode == "SERVFAIL" and not route.zone:
        return Servfail(server, f"{server.address} {step.why}", step.errors)
    return step


def _extended(errors: Iterable[tuple[int, str]]) -> str:
    """The first of *errors* that speaks of DNSSEC, for people; empty where none does."""
    for code, text in errors:
        if code in _DNSSEC:
            return f"{_DNSSEC[code]}{': ' if text else ''}{text[:MAX_TEXT]} (RFC 8914 code {code})"
    return ""
