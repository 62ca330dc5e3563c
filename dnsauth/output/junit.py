"""Findings as JUnit XML, which CI systems show among tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from dnsauth.findings import Finding, Outcome, Severity
from dnsauth.output import safe, text

_NAME = "dnsauth check"


def findings(found: Sequence[Finding]) -> str:
    """A suite for each file, with a case for each finding; one case that passes where there is none.

    An error is a failure, what could not be assessed an error; a warning or note passes, and is told in the
    case's output.
    """
    by_file = {file: list(inside) for file, inside in groupby(sorted(found, key=_file), _file)}
    root = Element("testsuites", _counts(found, _NAME))
    for file, inside in (by_file or {_NAME: []}).items():
        suite = SubElement(root, "testsuite", _counts(inside, safe.plain(file)))
        suite.extend(_cases(inside, safe.plain(file)))
    indent(root)
    return tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _file(found: Finding) -> str:
    return found.where.file or _NAME


def _counts(found: Sequence[Finding], name: str) -> dict[str, str]:
    kinds = [_kind(one) for one in found]
    counts = {"tests": len(found) or 1, "failures": kinds.count("failure"), "errors": kinds.count("error")}
    return {"name": name, **{key: str(count) for key, count in counts.items()}}


def _kind(found: Finding) -> str:
    if found.outcome is Outcome.NOT_ASSESSED:
        return "error"
    return "failure" if found.rule.severity is Severity.ERROR else "system-out"


def _cases(found: Sequence[Finding], file: str) -> Iterator[Element]:
    if not found:
        yield Element("testcase", {"classname": _NAME, "name": "no findings", "time": "0"})
    for one in found:
        name = safe.plain(f"{one.rule.code} {text.place(one)}")
        case = Element("testcase", {"classname": f"{_NAME}.{file}", "name": name, "time": "0"})
        kind, message = _kind(one), safe.plain(one.message)
        said = {} if kind == "system-out" else {"message": message, "type": one.rule.code}
        inside = SubElement(case, kind, said)
        inside.text = safe.plain(f"{message} Next: {one.next}" if one.next else message)
        yield case
