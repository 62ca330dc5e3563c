"""The servers of a zone: whether each serves it, whether they agree, and whether the parent leads to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dnsauth import names
from dnsauth.checks.live.providers import foreign
from dnsauth.checks.live.rules import (
    BOGUS,
    DELEGATION,
    DISAGREE,
    ELSEWHERE,
    LAME,
    NO_ADDRESS,
    NO_KEYS,
    NOT_SERVED,
    SECURE,
    UNASSESSED,
    UNDELEGATED,
    UNREACHABLE,
)
from dnsauth.checks.live.view import LiveView, Served, short
from dnsauth.checks.rules.dns import UNSIGNED, UNVALIDATED
from dnsauth.checks.rules.inventory import DELEGATED_ASKED, DELEGATED_LOOKED
from dnsauth.checks.rules.leftovers import NO_TCP
from dnsauth.findings import NOWHERE, Finding, Outcome, Rule
from dnsauth.live.reply import Absent, Alias, Answer, Lame, Reply, Unreachable, said, serial
from dnsauth.live.resolution import Asked, Bogus, Resolved, Unanswered, resolution_said
from dnsauth.live.servers import Server
from dnsauth.live.wire import PAYLOAD
from dnsauth.rrset import RRsetId, wire_size


def servers(view: LiveView) -> Iterator[Finding]:
    """What is wrong with the servers of a zone of ours, and with its delegation."""
    served = view.surveyed.served
    if served is None:
        return
    yield from _each_server(view, served)
    yield from _missing(view, served)
    serving = served.serving
    if serving:
        yield from _names(view, served, serving)
    if served.delegation is not None:
        yield from _delegation(view, served)
        yield from _dnssec(view, served, serving=bool(serving))


def _zone(view: LiveView, rule: Rule, outcome: Outcome = Outcome.FAIL, **facts: object) -> Finding:
    where = view.zone.where if view.zone else NOWHERE
    return Finding(rule, where, view.domain, {"zone": names.readable(view.domain), **facts}, outcome)


def _soa(served: Served, server: Server) -> Reply:
    return served.reply(server, Asked(served.authority.zone, "SOA"))


def called(server: Server) -> str:
    """*server* for people, by its name and address."""
    named = server.name.endswith(".")
    return f"{names.readable(server.name)} ({server.address})" if named else server.address


def _each_server(view: LiveView, served: Served) -> Iterator[Finding]:
    """A server counts as asked when one of its addresses answered."""
    silent: dict[str, tuple[Server, Unreachable]] = {}
    heard: set[str] = set()
    for server in served.authority.servers:
        match _soa(served, server):
            case Answer():
                heard.add(server.name)
            case Unreachable() as reply:
                if server.name not in silent or reply.routed:
                    silent[server.name] = (server, reply)
            case reply:
                heard.add(server.name)
                yield _zone(view, LAME, server=called(server), address=server.address, why=said(reply))
    for name, (server, reply) in silent.items():
        if name not in heard:
            yield _zone(
                view,
                UNREACHABLE,
                Outcome.NOT_ASSESSED,
                server=called(server),
                address=server.address,
                why=reply.why,
            )


def _missing(view: LiveView, served: Served) -> Iterator[Finding]:
    """Names that lead to no address, or the zone itself that leads to no server.

    Only what the resolver says too is so; else it could not be learned.
    """
    for missing in served.authority.missing:
        if missing.name == view.domain:
            absent = isinstance(served.validated, Resolved) and not served.validated.values
            outcome = Outcome.FAIL if absent else Outcome.NOT_ASSESSED
            yield _zone(view, UNDELEGATED, outcome, why=missing.why)
            continue
        found = [view.surveyed.answers.get(Asked(missing.name, type)) for type in ("A", "AAAA")]
        absent = all(isinstance(one, Resolved) and not one.values for one in found)
        outcome = Outcome.FAIL if absent else Outcome.NOT_ASSESSED
        why = "which has no address" if absent else f"of which no address is known: {missing.why}"
        yield _zone(view, NO_ADDRESS, outcome, server=names.readable(missing.name), why=why)


class _Said(NamedTuple):
    """What a server has of an RRset: its values, or those of the CNAME that stands there, or nothing."""

    type: str = ""
    values: tuple[str, ...] = ()


def _of(reply: Reply) -> _Said | None:
    """None where it told nothing."""
    match reply:
        case Answer(rrset) | Alias(rrset):
            return _Said(rrset.type, rrset.values)
        case Absent():
            return _Said()
        case _:
            return None


def _names(view: LiveView, served: Served, serving: tuple[Server, ...]) -> Iterator[Finding]:
    """RRsets that servers answer differently, do not answer, or do not serve as desired."""
    disagreeing: set[tuple[str, str]] = set()
    referred: set[tuple[str, str]] = set()
    for asked in view.own:
        answers = {server: _of(served.reply(server, asked)) for server in serving}
        told = {server: answer for server, answer in answers.items() if answer is not None}
        if all(isinstance(served.reply(server, asked), Lame) for server in serving):  # a referral
            rule = DELEGATED_ASKED if RRsetId(*asked) in view.desired else DELEGATED_LOOKED
            yield view.finding(rule, asked, {})
            referred.add(asked)
            continue
        if len(told) < len(answers):
            silent = [server for server in answers if server not in told]
            whys = (f"{called(server)} {said(served.reply(server, asked))}" for server in silent)
            yield view.finding(UNASSESSED, asked, {"why": "; ".join(whys)}, (), Outcome.NOT_ASSESSED)
            yield from _no_tcp(view, served, asked, answers)
        if len(told) > 1 and len(set(told.values())) > 1:
            disagreeing.add(asked)
            yield _disagree(view, served, asked, told)
    for owner, type, differing, agreeing in view.asking.unserved(view.surveyed):
        # the disagreement tells it, with both answers; and so does who is referred to
        if (owner, type) not in referred and not (agreeing and (owner, type) in disagreeing):
            whole = len(differing) == len(serving)
            facts = {"addresses": list(differing), "servers": "" if whole else f" at {', '.join(differing)}"}
            yield view.finding(NOT_SERVED, (owner, type), facts)


def _no_tcp(view: LiveView, served: Served, asked: Asked, answers: Iterable[Server]) -> Iterator[Finding]:
    """Servers that give no answer by TCP to what another gave: its answer was too long for UDP, so TCP works.

    Where none gives one, it may be the network here that lets no TCP through.
    """
    whole = next((server for server in answers if _is_long(served.reply(server, asked))), None)
    if whole is None:
        return
    for other in answers:
        match served.reply(other, asked):
            case Unreachable(why, cut=True):
                facts = {"server": called(other), "address": other.address, "other": called(whole)}
                yield view.finding(NO_TCP, asked, {**facts, "why": why, "limit": PAYLOAD})
            case _:
                pass


def _is_long(reply: Reply) -> bool:
    """True for an answer that no datagram holds of the size that was asked for."""
    return isinstance(reply, Answer) and wire_size(reply.rrset) > PAYLOAD


def _disagree(view: LiveView, served: Served, asked: Asked, told: dict[Server, _Said]) -> Finding:
    by_answer: dict[_Said, list[Server]] = {}
    for server, answer in told.items():
        by_answer.setdefault(answer, []).append(server)
    facts = [
        {
            "servers": [server.address for server in each],
            "serials": [serial(_soa(served, server)) for server in each],
            "values": list(answer.values),
        }
        for answer, each in by_answer.items()
    ]
    named = {server: f"{called(server)}, serial {serial(_soa(served, server))}," for server in told}
    answers = (
        f"{' and '.join(named[server] for server in each)} {_words(answer)}"
        for answer, each in by_answer.items()
    )
    return view.finding(DISAGREE, asked, {"answers": "; ".join(answers), "servers": facts})


def _words(answer: _Said) -> str:
    if not answer.type:
        return "has nothing there"
    if answer.type == "CNAME":
        return f"has a CNAME to {answer.values[0]}"
    return "has " + ", ".join(f"'{short(value)}'" for value in answer.values)


def _delegation(view: LiveView, served: Served) -> Iterator[Finding]:
    delegation = served.delegation
    if delegation is None or not delegation.names:
        return
    own = view.surveyed.values(view.domain, "NS")
    if own and set(own) != set(delegation.names):
        parent, zone = (", ".join(map(names.readable, each)) for each in (delegation.names, own))
        yield _zone(view, DELEGATION, parent=parent, own=zone)
    for provider in view.zone.providers if view.zone else ():
        kind = view.asking.classes.get(provider, "")
        if known := foreign(kind, delegation.names):
            yield _zone(
                view,
                ELSEWHERE,
                names=", ".join(map(names.readable, delegation.names)),
                provider=provider,
                kind=kind.rpartition(".")[2],
                known=" or ".join(pattern.removesuffix(".") for pattern in known),
            )


def _dnssec(view: LiveView, served: Served, *, serving: bool) -> Iterator[Finding]:
    keys = view.surveyed.answers.get(Asked(view.domain, "DNSKEY"))
    unsigned = isinstance(keys, Resolved) and not keys.values
    match served.validated:
        case Bogus(why) if unsigned:
            yield _zone(view, NO_KEYS, why=f": {why}")
        case _ if unsigned:
            yield _zone(view, NO_KEYS, why="")
        case Bogus(why):
            yield _zone(view, BOGUS, why=why)
        case Resolved(secure=True):
            yield _zone(view, SECURE)
        case Unanswered() as unknown if serving:  # where none serves it, that is said
            why = f"whether the world can validate it: {resolution_said(unknown)}"
            owner = names.readable(view.domain)
            yield _zone(view, UNASSESSED, Outcome.NOT_ASSESSED, why=why, owner=owner, type="DNSSEC")
        case Resolved() if serving and served.delegated:
            yield _zone(view, UNVALIDATED if served.signed else UNSIGNED)
        case _:
            pass
