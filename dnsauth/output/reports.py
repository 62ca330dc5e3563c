"""What aggregate reports say, as text for people and as JSON: sources and selectors of each policy domain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from dnsauth.findings import Finding
from dnsauth.lock.keys import Key, Reported
from dnsauth.names import readable
from dnsauth.output import safe
from dnsauth.output.keys import bare, rfc3339
from dnsauth.output.style import PLAIN, Style
from dnsauth.output.text import counted
from dnsauth.plan.digest import finding_json
from dnsauth.reports.summary import Signed, Summary, added
from dnsauth.rotation.due import minute

LINES = 20  # of a table; --verbose and JSON have all of it


def text(found: Sequence[Summary], style: Style = PLAIN, *, verbose: bool = False) -> str:
    """The two tables of each policy domain, what there is most of first."""
    limit = None if verbose else LINES
    return "\n".join(_domain(one, style, limit) for one in found) or "no report\n"


def _domain(summary: Summary, style: Style, limit: int | None) -> str:
    period = f"{summary.begin:%Y-%m-%d} to {summary.end:%Y-%m-%d}"
    who = sorted(summary.reporters.items(), key=lambda one: (-one[1], one[0]))
    named = ", ".join(f"{Reported(summary.end, org).by} ({count:,})" for org, count in who[:limit])
    more = len(who) - len(who[:limit])
    lines = [
        f"{style.paint(safe.line(readable(summary.domain)), 'bold')}  {period}",
        "  reports of " + style.value(named, indent=13) + (f" and {more:,} others" if more else ""),
        "",
        *_sources(summary, limit),
        "",
        *_selectors(summary.selectors, style, limit),
    ]
    return "\n".join(lines).rstrip("\n") + "\n"


def _sources(summary: Summary, limit: int | None) -> Iterator[str]:
    rows = sorted(summary.sources.items(), key=lambda one: (-one[1].messages, one[0]))
    shown, others = rows[:limit], rows[len(rows[:limit]) :]
    if others:
        shown.append((f"{len(others):,} more", added(tally for _, tally in others)))
    if len(shown) > 1:
        shown.append(("all", summary.total))
    table: list[tuple[str, ...]] = [("source", "messages", "SPF", "DKIM", "DMARC")]
    table += [(source, *(f"{count:,}" for count in tally)) for source, tally in shown]
    yield from _columns(table)


def _selectors(found: Mapping[tuple[str, str], Signed], style: Style, limit: int | None) -> Iterator[str]:
    rows = sorted(found.items(), key=lambda one: (-one[1].passed, one[0]))
    if not rows:
        return
    table: list[tuple[str, ...]] = [("signed by", "first", "last", "passed", "failed")]
    for (domain, selector), signed in rows[:limit]:
        owner = style.value(f"{selector}._domainkey.{domain.removesuffix('.')}", indent=50)
        days = (f"{day:%Y-%m-%d}" for day in (signed.first, signed.last))
        table.append((owner, *days, f"{signed.passed:,}", f"{signed.failed:,}"))
    yield from _columns(table)
    if more := len(rows) - len(rows[:limit]):
        yield f"  and {counted(more, 'other')}"


def _columns(table: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Rows whose first column is of words, the others of numbers."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for first, *rest in table:
        numbers = (f"{cell:>{width}}" for cell, width in zip(rest, widths[1:], strict=True))
        yield f"  {first:<{widths[0]}}  {'  '.join(numbers)}"


def recorded(keys: Iterable[Key]) -> str:
    """One line for each of *keys* with the report that its lock has now."""
    lines = [
        f"{bare(key.owner)}  verified until {minute(key.reported.end)}, says {safe.plain(key.reported.by)}\n"
        for key in keys
        if key.reported
    ]
    return "".join(("\n", *lines)) if lines else ""


def as_json(found: Iterable[Summary], changed: Iterable[Key], unread: Iterable[Finding]) -> dict[str, object]:
    """``dnsauth-reports/1``: each policy domain, the keys whose evidence was *changed*, what was not read."""
    return {
        "format": "dnsauth-reports/1",
        "domains": [_summary(one) for one in found],
        "recorded": [
            {
                "domain": key.domain,
                "selector": key.selector,
                "end": rfc3339(key.reported.end),
                "org_name": key.reported.org_name,
            }
            for key in changed
            if key.reported
        ],
        "findings": [finding_json(one) for one in unread],
    }


def _summary(one: Summary) -> dict[str, object]:
    return {
        "domain": one.domain,
        "begin": rfc3339(one.begin),
        "end": rfc3339(one.end),
        "reporters": [
            {"org_name": org_name, "reports": count} for org_name, count in sorted(one.reporters.items())
        ],
        **one.total._asdict(),
        "sources": [{"source": source, **tally._asdict()} for source, tally in sorted(one.sources.items())],
        "selectors": [
            {
                "domain": domain,
                "selector": selector,
                "first": rfc3339(signed.first),
                "last": rfc3339(signed.last),
                "passed": signed.passed,
                "failed": signed.failed,
            }
            for (domain, selector), signed in sorted(one.selectors.items())
        ],
    }
