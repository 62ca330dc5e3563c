"""What README.md and docs/ show is what happens, and what they name is there."""

from __future__ import annotations

import contextlib
import doctest
import re
import socket
from datetime import datetime
from importlib import import_module
from pathlib import Path

import pytest
from typer.main import get_command

from demo.nameserver import Nameserver
from dnsauth import documents
from dnsauth.cli.app import app
from tests.console import PROMPT, Shell
from tests.markdown import DOCUMENTS, Document, Fence

NOW = datetime.fromisoformat("2026-11-24T09:00:00Z")
CONFIG = """\
version: 1
providers: {dns: {class: octodns.provider.yaml.YamlProvider, directory: held, escaped_semicolons: false}}
defaults: {provider: dns, dmarc: {rua: ["mailto:dmarc@example.com"]}}
"""
HELD = """\
---
'':
  - {type: A, value: 192.0.2.80}
  - {type: TXT, ttl: 300, values: [MS=ms12345678, site-verification=4f2d]}
www: {type: CNAME, value: example.com.}
"""
README = Document("README.md")
FIRST = next(fence for fence in README.fences if fence.path)
ROTATION = "docs/rotation.md"  # it has tests of its own: tests/test_docs_rotation.py
BLOCKS = [
    (document, fence) for document in DOCUMENTS for fence in document.fences if fence.language == "yaml"
]


@pytest.fixture
def workshop(tmp_path, monkeypatch):
    """A directory with a provider that holds a zone, and the README's first zone file; we stand in it."""
    for name, text in (
        ("dnsauth.yaml", CONFIG),
        ("held/example.com.yaml", HELD),
        (FIRST.path, FIRST.text),
    ):
        write(tmp_path / name, text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOGNAME", "ops")
    monkeypatch.setattr(socket, "gethostname", lambda: "mx1.example.com")
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


class Network(contextlib.ExitStack):
    """The nameservers of a document, each at a free port in place of the one that is shown."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        shown = {zone_of(fence)[0] for fence in document.fences if fence.language == "zone"}
        self.servers = {
            place: self.enter_context(Nameserver({}, address=place.partition(":")[0])) for place in shown
        }

    def load(self, fence: Fence) -> None:
        place, origin = zone_of(fence)
        self.servers[place].load(origin, fence.text)

    def real(self, text: str) -> str:
        for shown, server in self.servers.items():
            text = text.replace(shown, f"{server.address}:{server.port}")
        return text

    def shown(self, text: str) -> str:
        for shown, server in self.servers.items():
            text = text.replace(f"{server.address}:{server.port}", shown)
        return text


def zone_of(fence: Fence) -> tuple[str, str]:
    """Where a zone is served, and its name: ``; ADDRESS:PORT`` and ``$ORIGIN NAME``, the first two lines."""
    _, place, _, origin, *_ = fence.text.split()
    return place, origin


@pytest.mark.parametrize("document", [one for one in DOCUMENTS if one.name != ROTATION], ids=repr)
@pytest.mark.usefixtures("workshop")
def test_examples_show_what_happens(document):
    with Network(document) as network:
        follow(document, network)


def follow(document: Document, network: Network) -> None:
    names, shell = {}, Shell(NOW)
    for fence in document.fences:
        match fence.language:
            case "yaml" | "xml" if fence.path:
                write(Path(fence.path), network.real(fence.text))
            case "zone":
                network.load(fence)
            case "console":
                assert fence.text == network.shown(shell.typed(network.real(fence.text)))
            case "pycon":
                example = doctest.DocTestParser().get_doctest(
                    fence.text, names, document.name, document.name, fence.line
                )
                said = []
                runner = doctest.DocTestRunner()
                runner.run(example, out=said.append, clear_globs=False)
                assert "" == "".join(said)
                names = example.globs


@pytest.mark.parametrize(
    ("document", "fence"), BLOCKS, ids=[f"{document}:{fence.line}" for document, fence in BLOCKS]
)
def test_yaml_is_what_we_read(document, fence):
    tree, problems = documents.load(fence.text.encode(), document.name)
    assert () == problems
    assert tree
    for path in re.findall(r"class: (dnsauth[\w.]+)", fence.text):
        module, _, name = path.rpartition(".")
        assert getattr(import_module(module), name)


def test_the_readme_has_a_plan_and_a_mistake():
    consoles = [fence.text for fence in README.fences if fence.language == "console"]
    assert ["$ dnsauth plan", "$ dnsauth check"] == [text.splitlines()[0] for text in consoles]
    assert all(len(text.splitlines()) > 2 for text in consoles)


@pytest.mark.parametrize("document", DOCUMENTS, ids=repr)
def test_links_lead_somewhere(document):
    anchors = {other.path: other.anchors for other in DOCUMENTS}
    for link in document.links:
        name, _, anchor = link.partition("#")
        target = (document.path.parent / name).resolve() if name else document.path
        assert target.exists(), link
        assert not anchor or anchor in anchors[target], link


# Commands and options

COMMANDS = {
    f"{name} {inner}".strip(): {option for parameter in command.params for option in parameter.opts}
    | {"--help", "-h"}
    for name, group in get_command(app).commands.items()
    for inner, command in getattr(group, "commands", {"": group}).items()
}
ALWAYS = {option for parameter in get_command(app).params for option in parameter.opts} | {"--help", "-h"}


def commands(document: Document):
    """Each command line the document shows or names, as words after ``dnsauth``."""
    for fence in document.fences:
        lines = fence.text.splitlines()
        match fence.language:
            case "console":
                prompts = filter(None, map(PROMPT.fullmatch, lines))
                typed = (command for prompt in prompts for command in prompt[2].split(" && "))
                yield from (line.removeprefix("dnsauth ") for line in typed if line.startswith("dnsauth "))
            case "":
                yield from (line.removeprefix("dnsauth ") for line in lines if line.startswith("dnsauth "))
    for span in document.spans:
        if span.startswith("dnsauth "):
            yield span.removeprefix("dnsauth ")


@pytest.mark.parametrize("document", DOCUMENTS, ids=repr)
def test_commands_and_options_exist(document):
    for line in commands(document):
        words = line.split("  ")[0].split("#")[0].split()
        verb = next((v for v in (" ".join(words[:2]), words[0]) if v in COMMANDS), "")
        group = any(command.startswith(f"{words[0]} ") for command in COMMANDS)
        assert verb or group or words[0] in ALWAYS, line
        assert {word for word in words if word.startswith("-")} <= COMMANDS.get(verb, set()) | ALWAYS, line
    known = ALWAYS.union(*COMMANDS.values())
    for span in document.spans:
        if span.startswith("-"):
            assert {word for word in span.split() if word.startswith("--")} <= known, span
