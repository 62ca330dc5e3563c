"""The pages of docs/services/: one for each shipped service, and an index by category.

python -m dnsauth.output.service_pages [DIRECTORY]
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from textwrap import indent, wrap

from dnsauth.catalogue.asks import asks, examples, rotation_command
from dnsauth.catalogue.model import Catalogue, Service, ServiceParameter
from dnsauth.catalogue.read import example, read
from dnsauth.documents.write import flow
from dnsauth.output import safe
from dnsauth.output.services import CATEGORIES, EXAMPLE, asked, by_category, detected, facts

INDEX = "README.md"
WIDTH = 120  # columns of prose

_NO_MARKUP = re.compile(r"^(?=[-+=#>])|^(\d+)(?=[.)])")
_HEAD = (
    "| service | title | status | a sender gives | BAA | MAIL FROM |\n| --- | --- | --- | --- | --- | --- |\n"
)
_INTRODUCTION = """\
{count} kinds of sender. [How a definition is written](../services.md), and how one is added.
These pages are made from `templates/services/` by `make services`."""
_OFFERED = {None: "not said", True: "offered", False: "not offered"}


def pages(catalogue: Catalogue) -> Mapping[str, str]:
    """The text of each page by its file's name: those of *catalogue*, and the index."""
    texts = {f"{service.name}.md": page(service) for service in catalogue.values()}
    return {**texts, INDEX: index(catalogue.values())}


def page(service: Service) -> str:
    """What a person should know of *service*, as GitHub Flavored Markdown."""
    return "\n\n".join(_page(service)) + "\n"


def index(services: Iterable[Service]) -> str:
    """Every one of *services*, by category."""
    known = tuple(services)
    parts = ["# Shipped services", _INTRODUCTION.format(count=len(known))]
    for category, inside in by_category(known):
        parts += [f"## {CATEGORIES[category]}", _HEAD + "\n".join(map(_row, inside))]
    return "\n\n".join(parts) + "\n"


def _page(service: Service) -> Iterator[str]:
    yield f"# {safe.prose(service.title)}"
    yield _table(("", ""), ((what, safe.prose(said)) for what, said in _facts(service)))
    if service.notes:
        yield _prose(service.notes)
    if service.parameters:
        yield "## What a sender gives"
        rows = (row for one in service.parameters.values() for row in _rows(one))
        yield _table(("parameter", "where to find it", "example"), rows)
    yield "## What to write"
    yield _fence("yaml", "senders:\n" + indent(example(service), "  "))
    yield f"## What follows for {EXAMPLE.removesuffix('.')}"
    yield "With every parameter of the table:" if service.parameters else "In DNS:"
    found, _ = asks(service, examples(service), EXAMPLE)
    yield _fence("text", "\n".join(asked(service, found)))
    if service.sources:
        yield "## Sources"
        yield _table(("page", "seen"), ((f"<{source.url}>", source.seen) for source in service.sources))
    yield f"[All services]({INDEX})"


def _facts(service: Service) -> Iterator[tuple[str, str]]:
    yield "name", f"`{service.name}`"
    yield "kind", CATEGORIES[service.category]
    yield from facts(service)
    if service.rotation.command:
        yield "renewed by", f"`{rotation_command(service, EXAMPLE)}` ({service.rotation.tool})"
    yield from (("told by", what) for what in detected(service.detect))


def _rows(parameter: ServiceParameter, within: str = "") -> Iterator[tuple[str, ...]]:
    marks = [mark for mark, so in (("optional", not parameter.required), ("list", parameter.many)) if so]
    name = safe.code(f"{within}{parameter.name}") + (f" ({', '.join(marks)})" if marks else "")
    shown = "" if within else safe.code(flow(parameter.example))
    yield name, safe.prose(parameter.help), shown
    for field in parameter.fields.values():
        yield from _rows(field, f"{within}{parameter.name}.")


def _row(service: Service) -> str:
    keys = [f"dkim.{entry.texts['selector']}" for entry in service.template["dkim"] if "given" in entry.texts]
    needed = [*(one.name for one in service.parameters.values() if one.required), *keys]
    cells = (
        f"[`{service.name}`]({service.name}.md)",
        safe.prose(service.title),
        service.status.value,
        ", ".join(map(safe.code, needed)) or "nothing",
        _OFFERED[service.baa],
        service.envelope.value if service.envelope else "none",
    )
    return f"| {' | '.join(map(_cell, cells))} |"


def _table(head: tuple[str, ...], rows: Iterable[Iterable[str]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", r"\|")  # GitHub Flavored Markdown section 4.10


def _prose(text: str) -> str:
    """*text* in lines that none takes for a list, a heading or a table."""
    lines = wrap(safe.prose(" ".join(text.split())), WIDTH, break_on_hyphens=False, break_long_words=False)
    return "\n".join(_NO_MARKUP.sub(lambda match: f"{match[1] or ''}\\", line) for line in lines)


def _fence(language: str, text: str) -> str:
    fence = "`" * max(3, safe.longest_backticks(text) + 1)
    lines = "\n".join(map(safe.plain, text.strip("\n").splitlines()))
    return f"{fence}{language}\n{lines}\n{fence}"


def main(directory: Path) -> None:
    """Write the pages of the shipped services into *directory*, and take away those of no service."""
    texts = pages(read(Path())[0])
    directory.mkdir(parents=True, exist_ok=True)
    for path in directory.glob("*.md"):
        if path.name not in texts:
            path.unlink()
    for name, text in texts.items():
        (directory / name).write_text(text, "utf-8")
    sys.stdout.write(f"{len(texts)} pages in {directory}\n")


if __name__ == "__main__":
    main(Path(*sys.argv[1:2] or ["docs/services"]))
