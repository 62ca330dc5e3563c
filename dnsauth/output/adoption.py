"""What became of zones that were imported, as text and as JSON."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff

from dnsauth.adopt.draft import Draft
from dnsauth.adopt.senders import Entry
from dnsauth.names import readable
from dnsauth.output import safe
from dnsauth.output.style import PLAIN, Style
from dnsauth.output.text import counted

_NUMBERED = re.compile(r"-\d+\Z")
SEVERAL = 5  # zones, from which on a summary says more than lines


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one zone: its *file*, what was drafted, and why it was *refused*.

    *difference* is between the file that stands and the one that would.
    """

    zone: str
    file: str
    drafts: tuple[Draft, ...] = ()
    difference: tuple[str, ...] = ()
    written: bool = False
    refused: str = ""


def difference(file: str, before: str, after: str) -> tuple[str, ...]:
    """The lines between *before* and *after*, as a unified diff."""
    return tuple(
        unified_diff(before.splitlines(), after.splitlines(), file, f"{file} (imported)", lineterm="", n=1)
    )


def text(outcomes: Sequence[Outcome], style: Style = PLAIN) -> str:
    """One paragraph a zone, and the sum of several."""
    lines = [line for one in outcomes for line in _lines(one, style)]
    if len(outcomes) >= SEVERAL:
        lines += ["", *_sum(outcomes)]
    return "".join(f"{line}\n" for line in lines)


def _lines(one: Outcome, style: Style) -> Iterator[str]:
    head = style.paint(safe.line(readable(one.zone)), "bold")
    if one.refused:
        yield f"{head}: {style.paint('not imported', 'red')}: {safe.plain(one.refused)}"
        yield from (f"  {safe.line(line)}" for line in one.difference)
        return
    verb = "wrote" if one.written else "is as it would be:"
    yield f"{head}: {verb} {safe.plain(one.file)}, {_said(one.drafts)}"


def _said(drafts: Iterable[Draft]) -> str:
    found = tuple(drafts)
    names = [entry.name for draft in found for entry in draft.senders]
    kept = sum(len(draft.keep) for draft in found)
    parked = sum("parked" in draft.settings for draft in found)
    said = [
        counted(len(found), "mail domain"),
        f"{counted(len(names), 'sender')}{f' ({safe.plain(_some(names))})' if names else ''}",
    ]
    if parked:
        said.append(f"{parked} parked")
    if kept:
        said.append(f"{counted(kept, 'record')} kept verbatim")
    return ", ".join(said)


def _some(names: Sequence[str]) -> str:
    shown = list(dict.fromkeys(names))
    return ", ".join(shown[:6]) + (f" and {len(shown) - 6} more" if len(shown) > 6 else "")


def _sum(outcomes: Sequence[Outcome]) -> Iterator[str]:
    drafts = [draft for one in outcomes for draft in one.drafts]
    refused = sum(bool(one.refused) for one in outcomes)
    yield (
        f"{counted(len(outcomes) - refused, 'zone')} imported{f', {refused} not' if refused else ''}; "
        f"{sum('parked' in draft.settings for draft in drafts)} mail domains parked"
    )
    known = Counter(_service(entry) for entry in _entries(drafts) if not _unknown(entry))
    for name, count in sorted(known.items(), key=lambda item: (-item[1], item[0])):
        yield f"  {count:>5}  {safe.plain(name)}"
    terms = Counter(term for entry in _entries(drafts) if _unknown(entry) for term in _terms(entry))
    if terms:
        yield "not recognised:"
    for term, count in sorted(terms.items(), key=lambda item: (-item[1], item[0])):
        yield f"  {count:>5}  {safe.plain(term)}"


def _entries(drafts: Iterable[Draft]) -> Iterator[Entry]:
    return (entry for draft in drafts for entry in draft.senders)


def _service(entry: Entry) -> str:
    """The service *entry* is of, also where it asks for its records one by one."""
    return _NUMBERED.sub("", entry.name) if entry.service == "custom" else entry.service


def _unknown(entry: Entry) -> bool:
    return entry.name.startswith("unknown")


def _terms(entry: Entry) -> Iterator[str]:
    terms = entry.parameters.get("spf", ())
    return (str(term) for term in terms if "include:" in str(term)) if isinstance(terms, tuple) else iter(())


def document(outcomes: Iterable[Outcome]) -> dict[str, object]:
    """``dnsauth-adopted/1``: one object for each zone."""
    return {"format": "dnsauth-adopted/1", "zones": [_zone(one) for one in outcomes]}


def _zone(one: Outcome) -> dict[str, object]:
    return {
        "zone": one.zone,
        "file": one.file or None,
        "written": one.written,
        "refused": one.refused or None,
        "domains": [
            {
                "domain": draft.name,
                "senders": [
                    {"name": entry.name, "service": entry.service, "why": entry.why}
                    for entry in draft.senders
                ],
                "settings": list(draft.settings),
                "kept": [
                    {"owner": k.owner, "type": k.type, "values": list(k.values), "why": k.why}
                    for k in draft.keep
                ],
            }
            for draft in one.drafts
        ],
    }
