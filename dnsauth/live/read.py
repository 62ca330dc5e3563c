"""What a response says, as a reply."""

from __future__ import annotations

from dnsauth.live.chain import at, values
from dnsauth.live.reply import Absent, Alias, Answer, Failed, Lame, Refused, Reply
from dnsauth.live.wire import Message
from dnsauth.rrset import RRset


def authoritative(message: Message, owner: str, type: str) -> Reply:
    """What *message*, the response to (*owner*, *type*), says of the RRset at *owner* itself."""
    if message.rcode == "REFUSED":
        return Refused()
    if message.rcode not in ("NOERROR", "NXDOMAIN"):
        return Failed(message.rcode)
    if not message.authoritative:
        return Lame()
    if found := rrset(message, owner, type):
        return Answer(found)
    if found := rrset(message, owner, "CNAME"):  # what became of its target, NXDOMAIN too, is not asked here
        return Alias(found)
    return Absent.NXDOMAIN if message.rcode == "NXDOMAIN" else Absent.NODATA


def rrset(message: Message, owner: str, type: str) -> RRset | None:
    """The RRset (*owner*, *type*) in the answer of *message*; its TTL is the least (RFC 2181 section 5.2)."""
    found = at(message.answer, owner, type)
    return RRset(owner, type, min(rr.ttl for rr in found), values(found)) if found else None
