"""The rules of the house that no linter holds."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from importlib import import_module
from ipaddress import ip_address, ip_network
from pkgutil import walk_packages

import pytest
import yaml
from typer.main import get_command

import dnsauth
from dnsauth.cli.app import app
from dnsauth.findings import Rule, Severity
from tests.markdown import ROOT, Document

MODULES = sorted((ROOT / "dnsauth").rglob("*.py"))
TREE = [
    path
    for pattern in (
        *("*.md", "*.toml", "*.yaml", "Makefile", "docs/**/*.md", "zones/*.yaml", "templates/**/*.yaml"),
        *("dnsauth/**/*.py", "tests/**/*.py", "tests/servers/install", "demo/*", "benchmarks/*.py"),
        *(".github/**/*.yml", ".ci/*"),
    )
    for path in sorted(ROOT.glob(pattern))
    if path.is_file()
]
SHOWN = [path for path in TREE if path.suffix in {".md", ".zone"} or path.parent in {ROOT, ROOT / "zones"}]


@cache
def rules() -> dict[str, list[Rule]]:
    """Every rule of the package by its code."""
    found = defaultdict(set)
    for module in walk_packages(dnsauth.__path__, "dnsauth."):
        if module.name != "dnsauth.__main__":
            for value in vars(import_module(module.name)).values():
                if isinstance(value, Rule):
                    found[value.code].add(value)
    return {code: sorted(same, key=repr) for code, same in found.items()}


def test_no_module_is_two():
    assert {} == {path.name: lines for path in MODULES if (lines := len(path.read_text().splitlines())) > 350}


def test_a_code_is_one_rule():
    assert len(rules()) > 100
    assert {} == {code: same for code, same in rules().items() if len(same) > 1}
    assert [] == [code for code in rules() if not re.fullmatch(r"[A-Z]{2,3}[0-9]{3}", code)]


def test_every_error_and_warning_has_a_next_step():
    assert [] == [
        code for code, (rule, *_) in rules().items() if rule.severity is not Severity.INFO and not rule.next
    ]


@pytest.mark.parametrize(
    "path", sorted((ROOT / "templates/services").glob("*.yaml")), ids=lambda path: path.stem
)
def test_a_service_says_where_each_fact_was_read_and_when(path):
    sources = yaml.safe_load(path.read_text()).get("sources", ())
    urls = [source["url"] for source in sources]
    assert sorted(set(urls)) == sorted(urls)
    assert all(source["seen"].isoformat() >= "2026-01-01" for source in sources)


def test_a_next_step_names_a_command_that_is_there():
    named = {
        verb
        for (rule, *_) in rules().values()
        for verb in re.findall(r"`dnsauth (\w+)", rule.text + rule.next)
    }
    assert named
    assert named <= set(get_command(app).commands)


def test_the_changelog_has_a_place_for_what_is_not_released():
    assert "[Unreleased]" in Document("CHANGELOG.md").headings


def test_the_readme_names_every_command():
    tour = next(fence.text for fence in Document("README.md").fences if "dnsauth schema" in fence.text)
    assert set(get_command(app).commands) == {line.split()[1] for line in tour.splitlines()}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_documents_named_in_code_are_there(path):
    assert [] == [
        name for name in re.findall(r"docs/[\w/-]+\.md", path.read_text()) if not (ROOT / name).exists()
    ]


EXAMPLES = [
    *map(
        ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
    ),  # RFC 5737, 3849
    *map(ip_network, ("127.0.0.0/8", "::1/128")),
]
EXAMPLE_NAME = re.compile(
    r"(?:.*\.)?(?:example(?:\.(?:com|net|org))?|test|invalid|localhost)"
)  # RFC 2606, 6761
ADDRESS = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,7})(?![\w.:]*\w)"
)
SECTION = re.compile(r"\bsection [\d.]+")  # RFC 5321 has one of four numbers
NAME = re.compile(r"(?<![\w.@/-])((?:[a-z0-9_-]+\.)+(?:com|net|org|io|eu|de|uk|microsoft))\b", re.IGNORECASE)
SITES = {"keepachangelog.com", "semver.org"}


def known_names() -> set[str]:
    """Names of vendors, as the catalogue has them: the last two labels."""
    texts = (path.read_text() for path in (ROOT / "templates/services").glob("*.yaml"))
    return SITES | {_registered(name) for text in texts for name in NAME.findall(text)}


def _registered(name: str) -> str:
    return ".".join(name.lower().split(".")[-2:])


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_names_and_addresses_are_examples(path):
    text = SECTION.sub("", path.read_text())
    names = {name for name in NAME.findall(text) if not EXAMPLE_NAME.fullmatch(name.lower())}
    assert set() == {name for name in names if _registered(name) not in known_names()}
    addresses = {ip_address(found) for found in ADDRESS.findall(text) if _is_address(found)}
    assert [] == [str(a) for a in addresses if not any(a in network for network in EXAMPLES)]


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


UNFINISHED = re.compile(
    "|".join(rf"\b{first}{last}\b" for first, last in (("TO", "DO"), ("FIX", "ME"), ("X", "XX")))
)


def test_nothing_is_left_for_later():
    assert [] == [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in TREE
        if (found := UNFINISHED.search(path.read_text()))
    ]


DOCUMENTS = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")})


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_lines_of_prose_fit_a_screen(path):
    text = re.sub(r"^```.*?^```$", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
    assert [] == [line for line in text.splitlines() if len(line) > 150 and not line.startswith("|")]
