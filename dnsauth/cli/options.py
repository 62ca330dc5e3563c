"""Options every command takes, before and after its name, and the decorator that adds them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from dnsauth.cli import console
from dnsauth.cli.errors import reported
from dnsauth.cli.exit import Exit

Directory = Annotated[
    Path | None,
    typer.Option("-C", "--directory", metavar="DIR", help="Where dnsauth.yaml is, if not here."),
]
Zones = Annotated[
    list[str] | None, typer.Option("--zone", metavar="NAME", help="Only this zone; repeat for several.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print the answer and errors only.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Print whole values and more talk.")]
Now = Annotated[str | None, typer.Option("--now", metavar="RFC3339", hidden=True)]
Notify = Annotated[
    bool, typer.Option("--notify", help="Tell whom `notify:` of dnsauth.yaml names; never without this.")
]
Metrics = Annotated[
    Path | None,
    typer.Option("--metrics", metavar="FILE", help="Write gauges to FILE, as OpenMetrics text."),
]
Format = Annotated[
    str | None,
    typer.Option("--format", metavar="FORMAT", help="How to print the answer, where a command has a choice."),
]


def _version(wanted: bool) -> None:
    if wanted:
        from dnsauth import __version__

        console.answer(f"dnsauth {__version__}\n")
        raise typer.Exit(Exit.CLEAN)


Version = Annotated[
    bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
]


@dataclass(frozen=True, slots=True)
class Run:
    """What every command is told: where, which zones (as typed), how to speak, and the time.

    *command* is its name as typed, *notify* and *metrics* whom to tell of it beside who typed it.
    """

    directory: Path
    zones: tuple[str, ...]
    quiet: bool
    verbose: bool
    now: datetime
    format: str = ""
    command: str = ""
    notify: bool = False
    metrics: Path | None = None


@dataclass(frozen=True, slots=True)
class _Given:
    """The options as typed, before or after the command."""

    directory: Path | None = None
    zone: tuple[str, ...] = ()
    quiet: bool = False
    verbose: bool = False
    now: str | None = None
    format: str | None = None

    def then(self, later: _Given) -> _Given:
        """What holds where both were typed: the later one, and the zones of both."""
        return _Given(
            later.directory or self.directory,
            (*self.zone, *later.zone),
            self.quiet or later.quiet,
            self.verbose or later.verbose,
            later.now or self.now,
            later.format or self.format,
        )


def shared(  # noqa: PLR0917  Typer passes by name
    ctx: typer.Context,
    directory: Directory = None,
    zone: Zones = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    now: Now = None,
    format: Format = None,
    version: Version = False,  # noqa: ARG001  its callback answers
) -> None:
    r"""Manage the email authentication of your domains as code.

    zones/*.yaml say who sends mail for which domain. dnsauth derives SPF, DKIM, DMARC, MTA-STS, TLS-RPT,
    BIMI and MX records, shows the difference to what a DNS provider holds, and writes it there. What it
    did not publish or adopt, it does not change.

    \b
    Start here:
      dnsauth check              is the inventory right?
      dnsauth plan               what would change?
      dnsauth apply              change it, and see that it arrived

    Exit codes: 0 done; 1 an error, a guard, or something not assessed; 2 wrong usage;
    3 changes pending (with --exit-code); 4 some written, some refused; 5 stale, nothing written.
    """
    ctx.obj = _Given(directory, tuple(zone or ()), quiet, verbose, now, format)


Body: TypeAlias = "Callable[..., None]"


def command(*formats: str, notify: bool = False, metrics: bool = False) -> Callable[[Body], Body]:
    """Make a command for Typer of a function of `Run` and its own options.

    The command also takes the shared options and, where *formats* are given, ``--format``; the first one
    is the default. *notify* and *metrics* give it the options of these names, which it has to serve
    (`dnsauth.cli.reporting`). Errors are said as `dnsauth.cli.errors` says them, and end the command.
    """

    def made(body: Body) -> Body:
        own = list(inspect.signature(body, eval_str=True).parameters.values())[1:]

        @wraps(body)
        def invoke(ctx: typer.Context, **values: Any) -> None:  # noqa: ANN401  Typer passes what it parsed
            mine = {parameter.name: values.pop(parameter.name) for parameter in own}
            values["zone"] = tuple(values["zone"] or ())
            telling = values.pop("notify", False), values.pop("metrics", None)
            given = (ctx.obj if isinstance(ctx.obj, _Given) else _Given()).then(_Given(**values))
            run = _reporting(_run(given, formats), ctx, *telling)
            with reported(run.directory, verbose=run.verbose, failed=lambda: _failed(run)):
                body(run, **mine)

        others = (("notify", Notify, False), ("metrics", Metrics, None))
        more = [_parameter(*one) for one, wanted in zip(others, (notify, metrics), strict=True) if wanted]
        context = _parameter("ctx", typer.Context, inspect.Parameter.empty)
        parameters = [context, *own, *more, *_shared(formats)]
        invoke.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # PEP 362 allows it
            [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters]
        )
        invoke.__doc__ = blocks(body.__doc__)
        return invoke

    return made


def blocks(help: str | None) -> str:
    r"""*help* with Click's mark for a paragraph that keeps its lines in place of a written ``\b``."""
    return (help or "").replace("\\b", "\b")


def _shared(formats: tuple[str, ...]) -> list[inspect.Parameter]:
    signature = inspect.signature(shared, eval_str=True)
    parameters = [p for p in signature.parameters.values() if p.name not in ("ctx", "format", "version")]
    if formats:
        option = typer.Option(
            "--format",
            metavar="|".join(formats),
            help=f"How to print the answer, if not as {formats[0]}.",
            autocompletion=lambda: list(formats),
        )
        parameters.insert(0, _parameter("format", Annotated[str | None, option], None))
    return parameters


def _parameter(name: str, annotation: object, default: object) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=annotation, default=default
    )


def _run(given: _Given, formats: tuple[str, ...]) -> Run:
    format = given.format or (formats[0] if formats else "")
    if format and format not in formats:
        choices = f"choose from {', '.join(formats)}" if formats else "this command prints text"
        raise typer.BadParameter(f"{format!r} is no format here: {choices}", param_hint="'--format'")
    try:
        now = datetime.fromisoformat(given.now) if given.now else datetime.now(UTC)
    except ValueError as error:
        raise typer.BadParameter(f"{given.now!r} is no time", param_hint="'--now'") from error
    if now.tzinfo is None:
        raise typer.BadParameter(f"{given.now!r} lacks its offset, as in …Z", param_hint="'--now'")
    return Run(given.directory or Path(), given.zone, given.quiet, given.verbose, now.astimezone(UTC), format)


def _reporting(run: Run, ctx: typer.Context, notify: bool, metrics: Path | None) -> Run:
    """*run* with whom to tell of it; what can't be told in the end is refused before it begins."""
    if notify:
        from dnsauth.notify import installed

        if not installed():
            missing = "apprise is not installed: pip install 'dnsauth[notify]'"
            raise typer.BadParameter(missing, param_hint="'--notify'")
    if metrics is not None and not metrics.parent.is_dir():
        raise typer.BadParameter(f"there is no directory {str(metrics.parent)!r}", param_hint="'--metrics'")
    command = ctx.command_path.removeprefix("dnsauth ")
    return replace(run, command=command, notify=notify, metrics=metrics)


def _failed(run: Run) -> None:
    if run.notify:
        from dnsauth.cli import reporting

        reporting.failed(run)
