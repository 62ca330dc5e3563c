"""Zones as master files have them (RFC 1035 section 5)."""

from __future__ import annotations

from pathlib import Path

import dns.exception
import dns.rdatatype
import dns.zone
from dns.rdata import Rdata
from dns.rdtypes.txtbase import TXTBase

from dnsauth.errors import DnsauthError
from dnsauth.rrset import RRset, RRsetId, txt_value

LARGEST = 64 << 20  # octets of a file
_NAMES = ("CNAME", "DNAME", "MX", "NS", "PTR", "SRV")


def read(path: Path, zone: str) -> dict[RRsetId, RRset]:
    """The RRsets of *zone*, absolute, in the master file at *path*; raises `DnsauthError`.

    ``$INCLUDE`` is refused: it names files of the host that wrote it.
    """
    try:
        with path.open("rb") as file:
            octets = file.read(LARGEST + 1)
    except OSError as error:
        raise DnsauthError(f"{path} cannot be read: {error.strerror}", "name a zone's master file") from error
    if len(octets) > LARGEST:
        raise DnsauthError(f"{path} has more than {LARGEST:,} octets", "name a zone's master file")
    try:
        found = dns.zone.from_text(
            octets.decode("utf-8", "surrogateescape"), zone, relativize=False, check_origin=False
        )
    except (dns.exception.DNSException, ValueError) as error:
        raise DnsauthError(
            f"{path} is no master file of {zone.removesuffix('.')}: {error}", "see RFC 1035 section 5"
        ) from error
    rrsets = {}
    for name, rdataset in found.iterate_rdatasets():
        owner, type = name.to_text().lower(), dns.rdatatype.to_text(rdataset.rdtype)
        values = {_value(type, rdata) for rdata in rdataset}
        rrsets[RRsetId(owner, type)] = RRset(owner, type, rdataset.ttl, tuple(sorted(values)))
    return rrsets


def _value(type: str, rdata: Rdata) -> str:
    if isinstance(rdata, TXTBase) and type == "TXT":
        return txt_value(b"".join(rdata.strings))
    text = rdata.to_text()
    return text.lower() if type in _NAMES else text
