"""``dnsauth check``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dnsauth.cli import choosing, console
from dnsauth.cli.choosing import Base, OnlyChanged, ShardOption
from dnsauth.cli.exit import Exit
from dnsauth.cli.looking import Resolver, Servers, Timeout
from dnsauth.cli.options import Run, command

if TYPE_CHECKING:
    from dnsauth.cli.judging import Judged
    from dnsauth.desired.load import Repository
    from dnsauth.findings import Finding

Fix = Annotated[
    bool, typer.Option("--fix", help="Mend in the files what is mechanical, and show the difference.")
]
Diff = Annotated[bool, typer.Option("--diff", help="With --fix: show what it would mend, and write nothing.")]
Live = Annotated[bool, typer.Option("--live", help="Also look at what the world answers.")]


def _profiles(incomplete: str) -> list[str]:
    from dnsauth.profiles.read import names

    return [name for name in names(Path()) if name.startswith(incomplete)]


ProfileOption = Annotated[
    list[str] | None,
    typer.Option(
        "--profile",
        metavar="NAME",
        help="Show each domain beside what this profile asks; repeat for several.",
        autocompletion=_profiles,
    ),
]


def _codes(incomplete: str) -> list[str]:
    from dnsauth.output import rule_pages

    return [code for code in rule_pages.codes() if code.startswith(incomplete.upper())]


Explain = Annotated[
    str | None,
    typer.Option(
        "--explain",
        metavar="CODE",
        help="Print the page of a rule: why, and how to fix it.",
        autocompletion=_codes,
    ),
]


@command("text", "json", "github", "sarif", "junit", "markdown", notify=True, metrics=True)
def check(
    run: Run,
    *,
    live: Live = False,
    profile: ProfileOption = None,
    explain: Explain = None,
    fix: Fix = False,
    diff: Diff = False,
    only_changed: OnlyChanged = False,
    base: Base = None,
    shard: ShardOption = None,
    resolver: Resolver = None,
    server: Servers = None,
    timeout: Timeout = None,
) -> None:
    r"""Check the inventory; with --live also what the world answers.

    Names the line of everything that is wrong, the reason, and the next step. Needs no provider and no
    secret, and changes nothing without --fix. It reads the files; with --live every authoritative server
    is asked for our own names, and what they lead to at others is followed: delegation, DNSSEC, SPF with all
    its includes, keys behind CNAMEs, report destinations. What could not be asked is not assessed, never
    absent. github prints annotations for a pull request, sarif what code scanning takes, junit what test
    reports do. Notes are counted, and shown with --verbose. A profile is what one authority asks; an unmet
    demand of it is an error. Without --profile those of `profiles:` in dnsauth.yaml are looked at. --fix
    mends misspelt keys and words, names without their final dot, records that are kept broken, and waivers of
    nothing; comments stay, the difference is said on stderr, and what is left is the answer.

    Exit codes: 0 nothing worse than a warning; 1 an error, or something could not be assessed.

    \b
    Examples:
      dnsauth check --format github
      dnsauth check --live --zone example.com
      dnsauth check --profile bulk-2026
      dnsauth check --explain SPF013
      dnsauth check --fix --diff
    """
    if explain is not None:
        _explained(run, explain)
        return
    from dnsauth.findings import InventoryError

    if not live and (resolver or server or timeout is not None):
        raise typer.BadParameter(
            "nobody is asked without --live", param_hint="'--resolver', '--server', '--timeout'"
        )
    if diff and not fix:
        raise typer.BadParameter("it shows what --fix would write", param_hint="'--diff'")
    if fix:
        from dnsauth.cli import fixing

        fixing.fix(run, write=not diff)
    judged: Judged | None = None
    try:
        repository = choosing.repository(run, shard, only_changed=only_changed, base=base)
        world = (resolver, server, timeout) if live else None
        judged = _judged(run, repository, profile or (), world)
        found = judged.findings
    except InventoryError as error:
        found = error.findings
    _answer(run, found, judged)
    _report(run, judged.repository if judged else None, found, live=live)
    code: int = Exit.FAILED if any(one.stops for one in found) else Exit.CLEAN
    if judged is not None and live:
        code = _recorded(run, judged, code)
    if code:
        raise typer.Exit(code)


def _recorded(run: Run, judged: Judged, code: int) -> int:
    from dnsauth.cli import happened, recording

    return recording.recorded(run, judged.repository.inventory, happened.checked(judged), code=code)


def _judged(
    run: Run,
    repository: Repository,
    profiles: Sequence[str],
    world: tuple[str | None, Sequence[str] | None, float | None] | None,
) -> Judged:
    from dnsauth.cli import judging

    if world is None:
        return judging.judged(run, repository, profiles)
    from dnsauth.cli import looking, surveying

    resolver, server, timeout = world
    repository = looking.over(repository, resolver, server)
    return judging.judged(run, repository, profiles, surveying.findings(run, repository, timeout))


def _answer(run: Run, found: Sequence[Finding], judged: Judged | None) -> None:
    from dnsauth.output import github, json, junit, markdown, profiles, sarif, text

    assessments, named = (judged.assessments, judged.profiles) if judged else ((), ())
    match run.format:
        case "json":
            beside = {"profiles": profiles.as_json(assessments)} if named else {}
            console.answer(json.text({**json.findings(found), **beside}))
        case "github":
            console.answer(github.findings(found, from_checkout(run.directory)))
        case "sarif":
            console.answer(json.text(sarif.findings(found, from_checkout(run.directory))))
        case "junit":
            console.answer(junit.findings(found))
        case "markdown":
            console.answer(markdown.findings(found) + profiles.markdown(assessments, named))
        case _:
            style = console.style(sys.stdout, verbose=True)
            told = text.findings(found, style) if run.verbose else text.calm(found, style)
            table = profiles.table(assessments, named, style)
            console.answer(f"{table}\n{told}" if table else told)


def _explained(run: Run, code: str) -> None:
    from dnsauth.findings import nearest
    from dnsauth.output import json, rule_pages

    code = code.upper()
    try:
        page = rule_pages.explained(code)
    except rule_pages.NoPage as error:
        close = nearest(code, rule_pages.codes())
        hint = f"did you mean {close}?" if close else "a rule's code stands in brackets behind what it says"
        raise typer.BadParameter(f"there is no rule {code!r}: {hint}", param_hint="'--explain'") from error
    if run.format == "json":
        rule = rule_pages.rules()[code]
        console.answer(json.text(json.rule(rule, rule_pages.parsed(code, page).title, page)))
    else:
        console.answer(page)


def _report(run: Run, repository: Repository | None, found: Sequence[Finding], *, live: bool) -> None:
    """Tell what was *found*; where the files are wrong there is no *repository*, and only that is told."""
    from dnsauth.cli import reporting
    from dnsauth.output import gauges, notice

    if repository is None:
        reporting.failed(run)
        return
    inventory = repository.inventory
    reporting.told(
        run,
        inventory.notify,
        lambda: notice.of_check(found, inventory, run.now.date(), live=live),
        lambda: gauges.of_check(found, inventory),
    )


def from_checkout(directory: Path) -> Path:
    """*directory* from where the command runs, as annotations name files; else as it is."""
    here = Path.cwd()
    whole = directory.resolve()
    return whole.relative_to(here) if whole.is_relative_to(here) else directory
