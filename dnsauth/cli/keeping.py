"""What ``dnsauth keys`` does, but for adopting."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import typer

from dnsauth.audit.events import KeyAccess, StoredKey
from dnsauth.checks.rules.dkim import KEY_REVEALED
from dnsauth.cli import console, deploying, happened, making, recording, rotating, stages
from dnsauth.cli.alone import alone
from dnsauth.cli.deploying import Deployed
from dnsauth.cli.exit import Exit
from dnsauth.cli.options import Run
from dnsauth.cli.rotating import Rings
from dnsauth.errors import DnsauthError
from dnsauth.files import write_atomically
from dnsauth.findings import InventoryError
from dnsauth.lock.keys import State
from dnsauth.output import json, safe
from dnsauth.output import keys as output
from dnsauth.output.text import counted
from dnsauth.rotation import report_file
from dnsauth.rotation.policies import policies
from dnsauth.rotation.ring import by_sender
from dnsauth.rotation.step import Lack

DEPLOYED = "deployed"
_COMING = frozenset({State.GENERATED, State.PUBLISHED, State.VISIBLE})
_OVER = frozenset({State.REVOKED, State.REMOVED})


def listed(run: Run) -> None:
    """Print the keys with their stores, and what else the stores hold."""
    of = rotating.rings(run)
    held = _held(run, of)
    every = {making.stored(key) for lock in of.repository.locks.values() for key in lock.keys}
    keys = [key for _, mine in sorted(of.keys.items()) for key in mine]
    lost = [
        key for key in keys if key.state not in _OVER and making.stored(key) not in held.get(key.store, ())
    ]
    strangers = [
        (store, name) for store, names in sorted(held.items()) for name in names if name not in every
    ]
    if run.format == "json":
        console.answer(json.text(output.stores_json(keys, lost, strangers)))
    else:
        console.answer(output.stores(keys, lost, strangers, console.style(sys.stdout, verbose=run.verbose)))
    if lost:
        raise DnsauthError(
            f"{counted(len(lost), 'private key')} of the locks cannot be found in any store",
            "docs/rotation.md, a lost key store, says how to get on without them",
        )


def _held(run: Run, of: Rings) -> dict[str, tuple[str, ...]]:
    store = making.stores(run, of)
    return {name: store(name).names() for name in of.repository.inventory.key_stores}


def new(run: Run, sender: str) -> None:
    """Make the next keys of *sender* now."""
    with recording.kept(run) as record, alone(run, "keys new"):
        of = rotating.rings(run)
        lacking = dict(_next(of, sender))
        if not lacking:
            raise DnsauthError(
                f"no sender {sender!r} with keys of its own is here",
                "say `dkim: {algorithms: [rsa-2048, ed25519], every: 90d}` where it is declared",
            )
        made = making.made(run, of, lacking)
        new = (key for keys in made.values() for key in keys)
        record(of.repository.inventory, *happened.used("made", new))
        rotating.written(run, of, {zone: (*of.keys[zone], *made.get(zone, ())) for zone in lacking})
        if run.format == "json":
            told = [told for zone in lacking for told in _told(run, of, zone, made.get(zone, ()))]
            console.answer(json.text(output.as_json(told, [])))
            return
        for zone in lacking:
            console.answer(
                output.moves(zone, (), made.get(zone, ()), console.style(sys.stdout, verbose=run.verbose))
            )
        if not made and not run.quiet:
            console.talk("the next keys are on their way already")


def _told(run: Run, of: Rings, zone: str, keys: object) -> Iterator[output.Told]:
    made = tuple(keys) if isinstance(keys, list) else ()
    stepped = rotating.judged(run, of, {zone: made}, {})
    return (output.Told(zone, move.before, move.due) for move in stepped[zone].keys)


def _next(of: Rings, sender: str) -> Iterator[tuple[str, list[Lack]]]:
    inventory = of.repository.inventory
    for zone, keys in of.keys.items():
        mine = by_sender(keys)
        found = [
            policy for at, policy in policies(inventory.zones[zone], inventory).items() if at[1] == sender
        ]
        if found:
            yield (
                zone,
                [
                    Lack(policy, algorithm)
                    for policy in found
                    for algorithm in policy.algorithms
                    if not any(
                        key.algorithm == algorithm and key.state in _COMING
                        for key in mine.get((policy.domain, policy.sender), ())
                    )
                ],
            )


def deploy(run: Run, host: str | None, signer: str | None, report: Path | None) -> None:
    """Install the keys of this host, print what changed, and write the report."""
    name = host or socket.getfqdn()
    of = rotating.rings(run)
    done = deploying.deployed(run, of, of.keys, name, signer)
    with recording.kept(run) as record:
        record(of.repository.inventory, *happened.deployed(done, of.keys))
        _reported(run, done, name, report)


def _reported(run: Run, done: Sequence[Deployed], name: str, report: Path | None) -> None:
    path = report or run.directory / DEPLOYED / f"{_file(name)}.json"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DnsauthError(
            f"{path.parent} cannot be made for the report: {error.strerror}",
            "name another place with --report FILE",
        ) from error
    text = report_file.write([each.report for each in done])
    write_atomically(path, text)
    if run.format == "json":
        console.answer(text)
        return
    for each in done:
        for line in each.changes:
            console.answer(safe.line(line) + "\n")
    if not run.quiet:
        unchanged = not any(each.changes for each in done)
        console.talk(safe.line(f"{'nothing was new; ' if unchanged else ''}wrote {path}"))


def _file(host: str) -> str:
    if not host or "/" in host or host.startswith("."):
        raise DnsauthError(f"{host!r} names no host", "say --host with the host's own name")
    return host


def export(run: Run, selector: str | None, private: Path | None, retired: Path | None) -> None:
    """Print public records, or write private halves to files."""
    of = rotating.rings(run)
    if retired is not None:
        _reveal(run, of, retired)
        return
    if private is not None:
        if selector is None:
            raise typer.BadParameter("--private needs a SELECTOR", param_hint="'--private'")
        _, key = of.named(selector)
        _fresh(private)
        with recording.kept(run) as record:
            pair = making.stores(run, of)(key.store).get(making.stored(key))
            record(of.repository.inventory, *happened.used("exported", [key]))
            write_atomically(private, pair.private.decode("ascii"), 0o600)
            if not run.quiet:
                console.talk(safe.line(f"wrote {private}: whoever reads it can sign as {making.stored(key)}"))
        return
    chosen = [of.named(selector)[1]] if selector else [key for mine in of.keys.values() for key in mine]
    if run.format == "json":
        console.answer(json.text(output.records_json(chosen)))
        return
    for key in chosen:
        console.answer(f"{safe.plain(making.stored(key))}. TXT {safe.plain(key.record)}\n")


def _fresh(path: Path) -> None:
    if path.exists():
        raise DnsauthError(f"{path} is there already", "name a new file")


def _reveal(run: Run, of: Rings, directory: Path) -> None:
    """Write the private halves of removed keys whose sender says `reveal: true`."""
    revealing = _revealing(of)
    refused = [found for found in stages.checked(run, of.repository) if found.rule is KEY_REVEALED]
    if refused:
        raise InventoryError(tuple(refused))
    store = making.stores(run, of)
    held = _held(run, of)
    gone = [
        key
        for mine in of.keys.values()
        for key in mine
        if key.state is State.REMOVED
        and (key.domain, key.sender) in revealing
        and making.stored(key) in held.get(key.store, ())
    ]
    with recording.kept(run) as record:
        for key in gone:
            name = making.stored(key)
            directory.mkdir(parents=True, exist_ok=True)
            write_atomically(directory / f"{name}.pem", store(key.store).get(name).private.decode("ascii"))
        record(of.repository.inventory, *happened.used("exported", gone))
        console.talk(
            f"wrote {counted(len(gone), 'private key')} that were removed"
            if gone
            else "no removed key is to be revealed"
        )


def _revealing(of: Rings) -> frozenset[tuple[str, str]]:
    return frozenset(
        (domain.name, sender.name)
        for zone in of.repository.inventory.zones.values()
        for domain in zone.domains
        for sender in domain.senders
        if sender.own_keys and sender.own_keys.reveal
    )


def prune(run: Run, *, yes: bool) -> None:
    """Delete the private halves of removed keys and of keys no lock knows."""
    with recording.kept(run) as record, alone(run, "keys prune"):
        of = rotating.rings(run)
        needed = {
            making.stored(key)
            for lock in of.repository.locks.values()
            for key in lock.keys
            if key.state is not State.REMOVED or (key.domain, key.sender) in _revealing(of)
        }
        gone = [
            (store, name)
            for store, names in sorted(_held(run, of).items())
            for name in names
            if name not in needed
        ]
        if not gone:
            console.talk("nothing to delete")
            return
        for store, name in gone:
            console.answer(safe.line(f"{store}  {name}") + "\n")
        if not yes and not (
            console.interactive() and console.confirmed(f"Delete {counted(len(gone), 'private key')}?")
        ):
            console.talk("nothing was deleted; --yes deletes without a question")
            raise typer.Exit(Exit.FAILED)
        opened = making.stores(run, of)
        for store, name in gone:
            opened(store).delete(name)
        record(of.repository.inventory, KeyAccess("deleted", tuple(StoredKey(*one) for one in gone)))
        console.talk(f"deleted {counted(len(gone), 'private key')}")
