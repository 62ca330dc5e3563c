"""A hospital group of forty mail domains: `check` finds what its README says, finding by finding.

``python -m tests.checks.test_hospital`` prints the rows the README lacks, to be reviewed, and those it has too
many.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from functools import cache
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

from dnsauth.cli.app import app
from dnsauth.desired.load import load
from dnsauth.names import deepest
from tests.markdown import ROOT, Document

CASE = "tests/cases/hospital"
NOW = "2026-11-24T12:00:00Z"
SHARED = "Agreements and waivers"


class Found(NamedTuple):
    """A finding as the README tells it: the mail domain it stands under, and what it is of."""

    domain: str
    code: str
    severity: str
    of: str

    @property
    def row(self) -> str:
        """The row to be reviewed, still without its reason."""
        return f"| {self.code} | {self.severity} | {self.of} | |"


@cache
def domains() -> tuple[str, ...]:
    """The mail domains, absolute."""
    zones = load(ROOT / CASE).inventory.zones.values()
    return tuple(domain.name for zone in zones for domain in zone.domains)


@cache
def checked() -> tuple[int, list[dict]]:
    """The exit code of `check`, and its findings."""
    done = CliRunner().invoke(
        app, ["--directory", str(ROOT / CASE), "--now", NOW, "check", "--format", "json"]
    )
    return done.exit_code, json.loads(done.stdout)["findings"]


@cache
def found() -> Counter[Found]:
    return Counter(_told(finding) for finding in checked()[1])


def _told(finding: dict) -> Found:
    facts = finding["facts"]
    if finding["where"]["file"] == "dnsauth.yaml":
        domain, of = SHARED, facts.get("agreement") or facts.get("rule") or ""
    else:
        domain, of = (deepest(finding["owner"], domains()) or "").removesuffix("."), facts.get("sender", "")
    return Found(domain, finding["rule"], finding["severity"], of)


def told() -> Counter[Found]:
    """The findings the README lists."""
    readme = Document(f"{CASE}/README.md")
    return Counter(
        Found(heading, row.first, row.cells["severity"], row.cells["of"])
        for heading in readme.headings
        for row in readme.table(heading)
        if "right because" in row.cells
    )


def test_every_finding_is_reviewed_and_nothing_else_is_found():
    assert sorted(told().elements()) == sorted(found().elements())


def test_every_finding_has_a_reason():
    readme = Document(f"{CASE}/README.md")
    rows = [row for heading in readme.headings for row in readme.table(heading) if "of" in row.cells]
    assert [] == [str(row) for row in rows if len(row.cells["right because"]) < 20]


def test_it_is_a_group_of_forty_mail_domains_and_all_are_spoken_of():
    readme = Document(f"{CASE}/README.md")
    names = [name.removesuffix(".") for name in domains()]
    assert 40 == len(names)
    assert 20 <= len(list((ROOT / CASE / "zones").glob("*.yaml"))) <= 25
    assert [] == [name for name in names if name not in readme.headings and name not in readme.text]


def test_errors_make_the_command_fail():
    code, findings = checked()
    assert 1 == code
    assert {one["outcome"] for one in findings} == {"fail"}


@pytest.mark.parametrize("name", ["clinic-north.example", "lakesidehealth.example", "1akeside.example"])
def test_what_is_as_it_should_be_is_quiet(name):
    assert [] == [one for one in found() if one.domain.endswith(name)]


def main() -> None:
    """Print what is to be reviewed."""
    for title, rows in (("not in the README", found() - told()), ("no longer found", told() - found())):
        sys.stdout.write(f"\n## {title}\n")
        heading = ""
        for one in sorted(rows.elements()):
            if one.domain != heading:
                heading = one.domain
                sys.stdout.write(f"\n### {heading}\n\n| finding | severity | of | right because |\n")
                sys.stdout.write("| --- | --- | --- | --- |\n")
            sys.stdout.write(f"{one.row}\n")


if __name__ == "__main__":
    main()
