"""DNS messages on the wire, RFC 1035 section 4: queries as octets, responses as what they say."""

from __future__ import annotations

import struct
from functools import cache
from typing import NamedTuple

from dnsauth.live.wire_codes import RCODES, type_number
from dnsauth.live.wire_names import MAX_POINTERS, POINTER, Known, Malformed, name_octets, read_name
from dnsauth.live.wire_rdata import READERS

__all__ = ["PAYLOAD", "RR", "Malformed", "Message", "echoes", "query", "question", "read"]

PAYLOAD = 1232  # octets that pass every path unfragmented, https://www.dnsflagday.net/2020/

_HEADER = struct.Struct("!6H")
_RECORD = struct.Struct("!HHIH")
_QUESTION = _OPTION = struct.Struct("!HH")
_QR, _OPCODE, _AA, _TC, _RD, _RA = 0x8000, 0x7800, 0x0400, 0x0200, 0x0100, 0x0080
_AD, _CD, _RCODE = 0x0020, 0x0010, 0x000F
_IN = 1
_OPT = 41  # RFC 6891 section 6.1.1
_ERROR = 15  # the option of an extended error, RFC 8914 section 2
_MAX_TTL = 2**31 - 1  # seconds, RFC 2181 section 8

_EDNS = b"\0" + _RECORD.pack(_OPT, PAYLOAD, 0, 0)  # RFC 6891 section 6.1.2
_BEHIND_ID = tuple(
    tuple(_HEADER.pack(0, recurse * (_RD | _AD) | unchecked * _CD, 1, 0, 0, 1)[2:] for unchecked in (0, 1))
    for recurse in (0, 1)
)
_new = tuple.__new__  # as the class itself makes them, at half the cost

_WITHOUT_QUESTION = frozenset({1, 2, 4, 5})  # FORMERR, SERVFAIL, NOTIMP and REFUSED, when it was not read


class RR(NamedTuple):
    """A resource record of class IN; *ttl* in seconds."""

    owner: str
    type: str
    ttl: int
    value: str


class Message(NamedTuple):
    """What a message says (RFC 1035 section 4.1.1).

    *rcode* as in ``NXDOMAIN``, extended by EDNS (RFC 6891 section 6.1.3). The sections hold the records of
    class IN, but not OPT; where *truncated* they are empty, since nothing in them counts (RFC 2181 section
    9). *errors* are extended errors, code and text (RFC 8914).
    """

    id: int
    rcode: str
    response: bool
    authoritative: bool
    truncated: bool
    recursion_available: bool
    authentic: bool
    answer: tuple[RR, ...]
    authority: tuple[RR, ...]
    additional: tuple[RR, ...]
    errors: tuple[tuple[int, str], ...]


def question(owner: str, type: str) -> bytes:
    """The question for the RRset (*owner*, *type*) of class IN, RFC 1035 section 4.1.2.

    Raises `dnsauth.names.BadName` where *owner* is no absolute name, and ValueError where *type* is no type.
    """
    return name_octets(owner) + _asked(type)


@cache
def _asked(type: str) -> bytes:
    return _QUESTION.pack(type_number(type), _IN)


def query(id: int, question: bytes, *, recurse: bool = False, unchecked: bool = False) -> bytes:
    """The query with one *question*, and EDNS for a response of at most `PAYLOAD` octets.

    *recurse* sets RD, and AD to be told what a validating resolver found (RFC 6840 section 5.7). *unchecked*
    sets CD, for an answer even where validation fails (RFC 4035 section 3.2.2).
    """
    return id.to_bytes(2, "big") + _BEHIND_ID[recurse][unchecked] + question + _EDNS


def echoes(octets: bytes, id: int, question: bytes) -> bool:
    """True where *octets* begin as a response to the query *id* for *question* (RFC 5452 section 9.1).

    A server that could not read the query, or would not, may answer its error without the question.
    """
    if octets[:2] != id.to_bytes(2, "big") or len(octets) < _HEADER.size or octets[2] & 0xF8 != _QR >> 8:
        return False
    if octets[4:6] == b"\0\1":
        return octets.startswith(question, _HEADER.size)
    return octets[4:6] == b"\0\0" and octets[3] & _RCODE in _WITHOUT_QUESTION


def read(octets: bytes, owner: str = "", question: bytes = b"") -> Message:
    """What the whole message says, checked to its last octet. Raises `Malformed`.

    *owner* and *question* are what was asked, where `echoes` has found it: that name is not read again.
    """
    try:
        return _read(octets, owner, question)
    except (IndexError, struct.error):
        raise Malformed(f"the message ends within what it holds, at octet {len(octets)}") from None


def _read(octets: bytes, owner: str, question: bytes) -> Message:
    id, flags, questions, answers, authorities, additionals = _HEADER.unpack_from(octets)
    if flags & _OPCODE:
        raise Malformed("the opcode is not that of a query (RFC 1035 section 4.1.1)")
    rcode = flags & _RCODE
    answer: tuple[RR, ...] = ()
    authority: tuple[RR, ...] = ()
    additional: tuple[RR, ...] = ()
    errors: tuple[tuple[int, str], ...] = ()
    if not flags & _TC:
        known: Known = {}
        at = _HEADER.size
        if question and questions == 1:
            size = len(question) - _QUESTION.size
            known[at] = (owner, at + size, size, 0)
            at += len(question)
            questions = 0
        for _ in range(questions):
            name = read_name(octets, at, len(octets), known)
            known[at] = name
            at = name[1] + _QUESTION.size
        if answers:
            answer, at = _section(octets, at, answers, known)
        if authorities:
            authority, at = _section(octets, at, authorities, known)
        if additionals == 1 and octets[at : at + 3] == _EDNS[:3] and octets[at + 9 :] == b"\0\0":
            rcode |= octets[at + 5] << 4  # OPT without options, as nearly every one is
            at = len(octets)
        elif additionals:
            edns: list[tuple[int, int, int]] = []
            additional, at = _section(octets, at, additionals, known, edns)
            for ttl, begin, end in edns:
                rcode |= ttl >> 24 << 4
                errors = _errors(octets, begin, end)
        if at != len(octets):
            raise Malformed(f"the message has {len(octets)} octets and ends at {at} (RFC 1035 section 4.1)")
    return _new(
        Message,
        (
            id,
            RCODES.get(rcode) or f"RCODE{rcode}",
            flags & _QR != 0,
            flags & _AA != 0,
            flags & _TC != 0,
            flags & _RA != 0,
            flags & _AD != 0,
            answer,
            authority,
            additional,
            errors,
        ),
    )


def _section(
    octets: bytes, at: int, count: int, known: Known, edns: list[tuple[int, int, int]] | None = None
) -> tuple[tuple[RR, ...], int]:
    """*count* records and the offset behind; TTL, begin and end of OPT go to *edns*, where one may be."""
    records = []
    size = len(octets)
    for _ in range(count):
        length = octets[at]
        if not length:
            owner = "."
            at += 1
        elif (
            length >= POINTER  # as nearly every owner name is
            and (name := known.get((length & ~POINTER) << 8 | octets[at + 1]))
            and name[1] <= at
            and name[3] < MAX_POINTERS
        ):
            owner = name[0]
            at += 2
        else:
            owner, at, _, _ = read_name(octets, at, size, known)
        number, dnsclass, ttl, length = _RECORD.unpack_from(octets, at)
        at += _RECORD.size
        end = at + length
        if end > size:
            raise Malformed(f"the RDATA at octet {at} is longer than the message")
        if number == _OPT:
            if edns is None or edns or owner != ".":
                raise Malformed(f"the OPT at octet {at} is out of place (RFC 6891 section 6.1.1)")
            edns.append((ttl, at, end))
        elif dnsclass == _IN:
            type, value = READERS[number]
            read = value(octets, at, end, known)
            records.append(_new(RR, (owner, type, ttl if ttl <= _MAX_TTL else 0, read)))
        at = end
    return tuple(records), at


def _errors(octets: bytes, at: int, end: int) -> tuple[tuple[int, str], ...]:
    """The extended errors among the options from *at* to *end* (RFC 6891 section 6.1.2)."""
    errors = []
    while at < end:
        option, length = _OPTION.unpack_from(octets, at)
        at += _OPTION.size + length
        if at > end or (option == _ERROR and length < 2):
            raise Malformed(f"the EDNS option that ends at octet {at} is longer or shorter than its place")
        if option == _ERROR:
            text = octets[at - length + 2 : at].removesuffix(b"\0").decode(errors="backslashreplace")
            errors.append((octets[at - length] << 8 | octets[at - length + 1], text))
    return tuple(errors)
