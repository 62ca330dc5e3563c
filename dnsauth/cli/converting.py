"""What ``dnsauth import domain-connect`` does: read templates, write definitions."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

import typer
from pydantic import TypeAdapter, ValidationError

from dnsauth import documents
from dnsauth.catalogue.read import DIRECTORY, shipped_text
from dnsauth.catalogue.schema import Url
from dnsauth.cli import console
from dnsauth.cli.alone import alone
from dnsauth.cli.options import Run
from dnsauth.domain_connect.convert import convert as converted
from dnsauth.domain_connect.template import Refused, parse, visible
from dnsauth.errors import DnsauthError
from dnsauth.files import create_atomically, write_atomically
from dnsauth.findings import Finding
from dnsauth.output.domain_connect import Outcome


def convert(
    run: Run, sources: Sequence[Path], out: Path | None, url: str, *, force: bool
) -> tuple[Outcome, ...]:
    """What became of each template in *sources*, files and folders; *url* is where they are published."""
    files = [file for source in sources for file in _files(source)]
    _check(url, files)
    folder = out if out is not None else run.directory / DIRECTORY
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        hint = "name another place with --out DIR"
        raise DnsauthError(f"{folder} cannot be made: {error.strerror}", hint) from error
    taken: dict[str, Path] = {}
    outcomes = []
    with alone(run, "import"), console.progress("templates:", quiet=run.quiet) as count:
        for number, file in enumerate(files, 1):
            outcomes.append(_one(run, file, folder, _source(run, url, file), taken, force=force))
            count(number, len(files))
    return tuple(outcomes)


def _one(
    run: Run, file: Path, folder: Path, source: tuple[str, str] | None, taken: dict[str, Path], *, force: bool
) -> Outcome:
    shown = visible(str(file))
    octets = documents.octets(file, shown)
    if isinstance(octets, Finding):
        return Outcome(shown, refused=octets.message, kind="not readable")
    try:
        made = converted(parse(octets), source)
    except Refused as error:
        return Outcome(shown, refused=error.reason, kind=error.kind)
    if made.name in taken:
        why = f"it is the same service as {visible(str(taken[made.name]))}, which was written"
        return Outcome(shown, made.name, refused=why, kind="same name")
    if shipped_text(made.name) is not None and not force:
        why = f"{made.name} is a service dnsauth ships; yours would replace it: --force does so"
        return Outcome(shown, made.name, refused=why, kind="shipped already")
    path = folder / f"{made.name}.yaml"
    if force:
        write_atomically(path, made.text)
    elif not create_atomically(path, made.text.encode()):
        why = f"{path.name} is there already, and stays as it is; --force overwrites it"
        return Outcome(shown, made.name, refused=why, kind="there already")
    taken[made.name] = file
    inside = path.is_relative_to(run.directory)
    return Outcome(shown, made.name, str(path.relative_to(run.directory) if inside else path), left=made.left)


def _files(source: Path) -> Iterator[Path]:
    """The files *source* is, or the templates in it and below, sorted; what is hidden is no template."""
    if not source.is_dir():
        yield source
        return
    found = []
    for folder, folders, names in os.walk(source):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(folder) / name for name in names if name.endswith(".json") and name[0] != "."]
    if not found:
        raise DnsauthError(f"{source} holds no file NAME.json", "name a template, or a folder of templates")
    yield from sorted(found)


def _check(url: str, files: Sequence[Path]) -> None:
    if not url:
        return
    try:
        TypeAdapter(Url).validate_python(url)
    except ValidationError:
        raise typer.BadParameter(f"{url!r} is no https URL", param_hint="'--source'") from None
    if not url.endswith("/") and len(files) > 1:
        reason = "one page for several templates; end it with / and each file is a page below"
        raise typer.BadParameter(reason, param_hint="'--source'")


def _source(run: Run, url: str, file: Path) -> tuple[str, str] | None:
    if not url:
        return None
    return url + (quote(file.name) if url.endswith("/") else ""), run.now.date().isoformat()
