"""octoDNS as the push engine, and dnsauth as a plugin of octoDNS.

Names are imported when they are used, so that this package is cheap to import and ``class:
dnsauth.octodns.MailAuthSource`` works in a stock ``production.yaml``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dnsauth import __version__

if TYPE_CHECKING:
    from dnsauth.octodns.cloudflare import CloudflareProvider
    from dnsauth.octodns.ownership import MailAuthOwnership
    from dnsauth.octodns.powerdns import PowerDnsProvider
    from dnsauth.octodns.rfc2136 import Rfc2136Provider
    from dnsauth.octodns.route53 import Route53Provider
    from dnsauth.octodns.source import MailAuthSource
    from dnsauth.octodns.yaml import YamlProvider

__all__ = [
    "CloudflareProvider",
    "MailAuthOwnership",
    "MailAuthSource",
    "PowerDnsProvider",
    "Rfc2136Provider",
    "Route53Provider",
    "YamlProvider",
    "__version__",  # octoDNS logs it
]

_HOMES = {
    "CloudflareProvider": "cloudflare",
    "MailAuthOwnership": "ownership",
    "MailAuthSource": "source",
    "PowerDnsProvider": "powerdns",
    "Rfc2136Provider": "rfc2136",
    "Route53Provider": "route53",
    "YamlProvider": "yaml",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
