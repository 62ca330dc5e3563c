"""What one response says of a name and type, along its CNAMEs and as far as its server may speak."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from dnsauth.live.resolution import Asked, Looping, Resolved
from dnsauth.live.wire import RR, Message
from dnsauth.names import within

MAX_CHAIN = 16  # CNAMEs; no resolver in use follows more

_ANSWERS = ("NOERROR", "NXDOMAIN")


class Link(NamedTuple):
    """A CNAME *chain* whose last name is still to be asked for; *ttl* is in seconds."""

    chain: tuple[str, ...]
    ttl: int
    secure: bool = False


class Referred(NamedTuple):
    """The name lies at or below a delegation, to the servers of *cut* (RFC 1034 section 4.2.1)."""

    cut: str


class Failure(NamedTuple):
    """The response says nothing of the name; *rcode* as in ``SERVFAIL``, *errors* as RFC 8914 has them."""

    why: str
    rcode: str = "NOERROR"
    errors: tuple[tuple[int, str], ...] = ()


Step: TypeAlias = Resolved | Looping | Link | Referred | Failure


def follow(message: Message, asked: Asked, zone: str = "") -> Step:
    """What *message*, a response to *asked*, says of it.

    The chain is read owner by owner, whatever the order of the records; those that are no part of it are
    ignored. Where *zone* is given, the server has authority over that zone and is believed about no name
    outside of it (RFC 5452 section 6); else it is a resolver.
    """
    if failed := failure(message):
        return failed
    chain: list[str] = []
    name, ttl = asked.name, 2**31
    while not zone or within(name, zone):
        if found := at(message.answer, name, asked.type):
            if zone and not message.authoritative:
                return LAME
            return Resolved(
                values(found), _least(found, ttl), tuple(chain), secure=message.authentic and not zone
            )
        aliases = at(message.answer, name, "CNAME")
        if not aliases:
            return _ended(message, asked, zone, Link(tuple(chain), ttl, message.authentic and not zone))
        if zone and not message.authoritative:
            return LAME
        name, ttl = min(rr.value for rr in aliases), _least(aliases, ttl)
        if name in chain or name == asked.name or len(chain) == MAX_CHAIN:
            return Looping((*chain, name))
        chain.append(name)
    return Link(tuple(chain), ttl)


LAME = Failure("answers without authority: it does not serve this zone")


def failure(message: Message) -> Failure | None:
    """What keeps *message* from being an answer, by its RCODE (RFC 1035 section 4.1.1)."""
    if message.rcode in _ANSWERS:
        return None
    why = "refuses to answer (REFUSED)" if message.rcode == "REFUSED" else f"fails with {message.rcode}"
    return Failure(why, message.rcode, message.errors)


def at(section: Iterable[RR], owner: str, type: str) -> list[RR]:
    """The records of *type* at *owner*."""
    return [rr for rr in section if rr.type == type and rr.owner == owner]


def values(found: Sequence[RR]) -> tuple[str, ...]:
    """The values of *found*, sorted and without repetition."""
    return (found[0].value,) if len(found) == 1 else tuple(sorted({rr.value for rr in found}))


def referral(message: Message, name: str, zone: str) -> str | None:
    """The delegation below *zone*, at or above *name*, that *message* refers to, if it does."""
    if message.answer or any(rr.type == "SOA" for rr in message.authority):
        return None
    cuts = (rr.owner for rr in message.authority if rr.type == "NS")
    return next((cut for cut in cuts if cut != zone and within(cut, zone) and within(name, cut)), None)


def _ended(message: Message, asked: Asked, zone: str, link: Link) -> Step:
    """The end of a chain without the record: where that is no answer, the next to ask for."""
    name = link.chain[-1] if link.chain else asked.name
    soa = next((rr for rr in message.authority if rr.type == "SOA" and within(name, rr.owner)), None)
    if zone and not link.chain:
        if cut := referral(message, name, zone):
            return Referred(cut)
        if not message.authoritative:
            return LAME
    elif not link.chain and not (message.recursion_available or message.authoritative):
        return Failure("does not resolve for others")
    if message.rcode == "NOERROR" and soa is None and link.chain:
        return link
    if message.rcode == "NOERROR" and soa is None and any(rr.type == "NS" for rr in message.authority):
        return Failure("refers to other servers and does not resolve")
    ttl = min(link.ttl, _negative_ttl(soa))
    return Resolved((), ttl, link.chain, exists=message.rcode == "NOERROR", secure=link.secure)


def _least(found: Iterable[RR], ttl: int) -> int:
    return min([ttl, *[rr.ttl for rr in found]])


def _negative_ttl(soa: RR | None) -> int:
    """Seconds an absence may be remembered: none where no SOA says so (RFC 2308 section 5)."""
    return min(soa.ttl, int(soa.value.rpartition(" ")[2])) if soa else 0
