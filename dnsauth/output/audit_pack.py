"""The files of an audit pack: the report, the evidence behind each figure, and a manifest of digests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from dnsauth import documents
from dnsauth.audit.chain import FILE
from dnsauth.inventory.files import CONFIG
from dnsauth.output import audit_page, json, profiles, rule_pages
from dnsauth.pack.masked import masked
from dnsauth.pack.model import Report
from dnsauth.profiles.assess import Assessment

MANIFEST = "MANIFEST.sha256"
PAGE = "index.html"
_COPIED = (CONFIG, "observed.lock.yaml", "zones/*.yaml", "templates/**/*.yaml")
_SECTIONS = {
    "agreements": "contracts",
    "findings": "findings",
    "keys": "keys",
    "senders": "senders",
    "waivers": "waivers",
}


def files(
    report: Report, assessments: Iterable[Assessment], directory: Path, trail: Mapping[str, bytes]
) -> Mapping[str, bytes]:
    """The pack of *report* by path: nothing in it needs the network, and no key store is read.

    *directory* is the repository's, *trail* its audit trail by path. What a link leads to is left out, as is
    what may be a secret in the clear. Raises `BadTemplate`.
    """
    whole = audit_page.as_json(report)
    copied = dict(_inventory(directory))
    shown = {name: masked(octets) if name == CONFIG else octets for name, octets in copied.items()}
    texts = {
        PAGE: audit_page.page(report, directory),
        "report.json": json.text(whole),
        "evidence/profiles.json": json.text({"profiles": profiles.as_json(assessments)}),
        "evidence/inventory.json": json.text(
            {
                "digest": report.inventory,
                "files": {name: sha256(octets).hexdigest() for name, octets in copied.items()},
                "masked": [name for name, octets in copied.items() if shown[name] != octets],
            }
        ),
        "evidence/trail.json": json.text(
            {part: whole[part] for part in ("changes", "rotations", "remedies", "checks")}
        ),
        **{f"evidence/{name}.json": json.text({name: whole[part]}) for name, part in _SECTIONS.items()},
        **dict(_rules(report)),
    }
    found = {name: text.encode() for name, text in texts.items()}
    found |= {f"evidence/files/{name}": octets for name, octets in shown.items()}
    found |= {
        f"evidence/{name}": octets
        for name, octets in trail.items()
        if FILE.fullmatch(name.rpartition("/")[2])
    }
    return {**found, MANIFEST: manifest(found).encode()}


def manifest(files: Mapping[str, bytes]) -> str:
    """A line for each of *files* as ``sha256sum --check`` reads them."""
    return "".join(f"{sha256(octets).hexdigest()}  {name}\n" for name, octets in sorted(files.items()))


def _rules(report: Report) -> Iterator[tuple[str, str]]:
    for code in sorted({one.code for one in report.findings}):
        try:
            yield f"evidence/rules/{code}.md", rule_pages.explained(code)
        except rule_pages.NoPage:  # a plan of another version has rules that this one does not know
            continue


def _inventory(directory: Path) -> Iterator[tuple[str, bytes]]:
    root = directory.resolve()
    for pattern in _COPIED:
        for path in sorted(root.glob(pattern)):
            octets = documents.octets(path, "") if path == path.resolve() else None
            if isinstance(octets, bytes):
                yield _named(path.relative_to(root)), octets


def _named(path: Path) -> str:
    """*path* as findings call it, on one line."""
    return "/".join(part if part.isprintable() else ascii(part)[1:-1] for part in path.parts)
