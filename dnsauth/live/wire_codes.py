"""Numbers on the wire and their mnemonics: types and response codes, as IANA registers them."""

from __future__ import annotations


def _numbered(first: int, mnemonics: str) -> dict[int, str]:
    return dict(enumerate(mnemonics.split(), first))


TYPES = {
    **_numbered(1, "A NS MD MF CNAME SOA MB MG MR NULL WKS PTR HINFO MINFO MX TXT RP AFSDB X25 ISDN RT NSAP"),
    **_numbered(23, "NSAP-PTR SIG KEY PX GPOS AAAA LOC NXT"),
    **_numbered(33, "SRV"),
    **_numbered(35, "NAPTR KX CERT A6 DNAME"),
    **_numbered(41, "OPT APL DS SSHFP IPSECKEY RRSIG NSEC DNSKEY DHCID NSEC3 NSEC3PARAM TLSA SMIMEA"),
    **_numbered(55, "HIP NINFO"),
    **_numbered(59, "CDS CDNSKEY OPENPGPKEY CSYNC ZONEMD SVCB HTTPS DSYNC HHIT BRID"),
    **_numbered(99, "SPF"),
    **_numbered(103, "UNSPEC NID L32 L64 LP EUI48 EUI64"),
    **_numbered(128, "NXNAME"),
    **_numbered(249, "TKEY TSIG IXFR AXFR MAILB MAILA ANY URI CAA AVC"),
    **_numbered(260, "AMTRELAY RESINFO WALLET"),
    **_numbered(32768, "TA DLV"),
}
"""Types by number, RFC 6895 section 3.1; any other is ``TYPE65534`` (RFC 3597 section 5)."""

RCODES = {
    **_numbered(0, "NOERROR FORMERR SERVFAIL NXDOMAIN NOTIMP REFUSED YXDOMAIN YXRRSET NXRRSET NOTAUTH"),
    **_numbered(10, "NOTZONE DSOTYPENI"),
    **_numbered(16, "BADVERS BADKEY BADTIME BADMODE BADNAME BADALG BADTRUNC BADCOOKIE"),
}
"""Response codes by number, RFC 6895 section 2.3; any other is ``RCODE12``."""

_NUMBERS = {mnemonic: number for number, mnemonic in TYPES.items()}


def type_number(text: str) -> int:
    """The number of a type by its mnemonic or as ``TYPE65534``. Raises ValueError."""
    if text in _NUMBERS:
        return _NUMBERS[text]
    digits = text.removeprefix("TYPE")
    if digits == text or not digits.isascii() or not digits.isdigit() or int(digits) > 0xFFFF:
        raise ValueError(f"{text!r} is no type of a resource record")
    return int(digits)
