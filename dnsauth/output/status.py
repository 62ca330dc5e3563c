"""One screen: the estate in figures, and what needs somebody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dnsauth.output import safe
from dnsauth.output.style import PLAIN, Style
from dnsauth.output.text import counted
from dnsauth.pack.agenda import Agenda, Item, When, tally
from dnsauth.pack.build import shares
from dnsauth.pack.model import Report

SHOWN = 8  # items of a kind; a screen has some thirty lines
_COLOURS = {When.TODAY: "red", When.WEEK: "yellow"}


def text(report: Report, agenda: Agenda, style: Style = PLAIN) -> str:
    """What *report* says at a glance, then *agenda* by how soon."""
    lines = [style.paint(f"{safe.line(report.organisation)} on {report.until:%Y-%m-%d}", "bold"), ""]
    lines += [f"  {line}" for line in (*_estate(report), *_profiles(report))]
    for when in When:
        items = [item for item in agenda if item.when is when]
        title = f"{when.value.capitalize()}: {tally(items) or 'nothing'}"
        lines += ["", style.paint(title, _COLOURS[when] if items else "green")]
        lines += [f"  {line}" for line in _items(items)]
    return "\n".join(lines) + "\n"


def as_json(report: Report, agenda: Agenda) -> dict[str, object]:
    """``dnsauth-status/1``: the figures, and each item."""
    return {
        "format": "dnsauth-status/1",
        "at": report.until.isoformat(),
        "domains": len(report.domains),
        "senders": len(report.senders),
        "profiles": shares(report),
        "agenda": [{**item._asdict(), "when": item.when.value} for item in agenda],
    }


def _estate(report: Report) -> Iterator[str]:
    does = [one.does for one in report.domains]
    enforced = sum(one.policy in ("quarantine", "reject") for one in report.domains)
    domains = counted(len(does), "mail domain")
    yield f"{domains}, {does.count('parked'):,} parked, {enforced:,} with DMARC enforced"
    phi = sum(one.data == "phi" for one in report.senders)
    said = f", {phi:,} with patient data" if phi else ""
    active = sum(one.state == "active" for one in report.keys)
    yield f"{counted(len(report.senders), 'sender')}{said}; {counted(active, 'key')} of our own in use"
    found = [one.severity for one in report.findings]
    kinds = [counted(found.count(kind), kind) for kind in ("error", "warning")]
    yield ", ".join([*kinds, counted(len(report.waivers), "waiver")])


def _profiles(report: Report) -> Iterator[str]:
    for name, counts in shares(report).items():
        whole = sum(counts.values())
        unknown = f", {counts['unknown']:,} not assessed" if counts["unknown"] else ""
        yield f"{safe.line(name)}: {counts['met']:,} of {whole:,} requirements met{unknown}"


def _items(items: Sequence[Item]) -> Iterator[str]:
    for item in items[:SHOWN]:
        more = f" (and {item.times - 1:,} more)" if item.times > 1 else ""
        where = f"{safe.line(item.where)}: " if item.where else ""
        yield f"{where}{safe.line(item.what)}{more}"
        yield f"  next: {safe.line(item.next)}"
    if len(items) > SHOWN:
        yield f"… and {len(items) - SHOWN:,} more; `dnsauth check` and `dnsauth rotate status` show them"
