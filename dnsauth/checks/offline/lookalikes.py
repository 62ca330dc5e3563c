"""Domains of ours that are taken for another of ours which sends mail, and that anybody may send as."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from dnsauth.checks.offline.view import ZoneView
from dnsauth.checks.rules.leftovers import LOOKALIKE
from dnsauth.findings import Finding
from dnsauth.inventory.model import MailDomain
from dnsauth.names import readable
from dnsauth.records.dmarc import Policy

SHORTEST = 7  # letters; shorter names are alike by chance
_MOST = 8  # names beside one another; more of them are numbered through, and no mistake of one's fingers


def judged(views: Sequence[ZoneView]) -> Iterator[Finding]:
    """What is doubtful between the names of the zones of *views*, each told of once."""
    quiet = [
        (view, domain)
        for view in views
        for domain in view.zone.domains
        if domain.name == view.zone.name and not domain.sends
    ]
    senders = _senders(views) if quiet else {}
    for view, domain in quiet:
        if (other := _like(domain.name, senders)) and (policy := _open(view, domain)):
            yield view.of_domain(LOOKALIKE, domain, {"other": readable(other), "policy": policy})


def _senders(views: Sequence[ZoneView]) -> dict[tuple[str, str], list[str]]:
    """The zones that mail is sent for, by what is left of their first label without one of its letters."""
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for view in views:
        if any(domain.sends for domain in view.zone.domains):
            for key in _keys(view.zone.name):
                found[key].append(view.zone.name)
    return found


def _keys(zone: str) -> set[tuple[str, str]]:
    """Two labels with one letter put in, left out, changed or swapped have one of these in common."""
    label, _, suffix = zone.partition(".")
    if len(label) < SHORTEST or label.startswith("xn--"):
        return set()
    return {(label, suffix)} | {(label[:i] + label[i + 1 :], suffix) for i in range(len(label))}


def _like(zone: str, senders: dict[tuple[str, str], list[str]]) -> str | None:
    label = zone.partition(".")[0]
    for key in sorted(_keys(zone)):
        for other in senders.get(key, ())[:_MOST]:
            if other != zone and _one_edit(label, other.partition(".")[0]):
                return other
    return None


def _one_edit(one: str, other: str) -> bool:
    """True where a letter is put in, left out or changed, or two beside one another are swapped.

    Names that only digits tell apart are numbered through, and nobody's mistake.
    """
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    left, right = one[start : len(one) - end], other[start : len(other) - end]
    if (left + right).isdigit():
        return False
    return max(len(left), len(right)) == 1 or (len(left) == 2 and left == right[::-1])


def _open(view: ZoneView, domain: MailDomain) -> str | None:
    """The policy of *domain* that is weaker than it might be; None where it is not, or is not known."""
    if not view.policies.said(domain.name):
        return "none at all" if domain.keep or domain.receives else None
    record = view.policies.applied(domain)
    if record is None or record.p in (None, Policy.REJECT):
        return None
    return record.p.value
