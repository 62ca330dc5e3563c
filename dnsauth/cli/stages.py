"""The stages that need files alone: loading, choosing zones, checking."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Collection, Mapping, Sequence

from dnsauth import names
from dnsauth.checks.check import check
from dnsauth.checks.flattened import flattening
from dnsauth.checks.offline.key_stores import open_files
from dnsauth.checks.offline.keys import own_keys
from dnsauth.checks.rotation import overdue
from dnsauth.checks.vendor_keys import vendor_keys
from dnsauth.cli import console, key_files, processes
from dnsauth.cli.options import Run
from dnsauth.desired.load import Repository, only
from dnsauth.desired.load import load as load_repository
from dnsauth.errors import DnsauthError
from dnsauth.findings import Finding, Severity, by_place, nearest
from dnsauth.inventory.model import Waiver
from dnsauth.lock.observed import Observed
from dnsauth.output import text


def load(run: Run) -> Repository:
    """The repository of *run*, only its zones where it names some; raises `InventoryError`."""
    return chosen(run, load_repository(run.directory))


def chosen(run: Run, repository: Repository) -> Repository:
    """*repository* with the zones *run* names, or all of it where it names none."""
    if not run.zones:
        return repository
    return only(repository, {named(text, repository.inventory.zones) for text in run.zones})


def named(text: str, zones: Collection[str]) -> str:
    """The one of *zones* that *text* names; raises `DnsauthError`."""
    try:
        zone = names.absolute(text)
    except names.BadName as error:
        raise DnsauthError(str(error), "name a zone as in --zone example.com") from error
    if zone not in zones:
        close = nearest(zone, zones)
        hint = f"did you mean {names.readable(close)}?" if close else "its file would be in zones/"
        raise DnsauthError(f"the inventory has no zone {names.readable(zone)}", hint)
    return zone


def checked(
    run: Run,
    repository: Repository,
    live: Mapping[str, Sequence[Finding]] | None = None,
    waived: Callable[[Finding, Waiver], None] = lambda _found, _waiver: None,
) -> tuple[Finding, ...]:
    """What `check` finds in the files, by place, and what was found *live*, by zone, if anybody looked.

    What is *waived* is told beside.
    """
    observed = repository.observed if live is None else Observed()  # who looked knows better
    found = check(
        repository.inventory,
        repository.catalogue,
        repository.desired,
        lookup=repository.lookup,
        today=run.now.date(),
        beside={
            name: (
                *flattening(zone, repository.flattened, repository.observed, run.now),
                *overdue(zone, repository.locks[name].keys, repository.inventory, run.now),
                *own_keys(
                    zone,
                    repository.locks[name].keys,
                    repository.desired[name],
                    repository.inventory,
                    run.now,
                ),
                *vendor_keys(repository.desired[name], repository.catalogue, observed),
                *(live or {}).get(name, ()),
            )
            for name, zone in repository.inventory.zones.items()
        },
        live=live is not None,
        waived=waived,
        spread=processes.spread,
    )
    return by_place((*repository.findings, *found, *open_files(key_files.listed(repository.inventory))))


def silence_octodns() -> None:
    """Keep octoDNS from warning on stderr of what others wrote; its errors are raised all the same."""
    logging.getLogger().addHandler(logging.NullHandler())  # its providers log under names of their own


def talk_of(run: Run, found: Sequence[Finding]) -> None:
    """Say on stderr what `check` found but notes: how much, or with --verbose all of it."""
    if not run.verbose:
        found = [one for one in found if one.stops or one.rule.severity is not Severity.INFO]
    if run.quiet or not found:
        return
    style = console.style(sys.stderr, verbose=True)
    console.talk(
        text.findings(found, style).rstrip("\n")
        if run.verbose
        else f"check: {text.tally(found)}; see `dnsauth check`"
    )
