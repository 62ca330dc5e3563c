"""What ``dnsauth import`` does with zones: read what stands, write files that ask for it."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import typer

from dnsauth import init, names
from dnsauth.adopt import look
from dnsauth.adopt.adopt import Adopted, Around, Refused, adopted
from dnsauth.adopt.draft import RRsets
from dnsauth.adopt.evidence import Recogniser
from dnsauth.catalogue.model import Catalogue
from dnsauth.catalogue.read import whole
from dnsauth.cli import console, looking, merging_zones, recording, serving
from dnsauth.cli.alone import alone
from dnsauth.cli.exit import Exit
from dnsauth.cli.options import Run
from dnsauth.errors import DnsauthError
from dnsauth.files import create_atomically
from dnsauth.live.look import Question
from dnsauth.live.network import Network
from dnsauth.live.reply import Reply
from dnsauth.live.servers import Authority
from dnsauth.output import adoption as output
from dnsauth.output import json, safe
from dnsauth.reports import read as reading
from dnsauth.reports.model import Report
from dnsauth.reports.summary import selectors_seen
from dnsauth.rrset import RRsetId

AT_ONCE = 64  # zones that are asked about at a time
_OF_PROVIDER = re.compile(r'Unknown record type: "(\w+)/')
_AROUND_NAME = re.compile(r"^(?:db|zone|pri|named)\.|\.(?:zone|db|txt|hosts|master)$")


class Read(NamedTuple):
    """The RRsets of zones, by absolute name, and (zone or file, why) of those that could not be read."""

    zones: Mapping[str, RRsets]
    failed: tuple[tuple[str, str], ...] = ()


def of_files(run: Run, files: Sequence[Path]) -> Read:
    """The zones of master *files*."""
    from dnsauth.adopt import master_file

    if run.zones and len(run.zones) != len(files):
        raise typer.BadParameter("say --zone once for each FILE, or not at all", param_hint="'--zone'")
    found: dict[str, RRsets] = {}
    failed = []
    for file, typed in zip(files, run.zones or [""] * len(files), strict=True):
        name = typed or _AROUND_NAME.sub("", _AROUND_NAME.sub("", file.name))
        try:
            zone = names.absolute(name)
            found[zone] = master_file.read(file, zone)
        except names.BadName as error:
            failed.append((str(file), f"{error}; say --zone NAME"))
        except DnsauthError as error:
            failed.append((str(file), str(error)))
    return Read(found, tuple(failed))


def of_folder(run: Run, directory: Path) -> Read:
    """The zones of octoDNS files in *directory*."""
    from dnsauth.octodns.yaml import YamlProvider

    with suppress(ImportError):
        import_module("octodns_route53")  # who exported from there has records of its own types
    wanted = {_absolute(zone) for zone in run.zones}
    files = sorted(
        file
        for file in directory.glob("*.yaml")
        if not file.name.startswith(".") and (file.name.count(".") > 1 or wanted)  # octoDNS's own has no zone
    )
    provider = YamlProvider("import", str(directory), supports_root_ns=True)
    found: dict[str, RRsets] = {}
    failed = []
    with console.progress("zones read:", quiet=run.quiet) as count:
        for number, file in enumerate(files, 1):
            try:
                zone = names.absolute(file.name.removesuffix(".yaml"))
                if not wanted or zone in wanted:
                    found[zone] = provider.read(zone).rrsets
            except (names.BadName, DnsauthError) as error:
                failed.append((file.name, f"{error}{_lacking(str(error))}"))
            count(number, len(files))
    if not files:
        raise DnsauthError(
            f"{directory} has no octoDNS zone file", "name the folder with NAME.yaml files in it"
        )
    return Read(found, tuple(failed))


def _lacking(problem: str) -> str:
    """What to install where *problem* is a record type that an octoDNS package of its own brings."""
    found = _OF_PROVIDER.search(problem)
    if found is None:
        return ""
    return f"; install the octoDNS package of {found[1]}, as with pip install 'dnsauth[route53]'"


def served(
    run: Run,
    domains: Sequence[str],
    selectors: Sequence[str],
    below: Sequence[str],
    reports: Sequence[Path] = (),
    *,
    resolver: str | None,
    server: Sequence[str] | None,
    timeout: float | None,
) -> Read:
    """What servers answer for each of *domains*."""
    zones = dict.fromkeys(map(_absolute, domains))
    more = [_absolute(name) for name in below]
    for name in more:
        if names.deepest(name, zones) is None:
            raise typer.BadParameter(f"{name!r} is in none of the domains", param_hint="'--name'")
    catalogue = whole(run.directory)
    _, config = merging_zones.config(run)
    asked = looking.at(config.live, resolver, server)
    seen = _seen(run, reports)
    more += [name for name in seen if names.deepest(name, zones) is not None]
    typed = {_selector(each) for each in selectors}
    wanted = _wanted(zones, more, catalogue, lambda domain: typed | seen.get(domain, set()))
    deadline = monotonic() + (timeout if timeout is not None else serving.MINUTE + len(zones))
    found: dict[str, RRsets] = {}
    failed = []
    with (
        Network(asked, zones, run.now.date(), deadline=deadline) as network,
        console.progress("zones asked:", quiet=run.quiet) as count,
    ):
        for begin in range(0, len(zones), AT_ONCE):
            some = list(zones)[begin : begin + AT_ONCE]
            authorities = network.authorities(some)
            replies = network.look(
                question for zone in some for question in look.questions(authorities[zone], wanted[zone])
            )
            for zone in some:
                heard = _heard(zone, authorities[zone], wanted[zone], replies)
                if isinstance(heard, str):
                    failed.append((names.readable(zone), heard))
                else:
                    found[zone] = heard
            count(begin + len(some), len(zones))
    return Read(found, tuple(failed))


def _heard(
    zone: str, authority: Authority, wanted: Collection[RRsetId], replies: Mapping[Question, Reply]
) -> RRsets | str:
    """What the servers of *zone* say, or why that is not known."""
    try:
        heard = look.heard(zone, authority, wanted, replies)
    except DnsauthError as error:
        return str(error)
    if heard.unknown:
        owner, type, why = heard.unknown[0]
        return f"{names.readable(owner)} {type}: {why}"
    return heard.rrsets


def _seen(run: Run, paths: Sequence[Path]) -> Mapping[str, set[str]]:
    """The selectors that aggregate reports in *paths* saw, by domain; what is no report is told."""
    if not paths:
        return {}
    found: list[Report] = []
    for one in reading.read(paths, run.now):
        if isinstance(one, Report):
            found.append(one)
        else:
            console.talk(safe.line(str(one)))
    return selectors_seen(found)


def _wanted(
    zones: Collection[str],
    below: Collection[str],
    catalogue: Catalogue,
    more: Callable[[str], Collection[str]],
) -> Mapping[str, list[RRsetId]]:
    keys = look.selectors(catalogue)
    owners = look.owners(catalogue)
    return {
        zone: [
            *dict.fromkeys(
                id
                for domain in (zone, *(name for name in below if names.deepest(name, zones) == zone))
                for id in look.ids(domain, {*keys, *more(domain)}, owners)
            )
        ]
        for zone in zones
    }


def write(run: Run, read: Read, words: Sequence[str], *, repair: bool, dry_run: bool) -> None:
    """Write the files of zones that were *read*, and say what became of each.

    *words* are the command as it was typed, *repair* and *dry_run* its options.
    """
    outcomes = imported(run, read, repair=repair, dry_run=dry_run)
    say(run, outcomes)
    refused = [f"{one.file or one.zone}: {one.refused}" for one in outcomes if one.refused]
    code = Exit.CLEAN
    if refused:
        code = Exit.PARTIAL if any(one.written for one in outcomes) else Exit.FAILED
    if not dry_run:
        code = Exit(recording.imported(run, [one.file for one in outcomes if one.written], refused, code))
    if code is Exit.CLEAN:
        _next(run, outcomes, words, repair=repair, dry_run=dry_run)
    else:
        raise typer.Exit(code)


def _next(
    run: Run, outcomes: Sequence[output.Outcome], words: Sequence[str], *, repair: bool, dry_run: bool
) -> None:
    if run.quiet:
        return
    if not repair and any(one.repairs for one in outcomes):
        typed = shlex.join(["dnsauth", *words, "--repair"])
        console.talk(safe.line(f"next: `{typed}` asks for what was meant; a plan then shows these changes"))
    if dry_run:
        console.talk("nothing was written: --dry-run")
    else:
        console.talk("next: read the files, then `dnsauth check`; a `provider:` lets `dnsauth plan` compare")


def say(run: Run, outcomes: Sequence[output.Outcome]) -> None:
    """Say what became of zones."""
    if run.format == "json":
        console.answer(json.text(output.document(outcomes)))
    else:
        console.answer(output.text(outcomes, console.style(sys.stdout, verbose=run.verbose)))


def imported(
    run: Run, read: Read, *, repair: bool = False, dry_run: bool = False
) -> tuple[output.Outcome, ...]:
    """What became of the zones that were *read*: their files are written, or merged into."""
    failed = [output.Outcome(where, "", refused=safe.plain(why)) for where, why in read.failed]
    with alone(run, "import"):
        around, unmerged = merging_zones.around(run, read.zones)
        held = {zone: rrsets for zone, rrsets in read.zones.items() if zone not in unmerged}
        known = Recogniser(whole(run.directory))
        with console.progress("zones recognised:", quiet=run.quiet) as count:
            results = tuple(adopted(held, known, around, count, repair=repair))
        outcomes = (
            *failed,
            *(output.Outcome(zone, "", refused=why) for zone, why in unmerged.items()),
            *(_outcome(run, result, around, repair=repair, dry_run=dry_run) for result in results),
        )
        if any(one.written for one in outcomes):
            create_atomically(run.directory / init.CONFIG.path, init.CONFIG.text.encode())
    return outcomes


def _outcome(
    run: Run, result: Adopted | Refused, around: Around, *, repair: bool, dry_run: bool
) -> output.Outcome:
    zone = result.zone
    standing = around.standing.get(zone)
    file = standing.file if standing else f"zones/{zone}yaml"
    if isinstance(result, Refused):
        return output.Outcome(zone, file, refused=result.why)
    before = standing.octets.decode() if standing else ""
    found = output.Outcome(
        zone,
        file,
        result.drafts,
        merged=standing is not None,
        pending=result.pending,
        repairs=result.repairs,
        repaired=repair,
        delegated=result.delegated,
    )
    if standing and before == result.text and standing.lock == result.lock:
        return found
    if standing or dry_run:
        found = replace(found, difference=output.difference(file, before, result.text))
    if dry_run:
        return found
    try:
        (run.directory / file).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DnsauthError(f"{(run.directory / file).parent} cannot be made: {error.strerror}") from error
    merging_zones.write(run, file, standing, result)
    return replace(found, written=True)


def _absolute(text: str) -> str:
    try:
        return names.absolute(text)
    except names.BadName as error:
        raise typer.BadParameter(str(error)) from error


def _selector(text: str) -> str:
    try:
        return names.selector(text)
    except names.BadName as error:
        raise typer.BadParameter(str(error), param_hint="'--selector'") from error
