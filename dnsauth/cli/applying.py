"""What ``dnsauth apply`` does: with a saved plan, and with one it makes and shows."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from time import monotonic

import typer

from dnsauth import __version__, names
from dnsauth.apply.match import Saved
from dnsauth.apply.receipt import Receipt, exit_code, to_json
from dnsauth.apply.zones import apply
from dnsauth.checks.plan import unreviewed
from dnsauth.cli import console, happened, merging, planning, recording, reporting, serving, stages
from dnsauth.cli.choosing import Shard
from dnsauth.cli.exit import Exit
from dnsauth.cli.options import Run
from dnsauth.desired.load import only
from dnsauth.errors import DnsauthError
from dnsauth.files import write_atomically
from dnsauth.findings import Finding
from dnsauth.live.standing import Verified
from dnsauth.output import gauges, notice, safe
from dnsauth.output import plan as plan_text
from dnsauth.output import receipt as receipt_text
from dnsauth.output.fenced import fenced
from dnsauth.plan.model import Change
from dnsauth.plan.reviewed import read as read_reviewed
from dnsauth.verify import of_changes

RECEIPTS = "receipts"


def saved(
    run: Run,
    files: Sequence[Path],
    *,
    part: Shard | None = None,
    locked: bool,
    timeout: float,
    receipt: Path | None,
) -> None:
    """Apply the plan in *files*, or *part* of it, as far as a new plan agrees with it."""
    whole, digest = merging.together(files)
    named = ", ".join(map(str, files))
    if whole.observed:
        raise DnsauthError(
            f"{named} was made with --observed: compared with public DNS, not with what providers hold",
            "make one with `dnsauth plan --out FILE`, where the secrets are, and let it be reviewed",
        )
    everything = stages.load(replace(run, zones=()))
    strangers = sorted({zone.zone for zone in whole.zones} - everything.inventory.zones.keys())
    if strangers:
        raise DnsauthError(
            f"{named} is for another directory, or older than the inventory: there is no zone"
            f" {', '.join(map(names.readable, strangers))} here",
            "say where it was made with -C DIR, or make a new plan with `dnsauth plan --out FILE`",
        )
    chosen = stages.chosen(run, everything).inventory.zones
    zones = tuple(z for z in whole.zones if z.zone in chosen and (part is None or part.has(z.zone)))
    reviewed = replace(whole, zones=zones)
    repository = only(everything, {zone.zone for zone in zones})
    if reviewed.inventory != repository.inventory.digest and not run.quiet:
        console.talk(
            "the inventory's files changed since that plan was made; zones with another plan now are stale"
        )
    planned = planning.plan(run, repository, locked=locked)
    if part is not None:
        # a guard counts the zones of all parts: none may slip through by being applied by itself
        planned = planned._replace(
            plan=merging.judged_with(planned.plan, whole, everything.inventory, run.now)
        )
    _told(run, planned, reviewed, digest=digest, timeout=timeout, path=receipt)


def seen(run: Run, file: Path, *, locked: bool, timeout: float, receipt: Path | None) -> None:
    """Apply what *file* says was reviewed: the zones whose new plan has a digest it holds."""
    chosen = stages.load(run)
    held = read_reviewed(merging.text(file, "dnsauth github reviewed"), str(file))
    zones = chosen.inventory.zones
    reviewed = tuple(one for one in held if not run.zones or one.zone in zones)
    if not reviewed:
        console.talk("nothing was reviewed: a zone that would change is stale")
    planned = planning.plan(run, chosen, locked=locked)
    _told(run, planned, reviewed, digest="", timeout=timeout, path=receipt)


def shown(run: Run, *, yes: bool, locked: bool, timeout: float, receipt: Path | None) -> None:
    """Plan, show the plan, ask unless *yes*, and apply what was shown."""
    if not yes and not console.interactive():
        raise DnsauthError(
            "there is no terminal to ask at, and nothing was written",
            "say --yes to apply without a question, or `dnsauth plan --out FILE` and `dnsauth apply FILE`",
        )
    planned = planning.plan(run, stages.load(run), locked=locked)
    if yes and os.environ.get("CI", "false").lower() not in ("", "0", "false"):
        planned = planned._replace(plan=unreviewed(planned.plan, planned.repository.inventory))
    say = console.answer if run.format == "text" else console.talk
    say(plan_text.text(planned.plan, console.style(sys.stdout, verbose=run.verbose), verbose=run.verbose))
    writable = [zone for zone in planned.plan.zones if zone.changes and not zone.stopped]
    if writable and not yes and not console.confirmed("Apply this plan?"):
        console.talk("nothing was written")
        raise typer.Exit(Exit.FAILED)
    _told(run, planned, None, digest="", timeout=timeout, path=receipt)


def _told(
    run: Run,
    planned: planning.Planned,
    reviewed: Saved,
    *,
    digest: str,
    timeout: float,
    path: Path | None,
) -> None:
    found = stages.checked(run, planned.concerned)
    receipt = applied(run, planned, reviewed, digest=digest, timeout=timeout, path=path, found=found)
    code = recorded(run, planned, receipt)
    _say(run, receipt, found)
    try:
        kept(run, receipt, path)
    finally:
        reporting.told(
            run,
            planned.repository.inventory.notify,
            lambda: notice.of_receipt(receipt, place(run, receipt, path)),
            lambda: gauges.of_receipt(receipt),
        )
    raise typer.Exit(code)


def recorded(run: Run, planned: planning.Planned, receipt: Receipt) -> int:
    """The code an apply with *receipt* ends with, once the audit trail has it, if one is kept."""
    wrote = any(entry.written for entry in receipt.entries)
    inventory, event = planned.repository.inventory, happened.applied(receipt)
    return recording.recorded(run, inventory, event, code=exit_code(receipt), written=wrote)


def applied(
    run: Run,
    planned: planning.Planned,
    reviewed: Saved = None,
    *,
    digest: str = "",
    timeout: float,
    path: Path | None = None,
    found: tuple[Finding, ...] = (),
) -> Receipt:
    """The receipt of applying *planned* as far as *reviewed* agrees, and verifying for *timeout* seconds.

    The place of its file, *path* or one of its own, is made before anything is written.
    """
    directory = path.parent if path else run.directory / RECEIPTS
    _reserve(directory, needed=path is not None or any(zone.changes for zone in planned.plan.zones))

    def verify(changes: Mapping[str, tuple[Change, ...]]) -> Iterable[Verified]:
        expected = [each for zone, made in changes.items() for each in of_changes(zone, made)]
        return serving.verified(run, planned.repository, expected, deadline=monotonic() + timeout)

    with console.progress("writing zones", quiet=run.quiet) as count:
        return apply(
            planned.plan,
            reviewed,
            planned.held,
            planned.providers,
            verify=verify,
            who=recording.user(),
            when=planned.plan.created,
            version=__version__,
            plan=digest,
            findings=found,
            progress=lambda _, done, total: count(done, total),
            stop=planned.stop,
        )


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
    match run.format:
        case "json":
            console.answer(to_json(receipt))
        case "markdown":
            console.answer(fenced("dnsauth apply", receipt_text.text(receipt)))
        case _:
            console.answer(receipt_text.text(receipt, console.style(sys.stdout, verbose=run.verbose)))
            stages.talk_of(run, found)


def place(run: Run, receipt: Receipt, path: Path | None = None) -> Path | None:
    """Where *receipt* is kept: *path*, or a name of its own where there was anything to be written."""
    if path or not any(entry.plan.changes for entry in receipt.entries):
        return path
    stamp = receipt.when.replace("-", "").replace(":", "")
    digest = sha256(to_json(receipt).encode()).hexdigest()
    return run.directory / RECEIPTS / f"{stamp}-{digest[:8]}.json"


def kept(run: Run, receipt: Receipt, path: Path | None = None) -> None:
    """Write *receipt* to its `place`, if it has one."""
    path = place(run, receipt, path)
    if path is None:
        return
    text = to_json(receipt)
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
