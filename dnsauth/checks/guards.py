"""Guards judge the change, not the state: they fire where a plan makes true, or worse, what was not so.

A guard's finding stops its zone. Those of `dnsauth.checks.integrity` nothing waives; the others a waiver
lifts that names the change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from dnsauth.checks import waivers
from dnsauth.checks.extent import too_many_rrsets
from dnsauth.checks.integrity import integrity
from dnsauth.checks.mail import mail
from dnsauth.checks.rules.guards import WAIVABLE
from dnsauth.checks.view import View
from dnsauth.findings import Finding
from dnsauth.inventory.model import Waiver


def guards(
    view: View, sent: Iterable[Finding], digest: str, waived: Sequence[Waiver], today: date
) -> Iterator[Finding]:
    """The findings of every guard on *view*, whose plan has *digest*, in the order of its changes.

    *sent* are those of `dnsauth.checks.sending`.
    What one of *waived* lifts is a note; what may be waived carries the line to paste.
    """
    yield from integrity(view)
    for found in (*mail(view, sent), *too_many_rrsets(view, digest)):
        yield from settled(found, view.zone, {found.owner, view.zone}, waived, today)


def settled(
    found: Finding, zone: str, domains: Collection[str], waived: Sequence[Waiver], today: date
) -> Iterator[Finding]:
    """*found* with the waiver it proposes for *zone*, or the note of the one at *domains* that lifts it."""
    assert found.rule.code in WAIVABLE  # noqa: S101  integrity is not for sale
    domain = zone if not found.owner or "*" in found.owner else found.owner
    line = waivers.line(found.rule.code, domain, str(found.facts["change"]), zone, today)
    yield from waivers.settle(replace(found, facts={**found.facts, "waiver": line}), waived, domains, today)
