"""The catalogue as a directory sees it: its own service definitions over the shipped ones.

Shipped definitions are read when they are named, so that a zone with three senders costs three
files; a user's own are read at once, with every problem, and rendered with their own examples.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

from dnsauth import documents
from dnsauth.catalogue.asks import asks, examples
from dnsauth.catalogue.definition import placed, service
from dnsauth.catalogue.model import Catalogue, Service
from dnsauth.documents import Node
from dnsauth.documents.write import flow
from dnsauth.errors import DnsauthError
from dnsauth.file_templates import SHIPPED
from dnsauth.findings import Finding, InventoryError, Rule, Severity, Where, nearest

SVC003 = Rule(
    "SVC003",
    Severity.ERROR,
    "rendered with its own examples, the service {service} fails: {problem}",
    "mend the entry or the example; `dnsauth services show {service}` renders it again",
)
SVC004 = Rule(
    "SVC004",
    Severity.ERROR,
    "is no service definition by its name",
    "name it SERVICE.yaml with letters a to z, digits and '-'",
)

DIRECTORY = "templates/services"
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.yaml")
_SHIPPED = SHIPPED / "services"


class _Services(Mapping[str, Service]):
    """Services by name, the shipped ones read on access."""

    def __init__(self, own: Mapping[str, Service], shipped: Mapping[str, Path]) -> None:
        self._own, self._shipped = own, shipped
        self._read = dict(own)

    def __getitem__(self, name: str) -> Service:
        if name not in self._read:
            self._read[name] = _shipped(name, self._shipped[name])
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self._own or name in self._shipped

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._own.keys() | self._shipped.keys()))

    def __len__(self) -> int:
        return len(self._own.keys() | self._shipped.keys())


def read(directory: Path) -> tuple[Catalogue, tuple[Finding, ...]]:
    """The services *directory* knows, and every problem of the definitions that are its own.

    A shipped definition is read on access; `InventoryError` then would be a broken installation.
    """
    own: dict[str, Service] = {}
    findings: list[Finding] = []
    folder = directory / DIRECTORY
    if folder.is_dir() and folder.samefile(_SHIPPED):
        folder = Path(os.devnull)  # a checkout of dnsauth: what it ships is nobody's own
    for file, path in _files(folder):
        shown = f"{DIRECTORY}/{file}"
        if not fits(file):
            findings.append(Finding(SVC004, Where(shown)))
            continue
        name = file.removesuffix(".yaml")
        found, problems = _definition(name, path, shown, shipped=False)
        findings.extend(problems)
        if found is not None:
            own[name] = found
            findings.extend(_unrendered(found))
    shipped = {file.removesuffix(".yaml"): path for file, path in _files(_SHIPPED)}
    return _Services(own, shipped), tuple(findings)


def hides(service: Service) -> bool:
    """True where *service* is a user's own and stands instead of a shipped one."""
    return not service.shipped and (_SHIPPED / f"{service.name}.yaml").is_file()


def shipped_text(name: str) -> str | None:
    """The file of the shipped service *name*, or None where none is called so."""
    path = _SHIPPED / f"{name}.yaml"
    return path.read_text("utf-8") if fits(f"{name}.yaml") and path.is_file() else None


def fits(file: str) -> bool:
    """True where *file* is called as a definition's file is."""
    return _NAME.fullmatch(file) is not None


def places(directory: Path) -> Callable[[Service, tuple[str | int, ...]], Where]:
    """Where a service of *directory* says what a path of keys and indices leads to, as far as it leads.

    In a checkout of dnsauth the files of shipped services are named as they stand there.
    """
    known: dict[str, Node | None] = {}
    here = directory / DIRECTORY
    checkout = here.is_dir() and here.samefile(_SHIPPED)

    def place(service: Service, path: tuple[str | int, ...]) -> Where:
        file = f"{service.name}.yaml"
        if service.name not in known:
            known[service.name] = documents.read_file((_SHIPPED if service.shipped else here) / file, file)[0]
        shown = f"{DIRECTORY}/{file}" if checkout else service.where.file
        return placed(known[service.name] or "", shown, path)

    return place


def whole(directory: Path) -> Catalogue:
    """The services *directory* knows; raises `InventoryError` where a definition of its own has errors."""
    catalogue, findings = read(directory)
    if any(finding.stops for finding in findings):
        raise InventoryError(findings)
    return catalogue


def named(catalogue: Catalogue, name: str) -> Service:
    """The service *name*; raises `DnsauthError` with the nearest where there is none."""
    if name in catalogue:
        return catalogue[name]
    close = nearest(name, catalogue)
    hint = f"did you mean {close}? " if close else ""
    raise DnsauthError(f"there is no service {name!r}", f"{hint}`dnsauth services list` prints them all")


def example(service: Service) -> str:
    """A YAML item for ``senders`` with every parameter of *service*; the optional ones are commented out."""
    lines = []
    for name, parameter in service.parameters.items():
        option, mark = ("", "") if parameter.required else ("optional: ", "# ")
        lines += [f"    # {option}{parameter.help}", f"    {mark}{name}: {flow(parameter.example)}"]
    keys = [entry.texts for entry in service.template.get("dkim", ()) if "given" in entry.texts]
    if keys:
        lines += ["    # each key as the vendor shows it", "    dkim:"]
        lines += [f"      {key['selector']}: {_GIVEN[key['given']]}" for key in keys]
    head = (
        f"- {service.name}:" if any(not line.startswith("    #") for line in lines) else f"- {service.name}"
    )
    return "\n".join([head, *lines, ""])


_GIVEN = {"key": "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A…", "cname": "{cname: …}"}


def _files(directory: Path) -> Iterator[tuple[str, Path]]:
    if directory.is_dir():
        yield from sorted((path.name, path) for path in directory.iterdir() if not path.name.startswith("."))


def _definition(
    name: str, path: Path, file: str, *, shipped: bool
) -> tuple[Service | None, tuple[Finding, ...]]:
    document, problems = documents.read_file(path, file)
    if document is None or problems:
        return None, problems
    return service(name, document, file, shipped=shipped)


@cache
def _shipped(name: str, path: Path) -> Service:
    found, problems = _definition(name, path, f"dnsauth/{DIRECTORY}/{path.name}", shipped=True)
    if found is None:
        raise InventoryError(problems)
    return found


def _unrendered(service: Service) -> Iterator[Finding]:
    for problem in asks(service, examples(service), "example.com.")[1]:
        yield Finding(SVC003, service.where, facts={"service": service.name, "problem": problem})
