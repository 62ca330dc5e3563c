"""The resolver that leads to authoritative servers; what it says of our own records is never used."""

from __future__ import annotations

from functools import cache

import dns.exception
import dns.resolver

from dnsauth.live.ask import value
from dnsauth.live.servers import Lookup, LookupFailed, address

LIFETIME = 5.0  # seconds for one look-up, all attempts together


def resolver(setting: str = "", lifetime: float = LIFETIME) -> Lookup:
    """Look-ups through the resolver at *setting* (``ADDRESS:PORT``), or the system's where it is empty.

    Answers are remembered as long as the returned function lives. Raises `dnsauth.errors.DnsauthError` where
    *setting* is no address.
    """
    asked = _configured(setting)

    @cache
    def lookup(name: str, type: str) -> tuple[str, ...]:
        if asked is None:
            raise LookupFailed("this system names no resolver: set `live: {resolver: ADDRESS:PORT}`")
        try:
            answer = asked.resolve(name, type, raise_on_no_answer=False, search=False, lifetime=lifetime)
        except dns.resolver.NXDOMAIN:
            return ()
        except (dns.exception.DNSException, OSError) as error:
            raise LookupFailed(str(error)) from error
        return tuple(sorted({value(rdata) for rdata in answer.rrset or ()}))

    return lookup


def _configured(setting: str) -> dns.resolver.Resolver | None:
    """None where the system names no resolver, which matters to no zone whose servers the inventory names."""
    try:
        asked = dns.resolver.Resolver(configure=not setting)
    except dns.resolver.NoResolverConfiguration:
        return None
    if setting:
        host, asked.port = address(setting)
        asked.nameservers = [host]
    return asked
