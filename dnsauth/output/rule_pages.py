"""The pages of docs/checks/: one for each rule, whose head is made from the rule, and an index by area.

python -m dnsauth.output.rule_pages [DIRECTORY]
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import NamedTuple

import dnsauth
from dnsauth.findings import Rule
from dnsauth.output import safe

INDEX = "README.md"
AREAS = {
    "SPF": "SPF",
    "DKM": "DKIM",
    "KEY": "Keys of our own",
    "DMA": "DMARC",
    "MTA": "MTA-STS",
    "TLS": "TLS reports",
    "DAN": "DANE",
    "BIM": "BIMI",
    "MX": "Mail exchangers",
    "TXT": "Sizes",
    "DNS": "DNS",
    "PTR": "Reverse names",
    "BLK": "Block lists",
    "LIV": "What the world answers",
    "INV": "The inventory",
    "SVC": "Service definitions",
    "LCK": "Locks",
    "PLN": "Plans",
    "REP": "Reports",
    "PRF": "Profiles",
    "AUD": "The audit trail",
}
_PACKED = (
    Path(dnsauth.__file__).parent / "docs" / "checks"
)  # in a wheel; a checkout has them beside the package
PAGES = _PACKED if _PACKED.is_dir() else Path(dnsauth.__file__).parent.parent / "docs" / "checks"
"""The directory of the pages that come with dnsauth."""

_INTRODUCTION = """\
{count} rules. `dnsauth check --explain CODE` prints a page. `make checks` makes this index and the heads of
pages from the rules; what stands below `## Why` is written by hand."""
_TITLE = re.compile(r"# (?P<code>[A-Z]{2,3}[0-9]{3}): (?P<title>[^\n]+)\n")
_BODY = re.compile(r"^## Why$", re.MULTILINE)


class Page(NamedTuple):
    """What a person wrote of a rule: its title, and the text from ``## Why`` on."""

    title: str
    body: str


class NoPage(Exception):
    """There is no page for that code, or it has not the form of one."""


def rules() -> Mapping[str, Rule]:
    """Every rule of dnsauth by its code; imports every module."""
    found: dict[str, Rule] = {}
    for module in walk_packages(dnsauth.__path__, "dnsauth."):
        if module.name != "dnsauth.__main__":
            values = vars(import_module(module.name)).values()
            found |= {value.code: value for value in values if isinstance(value, Rule)}
    return dict(sorted(found.items()))


def explained(code: str, directory: Path = PAGES) -> str:
    """The page of the rule *code*, as Markdown; raises `NoPage`."""
    if not re.fullmatch(r"[A-Z]{2,3}[0-9]{3}", code):
        raise NoPage(code)
    try:
        return (directory / f"{code}.md").read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise NoPage(code) from error


def codes(directory: Path = PAGES) -> tuple[str, ...]:
    """The codes that have a page, sorted."""
    return tuple(sorted(path.stem for path in directory.glob("*.md") if path.name != INDEX))


def parsed(code: str, text: str) -> Page:
    """What a person wrote on the page *text*; raises `NoPage` where title or body is not there."""
    title, body = _TITLE.match(text), _BODY.search(text)
    if not title or not body or title["code"] != code:
        raise NoPage(code)
    return Page(title["title"], text[body.start() :])


def page(rule: Rule, written: Page) -> str:
    """The page of *rule*: what it says, between what is *written* of it."""
    said = "\n".join(filter(None, (rule.text, rule.next and f"next: {rule.next}")))
    asked = " · needs `check --live`" if rule.live else ""
    head = f"# {rule.code}: {written.title}\n\n**{rule.severity}**{asked}\n"
    return f"{head}\n```text\n{_unbraced(said)}\n```\n\n{written.body.rstrip()}\n"


def _unbraced(text: str) -> str:
    return text.replace("{{", "{").replace("}}", "}")


def index(known: Iterable[tuple[Rule, Page]]) -> str:
    """Every rule of *known* by area, with its severity and title."""
    pairs = tuple(known)
    return "\n\n".join(["# Rules", _INTRODUCTION.format(count=len(pairs)), *_areas(pairs)]) + "\n"


def _areas(pairs: tuple[tuple[Rule, Page], ...]) -> Iterator[str]:
    for area, title in AREAS.items():
        inside = [pair for pair in pairs if pair[0].code.rstrip("0123456789") == area]
        if inside:
            yield "\n".join(
                [f"## {title}", "", "| rule | severity | |", "| --- | --- | --- |", *map(_row, inside)]
            )


def _row(pair: tuple[Rule, Page]) -> str:
    rule, written = pair
    return f"| [{rule.code}]({rule.code}.md) | {rule.severity} | {safe.prose(written.title)} |"


def pages(written: Mapping[str, str]) -> Mapping[str, str]:
    """The text each file of docs/checks should have, where people have *written* these, by code.

    Raises `NoPage` for a rule that has none.
    """
    known = [(rule, parsed(code, written.get(code, ""))) for code, rule in rules().items()]
    return {**{f"{rule.code}.md": page(rule, said) for rule, said in known}, INDEX: index(known)}


def main(directory: Path) -> None:
    """Write the pages in *directory* anew."""
    written = {code: explained(code, directory) for code in codes(directory)}
    for name, text in pages(written).items():
        (directory / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else PAGES)
