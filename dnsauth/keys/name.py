"""The name of a key in a store: the owner name of its key record, as data and never as a path."""

from __future__ import annotations

from typing import NamedTuple

from dnsauth import names
from dnsauth.errors import DnsauthError

_BETWEEN = "._domainkey."  # RFC 6376 section 3.6.2.1


class KeyName(NamedTuple):
    """A selector and its mail domain, in lower case and without the final dot.

    Both are of letters, digits, ``-``, ``.`` and in the domain ``_``, and no label is empty: neither holds a
    ``/``, begins with a dot or a hyphen, or is ``..``.
    """

    selector: str
    domain: str

    def __str__(self) -> str:
        return f"{self.selector}{_BETWEEN}{self.domain}"


def key_name(text: str) -> KeyName:
    """The key *text* names, as in ``202611-rsa-2048-k3fd._domainkey.example.com``; raises `DnsauthError`."""
    selector, between, domain = text.partition(_BETWEEN)
    reason = f"{text!r} is not SELECTOR._domainkey.DOMAIN in lower case, without the final dot"
    try:
        canonical = between and (names.absolute(text), names.selector(selector), names.absolute(domain))
        if canonical == (f"{text}.", selector, f"{domain}."):
            return KeyName(selector, domain)
    except names.BadName as error:
        reason = str(error)
    raise DnsauthError(
        f"this is no name of a key: {reason} (RFC 6376 section 3.6.2.1)",
        "give its owner name, as in 202611-rsa-2048-k3fd._domainkey.example.com",
    )


def known(selector: str, domain: str) -> str:
    """The name of a key found at *selector* of *domain* in a store; empty where none is kept there."""
    found = KeyName(selector, domain)
    try:
        return str(found) if key_name(str(found)) == found else ""
    except DnsauthError:
        return ""
