"""Which zones a command is about, beside those named with ``--zone``: a part of them, or what changed."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from dnsauth.cli import console
from dnsauth.cli.options import Run

if TYPE_CHECKING:
    from dnsauth.cli import git
    from dnsauth.desired.fleet import Fleet
    from dnsauth.desired.load import Repository
    from dnsauth.findings import Finding

ShardOption = Annotated[
    str | None,
    typer.Option(
        "--shard", metavar="I/N", help="Only the I-th of N parts: a zone's name says which one it is in."
    ),
]
OnlyChanged = Annotated[
    bool, typer.Option("--only-changed", help="Only zones that changes of the files since --base concern.")
]
Base = Annotated[
    str | None,
    typer.Option(
        "--base", metavar="REV", help="The revision in Git; if not, where HEAD left origin/main, or main."
    ),
]


class Shard(NamedTuple):
    """Part number *number*, from 1, of so many *parts* of the zones."""

    number: int
    parts: int

    def has(self, zone: str) -> bool:
        """True where *zone* is in it: SHA-256 of its absolute name, modulo the count, names its part."""
        from hashlib import sha256

        return int(sha256(zone.encode()).hexdigest(), 16) % self.parts == self.number - 1


def shard(text: str | None) -> Shard | None:
    """The part *text* names, as in ``2/8``; None for None."""
    if text is None:
        return None
    match = re.fullmatch(r"([0-9]{1,4})/([0-9]{1,4})", text, re.ASCII)
    found = Shard(int(match[1]), int(match[2])) if match else Shard(0, 0)
    if not 1 <= found.number <= found.parts:
        raise typer.BadParameter(f"{text!r} is no part of so many, as in 1/4 or 4/4", param_hint="'--shard'")
    return found


def repository(
    run: Run, part: str | None = None, *, only_changed: bool = False, base: str | None = None
) -> Repository:
    """The repository of *run* with the zones it names, less those that are not in *part* or did not change.

    Raises `InventoryError`; of zones that are left out only what the others need is read.
    """
    from dnsauth.cli import stages

    wanted = shard(part)
    if base is not None and not only_changed:
        raise typer.BadParameter("it goes with --only-changed", param_hint="'--base'")
    if wanted is None and not only_changed:
        return stages.load(run)
    now = fleet(run.directory)
    zones = _named(run, now.part.zones)
    if only_changed:
        zones &= _changed(run, now, base)
    return now.load({zone for zone in zones if wanted is None or wanted.has(zone)})


def fleet(directory: Path) -> Fleet:
    """The repository at *directory*, to be loaded in part."""
    from dnsauth.catalogue.read import read as read_catalogue
    from dnsauth.desired.fleet import Fleet
    from dnsauth.inventory.part import Part, texts
    from dnsauth.lock import observed_file

    catalogue, wrong = read_catalogue(directory)
    observed, contrary = observed_file.read(directory)
    return Fleet(Part(texts(directory)), catalogue, observed, (*wrong, *contrary))


def _named(run: Run, zones: Collection[str]) -> frozenset[str]:
    from dnsauth.cli.stages import named

    return frozenset(named(text, zones) for text in run.zones) or frozenset(zones)


def _changed(run: Run, now: Fleet, base: str | None) -> frozenset[str]:
    """The zones of *now* that changed since *base* concern, and says how many."""
    from dnsauth.cli import git
    from dnsauth.output import safe
    from dnsauth.output.text import counted

    revision = git.Revision(run.directory, base or git.merge_base(run.directory))
    found = _since(revision, now)
    if not run.quiet:
        count = "every zone" if found is None else f"{len(found):,} of {counted(len(now.part.zones), 'zone')}"
        console.talk(safe.line(f"what changed since {base or revision.commit[:12]} concerns {count}"))
    return frozenset(now.part.zones) if found is None else found


def _since(revision: git.Revision, now: Fleet) -> frozenset[str] | None:
    from tempfile import TemporaryDirectory

    from dnsauth.catalogue.read import DIRECTORY as SERVICES
    from dnsauth.catalogue.read import read as read_catalogue
    from dnsauth.changed.zones import concerned
    from dnsauth.desired.fleet import Fleet
    from dnsauth.inventory.files import CONFIG, LOCK_SUFFIX, is_zone_file
    from dnsauth.lock.observed_parse import FILE as OBSERVED
    from dnsauth.lock.observed_parse import parse

    files = revision.changed()
    if not files:
        return frozenset()
    if not revision.plain:
        return None
    texts = revision.texts(files)
    own = {name: text for name, text in texts.items() if name == CONFIG or is_zone_file(name)}
    locks = {name: text for name, text in texts.items() if name.endswith(LOCK_SUFFIX)}
    observed, catalogue = now.observed, now.catalogue
    wrong: tuple[Finding, ...] = ()
    if OBSERVED in files:
        observed, wrong = parse(texts[OBSERVED] or b"version: 1\n")
    if any(name.startswith(f"{SERVICES}/") for name in files):
        with TemporaryDirectory() as folder:
            for name, text in revision.texts(revision.below(SERVICES)).items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text or b"")
            catalogue, contrary = read_catalogue(Path(folder))
            wrong = (*wrong, *contrary)
    return concerned(Fleet(now.part.otherwise(own), catalogue, observed, wrong, locks), now, files)
