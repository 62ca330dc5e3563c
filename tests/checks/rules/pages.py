"""What pages of rules say to write: read as dnsauth, and as name servers, would read it."""

from __future__ import annotations

from pathlib import Path

import dns.zone

from dnsauth.desired.load import load
from dnsauth.findings import Severity
from tests.markdown import Fence

ORIGIN = (
    "$ORIGIN .\n. 3600 IN SOA ns1.example.com. it.example.com. 1 1 1 1 1\n. 3600 IN NS ns1.example.com.\n"
)
PROVIDERS = "providers: {route53: {class: octodns_route53.Route53Provider}}\n"


def read(fence: Fence, directory: Path) -> list[str]:
    """What is wrong with what *fence* says to write; files of `dnsauth.yaml` and zones say which they are."""
    match fence.language:
        case "yaml":
            return _declared(fence, directory)
        case "dns":
            dns.zone.from_text(ORIGIN + fence.text, ".", relativize=False)
    return []


def _declared(fence: Fence, directory: Path) -> list[str]:
    snippet = "".join(f"  {line}\n" for line in fence.text.splitlines())
    texts = {
        "dnsauth.yaml": f"version: 1\n{PROVIDERS}",
        "zones/example.com.yaml": f"version: 1\ndomains:\n{snippet}",
    }
    if fence.path:
        texts["zones/example.com.yaml"] = 'version: 1\ndomains: {"@": {sends: false}}\n'
        texts[fence.path] = fence.text
    for name, text in texts.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return [one.message for one in load(directory).findings if one.rule.severity is Severity.ERROR]
