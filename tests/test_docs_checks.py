"""What a rule's page says to write is accepted: each YAML fence of docs/checks/, where it would stand in a repository."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from textwrap import indent
from typing import NamedTuple

import pytest

from dnsauth import documents
from dnsauth.catalogue.schema import Definition
from dnsauth.desired.load import load
from dnsauth.findings import Finding, InventoryError
from dnsauth.inventory.schema import json_schema
from dnsauth.profiles.read import read as read_profiles
from tests.markdown import DOCUMENTS, Document, Fence

PAGES = [one for one in DOCUMENTS if one.path.parent.name == "checks" and one.path.name != "README.md"]
FENCES = [(page, fence) for page in PAGES for fence in page.fences if fence.language == "yaml"]
ELSEWHERE = frozenset({"INV080"})
"""Rules that miss what a snippet leaves to another file: a store, a signer, an agreement."""
HERE = "zones/example.com.yaml"
CONFIG, OURS, SERVICE = "dnsauth.yaml", "templates/profiles/ours.yaml", "templates/services/example.yaml"
ZONE_FORM, CONFIG_FORM = json_schema("zone"), json_schema("config")


class Place(NamedTuple):
    """Where a snippet of such *keys* stands: *file*, the text above it, and what it lacks by key."""

    keys: Collection[str]
    file: str = HERE
    above: str = ""
    lacks: Mapping[str, str] = {"version": "1"}

    def text(self, snippet: str, said: object) -> str:
        """The whole file around *snippet*, which says *said*."""
        keys = said if isinstance(said, dict) else ()
        lacks = "".join(
            f"{key}: {value}\n" for key, value in self.lacks.items() if self.above or key not in keys
        )
        depth = len(self.above) - len(self.above.rstrip(" "))
        return lacks + self.above.rstrip(" ") + indent(snippet, " " * depth)


DOMAINS = "domains:\n  "
DOMAIN = 'domains:\n  "@":\n    '
SENDERS = f"{DOMAIN}senders:\n      "
SENDER = f"{SENDERS}- example:\n          service: custom\n          "
PLACES = (
    Place({"title", "about", "requirements"}, OURS, lacks={}),
    Place(ZONE_FORM["properties"], lacks={"version": "1", "domains": "{}"}),
    Place(CONFIG_FORM["properties"], CONFIG),
    Place(ZONE_FORM["$defs"]["MailDomain"]["properties"], above=DOMAIN),
    Place(ZONE_FORM["$defs"]["Sender"]["properties"], above=SENDER),
    Place(Definition.model_fields, SERVICE, lacks={"title": "Example", "status": "unverified"}),
)


def place(said: object) -> Place:
    """Where a snippet stands that says *said*."""
    match said:
        case list():
            return Place((), above=SENDERS)
        case {"senders": list()}:
            return Place((), above=DOMAIN)
        case dict():
            return next((one for one in PLACES if said.keys() <= set(one.keys)), Place((), above=DOMAINS))
        case _:
            raise AssertionError(said)


def standing(page: Document, fence: Fence) -> dict[str, str]:
    """The files in which *fence* stands, by name; beside it what *page* says first of dnsauth.yaml."""
    files = {CONFIG: "version: 1\n", HERE: "version: 1\ndomains: {}\n"}
    shown = [one for one in page.fences if one.language == "yaml" and one.path == CONFIG]
    for one in (*shown[:1], fence):
        said, problems = documents.load(one.text.encode(), page.name)
        assert () == problems
        where = place(said)
        assert one.path in ("", where.file) or where.file == SERVICE
        files[where.file] = where.text(one.text, said)
    return files


def wrong(directory: Path) -> tuple[Finding, ...]:
    """What stops who reads *directory*."""
    try:
        read_profiles(directory, ["ours"] if (directory / OURS).exists() else ())
        load(directory)
    except InventoryError as error:
        return error.findings
    return ()


@pytest.mark.parametrize(
    ("page", "fence"), FENCES, ids=[f"{page.path.stem}:{fence.line}" for page, fence in FENCES]
)
def test_what_a_page_says_to_write_is_accepted(page: Document, fence: Fence, tmp_path: Path):
    files = standing(page, fence)
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    found = [one for one in wrong(tmp_path) if one.stops and one.rule.code not in ELSEWHERE]
    assert [] == [f"{one.rule.code} {one.where}: {one.message}" for one in found], files
