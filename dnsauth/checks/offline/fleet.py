"""What is doubtful only where one looks at all zones together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dnsauth.checks.offline import (
    agreements,
    dmarc_reports,
    key_sharing,
    key_stores,
    key_ttl,
    lookalikes,
    stewardship,
)
from dnsauth.checks.offline.view import ZoneView
from dnsauth.findings import Finding


def judged(views: Sequence[ZoneView]) -> Iterator[Finding]:
    """What is doubtful between the zones of *views*."""
    yield from stewardship.across(views)
    yield from agreements.across(views)
    yield from key_sharing.judged(views)
    yield from key_stores.beside_inventory(views)
    yield from key_ttl.refused(views)
    yield from lookalikes.judged(views)
    yield from dmarc_reports.across(views)
