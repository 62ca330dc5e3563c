"""``dnsauth reports``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dnsauth.cli import console
from dnsauth.cli.exit import Exit
from dnsauth.cli.options import Run, command

if TYPE_CHECKING:
    from dnsauth.findings import Finding
    from dnsauth.lock.keys import Key, Reported
    from dnsauth.reports.summary import Summary

Paths = Annotated[
    list[Path], typer.Argument(metavar="FILE|DIR…", help="Reports as they came, or directories of them.")
]
Record = Annotated[
    bool, typer.Option("--record", help="Write into the locks which keys of your own were seen, and when.")
]


@command("text", "json")
def reports(run: Run, paths: Paths, *, record: Record = False) -> None:
    r"""Read DMARC aggregate reports: who sent, and what passed.

    A report is XML, alone or in gzip, zip or a mail; directories are walked. Each policy domain gets a table
    of sources and one of the selectors that signed; --zone picks domains. It asks no server, and changes no
    file without --record: that keeps with each DKIM key of your own the last report that saw it verify. A
    retiring key waits for mail in flight then; nothing else heeds a report, since anybody can forge one.

    Exit codes: 0 read; 1 a file is no report, the others are shown; 4 with --record, the same, and something
    was written.

    \b
    Examples:
      dnsauth reports ~/Maildir/dmarc/new
      dnsauth reports 'google.com!example.com!1764547200!1764633599.zip' --record
    """
    from dnsauth.output import json
    from dnsauth.output import reports as output

    found, unread = _read(run, paths)
    changed = _recorded(run, found) if record else ()
    strangers = _absent(run, found)
    if run.format == "json":
        console.answer(json.text(output.as_json(found, changed, (*unread, *strangers))))
    else:
        style = console.style(sys.stdout, verbose=run.verbose)
        console.answer(output.text(found, style, verbose=run.verbose) + output.recorded(changed))
        _say(run, (*unread, *strangers))
    if record and not changed and not run.quiet:
        console.talk("nothing is new: no key of your own was seen later than the locks know")
    if unread:
        raise typer.Exit(Exit.PARTIAL if changed else Exit.FAILED)


def _read(run: Run, paths: list[Path]) -> tuple[tuple[Summary, ...], list[Finding]]:
    """What *paths* hold of the zones of *run*, and what of them could not be read; no report is kept."""
    from dnsauth import names
    from dnsauth.errors import DnsauthError
    from dnsauth.reports.model import Report
    from dnsauth.reports.read import files, read
    from dnsauth.reports.summary import summarised

    try:
        zones = [names.absolute(zone) for zone in run.zones]
    except names.BadName as error:
        raise DnsauthError(str(error), "name a zone as in --zone example.com") from error
    listed = [file for path in paths for file in files(path)]
    unread: list[Finding] = []
    with console.progress("files", quiet=run.quiet) as show:

        def counted() -> Iterator[Path]:
            for number, file in enumerate(listed):
                show(number, len(listed))
                yield file

        def told() -> Iterator[Report]:
            for one in read(counted(), run.now):
                if not isinstance(one, Report):
                    unread.append(one)
                elif not zones or any(names.within(one.domain, zone) for zone in zones):
                    yield one

        return summarised(told()), unread


def _recorded(run: Run, found: tuple[Summary, ...]) -> tuple[Key, ...]:
    """The keys whose line in a lock changed for what was *found*."""
    from dnsauth.cli import rotating
    from dnsauth.cli.alone import alone
    from dnsauth.reports.evidence import latest, recorded

    seen: Mapping[tuple[str, str], Reported] = latest(found)
    with alone(run, "reports --record"):
        of = rotating.rings(run)
        after = {zone: recorded(keys, seen) for zone, keys in of.keys.items()}
        rotating.written(run, of, after)
        return tuple(key for zone, keys in after.items() for key in keys if key not in of.keys[zone])


def _absent(run: Run, found: tuple[Summary, ...]) -> tuple[Finding, ...]:
    """The domains of *found* that the inventory lacks, where there is one, and all of it can be read."""
    from dnsauth.findings import Severity
    from dnsauth.inventory.files import CONFIG
    from dnsauth.inventory.read import read
    from dnsauth.reports.absent import absent

    if not (run.directory / CONFIG).is_file():
        return ()
    inventory, problems = read(run.directory)
    if any(one.rule.severity is Severity.ERROR for one in problems):
        return ()  # the zone may be in what cannot be read
    return tuple(absent(found, inventory.zones.keys()))


def _say(run: Run, unread: Iterable[Finding]) -> None:
    from dnsauth.output import text

    style = console.style(sys.stderr, verbose=run.verbose)
    for finding in unread:
        console.talk(text.finding(finding, style))
