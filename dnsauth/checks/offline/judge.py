"""Every offline rule on one zone, area by area."""

from __future__ import annotations

from collections.abc import Iterator

from dnsauth.checks.offline import (
    bimi,
    dkim,
    dmarc,
    healthcare,
    hosts,
    leftovers,
    records,
    spf,
    stewardship,
    transport,
)
from dnsauth.checks.offline.view import ZoneView
from dnsauth.checks.rules.dmarc import DMARC_NONE, DMARC_QUARANTINE
from dnsauth.checks.texts.judge import verdicts
from dnsauth.dmarc import PREFIX
from dnsauth.findings import Finding

_MILD = (DMARC_NONE, DMARC_QUARANTINE)
_AREAS = (records, spf, dkim, dmarc, transport, bimi, hosts, leftovers, healthcare, stewardship)


def judged(view: ZoneView) -> Iterator[Finding]:
    """What the texts of the zone say by themselves, then what they say beside one another."""
    silent = {PREFIX + domain.name for domain in view.zone.domains if domain.sends is False}  # DMA012 speaks
    for published in view.published:
        for verdict in verdicts(published.text.kind, published.text.text):
            if published.owner not in silent or verdict.rule not in _MILD:
                yield view.finding(verdict.rule, published, verdict.facts)
    for area in _AREAS:
        yield from area.judged(view)
