"""`dnsauth check --live`: what is doubtful in what the world answers for our zones and mail domains.

Pure: observations become findings. `dnsauth.survey` looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dnsauth.checks.live.addresses import sending
from dnsauth.checks.live.ailments import Ailments
from dnsauth.checks.live.bimi import bimi
from dnsauth.checks.live.dane import dane
from dnsauth.checks.live.dmarc import dmarc_records
from dnsauth.checks.live.drift import Told, drift
from dnsauth.checks.live.hosts import hosts
from dnsauth.checks.live.mtasts import transport
from dnsauth.checks.live.own_keys import own_keys
from dnsauth.checks.live.records import records
from dnsauth.checks.live.reports import reports
from dnsauth.checks.live.reputation import reputation
from dnsauth.checks.live.servers import servers
from dnsauth.checks.live.spf import envelopes, policies
from dnsauth.checks.live.targets import targets
from dnsauth.checks.live.view import Asking, LiveView, Surveyed
from dnsauth.findings import Finding


class Judged(NamedTuple):
    """What was found in what the world answers for one subject."""

    surveyed: Surveyed
    findings: tuple[Finding, ...]


def judged(surveys: Iterable[Surveyed], asking: Asking) -> Iterator[Judged]:
    """Every finding on each of *surveys*, as they come; a change at others is told of at its first user."""
    ailments, told, vendors = Ailments(), Told(), envelopes(asking.catalogue)
    for surveyed in surveys:
        view = LiveView(surveyed, asking)
        found = (
            *servers(view),
            *records(view),
            *policies(view, ailments, vendors),
            *targets(view),
            *own_keys(view),
            *reports(view),
            *dmarc_records(view),
            *transport(view),
            *bimi(view),
            *hosts(view),
            *dane(view),
            *sending(view),
            *reputation(view, told),
            *drift(view, told),
        )
        yield Judged(surveyed, found)
