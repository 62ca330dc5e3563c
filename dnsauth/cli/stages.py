"""The stages that need files alone: loading, choosing zones, checking."""

from __future__ import annotations

import logging
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from dnsauth import names
from dnsauth.checks.check import check
from dnsauth.checks.flattened import flattening
from dnsauth.cli import console
from dnsauth.cli.options import Run
from dnsauth.desired.load import Repository
from dnsauth.desired.load import load as load_repository
from dnsauth.errors import DnsauthError
from dnsauth.findings import Finding, nearest
from dnsauth.output import text

_V = TypeVar("_V")


def load(run: Run) -> Repository:
    """The repository of *run*, only its zones where it names some; raises `InventoryError`."""
    return chosen(run, load_repository(run.directory))


def chosen(run: Run, repository: Repository) -> Repository:
    """*repository* with the zones *run* names, or all of it where it names none."""
    if not run.zones:
        return repository
    return only(repository, {_zone(text, repository.inventory.zones) for text in run.zones})


def only(repository: Repository, zones: Collection[str]) -> Repository:
    """*repository* with *zones* alone; what they ask of each other's names stays."""
    inventory = repository.inventory
    waivers = tuple(one for one in inventory.waivers if names.deepest(one.domain, zones))
    return replace(
        repository,
        inventory=replace(inventory, zones=_only(inventory.zones, zones), waivers=waivers),
        desired=_only(repository.desired, zones),
        locks=_only(repository.locks, zones),
    )


def _only(mapping: Mapping[str, _V], keys: Collection[str]) -> Mapping[str, _V]:
    return {key: mapping[key] for key in mapping if key in keys}


def _zone(text: str, zones: Mapping[str, object]) -> str:
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
    run: Run, repository: Repository, live: Mapping[str, Sequence[Finding]] | None = None
) -> tuple[Finding, ...]:
    """What `check` finds in the files, by place, and what was found *live*, by zone, if anybody looked."""
    found = check(
        repository.inventory,
        repository.catalogue,
        repository.desired,
        lookup=repository.lookup,
        today=run.now.date(),
        beside={
            name: (
                *flattening(zone, repository.flattened, repository.observed, run.now),
                *(live or {}).get(name, ()),
            )
            for name, zone in repository.inventory.zones.items()
        },
        live=live is not None,
    )
    return tuple(
        sorted(
            (*repository.findings, *found), key=lambda one: (one.where, one.owner, one.rule.code, one.message)
        )
    )


def silence_octodns() -> None:
    """Keep octoDNS from warning on stderr of what others wrote; its errors are raised all the same."""
    logging.getLogger().addHandler(logging.NullHandler())  # its providers log under names of their own


def talk_of(run: Run, found: Sequence[Finding]) -> None:
    """Say on stderr what `check` found: how much, or with --verbose all of it."""
    if run.quiet or not found:
        return
    style = console.style(sys.stderr, verbose=True)
    console.talk(
        text.findings(found, style).rstrip("\n")
        if run.verbose
        else f"check: {text.tally(found)}; see `dnsauth check`"
    )
