"""What became of zones that were imported, as text and as JSON."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff

from dnsauth.adopt.draft import Draft
from dnsauth.adopt.repair import Repair
from dnsauth.adopt.senders import Entry
from dnsauth.names import readable
from dnsauth.output import safe
from dnsauth.output.style import PLAIN, Style
from dnsauth.output.text import counted
from dnsauth.plan.model import Change

_NUMBERED = re.compile(r"-\d+\Z")
FEW = 5  # changes that a zone file which was there asks for and that are shown
SEVERAL = 5  # zones, from which on a summary says more than lines


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one zone: its *file*, what was drafted, and why it was *refused*.

    *difference* is between the file that stands and the one that is written, or would be. *merged*: it was
    there before; *pending* are the changes it then asks for. *repairs* are made where it is *repaired*.
    """

    zone: str
    file: str
    drafts: tuple[Draft, ...] = ()
    difference: tuple[str, ...] = ()
    written: bool = False
    refused: str = ""
    merged: bool = False
    pending: tuple[Change, ...] = ()
    repairs: tuple[Repair, ...] = ()
    repaired: bool = False
    delegated: tuple[str, ...] = ()


def difference(file: str, before: str, after: str) -> tuple[str, ...]:
    """The lines between *before* and *after*, as a unified diff."""
    return tuple(unified_diff(before.splitlines(), after.splitlines(), file, file, lineterm="", n=1))


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
        return
    yield f"{head}: {_verb(one)} {safe.plain(one.file)}{_added(one)}"
    yield from (f"  {safe.line(line)}" for line in one.difference)
    for repair in one.repairs:
        yield f"  {style.paint('repaired' if one.repaired else 'broken', 'yellow')}: {_repair(repair)}"
    for change in one.pending[:FEW]:
        yield f"  {safe.plain(_pending(change))}"
    if len(one.pending) > FEW:
        yield f"  {len(one.pending) - FEW:,} more records differ; `dnsauth plan` shows them"
    for name in one.delegated:
        yield f"  {safe.plain(readable(name))} is delegated to other servers: nothing is asked for there"


def _verb(one: Outcome) -> str:
    if not one.difference and not one.written:
        return "is as it would be:"
    verb = "merge into" if one.merged else "write"
    done = "merged into" if one.merged else "wrote"
    return done if one.written else f"would {verb}"


def _added(one: Outcome) -> str:
    if one.merged and not one.drafts:
        return "" if not one.difference else ", nothing new"
    return f", {_said(one.drafts)}"


def _repair(repair: Repair) -> str:
    place = f"{readable(repair.owner)} TXT"
    said = "; ".join(repair.changed)
    if not repair.after:
        return safe.plain(f"{place} '{repair.before[0]}': {said}")
    at = "" if repair.to == repair.owner else f" at {readable(repair.to)}"
    return safe.plain(f"{place}: {said}; meant: '{repair.after}'{at}")


def _pending(change: Change) -> str:
    name = f"{readable(change.owner)} {change.type}"
    if change.before is None:
        return f"{name}: the file asks for it, and it does not stand; `dnsauth plan` shows it"
    if change.after is None:
        return f"{name}: it stands, and the file asks for it no more; `dnsauth plan` shows it"
    return (
        f"{name}: the file and the zone say different things, and the file stays; `dnsauth plan` shows both"
    )


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
    kept = sum(len(draft.keep) for draft in drafts)
    broken = sum(len(one.repairs) for one in outcomes)
    said = [
        f"{counted(len(outcomes) - refused, 'zone')} imported{f', {refused} not' if refused else ''}",
        counted(sum(1 for _ in _entries(drafts)), "sender"),
        f"{counted(sum('parked' in draft.settings for draft in drafts), 'mail domain')} parked",
    ]
    said += [f"{counted(kept, 'record')} kept verbatim"] if kept else []
    said += [f"{counted(broken, 'record')} {_broken(outcomes)}"] if broken else []
    yield "; ".join(said)
    known = Counter(_service(entry) for entry in _entries(drafts) if not _unknown(entry))
    for name, count in sorted(known.items(), key=lambda item: (-item[1], item[0])):
        yield f"  {count:>5}  {safe.plain(name)}"
    terms = Counter(term for entry in _entries(drafts) if _unknown(entry) for term in _terms(entry))
    if terms:
        yield "not recognised:"
    for term, count in sorted(terms.items(), key=lambda item: (-item[1], item[0])):
        yield f"  {count:>5}  {safe.plain(term)}"


def _broken(outcomes: Iterable[Outcome]) -> str:
    return "repaired" if any(one.repaired for one in outcomes) else "broken, which --repair would mend"


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
        "merged": one.merged,
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
        "difference": list(one.difference),
        "repaired": one.repaired,
        "repairs": [repair._asdict() | {"before": list(repair.before)} for repair in one.repairs],
        "pending": [{"owner": change.owner, "type": change.type} for change in one.pending],
        "delegated": list(one.delegated),
    }
