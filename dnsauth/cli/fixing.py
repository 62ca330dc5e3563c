"""What ``dnsauth check --fix`` does: what is mechanical is mended in the files, and shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from functools import partial

from dnsauth import documents
from dnsauth.cli import console, stages
from dnsauth.cli.alone import alone
from dnsauth.cli.options import Run
from dnsauth.errors import DnsauthError
from dnsauth.files import write_atomically
from dnsauth.findings import Finding, InventoryError
from dnsauth.fixes.fix import Fixed, Problems, fixed
from dnsauth.inventory.config import Config
from dnsauth.inventory.files import CONFIG, is_zone_file
from dnsauth.inventory.read import configuration
from dnsauth.inventory.sense import Declared
from dnsauth.inventory.zones import zones
from dnsauth.output import fixes as output

ROUNDS = 10  # what one fix uncovers another mends; each round leaves fewer findings


def fix(run: Run, *, write: bool) -> None:
    """Mend what `check` finds in the files until nothing is left that can be, and say each difference.

    Without *write* what the first look finds is shown, and nothing is written.
    """
    with alone(run, "check --fix") if write else nullcontext():
        done = 0
        for _ in range(ROUNDS if write else 1):
            mended = list(_mended(run, _found(run)))
            for one in mended:
                console.talk(output.text(one).rstrip("\n"))
                if write:
                    _write(run, one)
            done += sum(len(one.done) for one in mended)
            if not mended:
                break
    if not run.quiet:
        console.talk(output.summary(done, written=write))


def _write(run: Run, one: Fixed) -> None:
    path = run.directory / one.file
    if documents.octets(path, one.file) != one.before:
        raise DnsauthError(f"{path} was changed meanwhile", "check again: nothing was written there")
    write_atomically(path, one.after.decode())


def _found(run: Run) -> Sequence[Finding]:
    try:
        return stages.checked(run, stages.load(run))
    except InventoryError as error:
        return error.findings


def _mended(run: Run, found: Iterable[Finding]) -> Iterator[Fixed]:
    by_file: defaultdict[str, list[Finding]] = defaultdict(list)
    for one in found:
        if one.where.file == CONFIG or is_zone_file(one.where.file):
            by_file[one.where.file].append(one)
    root = run.directory.resolve()
    for file, findings in sorted(by_file.items()):
        if not (root / file).resolve().is_relative_to(root):  # a link that a pull request may have brought
            continue
        octets = documents.octets(run.directory / file, file)
        if isinstance(octets, Finding):
            continue
        mended = fixed(file, octets, findings, _problems(run, file))
        if mended.done:
            yield mended


def _problems(run: Run, file: str) -> Problems:
    if file == CONFIG:
        return lambda octets: configuration(octets)[2]
    there = documents.octets(run.directory / CONFIG, CONFIG)
    declared, config, _ = (None, None, ()) if isinstance(there, Finding) else configuration(there)
    return partial(_of_zone, file=file, declared=declared, config=config)


def _of_zone(
    octets: bytes, *, file: str, declared: Declared | None, config: Config | None
) -> Iterable[Finding]:
    return zones(octets, file, declared, config)[1]
