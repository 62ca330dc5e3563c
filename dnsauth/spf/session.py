"""The SMTP session as SPF sees it: the arguments of check_host() and what the macros expand to.

RFC 7208 sections 4.1, 4.3 and 7.2, with the A-labels of RFC 8616 section 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

IP = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Session:
    """Who sends: the client's address, the sender's *local_part* and *domain*, and the name given in HELO.

    *domain* and *helo* have A-labels where they can be converted, and *domain* no final dot. *receiver* is
    the name of the host that checks, *timestamp* in seconds since 1970.
    """

    ip: IP
    local_part: str
    domain: str
    helo: str
    receiver: str = "unknown"
    timestamp: int = 0

    def value(self, letter: str, domain: str) -> str:
        """What the macro *letter*, other than p, stands for in the record of *domain*, section 7.2."""
        match letter:
            case "s":
                return f"{self.local_part}@{self.domain}"
            case "l":
                return self.local_part
            case "o":
                return self.domain
            case "d":
                return domain
            case "i":
                return dotted(self.ip)
            case "v":
                return "in-addr" if self.ip.version == 4 else "ip6"
            case "h":
                return self.helo
            case "c":
                return str(self.ip)
            case "r":
                return self.receiver
            case _:
                return str(self.timestamp)


def session(ip: str | IP, mail_from: str, helo: str, *, receiver: str = "", timestamp: int = 0) -> Session:
    """The session; a null *mail_from* is the postmaster of *helo*, as is no local-part the domain's.

    RFC 7208 sections 2.4 and 4.3. Raises `ValueError` where *ip* is no address.
    """
    helo = a_labels(helo)
    local_part, _, domain = mail_from.rpartition("@")
    domain = a_labels(domain).removesuffix(".") if mail_from else helo.removesuffix(".")
    return Session(client(ip), local_part or "postmaster", domain, helo, receiver or "unknown", timestamp)


def client(ip: str | IP) -> IP:
    """The client's address: IPv4 where IPv6 maps it, section 5. Raises `ValueError` where *ip* is none."""
    address = ip_address(ip)
    if isinstance(address, IPv4Address):
        return address
    return address.ipv4_mapped or IPv6Address(int(address))  # a zone index means something on its host only


def dotted(ip: IP) -> str:
    """The address as its reverse name takes it, not reversed: octets, or nibbles in upper case."""
    return str(ip) if ip.version == 4 else ".".join(f"{int(ip):032X}")


def a_labels(domain: str) -> str:
    """*domain* with its U-labels as A-labels; as it is where one cannot be converted (RFC 8616 section 4)."""
    if domain.isascii():
        return domain
    import idna

    try:
        return ".".join(
            label if label.isascii() else idna.encode(label, uts46=True).decode()
            for label in domain.split(".")
        )
    except UnicodeError:  # as every error of idna is
        return domain
