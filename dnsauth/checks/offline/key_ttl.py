"""TTLs that are asked for, beside the least that a provider stores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dnsauth.checks.offline.view import ZoneView
from dnsauth.checks.rules.inventory import TTL_REFUSED
from dnsauth.checks.rules.keys import TTL_RAISED
from dnsauth.findings import Finding
from dnsauth.names import readable

_LEAST: Mapping[str, int] = {"octodns_cloudflare.CloudflareProvider": 120}
"""The least TTL in seconds, by octoDNS's class, where the provider's ``min_ttl`` says nothing else."""


def refused(views: Sequence[ZoneView]) -> Iterator[Finding]:
    """The providers that store no TTL as short as one asked for, each with it at the first who asks."""
    first = views[0].inventory.rotation.first_ttl if views else None
    told: set[tuple[str, int, bool]] = set()
    for view in views:
        for provider in view.zone.providers:
            least = _least(view.inventory.providers.get(provider, {}))
            for domain in view.zone.domains if least else ():
                if domain.ttl < least and (provider, domain.ttl, False) not in told:
                    told.add((provider, domain.ttl, False))
                    facts = {"ttl": domain.ttl, "provider": provider, "least": least}
                    yield view.of_domain(TTL_REFUSED, domain, {"owner": readable(domain.name), **facts})
                own = next((one for one in domain.senders if one.own_keys), None)
                if own and first is not None and first < least and (provider, first, True) not in told:
                    told.add((provider, first, True))
                    facts = {"ttl": first, "provider": provider, "least": least}
                    yield Finding(TTL_RAISED, own.where, domain.name, facts)


def _least(settings: Mapping[str, object]) -> int:
    shipped = _LEAST.get(str(settings.get("class", "")))
    given = settings.get("min_ttl", shipped)
    return given if shipped is not None and isinstance(given, int) else 0
