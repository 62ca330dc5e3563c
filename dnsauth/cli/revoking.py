"""What ``dnsauth rotate revoke`` does: rush the successor, or empty the record at once."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Sequence
from dataclasses import replace

import typer

from dnsauth.apply.receipt import exit_code
from dnsauth.cli import console, happened, making, pushing, recording, rotating, telling
from dnsauth.cli.alone import alone
from dnsauth.cli.exit import Exit
from dnsauth.cli.options import Run
from dnsauth.cli.rotating import Rings
from dnsauth.errors import DnsauthError
from dnsauth.lock.keys import Key, Revocation, State
from dnsauth.output import receipt as receipt_text
from dnsauth.output import safe
from dnsauth.rotation.due import Step, moved
from dnsauth.rotation.states import Event

ROUNDS = len(State)  # no key passes through more states than there are
_OVER = frozenset({State.REVOKED, State.REMOVED})


def revoke(
    run: Run,
    selector: str,
    reason: str,
    *,
    at_once: bool,
    yes: bool,
    timeout: float,
    resolver: str | None,
    server: Sequence[str] | None,
) -> None:
    """Revoke *selector* because of *reason*, as far as it goes now."""
    with alone(run, "rotate revoke"):
        of = rotating.rings(run, resolver, server)
        zone, key = of.named(selector)
        if key.state in _OVER:
            raise DnsauthError(
                f"{making.stored(key)} is {key.state.value} already", "nothing is left to revoke"
            )
        if at_once and not yes and not _agreed(key):
            console.talk("nothing was written")
            raise typer.Exit(Exit.FAILED)
        now = run.now.replace(microsecond=0)
        marked = replace(key, revocation=key.revocation or Revocation(now, _who(), reason))
        if at_once and key.state is not State.GENERATED and key.state is not State.PUBLISHED:
            marked = moved(marked, Event.REVOKE, now)
        new = rotating.written(run, of, _with(of, zone, marked))
        code = recording.recorded(
            run, of.repository.inventory, *happened.turned(of.keys, new.keys), written=True
        )
        code = _rush(run, new, zone, marked, timeout) or code
    if code:
        raise typer.Exit(code)


def _agreed(key: Key) -> bool:
    hosts = [word.host for word in key.words if word.signs] or ["every host that signs with it"]
    console.talk(
        safe.line(
            f"mail that {', '.join(hosts)} signs with {making.stored(key)} fails DKIM until its next"
            " `keys deploy`, and so does mail in flight (RFC 6376 section 6.1.2)"
        )
    )
    if not console.interactive():
        raise DnsauthError("there is no terminal to ask at, and nothing was written", "say --yes to go on")
    return console.confirmed("Revoke it at once?")


def _with(of: Rings, zone: str, key: Key) -> dict[str, tuple[Key, ...]]:
    return {zone: tuple(key if each.owner == key.owner else each for each in of.keys[zone])}


def _rush(
    run: Run,
    of: Rings,
    zone: str,
    key: Key,
    timeout: float,
) -> int:
    """Step, make, push and look until nothing of the sender moves; the exit code of what was pushed."""
    code: int = Exit.CLEAN
    inventory = of.repository.inventory
    at = (key.domain, key.sender)
    for _ in range(ROUNDS):
        pushed = pushing.pushed(run, of, {zone: _mine(of, zone, at)}, timeout=timeout)
        if pushed:
            receipt = pushed.receipt
            console.talk(
                receipt_text.text(receipt, console.style(sys.stderr, verbose=run.verbose)).rstrip("\n")
            )
            code = pushed.code or code
            if exit_code(receipt) != Exit.CLEAN:  # a trail that can't be written stops no revocation
                break
        keys = {zone: of.keys[zone]}
        seen = rotating.seen(run, of, {zone: _mine(of, zone, at)})
        stepped = rotating.judged(run, of, keys, seen, lambda domain, sender: (domain, sender) == at)
        made = making.made(run, of, {zone: stepped[zone].lacking})
        new = rotating.written(run, of, rotating.after(stepped, made))
        turned = happened.turned(of.keys, new.keys, made)
        code = recording.recorded(run, inventory, *turned, code=code, written=True)
        still = not made and not any(isinstance(move.due, Step) for move in stepped[zone].keys)
        of = new
        if still:
            break
    _said(run, of, zone, at)
    return code


def _mine(of: Rings, zone: str, at: tuple[str, str]) -> tuple[Key, ...]:
    return tuple(key for key in of.keys[zone] if (key.domain, key.sender) == at)


def _said(run: Run, of: Rings, zone: str, at: tuple[str, str]) -> None:
    stepped = rotating.judged(run, of, {zone: of.keys[zone]}, {})
    telling.answer(run, [told for told in telling.every(stepped) if (told.key.domain, told.key.sender) == at])
    if not run.quiet:
        console.talk(
            "commit the lock, deploy on every host, and run `dnsauth rotate step --apply` after they report"
        )


def _who() -> str:
    """Who revokes, as the lock keeps it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may have a number without a name
        return str(os.getuid())
