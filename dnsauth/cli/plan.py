"""``dnsauth plan``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dnsauth.cli import choosing, console
from dnsauth.cli.choosing import Base, OnlyChanged, ShardOption
from dnsauth.cli.exit import Exit
from dnsauth.cli.options import Run, command

if TYPE_CHECKING:
    from dnsauth.desired.load import Repository
    from dnsauth.findings import Finding
    from dnsauth.inventory.model import Inventory
    from dnsauth.plan.model import Plan

Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Save the plan for `apply FILE`, also when it is stopped."),
]
Locked = Annotated[bool, typer.Option("--locked", help="Refuse where a lock file is out of date (for CI).")]
Adopt = Annotated[
    bool,
    typer.Option(
        "--adopt", help="Record in the lock what others put where ours goes, so that it may be replaced."
    ),
]
Observed = Annotated[
    bool,
    typer.Option(
        "--observed",
        help="Compare with public DNS, not with what providers hold: needs no secret, and is never applied.",
    ),
]
Merge = Annotated[
    list[str] | None,
    typer.Argument(metavar="[merge FILE…]", help="Make one plan of those that `plan --shard` saved."),
]
ExitCode = Annotated[bool, typer.Option("--exit-code", help="Exit 3 where changes are pending.")]


@command("text", "json", "markdown")
def plan(
    run: Run,
    merge: Merge = None,
    *,
    out: Out = None,
    locked: Locked = False,
    adopt: Adopt = False,
    observed: Observed = False,
    only_changed: OnlyChanged = False,
    base: Base = None,
    shard: ShardOption = None,
    exit_code: ExitCode = False,
) -> None:
    r"""Show what would change at the DNS providers.

    Changes nothing there. Reads what each provider holds, merges what others put at the same names, and
    compares. + creates, ~ updates, - deletes an RRset; below stand the values, where the inventory asks
    for them, and what the change means. A guard that stops a zone says why and what to do; other zones go
    on.

    --observed compares with what authoritative servers answer, each zone once whatever providers it has. A
    zone whose servers disagree, or do not all answer, is not planned. `apply` refuses such a plan.

    Lock files, which record what is ours, are brought up to date on disk; --locked refuses instead.

    --only-changed plans the zones that changes of the files concern since --base: their own, those of a
    sender, a service or an observed answer they use, those of a zone they publish or look something up in.
    --shard 2/8 plans the second of eight parts. `plan merge FILE…` makes one plan of the parts' plans, and
    asks no provider.

    Exit codes: 0 planned; 1 a guard stops a zone, or a zone could not be read; 3 with --exit-code:
    changes are pending.

    \b
    Examples:
      dnsauth plan --out plan.json      then, reviewed: dnsauth apply plan.json
      dnsauth plan --only-changed --base origin/main
    """
    if merge:
        if merge[0] != "merge" or not merge[1:]:
            raise typer.BadParameter("plan takes no arguments but `merge FILE…`; a zone is named with --zone")
        if run.zones or locked or adopt or observed or only_changed or base is not None or shard is not None:
            raise typer.BadParameter("`plan merge FILE…` reads plans, and takes no option of making one")
        planned, found, inventory = _merged(run, [Path(file) for file in merge[1:]])
    else:
        if observed and adopt:
            raise typer.BadParameter(
                "only what a provider holds can be adopted: leave one of them away",
                param_hint="'--observed' and '--adopt'",
            )
        repository = choosing.repository(run, shard, only_changed=only_changed, base=base)
        planned, found, inventory = _planned(run, repository, locked=locked, adopt=adopt, observed=observed)
    code = Exit.CLEAN
    if any(zone.stopped for zone in planned.zones):
        code = Exit.FAILED
    elif exit_code and any(zone.changes for zone in planned.zones):
        code = Exit.PENDING
    ends = _recorded(run, inventory, planned, code)
    _answer(run, planned, found, out)
    if ends:
        raise typer.Exit(ends)


def _recorded(run: Run, inventory: Inventory, planned: Plan, code: Exit) -> int:
    from dnsauth.cli import happened, recording

    return recording.recorded(run, inventory, happened.planned(planned), code=code)


def _merged(run: Run, files: Sequence[Path]) -> tuple[Plan, tuple[Finding, ...], Inventory]:
    from dnsauth.cli import merging, stages

    plan, fleet = merging.merged(run, files)
    repository = fleet.load({zone.zone for zone in plan.zones if zone.concerned})
    return plan, stages.checked(run, repository), repository.inventory


def _planned(
    run: Run, repository: Repository, *, locked: bool, adopt: bool, observed: bool
) -> tuple[Plan, tuple[Finding, ...], Inventory]:
    from dnsauth.cli import observing, planning, stages
    from dnsauth.cli.alone import alone

    if observed:
        planned = observing.plan(run, repository, locked=locked)
    else:
        planned = planning.plan(run, repository, locked=locked, adopt=adopt, writing=alone(run, "plan"))
    return planned.plan, stages.checked(run, planned.concerned), planned.repository.inventory


def _answer(run: Run, plan: Plan, found: tuple[Finding, ...], out: Path | None) -> None:
    from dnsauth.cli import stages
    from dnsauth.files import write_atomically
    from dnsauth.output import markdown
    from dnsauth.output import plan as output
    from dnsauth.plan import file

    if out is not None:
        write_atomically(out, file.write(plan))
    match run.format:
        case "json":
            console.answer(file.write(plan))
        case "markdown":
            console.answer(markdown.plan(plan, found))
        case _:
            style = console.style(sys.stdout, verbose=run.verbose)
            console.answer(output.text(plan, style, verbose=run.verbose))
            stages.talk_of(run, found)
    if out is not None and not run.quiet:
        applies = f"`dnsauth apply {out}` applies it once it was reviewed"
        console.talk(f"wrote {out}; {'it is to be read alone' if plan.observed else applies}")
