"""Every rule that `check` and the guards may fire, by its code."""

from __future__ import annotations

from collections.abc import Mapping

from dnsauth.checks import flattened, rotation
from dnsauth.checks.live import rules as live
from dnsauth.checks.rules import (
    bimi,
    dane,
    dkim,
    dmarc,
    dmarc_reports,
    dns,
    guards,
    healthcare,
    inventory,
    keys,
    leftovers,
    reputation,
    spf,
    spf_text,
    transport,
)
from dnsauth.findings import Rule

_HOMES = (
    *(
        spf,
        spf_text,
        dkim,
        dmarc,
        dmarc_reports,
        transport,
        bimi,
        dane,
        dns,
        leftovers,
        reputation,
        inventory,
        healthcare,
        guards,
    ),
    *(live, flattened, rotation, keys),
)

RULES: Mapping[str, Rule] = {
    rule.code: rule for home in _HOMES for rule in vars(home).values() if isinstance(rule, Rule)
}
