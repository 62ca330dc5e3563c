"""What the demo nameserver answers: one request in, the messages of its answer out.

Queries, zone transfer and dynamic update (RFC 1035, 5936, 2136), TSIG (RFC 8945).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import dns.exception
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.tsig
from dns.message import Message
from dns.name import Name
from dns.opcode import Opcode
from dns.rcode import Rcode
from dns.rdatatype import RdataType
from dns.rdtypes.ANY.TSIG import TSIG

from demo.zone import Zone

UDP_PAYLOAD = 1232  # octets, https://www.dnsflagday.net/2020/
TRANSFER_PAYLOAD = (
    16_000  # octets of RDATA in one message of a transfer, far below what a length field allows
)
MAX_MESSAGE = 65_535  # octets, RFC 1035 section 4.2.2
FUDGE = 300  # seconds, RFC 8945 section 10


class Served(NamedTuple):
    """One answered request in presentation format: ``UPDATE example.com. SOA NOERROR``."""

    opcode: str
    name: str
    type: str
    rcode: str


def respond(
    wire: bytes, zones: Mapping[Name, Zone], keyring: Mapping[Name, dns.tsig.Key], *, stream: bool
) -> tuple[list[bytes], Served | None]:
    """The messages that answer *wire*, and a note of it; both are empty for what is no request.

    With a *keyring*, transfer and update need one of its keys; without, transfer is open and update refused.
    *stream* is True for TCP.
    """
    try:
        query = dns.message.from_wire(wire, keyring=dict(keyring))
    except (dns.message.UnknownTSIGKey, dns.tsig.BadAlgorithm, dns.tsig.BadKey):
        return _tsig_error(wire, keyring, Rcode.BADKEY)
    except dns.tsig.BadSignature:
        return _tsig_error(wire, keyring, Rcode.BADSIG)
    except dns.tsig.BadTime:
        return _tsig_error(wire, keyring, Rcode.BADTIME)
    except dns.exception.DNSException:
        return _malformed(wire), None
    if query.flags & dns.flags.QR:
        return [], None
    response = dns.message.make_response(query, our_payload=UDP_PAYLOAD)
    zone = _deepest(query.question[0].name, zones) if len(query.question) == 1 else None
    allowed = query.had_tsig or (not keyring and query.opcode() != Opcode.UPDATE)
    rcode = _answer(query, response, zone, allowed=allowed)
    response.set_rcode(rcode)
    if rcode == Rcode.NOERROR and zone and stream and _is_transfer(query):
        return list(_transfer(query, zone)), _served(query, rcode)
    udp = min(max(query.payload, 512), UDP_PAYLOAD) if query.edns >= 0 else 512
    limit = MAX_MESSAGE if stream else udp
    return [response.to_wire(max_size=limit, prefer_truncation=True)], _served(query, rcode)


def _answer(query: Message, response: Message, zone: Zone | None, *, allowed: bool) -> Rcode:
    """Fill *response*, and change *zone* where *query* is an update; the RCODE."""
    if query.opcode() not in (Opcode.QUERY, Opcode.UPDATE):
        return Rcode.NOTIMP
    if len(query.question) != 1:
        return Rcode.FORMERR
    name, rdtype = query.question[0].name, query.question[0].rdtype
    if query.opcode() == Opcode.UPDATE or _is_transfer(query):
        if zone is None or zone.origin != name:
            return Rcode.NOTAUTH
        if not allowed:
            return Rcode.REFUSED
        if query.opcode() == Opcode.UPDATE:
            _, prerequisites, changes, _ = query.sections
            unmet = zone.unmet(prerequisites)
            return unmet if unmet != Rcode.NOERROR else zone.update(changes)
        response.flags |= dns.flags.AA
        response.answer = [zone.soa]  # by UDP it sends the client to TCP (RFC 1995 section 2)
        return Rcode.NOERROR
    if zone is None:
        return Rcode.REFUSED
    rcode, response.answer, response.authority, response.additional, authoritative = zone.answer(name, rdtype)
    if authoritative:
        response.flags |= dns.flags.AA
    return rcode


def _transfer(query: Message, zone: Zone) -> Iterator[bytes]:
    """The messages of an AXFR (RFC 5936 section 2.2), each signed where the request was."""
    pending, context = [zone.soa, *reversed([*zone])], None
    while pending:
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        size = 0
        while pending and size < TRANSFER_PAYLOAD:
            response.answer.append(pending.pop())
            size += sum(12 + len(rdata.to_wire() or b"") for rdata in response.answer[-1])
        yield response.to_wire(max_size=MAX_MESSAGE, multi=True, tsig_ctx=context)
        context = response.tsig_ctx


def _is_transfer(query: Message) -> bool:
    return query.question[0].rdtype in (RdataType.AXFR, RdataType.IXFR)


def _deepest(name: Name, zones: Mapping[Name, Zone]) -> Zone | None:
    """The deepest zone that contains *name*."""
    for depth in range(len(name), 0, -1):
        _, ancestor = name.split(depth)
        if ancestor in zones:
            return zones[ancestor]
    return None


def _tsig_error(
    wire: bytes, keyring: Mapping[Name, dns.tsig.Key], error: Rcode
) -> tuple[list[bytes], Served | None]:
    """NOTAUTH with *error* in a TSIG, which is itself signed for BADTIME only (RFC 8945 section 5.2)."""
    query = dns.message.from_wire(wire, keyring=False)
    response = dns.message.make_response(query)
    response.set_rcode(Rcode.NOTAUTH)
    assert query.tsig is not None  # noqa: S101  its TSIG is what was wrong
    name, asked, now = query.tsig.name, query.tsig[0], int(time.time())
    if error == Rcode.BADTIME:
        response.use_tsig(keyring[name], tsig_error=error, other_data=now.to_bytes(6))
        response.request_mac = asked.mac
    else:
        tsig = TSIG(  # type: ignore[no-untyped-call]  # dnspython leaves rdata classes untyped
            dns.rdataclass.ANY, RdataType.TSIG, asked.algorithm, now, FUDGE, b"", query.id, error, b""
        )
        response.tsig = dns.rrset.from_rdata(name, 0, tsig)
    return [response.to_wire()], _served(query, error)


def _malformed(wire: bytes) -> list[bytes]:
    """FORMERR for what has at least the header of a request."""
    if len(wire) < 12 or wire[2] & 0x80:
        return []
    return [wire[:2] + bytes([wire[2] & 0x79 | 0x80, Rcode.FORMERR]) + bytes(8)]


def _served(query: Message, rcode: Rcode) -> Served:
    name, rdtype = ("", RdataType.NONE)
    if query.question:
        name, rdtype = query.question[0].name.to_text(), query.question[0].rdtype
    return Served(
        dns.opcode.to_text(query.opcode()), name, dns.rdatatype.to_text(rdtype), dns.rcode.to_text(rcode)
    )
