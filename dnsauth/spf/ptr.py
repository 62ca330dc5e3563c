"""The validated domain names of a client, RFC 7208 section 5.5: what ``ptr`` and ``%{p}`` ask for."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple, TypeAlias

from dnsauth.spf.expand import host_name
from dnsauth.spf.result import Looked
from dnsauth.spf.session import IP

MAX_NAMES = 10  # names of which one mx or ptr looks up the addresses, section 4.6.4

Ask: TypeAlias = Callable[[str, str], Looked]
"""(absolute name, type) to what came back; nothing is raised."""


class Validated(NamedTuple):
    """The absolute *names* that lead back to the client, and all that was *looked* up to know it."""

    names: tuple[str, ...]
    looked: tuple[Looked, ...]

    def best(self, domain: str) -> str:
        """What ``%{p}`` stands for in the record of *domain*, an absolute name (section 7.3)."""
        below = (name for name in self.names if name.endswith("." + domain))
        name = domain if domain in self.names else next(below, next(iter(self.names), "unknown"))
        return name.removesuffix(".")


def validated(ip: IP, ask: Ask) -> Validated:
    """The names of *ip*: of its first ten reverse names, those that have its address.

    An error at the reverse name means none, and at one of the names that it is passed over.
    """
    reverse = ask(ip.reverse_pointer + ".", "PTR")
    names, looked = [], [reverse]
    for value in reverse.values[:MAX_NAMES]:
        if (name := host_name(value)) is None:
            continue
        looked.append(answer := ask(name, address_type(ip)))
        if near(ip, ip.max_prefixlen, answer.values):
            names.append(name)
    return Validated(tuple(names), tuple(looked))


def address_type(ip: IP) -> str:
    """The type of the addresses to compare with *ip*, section 5."""
    return "A" if ip.version == 4 else "AAAA"


def near(ip: IP, prefix: int, values: tuple[str, ...]) -> bool:
    """True where one of the addresses *values* agrees with *ip* in its first *prefix* bits."""
    shift = ip.max_prefixlen - prefix
    bits = int(ip) >> shift
    return any(
        number >> shift == bits for value in values if (number := _number(value, ip.version)) is not None
    )


@lru_cache(maxsize=4096)
def _number(value: str, version: int) -> int | None:
    try:
        address = ip_address(value)
    except ValueError:  # no resolver's answer, but what is asked may be a file
        return None
    return int(address) if address.version == version else None
