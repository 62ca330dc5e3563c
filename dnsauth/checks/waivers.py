"""Waivers: dated, owned exceptions. A guard's names the one change it is for, and ends with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta

from dnsauth.checks.rules.guards import WAIVABLE, WAIVED, WAIVER_ENDED
from dnsauth.findings import Finding
from dnsauth.inventory.model import Waiver

PROPOSED = timedelta(weeks=2)


def line(rule: str, domain: str, change: str, zone: str, today: date) -> str:
    """The waiver to paste, as a YAML flow mapping that ends two weeks after *today*.

    Its owner is the zone's role mailbox (RFC 2142 section 7) until somebody puts a person there.
    """
    bare, role = domain.removesuffix("."), f"hostmaster@{zone.removesuffix('.')}"
    return (
        f'{{rule: {rule}, where: "{bare}", change: "{change}", until: {today + PROPOSED},'
        f' owner: "{role}", why: "say why"}}'
    )


def settle(
    found: Finding, waivers: Sequence[Waiver], domains: Collection[str], today: date
) -> Iterator[Finding]:
    """*found* itself, or a note in its place where a waiver at one of *domains* lifts it.

    A waiver that is over lifts nothing, and is named beside.
    """
    if found.rule.code not in WAIVABLE:
        yield found
        return
    mine = [
        waiver
        for waiver in waivers
        if waiver.rule == found.rule.code
        and waiver.change == found.facts["change"]
        and waiver.domain in domains
    ]
    good = next((waiver for waiver in mine if today <= waiver.until), None)
    if good is not None:
        facts = {
            "rule": found.rule.code,
            "message": found.message,
            "who": good.owner,
            "until": good.until,
            "why": good.why,
            "change": found.facts["change"],
        }
        yield Finding(WAIVED, good.where, found.owner, facts)
        return
    yield found
    for waiver in mine:
        facts = {"rule": waiver.rule, "until": waiver.until}
        yield Finding(WAIVER_ENDED, waiver.where, found.owner, facts)
