"""Keys told: as the locks have them, and as every server answers."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import typer

from dnsauth.cli import console, git, reporting, rotating
from dnsauth.cli.exit import Exit
from dnsauth.cli.options import Run
from dnsauth.cli.rotating import Rings
from dnsauth.errors import DnsauthError
from dnsauth.lock import file as lock_file
from dnsauth.lock.keys import Key, State
from dnsauth.output import gauges, json, rotation
from dnsauth.output import keys as output
from dnsauth.output.keys import Told
from dnsauth.rotation.due import Step
from dnsauth.rotation.step import Lack, Stepped


def status(run: Run, base: str | None) -> None:
    """Print every key, as the locks tell it; with *base* those that it does not have so."""
    of = rotating.rings(run)
    stepped = rotating.judged(run, of, of.keys, {})
    reporting.measured(run, lambda: gauges.of_keys(every(stepped), run.now))
    if base is None:
        answer(run, every(stepped), lacks(stepped))
        return
    then = {key.owner: key for keys in at_revision(run, of, base).values() for key in keys}
    told = [each for each in every(stepped) if then.get(each.key.owner) != each.key]
    if run.format == "markdown":
        since = [rotation.Since(each.zone, then.get(each.key.owner), each.key, each.due) for each in told]
        console.answer(rotation.markdown(since))
        return
    answer(run, [each._replace(before=_state(then.get(each.key.owner))) for each in told])


def at_revision(run: Run, of: Rings, revision: str) -> Mapping[str, tuple[Key, ...]]:
    """The keys of each zone as its lock has them at *revision*; raises `DnsauthError`."""
    files = git.lock_files(run.directory, revision)
    paths = {zone: lock_file.path(zone) for zone in of.zones}
    return {
        zone: lock_file.read(files[path], path, zone)[0].keys for zone, path in paths.items() if path in files
    }


def _state(key: Key | None) -> State | None:
    return key.state if key else None


def due(
    run: Run, sender: str | None, *, exit_code: bool, resolver: str | None, server: Sequence[str] | None
) -> None:
    """Print what may be done now, as every server answers."""
    of = rotating.rings(run, resolver, server)
    known(of, sender)
    stepped = looked(run, of, of.keys, sender)
    told, lacking = every(stepped), lacks(stepped)
    may = [each for each in told if isinstance(each.due, Step)]
    if run.format == "json":
        answer(run, told, lacking)
    elif may or lacking:
        answer(run, may, lacking)
    waiting = len(told) - len(may)
    if waiting and not run.quiet:
        console.talk(f"{waiting} keys wait; `dnsauth rotate status` says for what")
    if exit_code and (may or lacking):
        raise typer.Exit(Exit.PENDING)


def looked(
    run: Run,
    of: Rings,
    keys: Mapping[str, tuple[Key, ...]],
    sender: str | None,
) -> Mapping[str, Stepped]:
    """What one step makes of *keys*, by zone, as every server answers now; only those of *sender* move."""
    seen = rotating.seen(run, of, keys)
    return rotating.judged(run, of, keys, seen, lambda _, name: sender in (None, name))


def known(of: Rings, sender: str | None) -> None:
    """Raise `DnsauthError` where nobody here is named *sender*."""
    if sender is None:
        return
    inventory = of.repository.inventory
    names = {
        each.name for zone in of.zones for domain in inventory.zones[zone].domains for each in domain.senders
    } | {key.sender for keys in of.keys.values() for key in keys}
    if sender not in names:
        raise DnsauthError(
            f"no sender is named {sender!r} here", f"there are {', '.join(sorted(names)) or 'none'}"
        )


def every(stepped: Mapping[str, Stepped]) -> list[Told]:
    """Every key with what was due of it, by zone, mail domain, sender and age."""
    return [
        Told(zone, move.before, move.due)
        for zone, each in sorted(stepped.items())
        for move in sorted(each.keys, key=lambda move: (move.key.domain, move.key.sender, move.key.made))
    ]


def lacks(stepped: Mapping[str, Stepped]) -> list[tuple[str, Lack]]:
    """The keys to be made, with their zones."""
    return [(zone, lack) for zone, each in sorted(stepped.items()) for lack in each.lacking]


def answer(run: Run, told: Sequence[Told], lacking: Sequence[tuple[str, Lack]] = ()) -> None:
    """Print *told* and what is *lacking* as the answer of a command."""
    if run.format == "json":
        console.answer(json.text(output.as_json(told, lacking)))
    else:
        style = console.style(sys.stdout, verbose=run.verbose)
        console.answer(output.status(told, (lack for _, lack in lacking), run.now, style))
