"""Profiles as a directory knows them: its own ``templates/profiles/*.yaml`` over the shipped ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from dnsauth import documents
from dnsauth.catalogue.definition import placed
from dnsauth.documents import Node
from dnsauth.errors import DnsauthError
from dnsauth.file_templates import SHIPPED
from dnsauth.findings import Finding, InventoryError, Rule, Severity, Where, nearest
from dnsauth.profiles import form
from dnsauth.profiles.model import Profile, Requirement

MISFIT = Rule(
    "PRF001",
    Severity.ERROR,
    "{problem}",
    "compare it with a shipped profile; docs/profiles.md tells the form",
)
DIRECTORY = "templates/profiles"
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")


def names(directory: Path) -> tuple[str, ...]:
    """The names of the profiles *directory* knows, sorted."""
    folders = (directory / DIRECTORY, SHIPPED / "profiles")
    return tuple(sorted({path.stem for folder in folders for path in folder.glob("*.yaml") if _fits(path)}))


def _fits(path: Path) -> bool:
    return bool(_NAME.fullmatch(path.stem))


def read(directory: Path, wanted: Iterable[str]) -> tuple[Profile, ...]:
    """The profiles *wanted* by name, each once.

    Raises `DnsauthError` with the nearest name where there is none, `InventoryError` where one has errors.
    """
    found, problems = [], []
    for name in dict.fromkeys(wanted):
        known = _file(directory, name)
        document, wrong = documents.read_file(known, f"{DIRECTORY}/{name}.yaml")
        profile, misfits = (None, ()) if document is None or wrong else _profile(name, document, known)
        problems += [*wrong, *misfits]
        found += [profile] if profile else []
    if problems:
        raise InventoryError(tuple(problems))
    return tuple(found)


def shipped(wanted: Iterable[str]) -> Mapping[str, Profile]:
    """Those of the profiles *wanted* by name that come with dnsauth, also where a directory has its own."""
    there = [name for name in wanted if (SHIPPED / "profiles" / f"{name}.yaml").is_file()]
    return {profile.name: profile for profile in read(SHIPPED, there)}


def _file(directory: Path, name: str) -> Path:
    if _NAME.fullmatch(name):
        for path in (directory / DIRECTORY / f"{name}.yaml", SHIPPED / "profiles" / f"{name}.yaml"):
            if path.is_file():
                return path
    known = names(directory)
    close = nearest(name, known)
    hint = f"did you mean {close}? " if close else ""
    raise DnsauthError(f"there is no profile {name!r}", f"{hint}there are {', '.join(known)}")


def _profile(name: str, document: Node, path: Path) -> tuple[Profile | None, tuple[Finding, ...]]:
    file = f"{DIRECTORY}/{name}.yaml"
    try:
        read = form.Profile.model_validate(document)
    except ValidationError as error:
        misfits = error.errors(include_url=False)
        return None, tuple(_misfit(document, file, one["loc"], one["msg"]) for one in misfits)
    requirements = tuple(
        _requirement(one, placed(document, file, ("requirements", index)))
        for index, one in enumerate(read.requirements)
    )
    return Profile(name, read.title, read.about, requirements, path.is_relative_to(SHIPPED)), ()


def _misfit(document: Node, file: str, path: tuple[str | int, ...], message: str) -> Finding:
    said = ": ".join(filter(None, (".".join(map(str, path)), message.removeprefix("Value error, "))))
    return Finding(MISFIT, placed(document, file, path), facts={"problem": said})


def _requirement(form: form.Requirement, where: Where) -> Requirement:
    return Requirement(**{**dict(form), "seen": date.fromisoformat(form.seen)}, where=where)
