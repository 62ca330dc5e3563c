"""One question to one authoritative server, over UDP and, where the answer is longer, over TCP."""

from __future__ import annotations

import errno

import dns.exception
import dns.message
import dns.query
import dns.rcode
from dns.flags import AA
from dns.message import Message
from dns.name import from_text
from dns.rcode import Rcode
from dns.rdata import Rdata
from dns.rdataclass import IN
from dns.rdatatype import RdataType
from dns.rdtypes.txtbase import TXTBase

from dnsauth.live.reply import Absent, Alias, Answer, Failed, Lame, Refused, Reply, Unreachable
from dnsauth.live.servers import Server
from dnsauth.rrset import RRset, txt_value

PAYLOAD = 1232  # octets that pass every path unfragmented, https://www.dnsflagday.net/2020/
TIMEOUT = 1.5  # seconds for one attempt
TRIES = 3

_NO_ROUTE = frozenset({errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})
_NAMES = frozenset({"CNAME", "DNAME", "MX", "NS", "PTR", "SRV"})  # RDATA of names and numbers, RFC 4343


def ask(server: Server, owner: str, type: str, *, timeout: float = TIMEOUT, tries: int = TRIES) -> Reply:
    """What *server* says of the RRset (*owner*, *type*), without recursion (RFC 1035 section 4.1.1).

    *timeout* is in seconds, for each of *tries* attempts and for TCP. Responses that are not to this very
    question (id, question section, source) are passed over.
    """
    query = dns.message.make_query(owner, type, use_edns=0, payload=PAYLOAD, flags=0)
    try:
        return read(_exchange(query, server, timeout, tries), owner, type)
    except dns.exception.Timeout:
        return Unreachable(f"no answer from {server.address} in {tries} × {timeout:g} s")
    except OSError as error:
        if error.errno in _NO_ROUTE:
            return Unreachable(f"there is no route for {server.family} from here", routed=False)
        return Unreachable(f"{server.address}: {error.strerror or error}")
    except (dns.exception.DNSException, EOFError):  # by TCP; by UDP it was passed over
        return Unreachable(f"{server.address} answers what is no DNS message by TCP")


def _exchange(query: Message, server: Server, timeout: float, tries: int) -> Message:
    for left in reversed(range(tries)):
        try:
            message, _ = dns.query.udp_with_fallback(
                query, server.host, timeout, server.port, ignore_unexpected=True, ignore_errors=True
            )
        except dns.exception.Timeout:
            if not left:
                raise
        else:
            return message
    raise AssertionError  # the last attempt returned or raised


def read(message: Message, owner: str, type: str) -> Reply:
    """What *message*, the response to (*owner*, *type*), says of the RRset at *owner* itself."""
    rcode = message.rcode()
    if rcode == Rcode.REFUSED:
        return Refused()
    if rcode not in (Rcode.NOERROR, Rcode.NXDOMAIN):
        return Failed(dns.rcode.to_text(rcode))
    if not message.flags & AA:
        return Lame()
    if found := _at(message, owner, type):
        return Answer(found)
    if found := _at(message, owner, "CNAME"):  # what became of its target, NXDOMAIN too, is not asked here
        return Alias(found)
    return Absent.NXDOMAIN if rcode == Rcode.NXDOMAIN else Absent.NODATA


def _at(message: Message, owner: str, type: str) -> RRset | None:
    found = message.get_rrset(message.answer, from_text(owner), IN, RdataType.make(type))
    if not found:
        return None
    return RRset(owner, type, found.ttl, tuple(sorted({value(rdata) for rdata in found})))


def value(rdata: Rdata) -> str:
    """*rdata* as a value: TXT as its joined text, names in lower case, else presentation format."""
    if isinstance(rdata, TXTBase):
        return txt_value(b"".join(rdata.strings))
    text = rdata.to_text()
    return text.lower() if rdata.rdtype.name in _NAMES else text
