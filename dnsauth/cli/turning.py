"""What ``dnsauth rotate`` does, but for revoking: show, look, step, take evidence, go back."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import typer

from dnsauth.apply.receipt import Receipt
from dnsauth.cli import (
    confirming,
    console,
    deploying,
    happened,
    making,
    pushing,
    recording,
    reporting,
    rotating,
    telling,
)
from dnsauth.cli.alone import alone
from dnsauth.cli.exit import Exit
from dnsauth.cli.options import Run
from dnsauth.cli.rotating import Rings
from dnsauth.errors import DnsauthError
from dnsauth.lock.keys import Key
from dnsauth.output import gauges, json, notice, safe
from dnsauth.output import keys as output
from dnsauth.output import receipt as receipt_text
from dnsauth.output.notice import Notice
from dnsauth.rotation.step import NoWayBack, Stepped
from dnsauth.rotation.step import back as taken_back


def step(
    run: Run,
    sender: str | None,
    *,
    apply: bool,
    deploy: bool,
    host: str | None,
    timeout: float,
    resolver: str | None,
    server: Sequence[str] | None,
) -> None:
    """Take one step with every key, and write the locks."""
    with alone(run, "rotate step"):
        of = rotating.rings(run, resolver, server)
        telling.known(of, sender)
        keys = dict(of.keys)
        allowed = pushing.merged(run, of) if apply or deploy else {}
        inventory = of.repository.inventory
        code: int = Exit.CLEAN
        pushed = pushing.pushed(run, of, allowed, timeout=timeout) if apply else None
        receipt = pushed.receipt if pushed else None
        if pushed and receipt:
            console.talk(
                receipt_text.text(receipt, console.style(sys.stderr, verbose=run.verbose)).rstrip("\n")
            )
            code = pushed.code
        if deploy:
            name = host or socket.getfqdn()
            done = deploying.deployed(run, of, allowed, name)
            code = recording.recorded(
                run, inventory, *happened.deployed(done, allowed), code=code, written=apply
            )
            for each in done:
                for line in each.changes:
                    console.talk(safe.line(line))
                keys = confirming.taken(run, of, keys, [each.report])
        stepped = telling.looked(run, of, keys, sender)
        made = making.made(run, of, {zone: each.lacking for zone, each in stepped.items()})
        new = rotating.written(run, of, rotating.after(stepped, made))
        turned = happened.turned(of.keys, new.keys, made)
        code = recording.recorded(run, inventory, *turned, code=code, written=True)
        _moves(run, new, stepped, made)
    reporting.told(
        run,
        of.repository.inventory.notify,
        lambda: _notice(of, stepped, made, receipt, run.now),
        lambda: gauges.of_keys(telling.every(rotating.judged(run, new, new.keys, {})), run.now),
    )
    if code:
        raise typer.Exit(code)


def confirm(run: Run, files: Sequence[Path], host: str | None, by: str | None) -> None:
    """Take what hosts report, or what somebody vouches for, into the locks."""
    if bool(files) == bool(host) or bool(host) != bool(by):
        raise typer.BadParameter("say --report FILE, or --host NAME with --by NAME", param_hint="'--report'")
    with alone(run, "rotate confirm"):
        of = rotating.rings(run)
        said = confirming.word(run, of, host, by) if host and by else confirming.reports(files)
        after = confirming.taken(run, of, of.keys, said)
        new = rotating.written(run, of, after)
        code = recording.recorded(
            run, of.repository.inventory, *happened.turned(of.keys, new.keys), written=True
        )
        changed = [(zone, key) for zone, keys in new.keys.items() for key in keys if key not in of.keys[zone]]
        if run.format == "json":
            stepped = rotating.judged(run, new, new.keys, {})
            telling.answer(run, telling.every(stepped), telling.lacks(stepped))
        else:
            for _, key in changed:
                console.answer(safe.line(f"{making.stored(key)}{output.evidence(key)}") + "\n")
            if not changed and not run.quiet:
                console.talk("nothing is new: the locks had it already")
    if code:
        raise typer.Exit(code)


def back(run: Run, selector: str) -> None:
    """Take the switch to or from *selector* back."""
    with alone(run, "rotate back"):
        of = rotating.rings(run)
        zone, key = of.named(selector)
        mine = tuple(each for each in of.keys[zone] if (each.domain, each.sender) == (key.domain, key.sender))
        try:
            changed = {
                each.selector: each for each in taken_back(mine, key.selector, run.now.replace(microsecond=0))
            }
        except NoWayBack:
            raise DnsauthError(
                f"{making.stored(key)} is {key.state.value}, and no key beside it could sign again",
                "only a key that retires can: `dnsauth rotate status` shows which there are",
            ) from None
        keys = {
            zone: tuple(changed.get(each.selector, each) if each in mine else each for each in of.keys[zone])
        }
        new = rotating.written(run, of, keys)
        code = recording.recorded(
            run, of.repository.inventory, *happened.turned(of.keys, new.keys), written=True
        )
        stepped = rotating.judged(run, new, {zone: new.keys[zone]}, {})
        telling.answer(run, [told for told in telling.every(stepped) if told.key.selector in changed])
    if code:
        raise typer.Exit(code)


def _notice(
    of: Rings,
    stepped: Mapping[str, Stepped],
    made: Mapping[str, Iterable[Key]],
    receipt: Receipt | None,
    now: datetime,
) -> Notice:
    said = notice.of_step(
        [(zone, move) for zone, each in stepped.items() for move in each.keys],
        [(zone, key) for zone, keys in made.items() for key in keys],
        of.repository.inventory,
        now,
    )
    if receipt is None:
        return said
    pushed = notice.of_receipt(receipt, None)
    return Notice((*pushed.news, *said.news), f"{pushed.next} {said.next}")


def _moves(run: Run, of: Rings, stepped: Mapping[str, Stepped], made: Mapping[str, Iterable[Key]]) -> None:
    if run.format == "json":
        before = {move.key.owner: move.before.state for each in stepped.values() for move in each.keys}
        now = rotating.judged(run, of, of.keys, {})
        told = [each._replace(before=before.get(each.key.owner)) for each in telling.every(now)]
        console.answer(json.text(output.as_json(told, [])))
        return
    style = console.style(sys.stdout, verbose=run.verbose)
    for zone, each in sorted(stepped.items()):
        console.answer(output.moves(zone, each.keys, made.get(zone, ()), style))
