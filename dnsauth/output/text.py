"""Findings, records and services as text for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from dnsauth.desired.model import Desired, Origin
from dnsauth.findings import Finding, Outcome, Severity
from dnsauth.names import readable, relative
from dnsauth.output import safe
from dnsauth.output.style import PLAIN, Style

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}

OFTEN = 5  # times one rule fires before it is summed up
SHOWN = 3


def counted(count: int, noun: str) -> str:
    """``1 zone``, ``10,000 zones``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def place(found: Finding) -> str:
    """``file:line:column`` of *found* as far as it is known, else its owner; not yet safe to print."""
    where = found.where
    parts = (where.file, *(str(number) for number in (where.line, where.column) if number))
    return ":".join(parts) if where.file else readable(found.owner)


def finding(found: Finding, style: Style = PLAIN) -> str:
    """``file:line:column: error: reason [CODE]``, and the next step on a second line where there is one."""
    at = place(found)
    word = "not assessed" if found.outcome is Outcome.NOT_ASSESSED else found.rule.severity.value
    head = f"{safe.line(at)}: " if at else ""
    word = style.paint(word, _COLOURS[found.rule.severity])
    text = f"{head}{word}: {safe.line(found.message)} [{found.rule.code}]"
    return f"{text}\n  next: {safe.line(found.next)}" if found.next else text


def findings(found: Sequence[Finding], style: Style = PLAIN) -> str:
    """Every finding, and one line that counts them by severity."""
    return "".join(finding(one, style) + "\n" for one in found) + tally(found) + "\n"


def calm(found: Sequence[Finding], style: Style = PLAIN) -> str:
    """As `findings`, but a rule that fires often is told in full three times, and notes are counted only."""
    told: Counter[str] = Counter()
    fired = Counter(one.rule.code for one in found)
    parts: list[str] = []
    for one in found:
        code = one.rule.code
        if one.rule.severity is Severity.INFO and not one.stops:
            continue
        told[code] += 1
        if fired[code] <= OFTEN or told[code] <= SHOWN:
            parts.append(finding(one, style))
        elif told[code] == SHOWN + 1:
            parts.append(f"… and {fired[code] - SHOWN:,} more of {code}")
    hidden = "; --verbose shows everything" if len(parts) < len(found) else ""
    return "".join(part + "\n" for part in parts) + tally(found) + hidden + "\n"


def tally(found: Sequence[Finding]) -> str:
    """``2 errors, 1 warning``, or that there are none."""
    kinds = [one.outcome if one.outcome is Outcome.NOT_ASSESSED else one.rule.severity for one in found]
    parts = [
        counted(kinds.count(kind), kind.value) for kind in (Severity.ERROR, Severity.WARNING) if kind in kinds
    ]
    if notes := kinds.count(Severity.INFO):
        parts.append(counted(notes, "note"))
    if unknown := kinds.count(Outcome.NOT_ASSESSED):
        parts.append(f"{unknown:,} not assessed")
    return ", ".join(parts) or "no findings"


def records(desired: Mapping[str, Sequence[Desired]], style: Style = PLAIN) -> str:
    """The desired records, zone by zone: each RRset with the places that ask for it, and its values below."""
    return "\n".join(_records(zone, rrsets, style) for zone, rrsets in sorted(desired.items()))


def _records(zone: str, rrsets: Sequence[Desired], style: Style) -> str:
    lines = [style.paint(safe.line(readable(zone)), "bold")]
    for one in rrsets:
        head = style.paint(f"{safe.line(relative(one.owner, zone))} {one.type} {one.ttl}", "cyan")
        asked = dict.fromkeys(origin for value in one.values for origin in value.origin)
        lines += ["", f"  {head}  {style.paint(places(asked), 'dim')}"]
        lines += ["      " + style.value(text, indent=6) for text in one.texts]
    return "\n".join(lines) + "\n"


def places(origins: Iterable[Origin]) -> str:
    """Each place of *origins* on one line, with its senders and, where they have another name, services."""
    by_place: dict[str, dict[str, None]] = {}
    for one in origins:
        service = f" ({one.service})" if one.service not in ("", one.sender) else ""
        place = f"{one.file}:{one.line}" if one.line else one.file
        by_place.setdefault(place, {}).setdefault(f"{one.sender}{service}")
    parts = (" ".join([place, ", ".join(filter(None, who))]).rstrip() for place, who in by_place.items())
    return safe.line("; ".join(parts))
