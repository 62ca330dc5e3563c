"""How SPF asks DNS: one function, so that evaluation and analysis are the same over any source of answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from dnsauth.errors import DnsauthError

Lookup: TypeAlias = Callable[[str, str], tuple[str, ...]]
"""(absolute lower-case name with its final dot, type) to the values there, CNAMEs followed; ``()`` where the
name has none of that type (NODATA). Values are as `dnsauth.rrset` has them: presentation format, TXT as its
joined text. Raises `NoSuchName` or `TempError`."""


class NoSuchName(DnsauthError):
    """The name does not exist (NXDOMAIN, RFC 8020)."""


class TempError(DnsauthError):
    """It could not be learned whether the record is there (RFC 7208 section 2.6.6)."""


class NotLooked(TempError):
    """Nobody has asked this name and type yet; whoever can ask, asks and tries again."""


def overlaid(lookup: Lookup, values: Mapping[tuple[str, str], tuple[str, ...]]) -> Lookup:
    """*lookup*, but for the names and types in *values*, which answer with those: DNS as it will be.

    ``()`` in *values* means that the record will not be there.
    """

    def over(name: str, type: str) -> tuple[str, ...]:
        found = values.get((name, type))
        return lookup(name, type) if found is None else found

    return over
