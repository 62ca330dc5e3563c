"""``zones/<zone>.lock.yaml`` ⇄ `Lock`: sorted, one recorded value a line, so that merges are textual.

A line is owner, type, grammar, digest, and for an adopted value its text. Under ``terms:`` a line is a mail
domain, an SPF term, and the senders that brought it; under ``keys:`` it is a DKIM key.
"""

from __future__ import annotations

import re

from dnsauth import names
from dnsauth.documents import Map, Seq, load
from dnsauth.findings import Finding, Rule, Severity, Where
from dnsauth.lock import keys_file
from dnsauth.lock.keys import Key
from dnsauth.lock.model import Claim, Grammar, Lock, Recorded

VERSION = "1"
SUFFIX = ".lock.yaml"

_HEAD = "# dnsauth writes this file; review it and commit it. docs/ownership.md says what it is for.\n"
_LINE = re.compile(r"(\S+) ([A-Z0-9]+) ([a-z]+) ([0-9a-f]{64})(?: adopted (.+))?\Z", re.DOTALL)
_TERM = re.compile(r"(\S+) (\S+) (\S+)\Z")

_GRAMMARS = frozenset(map(str, Grammar))

LCK001 = Rule(
    "LCK001",
    Severity.ERROR,
    "{problem}",
    "restore the file from Git: only what it records may dnsauth change later",
)
LCK002 = Rule(
    "LCK002",
    Severity.ERROR,
    "this lock is of version {version!r}; this dnsauth reads version {reads}",
    "use the dnsauth that wrote it, or a newer one",
)


def path(zone: str) -> str:
    """The lock's path below the directory of ``dnsauth.yaml``."""
    return f"zones/{zone.removesuffix('.')}{SUFFIX}"


def write(lock: Lock) -> str:
    """The file's text; equal locks have equal texts."""
    lines = sorted(
        f"{names.relative(claim.owner, lock.zone)} {claim.type} {claim.grammar} {entry.digest}"
        + (f" adopted {entry.adopted}" if entry.adopted else "")
        for claim, entries in lock.claims.items()
        for entry in entries
    )
    terms = sorted(
        f"{names.relative(domain, lock.zone)} {term} {','.join(senders)}"
        for domain, brought in lock.terms.items()
        for term, senders in brought.items()
    )
    head = f"{_HEAD}version: {VERSION}\nzone: {lock.zone.removesuffix('.')}\n"
    recorded = f"recorded:\n{_list(lines)}" if lines else "recorded: []\n"
    keys = "".join(f"- {line}\n" for line in keys_file.lines(lock.keys, lock.zone))
    return head + recorded + (f"terms:\n{_list(terms)}" if terms else "") + (f"keys:\n{keys}" if keys else "")


def _list(lines: list[str]) -> str:
    return "".join("- '" + line.replace("'", "''") + "'\n" for line in lines)


def read(text: bytes, file: str, zone: str) -> tuple[Lock, tuple[Finding, ...]]:
    """The lock of *zone* as *file* says it, and every problem found."""
    document, findings = load(text, file)
    if findings:
        return Lock(zone), findings
    if not isinstance(document, Map):
        return Lock(zone), (_broken(file, (1, 1), "this is no lock file"),)
    version = document.get("version")
    if version != VERSION:
        facts = {"version": str(version), "reads": VERSION}
        return Lock(zone), (
            Finding(LCK002, Where(file, *document.where("version")) if version else Where(file), "", facts),
        )
    problems: list[Finding] = []
    if document.get("zone") != zone.removesuffix("."):
        problems.append(
            _broken(file, (1, 1), f"the file is named after {zone} and says zone: {document.get('zone')}")
        )
    lines = document.get("recorded")
    claims: dict[Claim, tuple[Recorded, ...]] = {}
    if not isinstance(lines, Seq):
        problems.append(_broken(file, (1, 1), "`recorded:` is no list"))
        lines = Seq()
    for index, line in enumerate(lines):
        entry = _entry(line, zone) if isinstance(line, str) else None
        if entry is None:
            problems.append(_broken(file, lines.where(index), f"this is no recorded value: {line!r:.60}"))
            continue
        claim, value = entry
        claims[claim] = (*claims.get(claim, ()), value)
    terms, wrong = _terms(document.get("terms", Seq()), file, zone)
    keys, bad = _keys(document.get("keys", Seq()), file, zone)
    recorded = {claim: tuple(sorted(set(values))) for claim, values in claims.items()}
    return Lock(zone, recorded, terms, keys), (*problems, *wrong, *bad)


def _keys(lines: object, file: str, zone: str) -> tuple[tuple[Key, ...], list[Finding]]:
    if not isinstance(lines, Seq):
        return (), [_broken(file, (1, 1), "`keys:` is no list")]
    keys: dict[str, Key] = {}
    problems = []
    for index, line in enumerate(lines):
        try:
            key = keys_file.key(line, zone)
        except keys_file.BadLine as error:
            problems.append(_broken(file, lines.where(index), f"this is no key of ours: {error}"))
            continue
        if key.owner in keys:
            problems.append(_broken(file, lines.where(index), f"the selector {key.owner} stands here twice"))
        keys[key.owner] = key
    return tuple(keys.values()), problems


def _terms(
    lines: object, file: str, zone: str
) -> tuple[dict[str, dict[str, tuple[str, ...]]], list[Finding]]:
    if not isinstance(lines, Seq):
        return {}, [_broken(file, (1, 1), "`terms:` is no list")]
    terms: dict[str, dict[str, tuple[str, ...]]] = {}
    problems = []
    for index, line in enumerate(lines):
        match = _TERM.match(line) if isinstance(line, str) else None
        domain = _within(match[1], zone) if match else None
        if match is None or domain is None:
            problems.append(_broken(file, lines.where(index), f"this is no SPF term of ours: {line!r:.60}"))
            continue
        terms.setdefault(domain, {})[match[2]] = tuple(match[3].split(","))
    return terms, problems


def _entry(line: str, zone: str) -> tuple[Claim, Recorded] | None:
    match = _LINE.match(line)
    if match is None or match[3] not in _GRAMMARS:
        return None
    owner, type, grammar, digest, adopted = match.groups()
    absolute = _within(owner, zone)
    return (Claim(absolute, type, Grammar(grammar)), Recorded(digest, adopted or "")) if absolute else None


def _within(owner: str, zone: str) -> str | None:
    try:
        absolute = names.absolute(owner, zone, wildcard=True)
    except names.BadName:
        return None
    return absolute if names.within(absolute, zone) else None


def _broken(file: str, at: tuple[int, int], problem: str) -> Finding:
    return Finding(LCK001, Where(file, *at), "", {"problem": problem})
