"""How large DNS providers call their name servers, by octoDNS's class of the provider."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase

SERVERS: Mapping[str, tuple[str, ...]] = {
    # docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html
    "octodns_route53.Route53Provider": ("*.awsdns-*",),
    # developers.cloudflare.com/dns/nameservers/, and of its Foundation DNS /dns/foundation-dns/
    "octodns_cloudflare.CloudflareProvider": ("*.ns.cloudflare.com.", "*.foundationdns.*"),
    # cloud.google.com/dns/docs/update-name-servers
    "octodns_googlecloud.GoogleCloudProvider": ("ns-cloud-*.googledomains.com.",),
    # learn.microsoft.com/azure/dns/dns-domain-delegation
    "octodns_azure.AzureProvider": ("*.azure-dns.*",),
    # ibm.com/docs/ns1-connect: nameserver assignments
    "octodns_ns1.Ns1Provider": ("*.nsone.net.",),
    # support.dnsimple.com/articles/name-servers-glossary/
    "octodns_dnsimple.DnsimpleProvider": ("*.dnsimple.com.", "*.dnsimple-edge.*"),
    # docs.digitalocean.com/products/networking/dns/
    "octodns_digitalocean.DigitalOceanProvider": ("ns*.digitalocean.com.",),
    # docs.gandi.net/en/domain_names/: LiveDNS
    "octodns_gandi.GandiProvider": ("ns-*.gandi.net.",),
    # techdocs.akamai.com/edge-dns/
    "octodns_edgedns.AkamaiProvider": ("*.akam.net.",),
}
"""Patterns of absolute names. A class that is not here may have servers of any name."""


def foreign(kind: str, servers: Collection[str]) -> tuple[str, ...]:
    """The patterns of *kind*, a class, where none of *servers* is called so; else ()."""
    patterns = SERVERS.get(kind, ())
    if any(fnmatchcase(server, pattern) for server in servers for pattern in patterns):
        return ()
    return patterns
