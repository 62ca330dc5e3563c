"""What ``dnsauth apply`` does: with a saved plan, and with one it makes and shows."""

from __future__ import annotations

import getpass
import json
import os
import socket
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from time import monotonic

import typer

from dnsauth import __version__, names
from dnsauth.apply.receipt import Receipt, exit_code, to_json
from dnsauth.apply.zones import apply
from dnsauth.cli import console, planning, serving, stages
from dnsauth.cli.exit import Exit
from dnsauth.cli.options import Run
from dnsauth.errors import DnsauthError
from dnsauth.files import write_atomically
from dnsauth.findings import Finding
from dnsauth.live.standing import Verified
from dnsauth.output import plan as plan_text
from dnsauth.output import receipt as receipt_text
from dnsauth.output import safe
from dnsauth.plan import file as plan_file
from dnsauth.plan.model import Change, Plan
from dnsauth.verify import of_changes

RECEIPTS = "receipts"


def saved(run: Run, file: Path, *, locked: bool, timeout: float, receipt: Path | None) -> None:
    """Apply the plan in *file*, as far as a new plan agrees with it."""
    reviewed, digest = _read(file)
    everything = stages.load(replace(run, zones=()))
    strangers = sorted({zone.zone for zone in reviewed.zones} - everything.inventory.zones.keys())
    if strangers:
        raise DnsauthError(
            f"{file} is for another directory, or older than the inventory: there is no zone"
            f" {', '.join(map(names.readable, strangers))} here",
            "say where it was made with -C DIR, or make a new plan with `dnsauth plan --out FILE`",
        )
    chosen = stages.chosen(run, everything)
    reviewed = replace(reviewed, zones=tuple(z for z in reviewed.zones if z.zone in chosen.inventory.zones))
    repository = stages.only(chosen, {zone.zone for zone in reviewed.zones})
    if reviewed.inventory != repository.inventory.digest and not run.quiet:
        console.talk(
            "the inventory's files changed since that plan was made; zones with another plan now are stale"
        )
    planned = planning.plan(run, repository, locked=locked)
    _apply(run, planned, reviewed, digest=digest, timeout=timeout, path=receipt)


def shown(run: Run, *, yes: bool, locked: bool, timeout: float, receipt: Path | None) -> None:
    """Plan, show the plan, ask unless *yes*, and apply what was shown."""
    if not yes and not console.interactive():
        raise DnsauthError(
            "there is no terminal to ask at, and nothing was written",
            "say --yes to apply without a question, or `dnsauth plan --out FILE` and `dnsauth apply FILE`",
        )
    planned = planning.plan(run, stages.load(run), locked=locked)
    say = console.answer if run.format == "text" else console.talk
    say(plan_text.text(planned.plan, console.style(sys.stdout, verbose=run.verbose), verbose=run.verbose))
    writable = [zone for zone in planned.plan.zones if zone.changes and not zone.stopped]
    if writable and not yes and not console.confirmed("Apply this plan?"):
        console.talk("nothing was written")
        raise typer.Exit(Exit.FAILED)
    _apply(run, planned, None, digest="", timeout=timeout, path=receipt)


def _read(file: Path) -> tuple[Plan, str]:
    """The plan in *file*, and the digest over it all."""
    try:
        text = file.read_bytes().decode("utf-8", "replace")
    except OSError as error:
        raise DnsauthError(
            f"{file} cannot be read: {error.strerror}", "make it with `dnsauth plan --out FILE`"
        ) from error
    return plan_file.read(text, str(file)), str(json.loads(text)["digest"])


def _apply(
    run: Run,
    planned: planning.Planned,
    reviewed: Plan | None,
    *,
    digest: str,
    timeout: float,
    path: Path | None,
) -> None:
    found = stages.checked(run, planned.concerned)
    directory = path.parent if path else run.directory / RECEIPTS
    _reserve(directory, needed=path is not None or any(zone.changes for zone in planned.plan.zones))

    def verify(changes: Mapping[str, tuple[Change, ...]]) -> Iterable[Verified]:
        expected = [each for zone, made in changes.items() for each in of_changes(zone, made)]
        return serving.verified(run, planned.repository, expected, deadline=monotonic() + timeout)

    with console.progress("writing zones", quiet=run.quiet) as count:
        receipt = apply(
            planned.plan,
            reviewed,
            planned.held,
            planned.providers,
            verify=verify,
            who=_who(),
            when=planned.plan.created,
            version=__version__,
            plan=digest,
            findings=found,
            progress=lambda _, done, total: count(done, total),
        )
    _say(run, receipt, found)
    _keep(run, receipt, directory, path)
    raise typer.Exit(exit_code(receipt))


def _reserve(directory: Path, *, needed: bool) -> None:
    """Make *directory*, so that a receipt that can't be written is found out before DNS is."""
    if not needed:
        return
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DnsauthError(
            f"{directory} cannot be made for the receipt: {error.strerror}",
            "name another place with --receipt FILE",
        ) from error


def _say(run: Run, receipt: Receipt, found: tuple[Finding, ...]) -> None:
    if run.format == "json":
        console.answer(to_json(receipt))
    else:
        console.answer(receipt_text.text(receipt, console.style(sys.stdout, verbose=run.verbose)))
        stages.talk_of(run, found)


def _keep(run: Run, receipt: Receipt, directory: Path, path: Path | None) -> None:
    """Write *receipt* to *path*, or under a name of its own where there was anything to be written."""
    if path is None and not any(entry.plan.changes for entry in receipt.entries):
        return
    text = to_json(receipt)
    stamp = receipt.when.replace("-", "").replace(":", "")
    path = path or directory / f"{stamp}-{sha256(text.encode()).hexdigest()[:8]}.json"
    try:
        _reserve(path.parent, needed=True)
        write_atomically(path, text)
    except DnsauthError as error:
        # what was written needs its proof: the log is the place left
        console.talk(safe.line(f"error: {error}; the receipt follows"))
        console.talk(text)
        raise typer.Exit(exit_code(receipt) or Exit.PARTIAL) from None
    if not run.quiet:
        console.talk(safe.line(f"wrote {path}"))


def _who() -> str:
    """user@host, as a receipt names who applied."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container may have a number without a name
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()}"
