"""Findings as annotations on the lines of a pull request (GitHub's workflow commands)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from dnsauth.findings import Finding, Severity
from dnsauth.output import safe

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def findings(found: Iterable[Finding], directory: PurePath) -> str:
    """One workflow command for each finding; *directory* leads from the checkout to ``dnsauth.yaml``."""
    return "".join(_annotation(one, directory) + "\n" for one in found)


def _annotation(one: Finding, directory: PurePath) -> str:
    command = _COMMANDS[Severity.ERROR if one.stops else one.rule.severity]
    properties = {"title": f"{one.rule.code} {one.owner}".strip()}
    if one.where.file:
        properties = {"file": (directory / one.where.file).as_posix(), **properties}
    if one.where.line:
        properties |= {"line": str(one.where.line)}
    if one.where.column:
        properties |= {"col": str(one.where.column)}
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    message = f"{one.message}\nNext: {one.next}" if one.next else one.message
    return f"::{command} {written}::{_data(message)}"


def _data(text: str) -> str:
    r"""A message's text: ``%`` and line ends are written as ``%XX``, other controls as ``\xNN``."""
    return "%0A".join(safe.plain(line).replace("%", "%25") for line in text.split("\n"))


def _property(text: str) -> str:
    """A property's value, in which ``:`` and ``,`` are written as ``%XX`` too."""
    return safe.plain(text).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
