"""The TTL that new keys of our own ask for, beside what a provider stores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dnsauth.checks.offline.view import ZoneView
from dnsauth.checks.rules.keys import TTL_RAISED
from dnsauth.findings import Finding

_LEAST: Mapping[str, int] = {"octodns_cloudflare.CloudflareProvider": 120}
"""Seconds a provider raises shorter TTLs to, by octoDNS's class, where its ``min_ttl`` says nothing else."""


def raised(views: Sequence[ZoneView]) -> Iterator[Finding]:
    """The providers that raise the TTL of new keys, each at its first sender with keys of its own."""
    wanted = views[0].inventory.rotation.first_ttl if views else None
    if wanted is None:
        return
    told: set[str] = set()
    for view in views:
        own = [(domain, one) for domain in view.zone.domains for one in domain.senders if one.own_keys]
        for provider in view.zone.providers if own else ():
            least = _least(view.inventory.providers.get(provider, {}))
            if wanted < least and provider not in told:
                told.add(provider)
                domain, sender = own[0]
                facts = {"ttl": wanted, "provider": provider, "least": least}
                yield Finding(TTL_RAISED, sender.where, domain.name, facts)


def _least(settings: Mapping[str, object]) -> int:
    shipped = _LEAST.get(str(settings.get("class", "")))
    given = settings.get("min_ttl", shipped)
    return given if shipped is not None and isinstance(given, int) else 0
