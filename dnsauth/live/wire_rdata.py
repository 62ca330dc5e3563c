r"""RDATA on the wire as values, by type.

A value is written as `dnsauth.rrset` says; names in it are in lower case (RFC 4343). RDATA of a type that is
not read here is ``\# length hex`` (RFC 3597 section 5), whatever it holds.
"""

from __future__ import annotations

import base64
import socket
import struct
from collections.abc import Callable
from typing import TypeAlias

from dnsauth.live.wire_codes import TYPES
from dnsauth.live.wire_names import Known, Malformed, read_name
from dnsauth.rrset import txt_value

Reader: TypeAlias = Callable[[bytes, int, int, Known], str]
"""(message, offset, offset behind, names read so far) to the value.

Raises `Malformed`, and IndexError or struct.error where the message ends before the RDATA does.
"""

_SERVICE = struct.Struct("!HHH")
_TIMES = struct.Struct("!5I")
_DNSSEC = struct.Struct("!HBB")
_DIGESTS = {1: 20, 2: 32, 3: 32, 4: 48}  # octets by digest type: RFC 3658, 4509, 5933, 6605
_MATCHES = {1: 32, 2: 64}  # octets by matching type: RFC 6698 section 2.1.3
_QUOTED = tuple(
    f"\\{chr(octet)}" if octet in b'"\\' else chr(octet) if 32 <= octet < 127 else f"\\{octet:03}"
    for octet in range(256)
)


def _a(octets: bytes, at: int, end: int, _: Known) -> str:
    if end - at != 4:
        raise _unlike("A", at, "RFC 1035 section 3.4.1")
    return socket.inet_ntoa(octets[at:end])


def _aaaa(octets: bytes, at: int, end: int, _: Known) -> str:
    if end - at != 16:
        raise _unlike("AAAA", at, "RFC 3596 section 2.2")
    return socket.inet_ntop(socket.AF_INET6, octets[at:end])


def _txt(octets: bytes, at: int, end: int, _: Known) -> str:
    first = at + 1
    behind = first + octets[at]
    if behind == end:
        return txt_value(octets[first:end])
    strings = [octets[first:behind]]
    while behind < end:
        first = behind + 1
        behind = first + octets[behind]
        strings.append(octets[first:behind])
    if behind > end:
        raise _unlike("TXT", at, "RFC 1035 section 3.3.14")
    return txt_value(b"".join(strings))


def _target(octets: bytes, at: int, end: int, known: Known) -> str:
    text, behind, _, _ = read_name(octets, at, end, known)
    if behind != end:
        raise _unlike("a name", at, "RFC 1035 section 3.3")
    return text


def _dname(octets: bytes, at: int, end: int, known: Known) -> str:
    text, behind, size, _ = read_name(octets, at, end, known)
    if behind != end or size != end - at:
        raise _unlike("a DNAME, whose target is not compressed", at, "RFC 6672 section 2.5")
    return text


def _mx(octets: bytes, at: int, end: int, known: Known) -> str:
    text, behind, _, _ = read_name(octets, at + 2, end, known)
    if behind != end:
        raise _unlike("MX", at, "RFC 1035 section 3.3.9")
    return f"{octets[at] << 8 | octets[at + 1]} {text}"


def _soa(octets: bytes, at: int, end: int, known: Known) -> str:
    mname, behind, _, _ = read_name(octets, at, end, known)
    rname, behind, _, _ = read_name(octets, behind, end, known)
    if behind + _TIMES.size != end:
        raise _unlike("SOA", at, "RFC 1035 section 3.3.13")
    return "{} {} {} {} {} {} {}".format(mname, rname, *_TIMES.unpack_from(octets, behind))


def _srv(octets: bytes, at: int, end: int, known: Known) -> str:
    text, behind, _, _ = read_name(octets, at + _SERVICE.size, end, known)
    if behind != end:
        raise _unlike("SRV", at, "RFC 2782")
    return "{} {} {} {}".format(*_SERVICE.unpack_from(octets, at), text)


def _caa(octets: bytes, at: int, end: int, _: Known) -> str:
    value = at + 2 + octets[at + 1]
    tag = octets[at + 2 : value]
    if value > end or not tag.isalnum():
        raise _unlike("CAA", at, "RFC 8659 section 4.1")
    quoted = "".join([_QUOTED[octet] for octet in octets[value:end]])
    return f'{octets[at]} {tag.decode("ascii")} "{quoted}"'


def _ds(octets: bytes, at: int, end: int, _: Known) -> str:
    tag, algorithm, type = _DNSSEC.unpack_from(octets, at)
    length = end - at - _DNSSEC.size
    if length < 0 or not type or length != _DIGESTS.get(type, length):
        raise _unlike("DS", at, "RFC 4034 section 5.1")
    return f"{tag} {algorithm} {type} {_hex(octets[end - length : end])}"


def _dnskey(octets: bytes, at: int, end: int, _: Known) -> str:
    flags, protocol, algorithm = _DNSSEC.unpack_from(octets, at)
    if at + _DNSSEC.size > end:
        raise _unlike("DNSKEY", at, "RFC 4034 section 2.1")
    key = base64.b64encode(octets[at + _DNSSEC.size : end]).decode("ascii")
    return f"{flags} {protocol} {algorithm} {' '.join([key[i : i + 32] for i in range(0, len(key), 32)])}"


def _tlsa(octets: bytes, at: int, end: int, _: Known) -> str:
    length = end - at - 3
    if length < 0 or length != _MATCHES.get(octets[at + 2], length):
        raise _unlike("TLSA", at, "RFC 6698 section 2.1")
    return f"{octets[at]} {octets[at + 1]} {octets[at + 2]} {_hex(octets[at + 3 : end])}"


def _opaque(octets: bytes, at: int, end: int, _: Known) -> str:
    return f"\\# {end - at} {_hex(octets[at:end])}"


def _hex(octets: bytes) -> str:
    return octets.hex(" ", -64)


def _unlike(what: str, at: int, source: str) -> Malformed:
    return Malformed(f"the RDATA at octet {at} is not that of {what} ({source})")


_READ: dict[str, Reader] = {
    "A": _a,
    "AAAA": _aaaa,
    "CAA": _caa,
    "CNAME": _target,
    "DNAME": _dname,
    "DNSKEY": _dnskey,
    "DS": _ds,
    "MX": _mx,
    "NS": _target,
    "PTR": _target,
    "SOA": _soa,
    "SPF": _txt,
    "SRV": _srv,
    "TLSA": _tlsa,
    "TXT": _txt,
}


class _Readers(dict[int, tuple[str, Reader]]):
    def __missing__(self, number: int) -> tuple[str, Reader]:
        return f"TYPE{number}", _opaque


READERS = _Readers({number: (type, _READ.get(type, _opaque)) for number, type in TYPES.items()})
"""The mnemonic of every type by number, and what reads its RDATA."""
