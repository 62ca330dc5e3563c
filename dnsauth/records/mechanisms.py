"""The mechanisms of SPF, RFC 7208 section 5, and their texts.

A value that exists can be written: constructors check what they are given by the grammar. A mechanism is
what it means: ``a/32`` is ``a``, ``ip4:192.0.2.1/24`` is ``ip4:192.0.2.0/24``, names are lower case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import TypeAlias, assert_never

from dnsauth.records import BadRecord
from dnsauth.records.macros import domain_spec
from dnsauth.records.text import shown

NAMES = ("all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists")

_CIDR = "RFC 7208 section 5.6"
_PREFIX4 = "3[0-2]|[12]?[0-9]"
_PREFIX6 = "12[0-8]|1[01][0-9]|[1-9]?[0-9]"
_DUAL_CIDR = re.compile(rf"(?:/({_PREFIX4}))?(?://({_PREFIX6}))?\Z")
_CIDR4 = re.compile(_PREFIX4)
_CIDR6 = re.compile(_PREFIX6)


@dataclass(frozen=True, slots=True)
class Domain:
    """A term that needs a domain-spec."""

    domain: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "domain", domain_spec(self.domain))


@dataclass(frozen=True, slots=True)
class _Hosts:
    domain: str = ""
    prefix4: int = 32
    prefix6: int = 128

    def __post_init__(self) -> None:
        if self.domain:
            object.__setattr__(self, "domain", domain_spec(self.domain))
        if not (0 <= self.prefix4 <= 32 and 0 <= self.prefix6 <= 128):
            raise BadRecord("a prefix length is at most 32 for IPv4 and 128 for IPv6", 1, _CIDR)


@dataclass(frozen=True, slots=True)
class All:
    """``all`` always matches, section 5.1."""


@dataclass(frozen=True, slots=True)
class Include(Domain):
    """``include`` matches where the record of *domain* says pass, section 5.2."""


@dataclass(frozen=True, slots=True)
class A(_Hosts):
    """``a`` matches the addresses of *domain*, section 5.3; an empty *domain* is the current one."""


@dataclass(frozen=True, slots=True)
class MX(_Hosts):
    """``mx`` matches the addresses of *domain*'s MX hosts, section 5.4; empty as in `A`."""


@dataclass(frozen=True, slots=True)
class Ptr:
    """``ptr`` matches by reverse names; section 5.5 says it SHOULD NOT be published."""

    domain: str = ""

    def __post_init__(self) -> None:
        if self.domain:
            object.__setattr__(self, "domain", domain_spec(self.domain))


@dataclass(frozen=True, slots=True)
class IP4:
    """``ip4`` matches a network, section 5.6."""

    network: IPv4Network


@dataclass(frozen=True, slots=True)
class IP6:
    """``ip6`` matches a network, section 5.6."""

    network: IPv6Network


@dataclass(frozen=True, slots=True)
class Exists(Domain):
    """``exists`` matches where *domain* has an A record, section 5.7."""


Mechanism: TypeAlias = All | Include | A | MX | Ptr | IP4 | IP6 | Exists


def parse(name: str, colon: bool, rest: str) -> Mechanism:
    """The mechanism *name*, one of `NAMES`, with *rest* behind it, after a colon where *colon* says so.

    Raises `BadRecord`, whose column counts from the beginning of *rest*.
    """
    if not colon and rest and (name not in ("a", "mx") or rest[0] != "/"):
        raise BadRecord(f"{shown(rest)} cannot follow {name!r}", 1, "RFC 7208 section 4.6.1")
    if not colon and name in ("include", "ip4", "ip6", "exists"):
        raise BadRecord(f"{name!r} needs a colon and a value", 1, "RFC 7208 section 5")
    match name:
        case "all":
            if colon:
                raise BadRecord("'all' takes no value", 1, "RFC 7208 section 5.1")
            return All()
        case "include":
            return Include(rest)
        case "exists":
            return Exists(rest)
        case "ptr":
            return Ptr(domain_spec(rest)) if colon else Ptr()
        case "ip4":
            return IP4(_network4(rest))
        case "ip6":
            return IP6(_network6(rest))
        case _:
            return _hosts(MX if name == "mx" else A, colon, rest)


def text(mechanism: Mechanism) -> str:
    """The canonical text of *mechanism*, without qualifier."""
    match mechanism:
        case All():
            return "all"
        case Include(domain):
            return f"include:{domain}"
        case Exists(domain):
            return f"exists:{domain}"
        case Ptr(domain):
            return f"ptr:{domain}" if domain else "ptr"
        case A():
            return "a" + _hosts_text(mechanism)
        case MX():
            return "mx" + _hosts_text(mechanism)
        case IP4(network):
            prefix = "" if network.prefixlen == 32 else f"/{network.prefixlen}"
            return f"ip4:{network.network_address}{prefix}"
        case IP6(network):
            prefix = "" if network.prefixlen == 128 else f"/{network.prefixlen}"
            return f"ip6:{_address6(network.network_address)}{prefix}"
        case _ as never:
            assert_never(never)


def _hosts(kind: type[A | MX], colon: bool, rest: str) -> A | MX:
    cidr = _DUAL_CIDR.search(rest)
    domain = rest[: cidr.start()] if cidr else rest
    prefix4, prefix6 = cidr.groups() if cidr else (None, None)
    if colon:
        domain = _domain_before_cidr(domain)
    elif domain:
        raise BadRecord(f"{shown(domain)} is no prefix length", 1, _CIDR)
    return kind(domain, int(prefix4 or 32), int(prefix6 or 128))


def _domain_before_cidr(text: str) -> str:
    try:
        return domain_spec(text)
    except BadRecord:
        slash = text.find("/", text.rfind(".") + 1)
        if slash < 0 or "}" in text[slash:]:  # in a macro it is a delimiter
            raise
        raise BadRecord(f"{shown(text[slash:])} is no prefix length", slash + 1, _CIDR) from None


def _hosts_text(hosts: A | MX) -> str:
    domain = hosts.domain and f":{hosts.domain}"
    prefix4 = "" if hosts.prefix4 == 32 else f"/{hosts.prefix4}"
    prefix6 = "" if hosts.prefix6 == 128 else f"//{hosts.prefix6}"
    return domain + prefix4 + prefix6


def _network4(rest: str) -> IPv4Network:
    address, prefix = _cidr(rest, _CIDR4)
    try:
        return IPv4Network((IPv4Address(address), prefix or 32), strict=False)
    except ValueError:
        raise BadRecord(f"{shown(address)} is no IPv4 address", 1, _CIDR) from None


def _network6(rest: str) -> IPv6Network:
    address, prefix = _cidr(rest, _CIDR6)
    problem = BadRecord(f"{shown(address)} is no IPv6 address", 1, _CIDR)
    if "%" in address:  # a zone index, which ipaddress takes and RFC 4291 section 2.2 does not know
        raise problem
    try:
        return IPv6Network((IPv6Address(address), prefix or 128), strict=False)
    except ValueError:
        raise problem from None


def _cidr(rest: str, prefixes: re.Pattern[str]) -> tuple[str, str]:
    address, slash, prefix = rest.partition("/")
    if slash and not prefixes.fullmatch(prefix):
        raise BadRecord(f"{shown(slash + prefix)} is no prefix length", len(address) + 1, _CIDR)
    return address, prefix


def _address6(address: IPv6Address) -> str:
    """The address as Python 3.13 writes it, in every version: digests are made of it."""
    return f"::ffff:{address.ipv4_mapped}" if address.ipv4_mapped else str(address)
