"""Resolvers on loopback that say what they are told to, record by record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
from dns.edns import EDECode, EDEOption

from dnsauth.live.engine import Engine, Limits
from dnsauth.live.failover import Failover
from dnsauth.live.resolver import Resolver
from dnsauth.live.servers import Server
from tests.live.sockets import peer

QUICK = Limits(timeout=0.1, tries=2, patience=0.3)  # for who never answers
PATIENT = Limits(timeout=3, patience=10)  # a busy machine asks nothing twice


@dataclass(frozen=True)
class Told:
    """One response; sections are lines of a zone file, a record each, in this order."""

    answer: str = ""
    authority: str = ""
    additional: str = ""
    rcode: str = "NOERROR"
    flags: int = dns.flags.RA
    error: tuple[int, str] | None = None

    def of(self, query: dns.message.Message) -> bytes:
        response = dns.message.make_response(query)
        response.flags |= self.flags
        response.answer, response.authority, response.additional = (
            [_rrset(line) for line in text.strip().splitlines()]
            for text in (self.answer, self.authority, self.additional)
        )
        response.set_rcode(dns.rcode.from_text(self.rcode))
        if self.error:
            response.use_edns(0, options=[EDEOption(EDECode.make(self.error[0]), self.error[1])])
        return response.to_wire()


def _rrset(line: str) -> dns.rrset.RRset:
    owner, ttl, type, rdata = line.split(maxsplit=3)
    return dns.rrset.from_text(owner, int(ttl), "IN", type, rdata)


@dataclass
class Asked:
    """A server, and the questions it got as ``name TYPE``, with ``+cd`` where validation was not wanted."""

    server: Server
    questions: list[str] = field(default_factory=list)


@contextmanager
def telling(answer: Callable[[str], Told | None] | Mapping[str, Told | None]) -> Iterator[Asked]:
    """A server that answers each question, written ``name TYPE`` or ``name TYPE +cd``, with what it is told.

    What it is told nothing about it leaves unanswered.
    """
    say = answer.get if isinstance(answer, Mapping) else answer
    questions: list[str] = []

    def answers(octets: bytes) -> list[bytes]:
        query = dns.message.from_wire(octets)
        one = query.question[0]
        cd = " +cd" if query.flags & dns.flags.CD else ""
        questions.append(f"{one.name.to_text()} {dns.rdatatype.to_text(one.rdtype)}{cd}")
        told = say(questions[-1])
        return [told.of(query)] if told else []

    with peer(answers) as odd:
        yield Asked(odd.server, questions)


@contextmanager
def resolving(
    *servers: Server, clock: Callable[[], float] = lambda: 0.0, limits: Limits = PATIENT
) -> Iterator[Resolver]:
    """A `Resolver` that asks *servers*, in this order."""
    with Engine(limits) as engine:
        yield Resolver(servers, Failover(engine), clock)
