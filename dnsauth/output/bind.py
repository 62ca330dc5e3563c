"""Desired records as zone file text (RFC 1035 section 5.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dnsauth.desired.model import Desired
from dnsauth.errors import DnsauthError
from dnsauth.names import relative
from dnsauth.output import safe
from dnsauth.rrset import presentation


def records(desired: Mapping[str, Sequence[Desired]]) -> str:
    """Every desired record, zone by zone behind its ``$ORIGIN``, and nothing else: neither SOA nor NS.

    A zone file takes it in with ``$INCLUDE``; ``named-checkzone`` then checks the whole.
    """
    return "\n".join(_zone(zone, rrsets) for zone, rrsets in sorted(desired.items()))


def _zone(zone: str, rrsets: Sequence[Desired]) -> str:
    lines = [f"$ORIGIN {zone}"]
    for one in rrsets:
        owner = relative(one.owner, zone)
        lines += (f"{owner}\t{one.ttl}\tIN\t{one.type}\t{_rdata(one, text)}" for text in one.texts)
    return "\n".join(lines) + "\n"


def _rdata(one: Desired, text: str) -> str:
    """*text* as a zone file holds it, parsed before it is printed."""
    if one.type == "TXT":
        return presentation("TXT", text)
    from dns.exception import DNSException
    from dns.rdata import from_text
    from dns.rdataclass import IN

    try:
        rdata = from_text(IN, one.type, text) if text.isprintable() else None  # a line end would end it early
    except DNSException:
        rdata = None
    if rdata is None:
        raise DnsauthError(
            f"{one.owner} {one.type}: this is no RDATA of that type: {safe.plain(text)}",
            "correct the line that asks for it",
        )
    return str(rdata)
