"""Cases of rules on what is declared: files that make a rule fire, and the words that mend them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import NamedTuple

from dnsauth.checks.check import check
from dnsauth.desired.load import load
from dnsauth.findings import Finding

TODAY = date(2026, 11, 24)
KEY = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA2KOGS1PJybAC+6pCyUPZMu/HsY3N+xcXyUXM0adiPq2eEozSnRY+ZL+bQke6ZVH0"
    "vrwOFz2spF8b1uDaNs8pKH97/UzCz/f5KwEVlXxlRvMg4QafRGTrYxvrs+ZXTbLNlha1QZ4j9wKokun8chxzblpvGT1K00jRlVLTo187Xmks"
    "YzW8fPvHSZE+FTkr9i36xd6qVd1s2cli0qNxXMVt0TmVZgnEiACDLy/Is4SclCiY4NLvwkod6gA1oKAIWp7OnO6WOJZKdBk1+mjbfdknPD1M"
    "iMDXnUo9ePgL7VCJGxhLleTE5LqwTJB0zsyECQ2YZPfx88McIdr9wG2jWk7LCwIDAQAB"
)
CONFIG = "version: 1\ndefaults: {dmarc: {rua: ['mailto:dmarc@example.com']}}\n"
SERVICE = """\
title: Vendor
status: reported
category: business
dkim: [{selector: v1, given: key}]
spf: {envelope: customer, terms: []}
sources: [{url: "https://vendor.example/", seen: 2026-01-01}]
"""


class Case(NamedTuple):
    """A *rule* that fires on a *zone* file beside more of dnsauth.yaml and the service `vendor`.

    It is quiet where each first text of *mended* is the second.
    """

    rule: str
    zone: str
    mended: tuple[str, str]
    config: str = ""
    service: str = SERVICE

    @property
    def right(self) -> Case:
        """The same, mended."""
        old, new = self.mended
        texts = (self.zone, self.config, self.service)
        assert 1 == sum(old in text for text in texts), self.mended
        zone, config, service = (text.replace(old, new) for text in texts)
        return self._replace(zone=zone, config=config, service=service)


def found(case: Case, directory: Path) -> list[Finding]:
    """What `check` finds in the files of *case*, written to *directory*."""
    for name, text in (
        ("dnsauth.yaml", CONFIG + case.config),
        ("zones/example.com.yaml", f"version: 1\ndomains:\n{case.zone}"),
        ("templates/services/vendor.yaml", case.service),
    ):
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    repository = load(directory)
    return list(
        check(
            repository.inventory,
            repository.catalogue,
            repository.desired,
            lookup=repository.lookup,
            today=TODAY,
        )
    )


def codes(case: Case, directory: Path) -> set[str]:
    """The codes of what `check` finds."""
    return {one.rule.code for one in found(case, directory)}
