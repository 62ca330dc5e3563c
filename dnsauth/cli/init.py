"""``dnsauth init``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from dnsauth.cli import console, looking
from dnsauth.cli.options import Run, command

if TYPE_CHECKING:
    from dnsauth.output.adoption import Outcome

Domains = Annotated[
    list[str] | None, typer.Argument(metavar="DOMAIN", help="A zone to begin with; say several, or none.")
]
GitHub = Annotated[bool, typer.Option("--github", help="Also write the workflows for GitHub Actions.")]


Offline = Annotated[
    bool,
    typer.Option("--offline", help="Ask no server: a DOMAIN begins with a file that asks for nothing."),
]


@command()
def init(  # noqa: PLR0917  Typer passes by name
    run: Run,
    domain: Domains = None,
    github: GitHub = False,
    offline: Offline = False,
    resolver: looking.Resolver = None,
    server: looking.Servers = None,
    timeout: looking.Timeout = None,
) -> None:
    r"""Begin a repository, with workflows for GitHub if wanted.

    Writes dnsauth.yaml, and for each DOMAIN a file in zones/ that asks for what is live now, as
    `dnsauth import DOMAIN` does; with --offline, one that asks for nothing. Either way nothing would change.
    With --github come the workflows plan, apply, rotate, lock and drift, the action that installs dnsauth
    for them, and a CODEOWNERS to fill in; secrets are named as dnsauth.yaml names them. A file that is there
    stays as it is. No DNS is changed.

    Exit codes: 0 written, or there already; 1 a name is none, or a file could not be written; 4 a DOMAIN
    could not be read, and has no file.

    \b
    Example:
      dnsauth init example.com example.org --github
    """
    from dnsauth import init as beginning
    from dnsauth import names
    from dnsauth.documents import read_file
    from dnsauth.errors import DnsauthError

    try:
        zones = [names.absolute(each) for each in domain or ()]
    except names.BadName as error:
        raise DnsauthError(str(error), "name a zone as in `dnsauth init example.com`") from error
    read = () if offline else _live(run, zones, resolver, server, timeout)
    config, _ = read_file(run.directory / "dnsauth.yaml", "dnsauth.yaml")
    lacking = {one.zone for one in read if one.refused}
    begun = [zone for zone in zones if names.readable(zone) not in lacking]
    for file in beginning.files(begun, config, github=github):
        _write(run, file.path, file.text)
    (run.directory / "zones").mkdir(exist_ok=True)
    attributes = run.directory / ".gitattributes"
    if beginning.MERGES not in attributes.read_text("utf-8", "replace"):
        console.talk(f"add this line to .gitattributes, so that locks merge: {beginning.MERGES}")
    if not run.quiet:
        console.talk(
            "next: say who sends, and run `dnsauth check`"
            if not read
            else "next: read what was recognised, and run `dnsauth check`"
        )
    if lacking:
        from dnsauth.cli.exit import Exit

        console.talk("--offline begins a zone that can't be asked with a file that asks for nothing")
        raise typer.Exit(Exit.PARTIAL)


def _live(
    run: Run,
    zones: Sequence[str],
    resolver: str | None,
    server: Sequence[str] | None,
    timeout: float | None,
) -> Sequence[Outcome]:
    """What became of those of *zones* that have no file yet, read as they are served."""
    wanted = [zone for zone in zones if not (run.directory / f"zones/{zone}yaml").exists()]
    if not wanted:
        return ()
    from dnsauth.cli import adoption

    read = adoption.served(run, wanted, (), (), resolver=resolver, server=server, timeout=timeout)
    outcomes = adoption.imported(run, read)
    adoption.say(run, outcomes)
    return outcomes


def _write(run: Run, name: str, text: str) -> None:
    from dnsauth.errors import DnsauthError
    from dnsauth.files import create_atomically
    from dnsauth.output import safe

    path = run.directory / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DnsauthError(
            f"{path.parent} cannot be made: {error.strerror}", "name another place with -C DIR"
        ) from error
    made = create_atomically(path, text.encode())
    if not run.quiet:
        console.talk(safe.line(f"wrote {name}" if made else f"left {name} as it is"))
