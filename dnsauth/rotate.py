"""What authoritative servers answer for keys of our own, as facts of rotation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, assert_never

from dnsauth.live.look import Question
from dnsauth.live.reply import Absent, Alias, Answer, Failed, Lame, Refused, Reply, Unreachable, said
from dnsauth.live.servers import Authority, Server
from dnsauth.lock.keys import Key, State
from dnsauth.records import BadRecord, dkim
from dnsauth.rotation import due


class Watched(NamedTuple):
    """A key, and the zone its record stands in."""

    key: Key
    zone: str


def watched(keys: Iterable[Key], zone: str) -> Iterator[Watched]:
    """The keys servers are asked about: all but those that are gone for good."""
    return (Watched(key, zone) for key in keys if key.state is not State.REMOVED)


def questions(keys: Iterable[Watched], authorities: Mapping[str, Authority]) -> Iterator[Question]:
    """What each authoritative server is asked of *keys*: the record, and the zone's SOA."""
    zones: set[str] = set()
    for key, zone in keys:
        for server in authorities[zone].servers:
            yield Question(server, key.owner, "TXT")
            if zone not in zones:
                yield Question(server, zone, "SOA")
        zones.add(zone)


def facts(
    each: Watched, authority: Authority, replies: Mapping[Question, Reply], hosts: tuple[str, ...]
) -> due.Facts:
    """What the servers of *authority* said of one key, and which *hosts* sign with it.

    A server counts as asked when one of its addresses answered; an address without a route from here is
    skipped. A server that led to no address is not known to answer.
    """
    by_name: defaultdict[str, list[tuple[Server, Reply]]] = defaultdict(list)
    ttl = 0
    for server in authority.servers:
        reply = replies[Question(server, each.key.owner, "TXT")]
        by_name[server.name].append((server, reply))
        ttl = max(ttl, _ttl(reply), negative(replies.get(Question(server, each.zone, "SOA"))))
    served: dict[str, due.Served] = {}
    for name, found in by_name.items():
        asked = [(server, reply) for server, reply in found if not isinstance(reply, Unreachable)]
        for server, reply in asked or found[:1]:
            label = name if len(asked) < 2 else f"{name} ({server.address})"
            served[label] = due.Served(answer(each.key, reply), said(reply))
    for missing in authority.missing:
        served[missing.name] = due.Served(due.Answer.UNKNOWN, f"cannot be asked: {missing.why}")
    if not served:
        served[authority.zone] = due.Served(due.Answer.UNKNOWN, "has no server to ask")
    return due.Facts(served, ttl, hosts)


def answer(key: Key, reply: Reply) -> due.Answer:
    """What *reply* is to someone who looks for *key*."""
    match reply:
        case Answer(rrset):
            return _held(key, rrset.values)
        case Absent():
            return due.Answer.NOTHING
        case Alias():
            return due.Answer.OTHER
        case Refused() | Lame() | Failed() | Unreachable():
            return due.Answer.UNKNOWN
        case _ as never:
            assert_never(never)


def _held(key: Key, values: tuple[str, ...]) -> due.Answer:
    if len(values) != 1:
        return due.Answer.OTHER  # RFC 6376 section 3.6.2.2: undefined
    try:
        record = dkim.Record.parse(values[0])
    except BadRecord:
        return due.Answer.OTHER
    if record.revoked:
        return due.Answer.EMPTY
    return due.Answer.KEY if record == dkim.Record.parse(key.record) else due.Answer.OTHER


def _ttl(reply: Reply) -> int:
    return reply.rrset.ttl if isinstance(reply, Answer | Alias) else 0


def negative(reply: Reply | None) -> int:
    """For how many seconds a cache may hold that a name is not there, from a zone's SOA.

    The lesser of its TTL and its minimum, RFC 2308 section 5.
    """
    if isinstance(reply, Answer) and reply.rrset.type == "SOA":
        return min(reply.rrset.ttl, int(reply.rrset.values[0].split()[6]))
    return 0
