"""``dnsauth init``."""

from __future__ import annotations

from typing import Annotated

import typer

from dnsauth.cli import console
from dnsauth.cli.options import Run, command

Domains = Annotated[
    list[str] | None, typer.Argument(metavar="DOMAIN", help="A zone to begin with; say several, or none.")
]
GitHub = Annotated[bool, typer.Option("--github", help="Also write the workflows for GitHub Actions.")]


@command()
def init(run: Run, domain: Domains = None, *, github: GitHub = False) -> None:
    r"""Begin a repository, with workflows for GitHub if wanted.

    Writes dnsauth.yaml, and for each DOMAIN a file in zones/ that asks for nothing, so nothing would change
    until you say who sends. With --github come the workflows plan, apply, rotate, lock and drift, the action
    that installs dnsauth for them, and a CODEOWNERS to fill in; secrets are named as dnsauth.yaml names them.
    A file that is there stays as it is.

    It asks no server, and changes no DNS.

    Exit codes: 0 written, or there already; 1 a name is none, or a file could not be written.

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
    config, _ = read_file(run.directory / "dnsauth.yaml", "dnsauth.yaml")
    for file in beginning.files(zones, config, github=github):
        _write(run, file.path, file.text)
    (run.directory / "zones").mkdir(exist_ok=True)
    attributes = run.directory / ".gitattributes"
    if beginning.MERGES not in attributes.read_text("utf-8", "replace"):
        console.talk(f"add this line to .gitattributes, so that locks merge: {beginning.MERGES}")
    if not run.quiet:
        console.talk("next: say who sends, and run `dnsauth check`")


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
